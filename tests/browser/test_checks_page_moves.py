"""The page of the checks follows a run by itself, and shows what it found once it has ended."""

import pytest
from playwright.sync_api import expect

from registry import doorbell
from registry.actions import checks
from registry.models import CheckRun
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def no_bell(monkeypatch):
    """Nobody works on a run but the test."""
    monkeypatch.setattr(checks, "ring", lambda task, *args: None)
    monkeypatch.setattr(doorbell, "ring", lambda task, *args: None)


def test_the_bar_moves_and_the_numbers_come_without_a_click(new_context, live_server, client):
    kyoto = factories.site("KYO")
    for _number in range(3):
        factories.infused_case(kyoto)
    client.force_login(factories.person("manager"))
    context = new_context(base_url=live_server.url, locale="en-GB")
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto("/checks/")

    page.get_by_role("button", name="Run the checks").click()

    status = page.locator("[data-words]")
    expect(status).to_have_text("waits for a worker")
    run = CheckRun.objects.get()
    CheckRun.objects.update(state="running", cases_done=1, cases_all=3)
    expect(status).to_have_text("1 of 3 cases")
    assert page.locator("progress").evaluate("bar => [bar.value, bar.max]") == [1, 3]
    CheckRun.objects.update(state="queued", cases_done=0, cases_all=None)

    checks.run_checks(run.pk)

    expect(page.get_by_role("heading", name="Found by the last run")).to_be_visible()
    expect(page.locator("[data-words]")).to_have_count(0)
