"""What a page makes is made once, however often the page is sent; other words on the same page are another wish."""

import re

import pytest
from django.test import Client

from registry.access.row_security import everything_scope
from registry.models import Person, Query, QueryStep, Site, Token
from tests import factories


@pytest.fixture
def world(db):
    """A case of Kyoto with a complete form, and a browser of a data manager."""
    kyoto = factories.site("KYO")
    case = factories.infused_case(kyoto)
    factories.completed_form(case)
    browser = Client()
    browser.force_login(factories.person("manager"))
    return browser, case, kyoto


def nonce_of(browser, page):
    """The name that the page goes by."""
    return re.search(r'name="nonce" value="([0-9a-f-]{36})"', browser.get(page).content.decode())[1]


def counted(model, **words):
    """How many rows there are, of every site."""
    with everything_scope(actor="tests"):
        return model.objects.filter(**words).count()


def test_a_query_that_is_sent_twice_is_raised_once_and_answered_once(world):
    browser, case, kyoto = world
    form = f"/cases/{case.number}/death/1/"
    sent = {"nonce": nonce_of(browser, form), "ask_": "Is this right?"}
    first, second = (browser.post(f"{form}ask/", sent) for _time in range(2))
    assert first.url == second.url == form and counted(Query, origin="manager") == 1
    assert "It was done once" in browser.get(form).content.decode()
    browser.post(f"{form}ask/", {**sent, "ask_": "And this?"})
    assert counted(Query, origin="manager") == 2

    with everything_scope(actor="tests"):
        query = Query.objects.filter(origin="manager").first()
    nurse = Client()
    nurse.force_login(factories.person("coordinator", sites=[kyoto]))
    page = f"/queries/{query.pk}/"
    answer = {"nonce": nonce_of(nurse, page), "step": "answer", "kind": "confirmed", "text": "Yes.", "version": "1"}
    assert [nurse.post(page, answer).status_code for _time in range(2)] == [302, 302]
    assert counted(QueryStep, query=query, act="answered") == 1


def test_a_refused_page_is_not_done_and_can_be_sent_again(world):
    browser, case, _kyoto = world
    page = "/queries/new/"
    sent = {"about": "death", "text": "Why?", "lines": "nothing", "step": "store", "nonce": "n"}
    assert [browser.post(page, sent).status_code for _time in range(2)] == [422, 422]
    good = {**sent, "lines": case.number}
    assert [browser.post(page, good).status_code for _time in range(2)] == [302, 302]
    assert counted(Query, origin="manager") == 1


def test_a_person_a_site_and_a_token_are_made_once(admin_browser):
    made = {"email": "new@example.org", "name": "New", "role": "lead", "nonce": nonce_of(admin_browser, "/people/new/")}
    assert len({admin_browser.post("/people/new/", made).url for _time in range(2)}) == 1
    place = {"code": "OSA", "name": "Osaka", "nonce": nonce_of(admin_browser, "/sites/new/")}
    assert len({admin_browser.post("/sites/new/", place).url for _time in range(2)}) == 1
    assert (Person.objects.filter(role="lead").count(), Site.objects.count()) == (1, 1)

    lead = Client()
    lead.force_login(Person.objects.get(role="lead"))
    wish = {"purpose": "R", "days": "30", "scopes": "read", "nonce": nonce_of(lead, "/accounts/tokens/")}
    first, second = (lead.post("/accounts/tokens/", wish) for _time in range(2))
    assert first.status_code == 200 and second.url == "/accounts/tokens/" and Token.objects.count() == 1


@pytest.fixture
def admin_browser(db):
    """A browser of an administrator."""
    browser = Client()
    browser.force_login(factories.person("administrator"))
    return browser
