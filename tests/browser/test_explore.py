"""A lead explores without code: chooses, waits, reads, sends the address, takes a run back, keeps a view on a shared dashboard.

Real web server, worker, PostgreSQL, Redis and two browsers.
"""

import re

import pytest
import redis
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import expect

from analytics.actions_of_runs import whole_of
from analytics.core.run import run as core_run
from analytics.explore.address import analysis_of
from analytics.figures.text import percent
from analytics.models import AnalysisRun, Dataset
from registry import clock
from registry.access.row_security import everything_scope
from tests.analytics.explore.worlds import patients
from tests.browser.test_accessibility import looked_at, unfold
from tests.browser.test_save_to_curve import faults, signed_in
from tests.conftest import log_in_as
from tests.factories import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
VIEW = "cuts=10&endpoint=efs-b&group=age_infusion"
__all__ = ["faults"]


@pytest.fixture
def world(processes):
    """Four patients in a live dataset, a lead and a statistician; the web server runs, the worker not yet."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    patients()
    log_in_as("reg_worker")
    with everything_scope(actor="test"):
        AnalysisRun.objects.all().delete()  # the catalogue's own, for which nobody waits here
    log_in_as("reg_app")
    people = person("lead"), person("statistician")
    processes.start("web")
    return processes, *people


def test_a_lead_explores_sends_cancels_and_keeps_a_view(world, new_context, faults):
    processes, lead, statistician = world
    page = signed_in(new_context, processes.url, lead, faults)
    page.goto("/explore/")
    state = page.locator("[data-explored-words]")
    expect(state).to_contain_text("Waiting", timeout=30_000)
    page.get_by_role("button", name="Cancel").click()
    expect(state).to_contain_text(f"Cancelled by {lead.email}.", timeout=30_000)
    expect(page.get_by_role("button", name="Run again")).to_be_visible()

    page.get_by_label("Endpoint and rule").select_option("efs-b")
    expect(page).to_have_url(re.compile(r"endpoint=efs-b$"), timeout=30_000)
    page.get_by_label("Groups by").select_option("age_infusion")
    expect(page.get_by_text("Write where to cut it").first).to_be_visible(timeout=30_000)
    page.get_by_label("Cut points").fill("10")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{processes.url}/explore/?{VIEW}", timeout=30_000)
    expect(state).to_contain_text("Waiting", timeout=30_000)
    faults.clear()  # a view that cannot be computed is answered 422, which the console tells

    processes.start("worker")
    processes.start("sweeper")
    answer = page.locator("[data-panel=view] .panel__answer")
    expect(answer).to_contain_text("event-free survival, trial-type", timeout=90_000)
    expect(page.locator("[data-panel=view] .js-plotly-plot")).to_be_visible()
    expect(state).to_be_hidden()
    assert numbers(page) == of_the_core()
    said = answer.text_content()

    theirs = signed_in(new_context, processes.url, statistician, faults)
    theirs.goto(page.url)
    expect(theirs.locator("[data-panel=view] .panel__answer")).to_have_text(said)
    assert numbers(theirs) == numbers(page)

    page.get_by_text("Save view", exact=True).click()
    page.get_by_label("Title of the new dashboard").fill("Monthly call <b>")
    page.get_by_label("Share the new dashboard").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Monthly call <b>", timeout=30_000)
    theirs.goto("/dashboards/")
    theirs.get_by_role("link", name="Monthly call").click()
    expect(theirs.locator("[data-panel] .panel__answer")).to_have_text(said, timeout=30_000)
    expect(theirs.locator(".js-plotly-plot")).to_be_visible(timeout=30_000)
    is_clean(theirs, theirs.url)
    is_clean(page, f"/explore/?{VIEW}&find=ferritin")


def is_clean(page, address):
    """Hold the page to axe-core, in both looks, with everything unfolded."""
    page.add_init_script(Axe().axe_script)
    page.goto(address)
    expect(page.locator("[data-explored] [data-figure]").first).to_be_visible(timeout=60_000)
    unfold(page)
    assert looked_at(page) == {}


def numbers(page):
    """Patients, events and survival of each group, as the table of the page shows them."""
    table = page.locator("[data-panel=view] details[id$=numbers] table").first
    rows = table.locator("tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return [[n, events, *(cell.partition(" (")[0] for cell in cells[:-1])] for _label, n, events, *cells in rows]


def of_the_core():
    """The same from a computation of the core on the stored dataset."""
    with everything_scope(actor="test"):
        dataset = Dataset.objects.get(cohort__code="tisagenlecleucel")
        result = core_run(analysis_of(VIEW).analysis, whole_of(dataset), not_after=clock.day_of(dataset.made_at))
    return [
        [str(group["n"]), str(group["events"]), *(percent(row["survival"], "–") for row in group["at"])]
        for group in result["groups"]
    ]
