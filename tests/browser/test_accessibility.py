"""Every page of the registry under axe-core, as somebody who may open it: at a desk in light and on a phone in the dark; none wider than that.

The pages are those of the access table, so that a new one is walked as soon as it stands there.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect

from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from registry.models import Death
from tests import factories
from tests.access.test_matrix import ROLES, TABLE, build_world, path_of
from tests.analytics.test_dashboard_pages import compute
from tests.remembered import remembered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SKIPPED = {
    "api-docs",  # Swagger UI, as its package brings it
    "forms_print",  # every sheet of form_blank once more, which takes a minute
}
PAGES = [row for row in TABLE if row.method == "get" and " 200" in f" {row.statuses}" and row.name not in SKIPPED]
SEEN_DIFFERENTLY = {"case", "form", "query", "form_history", "names", "endorsement"}
EVERY_VIEW = ("nurse", "investigator", "manager")
WIDTHS = {"light": 1440, "dark": 390}
OF_THE_LOOK = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
OPTIONS = {
    "light": {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}},
    "dark": {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": OF_THE_LOOK}},
}
RUN = "async (options) => (await axe.run(document, options)).violations"


@pytest.fixture
def world(transactional_db):
    """The world of the access table, stored for a server in another thread."""
    return remembered(build_world)


@pytest.fixture
def browsers(new_context, live_server, world):
    """A function: the browser page of somebody in this role, signed in. One for each role, kept."""
    opened = {}

    def page_of(role):
        if role not in opened:
            context = new_context(base_url=live_server.url, locale="en-GB", reduced_motion="reduce")
            context.add_init_script(Axe().axe_script)  # scripts of the browser itself are not under the pages' policy
            if world.people[role]:
                client = Client()  # of its own: another person who signs in with it ends the session of the one before
                client.force_login(world.people[role])
                session = client.cookies["sessionid"].value
                context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
            opened[role] = context.new_page()
        return opened[role]

    return page_of


def unfold(page):
    """Open everything that is folded, so that it is looked at too."""
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


def violations(page, theme="light"):
    """What axe-core finds on the page as it is now: a line for each place."""
    return [
        f"{one['id']}: {' '.join(map(str, node['target']))} — {node['failureSummary'].splitlines()[-1].strip()}"
        for one in page.evaluate(RUN, OPTIONS[theme])
        for node in one["nodes"]
    ]


def looked_at(page):
    """Violations in each look, by theme and width; as high as the page, so that no bar lies over what it asks about."""
    found = {}
    for theme, width in WIDTHS.items():
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 844})
        as_high_as_the_page(page, width)
        found[f"{theme}, {width} px"] = violations(page, theme) + too_wide(page)
    return {look: lines for look, lines in found.items() if lines}


def too_wide(page):
    """A line if the page must be moved sideways to be read."""
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"the page is {beyond} px wider than the window"] if beyond > 0 else []


def as_high_as_the_page(page, width):
    """Figures are drawn anew for the width, which makes the page higher or lower: go on until it stays."""
    if not page.locator(".figure").count():
        page.set_viewport_size({"width": width, "height": page.evaluate("document.documentElement.scrollHeight")})
        return
    seen = None
    for _again in range(20):
        height = page.evaluate("document.documentElement.scrollHeight")
        if height == seen:
            return
        seen = height
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)


def readers(row):
    """Who looks at this page: the first role that may; at a case also those who do other things there."""
    may = [role for role, status in zip(ROLES, row.statuses.split(), strict=True) if status == "200"]
    return [role for role in may if role in EVERY_VIEW] if row.name in SEEN_DIFFERENTLY else may[:1]


def test_no_page_has_a_violation(browsers, world, subtests):
    for row in PAGES:
        for role in readers(row):
            page = browsers(role)
            answer = page.request.get(path_of(world, row), max_redirects=0, headers={"Accept": "text/html,*/*;q=0.8"})
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            with subtests.test(f"{row.name}, {role}"):
                page.goto(path_of(world, row))
                assert role == "nobody" or "/accounts/login/" not in page.url
                unfold(page)
                assert looked_at(page) == {}


def test_no_page_that_refuses_has_a_violation(browsers, subtests):
    for role, address in (("nurse", "/nowhere/"), ("nurse", "/people/"), ("administrator", "/cases/")):
        with subtests.test(f"{address}, {role}"):
            page = browsers(role)
            assert page.goto(address).status in (403, 404)
            assert looked_at(page) == {}


def test_no_state_of_a_form_has_a_violation(browsers, subtests):
    page = browsers("nurse")
    page.goto("/cases/KYO-0001/relapse/new/")
    page.locator("#rel_date").fill("yesterweek")
    page.keyboard.press("Control+s")
    expect(page.locator("#error-summary")).to_be_visible()
    with subtests.test("refused"):
        assert looked_at(page) == {}

    page.locator("#rel_date").fill("2024-08-01")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-saved]")).to_be_visible()
    with subtests.test("saved"):
        assert looked_at(page) == {}

    page.goto("/cases/KYO-0001/death/1/")
    with everything_scope(actor="tests"):
        meanwhile = Death.objects.get(case__number="KYO-0001")
        meanwhile.death_date = factories.day(200)
        save_form(meanwhile, by=factories.BUILDER, seen_version=meanwhile.version, reason="Letter of the clinic")
    page.locator("#death_date").fill(factories.day(201).isoformat())
    page.locator("#reason").fill("Misread the chart")
    page.keyboard.press("Control+s")
    expect(page.locator("table.conflict")).to_be_visible()
    with subtests.test("stored by somebody else meanwhile"):
        assert page.evaluate("() => document.activeElement.matches('[data-focus]')")
        assert looked_at(page) == {}


def test_no_dialog_or_menu_has_a_violation(browsers, subtests):
    page = browsers("nurse")
    page.set_viewport_size({"width": 1440, "height": 844})
    page.goto("/cases/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    with subtests.test("the list of keys"):
        assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("details.menu summary").click()
    with subtests.test("the menu of the person"):
        assert violations(page) == []


def test_a_fault_would_be_found(browsers):
    page = browsers("nobody")
    page.goto("/accounts/login/")
    page.evaluate("""() => {
      const image = document.createElement("img");
      image.src = "/static/icon.svg";
      const text = document.createElement("p");
      text.textContent = "Hardly to be read";
      text.style.color = "#888888";
      text.style.background = "#999999";
      document.querySelector("main").append(image, text);
    }""")
    found = looked_at(page)
    assert {line.partition(":")[0] for line in found["light, 1440 px"]} == {"image-alt", "color-contrast"}
    assert {line.partition(":")[0] for line in found["dark, 390 px"]} == {"color-contrast"}


def test_no_dashboard_with_its_figures_has_a_violation(browsers, world, subtests):
    for until in (300, 400, 500):
        factories.follow_up(factories.infused_case(world.kyoto), until)
    compute()
    page = browsers("lead")
    for address in ("/dashboards/tisagenlecleucel/", "/dashboards/", "/datasets/"):
        page.set_viewport_size({"width": 1440, "height": 844})
        page.goto(address)
        if "tisa" in address:
            expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=60_000)
            unfold(page)
        with subtests.test(address):
            assert looked_at(page) == {}
