"""Many forms verified or locked at once: all of them or none, with the report of which could not."""

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.access.row_security import everything_scope
from registry.actions import queries, states
from registry.models import Death
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.standing import standing

pytestmark = pytest.mark.django_db


@standing
def deaths(world):
    """Complete death forms: two of Kyoto, one of Osaka."""
    sites = (world.kyoto, world.kyoto, world.osaka)
    return [factories.completed_form(factories.enrolled_case(site)) for site in sites]


@pytest.fixture
def manager(world):
    """The data manager's browser."""
    return signed_in(world.manager)


def text(answer):
    """The words of a page."""
    return unescape(answer.content.decode())


def box(form, version=None):
    """How the list names a form."""
    return f"{form.case_id}:{form.form_name}:{form.pk}:{version or form.version}"


def flags():
    """(verified, locked) of each death, in order."""
    with everything_scope(actor="tests"):
        return list(Death.objects.order_by("pk").values_list("is_verified", "is_locked"))


def test_the_list_holds_complete_forms_without_a_query(world, deaths, manager):
    factories.stored_form(factories.enrolled_case(world.kyoto), "death", death_date=factories.day(9))  # not complete
    with everything_scope(actor="tests"):
        queries.raise_query(deaths[0], text="Really?", by=world.manager)

    page = text(manager.get("/forms/"))

    assert "2 complete forms without a query wait to be verified" in page
    assert box(deaths[0]) not in page
    assert box(deaths[1]) in page
    assert box(deaths[2]) in page
    assert "3 complete forms can be locked" in text(manager.get("/forms/?todo=lock"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("site=KYO", 2),
        ("site=OSA", 1),
        ("form=death", 3),
        ("form=relapse", 0),
        ("number=osa", 1),
        ("until=2024-12-20", 3),
        ("until=2024-12-19", 0),
        ("since=2024-12-20&until=2024-12-20", 3),
        ("site=XXX&form=nonsense&until=nonsense&page=nonsense", 3),
    ],
)
def test_the_list_is_narrowed_by_site_form_case_and_day(deaths, manager, query, found):
    page = text(manager.get(f"/forms/?{query}"))

    assert page.count('name="form" value="') == found


def test_a_form_without_a_date_counts_with_the_infusion(world, manager):
    case = factories.infused_case(world.kyoto)
    crs = factories.stored_form(case, "crs", crs_occurred=0)
    with everything_scope(actor="tests"):
        type(crs).objects.update(is_complete=True)

    assert box(crs) in text(manager.get("/forms/?todo=lock&until=2024-06-03"))
    assert box(crs) not in text(manager.get("/forms/?todo=lock&until=2024-06-02"))


def test_many_are_verified(deaths, manager):
    page = text(manager.post("/forms/", {"act": "verify", "form": [box(one) for one in deaths]}, follow=True))

    assert "3 forms are verified." in page
    assert flags() == [(True, False)] * 3


def test_one_that_cannot_be_leaves_all_as_they_were_and_is_named(world, deaths, manager):
    with everything_scope(actor="tests"):
        queries.raise_query(deaths[1], text="Really?", by=world.manager)
    states.lock_form(deaths[2], by=world.manager, seen_version=1)

    answer = manager.post("/forms/", {"act": "verify", "form": [box(deaths[0]), box(deaths[1]), box(deaths[2], 2)]})

    page = text(answer)
    assert answer.status_code == 422
    assert "Nothing was changed: 2 of the forms could not be." in page
    assert "KYO-0002 Death</a>: Only a complete form without open queries can be verified." in page
    assert "OSA-0001 Death</a>: The form is locked. It has to be opened first." in page
    assert f'value="{box(deaths[0])}" checked' in page, "the others are still ticked"
    assert flags() == [(False, False), (False, False), (False, True)]


def test_what_changed_since_it_was_read_is_refused(deaths, manager):
    answer = manager.post("/forms/", {"act": "verify", "form": [box(deaths[0], 9), box(deaths[1])]})

    assert "Somebody has changed it since you read it." in text(answer)
    assert flags() == [(False, False)] * 3


def test_a_whole_list_is_locked_by_site_or_day(deaths, manager):
    page = text(manager.get("/forms/?todo=lock&site=KYO"))
    assert "Lock all 2 forms of this list" in page

    page = text(manager.post("/forms/?todo=lock&site=KYO", {"act": "lock", "whole": "2"}, follow=True))

    assert "2 forms are locked." in page
    assert flags() == [(False, True), (False, True), (False, False)]


def test_a_list_that_has_changed_is_not_locked(deaths, manager):
    answer = manager.post("/forms/?todo=lock", {"act": "lock", "whole": "2"})

    assert "The list has changed since. Nothing was done" in text(answer)
    assert flags() == [(False, False)] * 3


@pytest.mark.parametrize(
    "body", [{}, {"act": "burn"}, {"act": "verify"}, {"act": "verify", "form": ["1:death:1", "x", "1:burn:1:1"]}]
)
def test_what_no_page_sends_changes_nothing(deaths, manager, body):
    assert manager.post("/forms/", body).status_code in (400, 422)
    assert flags() == [(False, False)] * 3


def test_a_form_named_under_another_case_is_refused(deaths, manager):
    wrong = f"{deaths[1].case_id}:death:{deaths[0].pk}:1"

    assert manager.post("/forms/", {"act": "verify", "form": [wrong]}).status_code == 422
    assert flags() == [(False, False)] * 3


def test_the_list_asks_as_many_queries_however_long_it_is(world, deaths, manager):
    def count():
        with CaptureQueriesContext(connection) as caught:
            manager.get("/forms/")
        return len(caught)

    one = count()
    for _number in range(5):
        factories.completed_form(factories.enrolled_case(world.kyoto))

    assert count() == one


def test_the_whole_list_has_a_limit(deaths, manager, monkeypatch):
    from registry.views import forms_bulk

    monkeypatch.setattr(forms_bulk, "MOST", 2)
    assert "narrow it to at most 2 forms" in text(manager.get("/forms/?todo=lock"))
    manager.post("/forms/?todo=lock", {"act": "lock", "whole": "3"})
    assert flags() == [(False, False)] * 3, "a list is locked whole or not at all"
