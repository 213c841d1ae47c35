"""The words of a case, and the list narrowed by them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.access.row_security import everything_scope
from registry.actions import queries, states
from registry.case_state import WORDS, case_state
from registry.models import Case
from registry.record import stored_cases
from tests.registry.views.conftest import signed_in
from tests.registry.views.states.conftest import only_complete, sign, text

pytestmark = pytest.mark.django_db


def test_the_list_is_narrowed_by_the_words_it_shows(world):
    signed, locked, verified, asked = (only_complete(world) for _number in range(4))
    sign(world, signed, case=signed.case)
    states.lock_case(locked.case, by=world.manager)
    states.verify_form(verified, by=world.manager, seen_version=1)
    with everything_scope(actor="tests"):
        query = queries.raise_query(asked, text="Really?", by=world.manager)
    queries.answer_query(query, kind="corrected", by=world.nurse, seen_version=1)
    manager = signed_in(world.manager)

    with everything_scope(actor="tests"):
        cases = list(Case.objects.all())
        shown = {
            case.number: case_state(stored, is_locked=case.is_locked).words
            for case, stored in ((case, stored_cases(cases)[case.pk]) for case in cases)
        }
    for word in WORDS:
        page = text(manager.get("/cases/", {"data": word}))
        assert {number for number in shown if f"/cases/{number}/" in page} == {
            number for number, words in shown.items() if word in words
        }, word
    assert shown[signed.case.number] == ("signed",)
    assert shown[locked.case.number] == ("locked",)
    assert shown[verified.case.number] == ("verified",)
    assert shown[asked.case.number] == ("answered",)
    assert shown[world.case.number] == ("query",), "X31 asks"


def test_the_list_asks_no_query_more_for_more_cases(world):
    def count():
        with CaptureQueriesContext(connection) as caught:
            text(signed_in(world.manager).get("/cases/", {"data": "verified"}))
        return len(caught)

    states.verify_form(only_complete(world), by=world.manager, seen_version=1)
    one = count()
    for _number in range(3):
        states.verify_form(only_complete(world), by=world.manager, seen_version=1)

    assert count() == one
