"""A name is taken out by the keyboard alone: somebody of the hospital asks, a data manager confirms."""

import pytest
from playwright.sync_api import expect

from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAME, WHY = "Hanako Suzuki", "In the name of the clinic"


def typed(page, label, text, *, then="Tab"):
    """Type into the field in focus, which is the one labelled so, and go on."""
    expect(page.get_by_label(label)).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press(then)


def test_two_persons_take_a_name_out_by_the_keyboard(new_context, live_server, client):
    kyoto = factories.site("KYO")
    nurse, manager = factories.person("coordinator", sites=[kyoto]), factories.person("manager")
    case = factories.infused_case(kyoto, by=nurse, referring_site=f"Clinic for {NAME}")

    def opened(person):
        client.force_login(person)
        context = new_context(base_url=live_server.url, locale="en-GB")
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"/cases/{case.number}/")
        page.get_by_role("link", name="Names in free text").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/names/")
        page.wait_for_load_state()
        return page

    page = opened(nurse)
    page.get_by_label("The name, or what else is to be taken out").focus()
    typed(page, "The name, or what else is to be taken out", NAME)
    typed(page, "Why", WHY, then="Enter")
    expect(page.get_by_text("A data manager has to confirm it now.")).to_be_visible()
    expect(page.get_by_role("button", name="Take it out for good")).to_have_count(0)

    page = opened(manager)
    field = page.get_by_role("article", name=WHY).get_by_role("textbox")
    field.focus()
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Take it out for good")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is taken out, of 1 change in the history.")).to_be_visible()
    page.goto(f"/cases/{case.number}/history/")
    expect(page.get_by_text("Clinic for ■■")).to_be_visible()
    expect(page.get_by_text(NAME)).to_have_count(0)
