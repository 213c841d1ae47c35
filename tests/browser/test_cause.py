"""From a step to its case, and from a correction to the results it moved, in a browser: a lead clicks, a coordinator corrects."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests import factories
from tests.analytics.test_dashboard_pages import compute

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STEP = """(day) => {
  const plot = document.querySelector("#os .js-plotly-plot");
  const trace = plot.data.find((one) => one.customdata?.includes(day));
  const place = trace.customdata.indexOf(day);
  const { xaxis, yaxis } = plot._fullLayout;
  const frame = plot.getBoundingClientRect();
  return { x: frame.left + xaxis._offset + xaxis.l2p(trace.x[place]), y: frame.top + yaxis._offset + yaxis.l2p(trace.y[place]) };
}"""


@pytest.fixture
def signed_in(new_context, live_server):
    """A function: the page of somebody, at a desk."""

    def page_of(person):
        client = Client()  # one for each: a second login would end the first
        client.force_login(person)
        context = new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900}, locale="en-GB")
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    return page_of


def test_a_step_leads_to_its_case_and_a_correction_says_what_it_moved(transactional_db, signed_in):
    kyoto = factories.site("KYO")
    for day in (100, 200, 300):
        factories.death(factories.infused_case(kyoto), day)
    for day in (400, 420, 440, 460, 480, 500):
        factories.follow_up(factories.infused_case(kyoto), day)
    compute(names=("os",))
    lead = signed_in(factories.person("lead"))

    lead.goto("/dashboards/tisagenlecleucel/")
    frame = lead.locator("#os [data-figure-frame]")
    frame.scroll_into_view_if_needed()
    expect(frame.locator(".js-plotly-plot")).to_be_visible(timeout=30_000)
    step = lead.evaluate(STEP, 200)
    lead.mouse.move(step["x"], step["y"])
    expect(lead.locator("#os .hoverlayer .hovertext")).to_be_visible()
    lead.mouse.click(step["x"], step["y"])
    expect(lead.get_by_role("heading", level=1)).to_have_text("Cases with an event")
    expect(lead.get_by_role("row")).to_have_count(2)
    lead.get_by_role("link", name="KYO-0002").click()
    expect(lead.get_by_role("heading", level=1)).to_have_text("KYO-0002")

    nurse = signed_in(factories.person("coordinator", sites=[kyoto]))
    nurse.goto("/cases/KYO-0002/death/1/")
    nurse.fill("[name=death_date]", factories.day(150).isoformat())
    nurse.fill("#reason", "Letter of the family doctor")
    nurse.keyboard.press("Control+s")
    expect(nurse.locator("[data-saved]").or_(nurse.locator(".messages")).first).to_be_visible()
    compute(names=("os",))

    lead.reload()
    moved = lead.locator("section[aria-labelledby=moved]")
    expect(moved).to_contain_text("Overall survival after infusion")
    expect(moved).to_contain_text("6 months: 88.9 % → 77.8 %".replace(" %", "\u00a0%"))


def test_the_risk_table_leads_to_cases_without_a_mouse(transactional_db, signed_in):
    factories.death(factories.infused_case(factories.site("KYO")), 100)
    factories.follow_up(factories.infused_case(factories.site("KYO")), 400)
    compute(names=("os",))
    lead = factories.person("lead")
    page = signed_in(lead)

    page.goto("/dashboards/tisagenlecleucel/")
    page.locator("#os-numbers-open").focus()
    page.keyboard.press("Enter")
    link = page.locator("#os .panel__table a[href*='what=event']").first
    link.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="KYO-0001")).to_be_visible()
