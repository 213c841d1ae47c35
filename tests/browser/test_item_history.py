"""The history of a question, opened beside it without leaving the form: by pointer, by keyboard, and as a page without scripts."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from registry.models import Infusion
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FORM = "/cases/KYO-0001/infusion/1.1/"


@pytest.fixture
def session(client):
    """The session of a coordinator of Kyoto, who entered a weight and corrected it."""
    kyoto = factories.site("KYO")
    nurse = factories.person("coordinator", sites=[kyoto], name="Aoi Nakamura")
    case = factories.infused_case(kyoto, by=nurse)
    with everything_scope(actor="tests"):
        form = Infusion.objects.get(case=case)
        form.inf_weight = Decimal(43)
        save_form(form, by=nurse, seen_version=1, reason="Weighed again")
    client.force_login(nurse)
    return client.cookies["sessionid"].value


def opened(context, live_server, session):
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + FORM)
    return page


def test_it_opens_beside_the_question_and_keeps_what_was_typed(context, live_server, session):
    page = opened(context, live_server, session)
    page.fill("#inf_weight", "44")

    page.click("[data-item-history-of=inf_weight]")

    past = page.locator("[data-question=inf_weight] .item-history")
    expect(past).to_contain_text("40 kg → 43 kg")
    expect(past).to_contain_text("Aoi Nakamura")
    expect(past).to_contain_text("Weighed again")
    expect(page.locator("#inf_weight")).to_have_value("44")
    assert page.url == live_server.url + FORM


def test_the_keyboard_opens_and_closes_it_where_the_cursor_is(context, live_server, session):
    page = opened(context, live_server, session)
    page.focus("#inf_weight")

    page.keyboard.press("Alt+H")
    expect(page.locator("[data-question=inf_weight] .item-history")).to_contain_text("40 kg → 43 kg")
    expect(page.locator("#inf_weight")).to_be_focused()

    page.keyboard.press("Alt+H")
    expect(page.locator(".item-history")).to_have_count(0)


def test_without_scripts_the_link_leads_to_its_page(new_context, live_server, session):
    page = opened(new_context(java_script_enabled=False), live_server, session)

    page.click("[data-item-history-of=inf_weight]", force=True)

    expect(page.locator(".story")).to_contain_text("40 kg → 43 kg")
    expect(page.locator(".story")).not_to_contain_text("150")
