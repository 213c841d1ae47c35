"""What happens while somebody types, in a real browser: findings in place, drafts kept, and every way to lose one's text."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from registry.access.row_security import everything_scope, person_scope
from registry.models import Draft, FollowUp, Infusion, Person
from tests import factories
from tests.scenarios.entry.test_entry_in_a_browser import desk, kyoto  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INFUSION, NEW_VISIT = "/cases/KYO-0001/infusion/1.1/", "/cases/KYO-0001/follow_up/new/"
KEPT = re.compile(r"draft kept \d\d:\d\d")
UNTIL_SENT = 4000  # milliseconds from the first key to the message with the draft: EVERY of drafts.js
UNTIL_ASKED = 1200  # milliseconds from the last key to the question to the checks: PAUSED of checks.js


@pytest.fixture(autouse=True)
def hurried(page):
    """The browser's clock can be put forward, so that nobody waits for what the page does after some seconds."""
    page.clock.install()


def expect_draft(page, state):
    """What is said of the draft when it is time that it was sent."""
    page.clock.fast_forward(UNTIL_SENT)
    expect(page.locator("[data-draft-state]")).to_have_text(state)


def elsewhere(browser, base):
    """The coordinator's page on another computer, signed in."""
    page = browser.new_context().new_page()
    page.clock.install()
    return sign_in(page, base)


def opened(page, address):
    """The page at an address of the server under test; leaving it asks nothing."""
    page.goto(page.base + address)
    return page


