"""The dashboard in a real browser: under the strict policy, readable for everybody, no text over another, nothing sent away."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from analytics.choices import RULES
from analytics.dashboards import CONSORTIUM
from tests import factories
from tests.analytics.test_dashboard_pages import compute
from tests.remembered import remembered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHEET = re.compile(rb"/Type\s*/Page\b(?!s)")
PAGE = "/dashboards/tisagenlecleucel/"
DAYS = ((40, True), (90, True), (150, False), (200, True), (300, False), (380, True), (420, False), (450, False))
OVERLAPS = """() => {
  const boxes = (figure) => [...figure.querySelectorAll(".annotation-text, .textpoint text, .xtick text, .ytick text, .xtitle")]
    .map((one) => ({ text: one.textContent, ...one.getBoundingClientRect().toJSON() }));
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
  return [...document.querySelectorAll(".js-plotly-plot")].flatMap((figure) => {
    const frame = figure.getBoundingClientRect();
    const all = boxes(figure);
    const over = all.flatMap((a, i) => all.slice(i + 1).filter((b) => meet(a, b)).map((b) => `${a.text} | ${b.text}`));
    const out = all.filter((a) => a.left < frame.left || a.right > frame.right || a.bottom > frame.bottom).map((a) => `out: ${a.text}`);
    return [...over, ...out];
  });
}"""


def sixteen_patients():
    """Sixteen patients at two hospitals, of low and high burden, some with a transplant before; computed; the lead."""
    factories.cohort()
    for code, blasts in (("KYO", 1), ("OSA", 40)):
        site = factories.site(code)
        for i, (last, is_dead) in enumerate(DAYS):
            case = factories.infused_case(
                site, pre_phase=2, pre_bm_done=1, pre_bm_blast=blasts, pre_bm_blast_op=1, pre_date=factories.day(-9)
            )
            factories.stored_form(case, "prior_therapy", prior_hsct=i % 2)
            (factories.death if is_dead else factories.follow_up)(case, last + blasts)
    compute(names={name for rule in RULES for name in CONSORTIUM.analyses(rule)})
    return factories.person("lead", email="lead@example.org")


@pytest.fixture
def world(transactional_db):
    """The lead, over sixteen patients, whom every test only looks at."""
    return remembered(sixteen_patients)


def draw_all(page):
    """Go through the page as a reader does: a figure is drawn when one comes near."""
    expect(page.locator("[data-dashboard]")).to_be_visible(timeout=30_000)
    for frame in page.locator("[data-figure-frame]").all():
        frame.scroll_into_view_if_needed()
        expect(frame.locator(".js-plotly-plot")).to_be_visible(timeout=30_000)


def opened(new_context, live_server, world, width, scheme="light"):
    """The lead's page at this width; and the complaints of its console."""
    page = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB").new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/accounts/login/?next={PAGE}")
    page.keyboard.type("lead@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("[data-dashboard]")).to_be_visible(timeout=30_000)
    # This test server has no event stream; the page asks from time to time instead.
    return page, lambda: [one for one in complaints if "404" not in one and "MIME type" not in one]


DRAWN_FOR = """([size, theme]) => [...document.querySelectorAll(".js-plotly-plot")].every(({ layout, parentElement }) =>
  layout.meta.size === size && layout.meta.theme === theme && layout.width === parentElement.clientWidth)"""


def assert_readable(page, complaints, size, theme):
    """All figures are drawn for this look, with all their texts, none over another; the page need not be moved sideways."""
    page.wait_for_function(DRAWN_FOR, arg=[size, theme])
    assert page.locator(".annotation-text").count() > 80 and page.locator(".textpoint text").count() > 40
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert not complaints()


def test_figures_are_drawn_under_the_strict_policy_and_no_text_lies_over_another(
    new_context, live_server, world, subtests
):
    with subtests.test("1440 px, light"):
        page, complaints = opened(new_context, live_server, world, 1440)
        draw_all(page)
        assert_readable(page, complaints, "wide", "light")
        page.context.close()

    with subtests.test("390 px, dark"):
        page, complaints = opened(new_context, live_server, world, 390, "dark")
        draw_all(page)
        assert_readable(page, complaints, "compact", "dark")

    with subtests.test("360 px, light, drawn anew"):
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 360, "height": 900})
        assert_readable(page, complaints, "compact", "light")


