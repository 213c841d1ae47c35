"""Where the focus is: on what was refused, back where a dialog or menu was opened, never lost, always visible, under no bar."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.remembered import remembered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CASE = "/cases/KYO-0001/"
PAGES = (
    "/worklist/",
    "/cases/",
    CASE,
    f"{CASE}infusion/1.1/",
    f"{CASE}relapse/new/",
    "/codebook/?form=death",
    f"{CASE}print/",
)
STOPS = 45  # steps of Tab on each page

HERE = "() => document.activeElement === document.body ? 'lost' : document.activeElement.id || document.activeElement.tagName"
SHOWN = """() => {
  const one = document.activeElement;
  const ring = (element) => {
    const style = element && getComputedStyle(element);
    return style && ((style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5) || style.boxShadow !== "none");
  };
  const around = [one, one.parentElement, one.parentElement?.parentElement, one.nextElementSibling, ...one.children];
  const box = one.getBoundingClientRect();
  const bars = [...document.querySelectorAll(".form-bar, .frame__top, .frame__nav, .paper__bar")]
    .filter((bar) => !bar.contains(one) && ["fixed", "sticky"].includes(getComputedStyle(bar).position))
    .map((bar) => bar.getBoundingClientRect());
  const hidden = bars.some((bar) => box.height && box.top >= bar.top && box.bottom <= bar.bottom && box.left >= bar.left && box.right <= bar.right);
  return { what: one.outerHTML.slice(0, 110), isBody: one === document.body, hasRing: around.some(ring), hidden };
}"""


def with_a_case():
    """Kyoto's coordinator, with one infused case."""
    kyoto = factories.site("KYO")
    nurse = factories.person("coordinator", sites=[kyoto], name="Aoi Nakamura")
    case = factories.infused_case(kyoto, by=nurse)
    factories.stored_form(case, "crs", by=nurse, crs_occurred=1, toci_given=1, toci_doses=2)
    return nurse


@pytest.fixture
def nurse(transactional_db):
    """The coordinator, whose case nobody changes here."""
    return remembered(with_a_case)


@pytest.fixture
def page(new_context, live_server, nurse, client):
    """Her browser, signed in."""
    client.force_login(nurse)
    context = new_context(base_url=live_server.url, locale="en-GB", viewport={"width": 1280, "height": 800})
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return context.new_page()


def test_the_list_of_keys_gives_the_focus_back(page):
    page.goto(CASE)
    link = page.get_by_role("link", name="History").first
    link.focus()
    page.keyboard.press("?")
    assert page.evaluate("() => document.getElementById('keys').contains(document.activeElement)")

    page.keyboard.press("Escape")
    expect(link).to_be_focused()


def test_the_list_of_keys_from_the_menu_gives_the_focus_back_to_the_menu(page):
    page.goto(CASE)
    menu = page.locator("details.menu summary")
    menu.focus()
    page.keyboard.press("Enter")
    page.locator("[data-help]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("details.menu")).not_to_have_attribute("open", "")

    page.keyboard.press("Escape")
    expect(menu).to_be_focused()


def test_escape_closes_the_menu_and_stays_on_it(page):
    page.goto(CASE)
    menu = page.locator("details.menu summary")
    menu.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.locator("details.menu")).not_to_have_attribute("open", "")


def test_folding_a_section_leaves_the_focus_on_its_title(page):
    page.goto(f"{CASE}relapse/new/")
    page.locator("#rel_date").focus()
    page.keyboard.press("Alt+o")
    assert page.evaluate("() => document.activeElement.matches('details.section > summary')")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.matches('details.section[open] > summary')")


def test_clearing_an_answer_that_does_not_apply_does_not_lose_the_focus(page):
    page.goto(f"{CASE}crs/1/")
    page.locator("input[name=toci_given][value='0']").focus()
    page.keyboard.press("Space")
    clear = page.locator("[data-question=toci_doses] [data-clear]")
    expect(clear).to_be_visible()
    clear.focus()
    page.keyboard.press("Enter")

    expect(page.locator("[data-question=toci_doses]")).to_be_hidden()
    assert page.evaluate(HERE) != "lost"


def test_the_skip_link_comes_first_and_leads_to_the_content(page):
    page.goto("/cases/")
    page.keyboard.press("Tab")
    skip = page.locator(".frame__skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_focus_is_visible_wherever_tab_leads(page, width, subtests):
    page.set_viewport_size({"width": width, "height": 800})
    for address in PAGES:
        with subtests.test(address):
            page.goto(address)
            page.locator("#content, main").first.focus()
            for _step in range(STOPS):
                page.keyboard.press("Tab")
                shown = page.evaluate(SHOWN)
                if shown["isBody"]:  # past the last control, in the browser's own bars
                    break
                assert shown["hasRing"], shown["what"]
                assert not shown["hidden"], shown["what"]


def test_a_refused_save_puts_the_focus_on_what_has_to_be_mended(page):
    page.goto(f"{CASE}relapse/new/")
    page.locator("#rel_date").focus()
    page.keyboard.type("yesterweek")
    page.keyboard.press("Control+s")

    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_have_attribute("role", "alert")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    control = page.locator("#rel_date")
    expect(control).to_be_focused()
    expect(control).to_have_attribute("aria-invalid", "true")
    expect(control).to_have_value("yesterweek")
    described = [page.locator(f"#{name}").inner_text() for name in control.get_attribute("aria-describedby").split()]
    assert any("yesterweek" in text for text in described)


def test_languages_are_named(page):
    page.goto("/codebook/?part=checks")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator(".language button").get_attribute("lang") == "ja"
    page.locator(".language button").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    assert page.locator(".language button").get_attribute("lang") == "en"
    assert page.locator("#X01 [lang=en]").count() == 1, "the rule is English"
    page.goto("/forms/death/print/")
    assert page.locator("html").get_attribute("lang") == "ja"