def sign_in(page, base):
    """Sign in on the login page that is shown, or on a new one."""
    page.base = base
    if "login" not in page.url:
        page.goto(f"{base}/accounts/login/")
    page.fill("#id_username", "nurse@example.org")
    page.fill("#id_password", factories.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    return page


def drafts():
    """The coordinator's drafts as they are stored."""
    with person_scope(Person.objects.get(email="nurse@example.org")):
        return [(one.form, one.key) for one in Draft.objects.all()]


def stored(model, *names):
    """What is stored of a form."""
    with everything_scope(actor="test"):
        return list(model.objects.order_by("pk").values_list(*names))


def test_findings_stand_where_the_opened_page_has_them(desk):  # noqa: F811
    opened(desk, INFUSION)
    dose, said = desk.locator("#inf_dose_total"), desk.locator("#inf_dose_total-findings")

    dose.fill("5")
    dose.press("Tab")
    here = desk.evaluate("document.activeElement.name")
    expect(said).to_contain_text("usual values are 10 to 250")

    assert desk.evaluate("document.activeElement.name") == here
    expect(dose).to_have_attribute("aria-describedby", re.compile(r"\binf_dose_total-findings\b"))
    expect(desk.locator("[data-count-text]")).to_contain_text("unusual value")
    expect(desk.locator("[data-count-text]")).to_have_attribute("role", "status")
    expect_draft(desk, KEPT)

    def shown():
        question = desk.locator('[data-question="inf_dose_total"]')
        lines = said.locator("p").evaluate_all("all => all.map((one) => one.outerHTML)")
        return lines, question.get_attribute("class"), desk.locator("[data-count-text]").inner_text()

    while_typing = shown()
    desk.reload()
    assert shown() == while_typing
    faults = Axe().run(desk).response["violations"]
    assert [(one["id"], node["html"]) for one in faults for node in one["nodes"]] == []


def test_an_answer_that_cannot_be_read_is_said_when_it_is_left_and_typing_never_waits(desk):  # noqa: F811
    opened(desk, INFUSION)
    weight, said = desk.locator("#inf_weight"), desk.locator("#inf_weight-findings")

    weight.fill("4O")
    with desk.expect_response("**/check/") as answer:
        desk.clock.fast_forward(UNTIL_ASKED)
    assert any("4O" in one["text"] for one in answer.value.json()["errors"])
    desk.wait_for_timeout(100)  # the page has read it too
    expect(said).to_be_empty()
    weight.press("Tab")
    expect(said).to_contain_text("“4O”")
    expect(weight).to_have_attribute("aria-invalid", "true")
    weight.fill("40")
    weight.press("Tab")
    expect(said).to_be_empty()
    expect(weight).not_to_have_attribute("aria-invalid", "true")

    desk.context.set_offline(True)
    weight.fill("4O")
    weight.press("Tab")
    expect_draft(desk, "kept in this tab only")
    expect(said).to_be_empty()
    desk.context.set_offline(False)
    expect_draft(desk, KEPT)


def test_only_the_newest_answer_of_the_checks_is_shown(desk):  # noqa: F811
    opened(desk, INFUSION)
    held = []
    desk.route("**/check/", lambda route: held.append(route) if not held else route.continue_())
    dose, said = desk.locator("#inf_dose_total"), desk.locator("#inf_dose_total-findings")

    dose.fill("5")
    dose.press("Tab")
    for _time in range(100):
        if held:
            break
        desk.wait_for_timeout(50)
    assert held
    dose.fill("9")
    dose.press("Tab")
    expect(said).to_contain_text("is 9 ×10⁶")
    held[0].fulfill(json={"errors": [], "findings": [], "elsewhere": [], "summary": "stale"})
    desk.wait_for_timeout(500)

    expect(said).to_contain_text("is 9 ×10⁶")
    expect(desk.locator("[data-count-text]")).not_to_have_text("stale")


def test_a_draft_follows_the_person_to_another_computer(desk, browser):  # noqa: F811
    opened(desk, NEW_VISIT)
    desk.locator("#fup_date").fill("2024-12-10")
    expect_draft(desk, KEPT)
    assert desk.evaluate("Object.keys(sessionStorage).length") == 0, "what the server has is not kept twice"

    other = elsewhere(browser, desk.base)
    opened(other, NEW_VISIT)
    expect(other.locator("#draft-notice")).to_contain_text("put back")
    expect(other.locator("#draft-notice")).to_contain_text(KEPT)
    expect(other.locator("#fup_date")).to_have_value("2024-12-10")
    expect(other.locator("#fup_date-echo")).to_contain_text("day 190")
    other.get_by_role("button", name="Show what is stored instead").click()

    expect(other).to_have_url(f"{desk.base}{NEW_VISIT}")
    expect(other.locator("#fup_date")).to_have_value("")
    assert drafts() == []
    other.context.close()


def test_what_only_the_tab_has_is_offered_beside_a_draft_of_another_computer(desk, browser):  # noqa: F811
    opened(desk, INFUSION)
    desk.context.set_offline(True)
    desk.locator("#inf_weight").fill("41")
    expect_draft(desk, "kept in this tab only")
    other = elsewhere(browser, desk.base)
    opened(other, INFUSION).locator("#inf_weight").fill("42")
    expect_draft(other, KEPT)
    other.context.close()

    desk.on("dialog", lambda dialog: dialog.accept())
    desk.context.set_offline(False)
    desk.reload()
    expect(desk.locator("#inf_weight")).to_have_value("42")
    desk.get_by_role("button", name="Show what was typed in this tab").click()
    expect(desk.locator("#inf_weight")).to_have_value("41")
    expect_draft(desk, KEPT)


def test_a_session_that_ends_while_somebody_types_loses_nothing(desk):  # noqa: F811
    opened(desk, INFUSION)
    desk.locator("#inf_weight").fill("41")
    expect_draft(desk, KEPT)
    desk.context.clear_cookies(name="sessionid")
    desk.locator("#inf_viability").fill("92")
    expect_draft(desk, "kept in this tab only")
    expect(desk.locator("#inf_viability")).to_have_value("92")

    desk.keyboard.press("Control+s")
    expect(desk).to_have_url(f"{desk.base}/accounts/login/?next={INFUSION}")
    sign_in(desk, desk.base)

    expect(desk).to_have_url(f"{desk.base}{INFUSION}")
    expect(desk.locator("#draft-notice")).to_be_visible()
    expect(desk.locator("#inf_weight")).to_have_value("41")
    expect(desk.locator("#inf_viability")).to_have_value("92")
    desk.locator("#reason").fill("Misread")
    desk.keyboard.press("Control+s")
    expect(desk.locator(".messages")).to_contain_text("saved")
    assert stored(Infusion, "inf_weight", "inf_viability") == [(41, 92)]
    assert drafts() == []


def test_two_tabs_show_both_versions(desk):  # noqa: F811
    second = desk.context.new_page()
    second.base = desk.base
    for tab, weight in ((desk, "41"), (second, "42")):
        opened(tab, INFUSION)
        tab.locator("#inf_weight").fill(weight)
        tab.locator("#reason").fill("Weighed again")
    desk.keyboard.press("Control+s")
    expect(desk.locator(".messages")).to_contain_text("saved")

    second.keyboard.press("Control+s")
    expect(second.locator("main")).to_contain_text("41 kg")
    expect(second.locator("main")).to_contain_text("42 kg")
    second.get_by_role("button", name="Save what is chosen").click()
    expect(second.locator(".messages")).to_contain_text("saved")

    assert stored(Infusion, "inf_weight", "version") == [(42, 3)]
    desk.reload()
    expect(desk.locator("#draft-notice")).to_be_hidden()
    expect(desk.locator("#inf_weight")).to_have_value("42")


def test_a_double_click_saves_once_and_the_way_back_shows_what_is_stored(desk):  # noqa: F811
    opened(desk, NEW_VISIT)
    desk.locator("#fup_date").fill("2024-12-10")
    desk.locator("[data-save]").dblclick()
    expect(desk).to_have_url(f"{desk.base}/cases/KYO-0001/follow_up/1.2/")
    expect(desk.locator(".messages")).to_contain_text("saved")
    desk.locator("#ps_fup").fill("90")
    desk.locator("[data-save]").dblclick()
    expect(desk.locator(".messages")).to_contain_text("saved")
    expect(desk.locator("#ps_fup")).to_have_value("90")
    assert stored(FollowUp, "fup_seq", "version") == [(1, 1), (2, 2)]

    desk.go_back()
    desk.wait_for_load_state()
    if desk.url.endswith("/new/"):
        expect(desk.locator("#fup_date")).to_have_value("")
    else:
        expect(desk.locator("#ps_fup")).to_have_value("90")
    expect(desk.locator("#draft-notice")).to_be_hidden()
    assert stored(FollowUp, "fup_seq", "version") == [(1, 1), (2, 2)]
    assert drafts() == []


def test_without_scripts_a_form_is_saved_and_what_was_refused_is_put_back(desk, browser):  # noqa: F811
    plain = sign_in(browser.new_context(java_script_enabled=False).new_page(), desk.base)
    opened(plain, INFUSION)
    plain.fill("#inf_weight", "4O")
    plain.click("[data-save]")
    expect(plain.locator("#inf_weight-findings")).to_contain_text("“4O”")

    opened(plain, INFUSION)
    expect(plain.locator("#draft-notice")).to_contain_text("put back")
    expect(plain.locator("#inf_weight")).to_have_value("4O")
    plain.fill("#inf_weight", "41")
    plain.fill("#reason", "Misread")
    plain.click("[data-save]")

    expect(plain.locator(".messages")).to_contain_text("saved")
    expect(plain.locator("#draft-notice")).to_be_hidden()
    assert stored(Infusion, "inf_weight") == [(41,)]
    plain.context.close()
