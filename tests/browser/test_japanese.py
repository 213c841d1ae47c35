"""The Japanese pages in a real browser: they fit a desk and a phone, their lines are open, nothing is slanted."""

import pytest
from playwright.sync_api import expect

from deploy import messages
from tests import factories
from tests.analytics.test_dashboard_pages import compute

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CASE = "/cases/KYO-0001/"
NURSE = ("/worklist/", "/cases/", CASE, f"{CASE}patient/1/", f"{CASE}relapse/new/", f"{CASE}history/", "/codebook/")
LEAD = ("/dashboards/", "/dashboards/tisagenlecleucel/", "/datasets/")
LOOK = """() => {
  const shown = [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility());
  const style = (one) => getComputedStyle(one);
  const own = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const words = [...document.querySelectorAll("main p, main td, main li")].filter((one) => one.checkVisibility());
  return {
    language: document.documentElement.lang,
    beyond: document.documentElement.scrollWidth - window.innerWidth,
    slanted: shown.filter((one) => own(one) && style(one).fontStyle !== "normal").map((one) => one.outerHTML.slice(0, 80)),
    lines: [...new Set(words.map((one) => Math.round(100 * parseFloat(style(one).lineHeight) / parseFloat(style(one).fontSize))))],
    places: [...document.querySelectorAll(".frame__nav a")].filter((one) => one.checkVisibility()).map((one) => {
      const range = document.createRange();
      range.selectNodeContents(one);
      return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
    }),
    tables: [...document.querySelectorAll(".table--stack")].filter((one) => one.scrollWidth > one.clientWidth + 1).length,
  };
}"""


@pytest.fixture
def people(transactional_db):
    """Kyoto's coordinator and the consortium's lead, with a case whose dashboard is computed."""
    messages.compile_all(messages.ROOT)
    factories.cohort()
    kyoto = factories.site("KYO", "京都大学病院")
    nurse = factories.person("coordinator", sites=[kyoto], name="中村 葵")
    case = factories.infused_case(
        kyoto, by=nurse, pre_phase=2, pre_bm_done=1, pre_bm_blast=1, pre_date=factories.day(-9)
    )
    factories.stored_form(case, "crs", by=nurse, crs_occurred=1)
    factories.follow_up(case, 400, by=nurse)
    factories.infused_case(kyoto, by=nurse)
    compute()
    return {"nurse": nurse, "lead": factories.person("lead", name="伊藤 蓮")}


@pytest.fixture
def opened(new_context, live_server, people, client):
    """A function: the Japanese browser of somebody, signed in, this wide."""

    def open_as(who, width):
        client.force_login(people[who])
        context = new_context(viewport={"width": width, "height": 844}, locale="ja-JP")
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.base = live_server.url
        return page

    return open_as


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize(("who", "addresses"), [("nurse", NURSE), ("lead", LEAD)])
def test_japanese_pages_fit_and_read_well(opened, who, addresses, width):
    page = opened(who, width)
    for address in addresses:
        page.goto(page.base + address)
        if address == "/dashboards/tisagenlecleucel/":
            expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=30_000)
            expect(page.locator("#os .xtitle")).to_have_text("投与からの月数")
        look = page.evaluate(LOOK)
        assert look["language"] == "ja"
        assert look["beyond"] <= 0, address
        assert not look["slanted"], address
        assert min(look["lines"], default=170) >= 170, (address, look["lines"])
        assert set(look["places"]) == {1}, (address, look["places"])
        assert not look["tables"], address


def test_the_language_is_chosen_on_the_page_and_stays(opened):
    page = opened("nurse", 1440)
    page.goto(f"{page.base}/cases/")
    expect(page.get_by_role("heading", level=1)).to_have_text("症例")

    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cases")
    page.get_by_role("button", name="日本語").click()

    expect(page).to_have_url(f"{page.base}/cases/")
    expect(page.get_by_role("heading", level=1)).to_have_text("症例")
    page.goto(f"{page.base}/codebook/")
    expect(page.get_by_role("heading", level=1)).to_have_text("コードブック")
