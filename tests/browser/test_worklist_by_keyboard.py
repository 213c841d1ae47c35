"""The worklist by keyboard: one key opens a row, one returns to the next."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from registry import clock
from tests import factories
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def worklist(live_server, new_context):
    """The coordinator's worklist with the overdue forms of one patient, opened by signing in; no console error may come."""
    kyoto, on = factories.site("KYO"), clock.today() - timedelta(days=300)
    nurse = factories.person("coordinator", sites=[kyoto])
    days = {"aph_start_date": on - timedelta(days=40), "aph_end_date": on - timedelta(days=39), "inf_date": on}
    factories.infused_case(kyoto, **days)
    page = new_context(base_url=live_server.url, locale="en-GB").new_page()
    faults = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(nurse.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
    yield page
    assert not faults


def test_one_key_opens_a_row_and_one_returns_to_the_next(worklist):
    rows = worklist.locator("a[data-row]")
    first, second = rows.nth(0).get_attribute("href"), rows.nth(1).get_attribute("href")
    worklist.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    worklist.keyboard.press("o")
    worklist.wait_for_url(f"**{first}")

    worklist.keyboard.press("u")

    worklist.wait_for_url("**/worklist/")
    expect(rows.nth(1)).to_be_focused()
    worklist.keyboard.press("Enter")
    worklist.wait_for_url(f"**{second}")


def test_the_key_back_leads_to_the_part_of_the_list_that_was_open(worklist):
    worklist.goto("/worklist/?show=overdue")
    worklist.keyboard.press("k")
    worklist.keyboard.press("o")
    expect(worklist.get_by_role("heading", level=1)).not_to_have_text("Worklist")
    worklist.wait_for_load_state()  # keys work once the page's scripts are read

    worklist.keyboard.press("u")

    worklist.wait_for_url("**/worklist/?show=overdue")
    expect(worklist.locator("a[data-row]").last).to_be_focused()


def test_the_keys_type_while_somebody_types(worklist):
    worklist.goto("/cases/KYO-0001/patient/1/")
    field = worklist.locator("[name=referring_site]")
    field.focus()
    worklist.keyboard.type("university hospital of Kyoto")

    expect(field).to_have_value("university hospital of Kyoto")
    assert worklist.url.endswith("/patient/1/")
