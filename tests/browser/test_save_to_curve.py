"""The promise of the registry, end to end: a coordinator enters a relapse by keyboard, the lead's open page changes by itself.

Real web server, worker, sweeper, PostgreSQL, Redis and two browser contexts. Prints the seconds from save to changed curve.
"""

import time

import pytest
import redis
from django.conf import settings
from playwright.sync_api import expect

from registry.access.row_security import everything_scope
from registry.models import Case
from tests.factories import PASSWORD, day, follow_up, infused_case, person, site, stored_form

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
DASHBOARD = "/dashboards/tisagenlecleucel/"
SHIFTS = """() => {
  window.shifted = 0;
  const add = (list) => list.getEntries().forEach((one) => { window.shifted += one.hadRecentInput ? 0 : one.value; });
  new PerformanceObserver(add).observe({ type: "layout-shift" });
}"""
STEADY = 0.1  # cumulative layout shift that web.dev calls good
CURVES = "() => Object.fromEntries([...document.querySelectorAll('[data-panel]')].map((panel) => [panel.dataset.panel, JSON.stringify((panel.querySelector('.js-plotly-plot')?.data ?? []).map((trace) => trace.y))]))"


def remission(case, on=28):
    """A remission with counts recovered."""
    return stored_form(
        case, "response_assessment", rsp_date=day(on), rsp_timepoint=1, rsp_bm_done=1, rsp_bm_blast=1, rsp_pb_blast=0, rsp_anc=2,
        rsp_plt=150, rsp_transfused=0, rsp_cns=1, rsp_emd=0, rsp_site=1,
    )  # fmt: skip


@pytest.fixture
def world(processes):
    """Three infused patients in remission at Kyoto, a coordinator, a lead, and the registry running."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    kyoto = site("KYO")
    for until in (300, 400, 500):
        case = infused_case(kyoto)
        remission(case)
        follow_up(case, until)
    nurse, lead = person("coordinator", sites=[kyoto]), person("lead")
    for name in ("worker", "sweeper", "web"):
        processes.start(name)
    return processes, nurse, lead


@pytest.fixture
def faults():
    """Console errors and violations of the Content-Security-Policy; there must be none."""
    found = []
    yield found
    assert not found


def is_fault(message):
    """Whether a console message tells of a fault of ours; the stream that a test cuts off is none."""
    return message.type == "error" and "net::ERR_FAILED" not in message.text


def signed_in(new_context, url, who, faults):
    """A page of `who`, signed in by the keyboard."""
    page = new_context(base_url=url, viewport={"width": 1440, "height": 900}, locale="en-GB").new_page()
    page.on("console", lambda message: is_fault(message) and faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").focus()
    page.keyboard.type(who.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")
    return page


def test_a_relapse_entered_by_keyboard_moves_the_curve_on_the_leads_open_page(world, new_context, faults, capsys):
    processes, nurse, lead = world
    theirs = signed_in(new_context, processes.url, lead, faults)
    theirs.goto(DASHBOARD)
    answer = theirs.locator("[data-panel=efs] .panel__answer")
    expect(answer).to_contain_text("No event so far", timeout=90_000)
    expect(theirs.locator("[data-live-state]")).to_have_attribute("data-state", "live", timeout=90_000)
    expect(theirs.locator("[data-panel=efs] .js-plotly-plot")).to_be_visible()
    theirs.evaluate("() => { window.openedOnce = true; }")
    theirs.evaluate(SHIFTS)
    before, said = theirs.evaluate(CURVES), answer.text_content()

    mine = signed_in(new_context, processes.url, nurse, faults)
    mine.goto("/cases/KYO-0001/relapse/new/")
    mine.locator("[name=rel_date]").focus()
    mine.keyboard.type(day(120).isoformat())
    mine.keyboard.press("Tab")
    mine.locator("[name=rel_kind]").focus()
    mine.keyboard.type("Morph")
    mine.keyboard.press("Control+s")
    expect(mine.locator("[data-saved]").or_(mine.locator(".messages")).first).to_be_visible()
    saved = time.monotonic()

    expect(answer).not_to_have_text(said, timeout=90_000)
    text_seconds = time.monotonic() - saved
    moved = wait_for_curve(theirs, before)
    curve_seconds = time.monotonic() - saved

    assert theirs.evaluate("() => window.openedOnce"), "the page was not reloaded"
    assert moved["os"] == before["os"], "nobody died: overall survival stays"
    shifted = theirs.evaluate("() => window.shifted")
    assert shifted <= STEADY, "nothing jumps while the page is refreshed"
    with capsys.disabled():
        print(
            f"\nfrom save to changed sentence {text_seconds:.2f} s, to changed curve {curve_seconds:.2f} s, layout shift {shifted:.4f}"
        )


@pytest.mark.soak
def test_the_page_catches_up_when_the_stream_is_lost(world, new_context, faults):
    processes, _nurse, lead = world
    theirs = signed_in(new_context, processes.url, lead, faults)
    theirs.route("**/events/**", lambda route: route.abort())
    theirs.goto(DASHBOARD)
    answer = theirs.locator("[data-panel=os] .panel__answer")
    expect(answer).to_contain_text("No event so far", timeout=90_000)
    expect(theirs.locator("[data-live-words]")).to_contain_text("asked every 15 s", timeout=90_000)
    said = answer.text_content()

    with everything_scope(actor="test"):
        case = Case.objects.get(number="KYO-0002")
    stored_form(case, "death", death_date=day(410), death_cause=5)

    expect(answer).not_to_have_text(said, timeout=90_000)


def wait_for_curve(page, before):
    """The curves once event-free survival has changed."""
    stop = time.monotonic() + 90
    while time.monotonic() < stop:
        now = page.evaluate(CURVES)
        if now["efs"] != before["efs"]:
            return now
        page.wait_for_timeout(20)
    raise AssertionError("the curve did not move")