BEYOND_THE_SHEET = """(sheet) => {
  document.body.style.width = `${sheet}px`;
  const edge = document.body.getBoundingClientRect().right + 1;
  const wide = [...document.querySelectorAll("main *")].filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > edge);
  const drawn = [...document.querySelectorAll(".main-svg")].map((one) => one.getBoundingClientRect());
  return {
    beyond: wide.map((one) => one.outerHTML.slice(0, 100)).slice(0, 5),
    widths: [...new Set(drawn.map((one) => Math.round(one.width)))],
    heights: drawn.map((one) => one.height),
  };
}"""


def test_on_paper_a_figure_of_a_wide_screen_is_as_wide_as_the_sheet(new_context, live_server, world):
    page, complaints = opened(new_context, live_server, world, 1000)
    draw_all(page)
    screen = page.locator(".main-svg").first.bounding_box()["width"]
    page.emulate_media(media="print")
    assert len(SHEET.findall(page.pdf(format="A4"))) <= 10  # of 16 panels

    paper = page.evaluate(BEYOND_THE_SHEET, 700)

    assert paper["beyond"] == []
    assert screen > 700
    assert max(paper["widths"]) <= 0.7 * screen + 1
    assert max(paper["heights"]) < 1_000  # a sheet is about as high
    assert not complaints()


def test_no_button_offers_to_send_a_figure_away_and_a_choice_without_answer_says_so(new_context, live_server, world):
    page, complaints = opened(new_context, live_server, world, 1440)
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))

    page.locator(".js-plotly-plot").first.hover()
    page.locator("[data-announce]").evaluate("(one) => one.replaceChildren()")
    page.get_by_text("B · Trial-type").click()
    expect(page.locator("#efs")).to_contain_text("EFS_B@1")
    expect(page.locator("[data-announce]")).not_to_be_empty()  # all panels show it, so that no late answer says "live"

    assert page.locator(".modebar-btn").count() == 0
    assert hosts == {live_server.url.split("/")[2]}
    assert page.url.endswith("?rule=b") and not complaints()

    page.context.set_offline(True)
    page.get_by_text("C · Stringent").click()
    expect(page.locator("[data-live-state]")).to_have_class("live-state live-state--offline")
    page.context.set_offline(False)
    page.context.clear_cookies()
    page.get_by_text("C · Stringent").click()
    page.wait_for_url("**/accounts/login/**")


def test_how_old_the_numbers_are_does_not_go_by_a_clock_that_is_wrong(new_context, live_server, world):
    page, complaints = opened(new_context, live_server, world, 1440)
    said = page.locator("[data-live-words]").inner_text()
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=2))  # of this browser's machine
    page.reload()

    expect(page.locator("[data-live-words]")).to_have_text(re.compile(" s ago| min ago|now"))
    assert not re.search(" h ago| d ago", said + page.locator("[data-live-words]").inner_text())
    assert not complaints()


def test_without_javascript_the_answers_and_tables_are_there(new_context, live_server, world, client):
    client.force_login(world)
    context = new_context(java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}{PAGE}?rule=C")

    expect(page.locator("#efs .panel__answer")).to_contain_text("12-month event-free survival")
    expect(page.locator("#efs")).to_contain_text("EFS_C@1")
    expect(page.locator("#efs .figure")).to_be_hidden()
    page.locator("#efs-numbers-open").click()
    expect(page.get_by_role("table").first).to_be_visible()
