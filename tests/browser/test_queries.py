"""Queries in a real browser: answered with Save, many selected by mouse and keyboard."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from registry.access.row_security import everything_scope
from registry.models import Infusion, Query
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WEIGHT = Decimal("240")


@pytest.fixture
def asked(transactional_db):
    """Kyoto's case with an unusual weight, and four questions of the data manager about its infusion."""
    kyoto = factories.site("KYO")
    nurse, manager = factories.person("coordinator", sites=[kyoto]), factories.person("manager")
    case = factories.infused_case(kyoto, by=nurse, inf_weight=WEIGHT)
    with everything_scope(actor="tests"):
        form = Infusion.objects.get()
    for number in range(3):
        factories.query(form, text=f"Question {number}", by=manager)
    factories.query(form, item="inf_weight", text="Is this in kg?", by=manager)
    return {"nurse": nurse, "manager": manager, "url": f"{case.get_absolute_url()}infusion/1.1/"}


@pytest.fixture
def desk(new_context, live_server, asked, client):
    """A function: the browser page of the nurse or the manager."""

    def opened(who):
        context = new_context(base_url=live_server.url, locale="en-GB", reduced_motion="reduce")
        client.force_login(asked[who])
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    return opened


def states():
    with everything_scope(actor="tests"):
        return dict(Query.objects.filter(origin="manager").values_list("text", "state"))


def test_a_reason_typed_at_the_question_goes_with_save(desk, asked):
    page = desk("nurse")
    page.goto(asked["url"])

    page.get_by_label("Answer: Is this in kg?").fill("Yes, bed scale")
    page.keyboard.press("Control+s")
    asked_there = page.locator(".query").filter(has_text="Is this in kg?")
    expect(asked_there).to_contain_text("Choose what you did.")
    page.get_by_label("What was done: Is this in kg?").select_option("confirmed")
    page.keyboard.press("Control+s")

    expect(page.locator(".messages")).to_contain_text("1 query answered")
    assert states()["Is this in kg?"] == "answered"


def test_a_reason_that_is_not_saved_is_put_back(desk, asked):
    page = desk("nurse")
    page.goto(asked["url"])
    page.get_by_label("Answer: Is this in kg?").fill("Yes, bed scale")
    page.on("dialog", lambda dialog: dialog.accept())

    page.wait_for_timeout(4500)  # until the server was told
    page.reload()

    expect(page.get_by_label("Answer: Is this in kg?")).to_have_value("Yes, bed scale")


def test_all_of_a_page_are_selected_at_once_and_a_range_with_shift(desk):
    page = desk("manager")
    page.goto("/queries/?origin=manager")
    boxes = page.locator("tbody input[type=checkbox]")

    page.get_by_label("Select all on this page").check()
    expect(page.locator("[data-selected]")).to_have_text("4 selected")
    page.get_by_label("Select all on this page").uncheck()
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[data-selected]")).to_have_text("3 selected")
    boxes.nth(2).focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-selected]")).to_have_text("2 selected")

    page.get_by_label("Words for all selected").fill("Answered by telephone")
    page.get_by_role("button", name="Close", exact=True).click()

    expect(page.locator(".messages")).to_contain_text("2 queries closed.")
    assert states() == {
        "Question 0": "closed",
        "Question 1": "closed",
        "Question 2": "open",
        "Is this in kg?": "open",
    }


def test_the_list_is_reached_and_walked_by_keyboard(desk):
    page = desk("nurse")
    page.goto("/cases/")

    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/queries/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/queries/\d+/$"))
