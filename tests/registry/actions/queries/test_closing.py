"""Queries that a correction, a removal, a withdrawal or an accepted answer closes."""

from decimal import Decimal

from registry.access.row_security import everything_scope
from registry.actions.forms import save_form, void_form
from registry.actions.queries import answer_query, close_query
from registry.models import Patient, Query
from tests import factories
from tests.factories import day
from tests.registry.actions.queries.asked import correct, now, thread
from tests.registry.actions.queries.conftest import WEIGHT


def test_a_correction_closes_it_in_the_name_of_who_corrected(odd, nurse):
    saved, query = odd

    corrected = correct(saved, nurse, inf_weight=Decimal(40))

    assert corrected.queries_closed >= 1
    assert now(query).state == "closed" and not now(query).is_accepted
    assert thread(query)[-1] == ("resolved", nurse.email, "", "")


def test_what_was_accepted_is_not_asked_again_until_the_value_changes(odd, nurse, manager):
    saved, query = odd
    query = answer_query(now(query), kind="confirmed", text="Bed scale", by=nurse, seen_version=now(query).version)
    close_query(query, text="Seen in the source", by=manager, seen_version=query.version)

    unrelated = correct(saved, nurse, inf_entire=1)
    assert now(query).state == "closed"

    correct(unrelated, nurse, inf_weight=WEIGHT + 1)
    assert (now(query).state, now(query).is_accepted) == ("open", False)


def test_removing_the_form_closes_its_queries(odd, nurse):
    saved, query = odd

    void_form(saved, by=nurse, seen_version=saved.version, reason="Another patient's")

    assert now(query).state == "closed"
    assert thread(query)[-1] == ("closed", nurse.email, "", "The form was removed.")


def test_a_withdrawal_closes_the_queries_and_the_thread_says_why(odd, nurse):
    _saved, query = odd
    with everything_scope(actor="tests"):
        patient = Patient.objects.get()
    patient.consent_withdrawn, patient.consent_wd_date = 1, day(200)

    save_form(patient, by=nurse, seen_version=patient.version, reason="Letter of the parents")

    assert now(query).state == "closed"
    assert thread(query)[-1] == ("closed", nurse.email, "", "Consent was withdrawn.")


def test_a_correction_is_told_as_one(odd, nurse):
    saved, query = odd

    correct(saved, nurse, inf_weight=40)

    assert thread(query)[-1] == ("resolved", nurse.email, "", "")


def test_a_question_that_rested_on_a_removed_form_says_so(infused, nurse):
    with everything_scope(actor="tests"):
        Patient.objects.update(is_complete=True)
        earlier = set(Query.objects.values_list("pk", flat=True))
    death = factories.death(infused, -9000, by=nurse)
    with everything_scope(actor="tests"):
        asked = list(Query.objects.exclude(pk__in=earlier).exclude(form="death"))

    void_form(death, by=nurse, seen_version=death.version, reason="Another patient's")

    assert asked
    assert {(now(one).state, *thread(one)[-1][::3]) for one in asked} == {
        ("closed", "closed", "Another form was removed.")
    }
