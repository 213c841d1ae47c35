"""What was issued for the public, as it is read in a browser: under axe-core in both looks, in Japanese at a desk and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from analytics.catalogue import CATALOGUE
from deploy import messages
from tests import factories
from tests.analytics.core.disclosure import cohorts
from tests.browser.test_accessibility import too_wide, unfold, violations
from tests.browser.test_japanese import LOOK
from tests.scenarios.cuts.test_cuts_are_issued_publicly import frozen, issued
from tests.scenarios.cuts.worlds import COHORT, everything

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = f"/datasets/{COHORT}/cuts/first/public/"
NAMES = ("os", "response")
FEW = tuple(one for one in CATALOGUE if one.name in NAMES)
JAPANESE = r"[\u3040-\u30ff\u4e00-\u9fff]"
ALTS = "() => [...document.querySelectorAll('[data-figure]')].map((one) => one.getAttribute('aria-label'))"


@pytest.fixture
def opened(new_context, live_server, client, monkeypatch, transactional_db):
    """A function: the lead's browser on the issued page of a cut of 60 invented patients, with every figure drawn and nothing folded."""
    monkeypatch.setattr(
        "analytics.actions_of_cuts.ids_of", lambda _cohort, _tables: []
    )  # they are no cases of the record
    for module in ("actions", "actions_of_public", "issued"):
        monkeypatch.setattr(f"analytics.{module}.CATALOGUE", FEW)
    messages.compile_all(messages.ROOT)
    everything(factories.cohort)
    issued(frozen("first", cohorts.patients_of(1, 60)))
    client.force_login(factories.person("lead"))
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}

    def open_in(language, width, theme):
        viewport = {"width": width, "height": 844}
        context = new_context(base_url=live_server.url, locale=language, viewport=viewport, color_scheme=theme)
        context.add_cookies([session])
        context.add_init_script(Axe().axe_script)
        page = context.new_page()
        page.goto(PAGE)
        for frame in page.locator("[data-figure-frame]").all():
            frame.scroll_into_view_if_needed()
            expect(frame.locator(".js-plotly-plot")).to_be_visible(timeout=30_000)
        unfold(page)
        return page

    return open_in


def test_the_issued_page_is_clean_in_both_languages_and_says_its_figures_in_words(opened):
    page = opened("en-GB", 1440, "light")
    assert len(page.evaluate(ALTS)) == len(NAMES)
    assert violations(page, "light") + too_wide(page) == []

    page = opened("ja-JP", 390, "dark")
    assert violations(page, "dark") == []
    assert page.evaluate(f"({ALTS})().every((one) => /{JAPANESE}/.test(one))")
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 844})
        look = page.evaluate(LOOK)
        assert (look["language"], look["slanted"], look["tables"]) == ("ja", [], 0)
        assert look["beyond"] <= 0 and min(look["lines"]) >= 170 and set(look["places"]) == {1}, width
