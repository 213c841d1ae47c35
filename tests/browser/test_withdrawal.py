"""Consent is withdrawn by keyboard: the case leaves the lead's open page with the refresh, the coordinator's lists, and every dataset."""

import io

import pyarrow.parquet
import pytest
from playwright.sync_api import expect

from analytics.models import Dataset
from analytics.pseudonyms import pseudonym
from registry.access.row_security import everything_scope
from registry.models import Case, HistoryEvent
from tests.browser.test_save_to_curve import DASHBOARD, faults, signed_in, world  # noqa: F401 - fixtures
from tests.factories import day

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_withdrawal_takes_the_case_off_the_leads_open_page(world, new_context, faults):  # noqa: F811
    processes, nurse, lead = world
    theirs = signed_in(new_context, processes.url, lead, faults)
    theirs.goto(DASHBOARD)
    infused = theirs.locator("[data-tile=infused] [data-tile-value]")
    expect(infused).to_have_text("3", timeout=90_000)
    theirs.evaluate("() => { window.openedOnce = true; }")

    mine = signed_in(new_context, processes.url, nurse, faults)
    mine.goto("/cases/KYO-0002/patient/1/")
    mine.locator("[name=consent_withdrawn][value='1']").focus()
    mine.keyboard.press("1")
    mine.locator("[name=consent_wd_date]").focus()
    mine.keyboard.type(day(420).isoformat())
    mine.locator("#reason").focus()
    mine.keyboard.type("Letter of the parents")
    mine.keyboard.press("Control+s")
    expect(mine.get_by_text("Consent was withdrawn, or use of the data was refused.").first).to_be_visible()

    expect(infused).to_have_text("2", timeout=90_000)
    assert theirs.evaluate("() => window.openedOnce"), "the page was not reloaded"
    mine.goto("/cases/KYO-0002/")
    expect(mine.get_by_text("consent withdrawn").first).to_be_visible()
    expect(mine.get_by_role("heading", name="Schedule")).to_have_count(0)
    mine.goto("/worklist/")
    expect(mine.get_by_role("link", name="KYO-0001").first).to_be_visible()
    expect(mine.get_by_role("link", name="KYO-0002")).to_have_count(0)
    with everything_scope(actor="tests"):
        gone = pseudonym("case", Case.objects.get(number="KYO-0002").pk)
        newest = Dataset.objects.filter(kind="live").first()
        cases = pyarrow.parquet.read_table(io.BytesIO(newest.tables.get(name="cases").parquet))["case"].to_pylist()
        assert len(cases) == 2 and gone not in cases
        trail = HistoryEvent.objects.get(item="consent_withdrawn", old=0)
        assert (trail.new, trail.actor, trail.reason) == (1, nurse.email, "Letter of the parents")
