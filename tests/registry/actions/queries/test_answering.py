"""Answers to queries, alone and with the save of the form."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from registry.access.row_security import everything_scope
from registry.actions.queries import answer_query, close_query, raise_query
from registry.actions.save_and_answer import RepliesRefusedError, Reply, save_and_answer
from registry.models import Infusion, Patient
from tests import factories
from tests.registry.actions.queries.asked import correct, now, thread
from tests.registry.actions.queries.conftest import WEIGHT


def test_an_answer_needs_words_unless_it_is_a_correction(query, nurse):
    for kind in ("confirmed", "unavailable", "other"):
        with pytest.raises(ValidationError):
            answer_query(query, kind=kind, text="  ", by=nurse, seen_version=1)
    with pytest.raises(ValidationError):
        answer_query(query, kind="whatever", text="words", by=nurse, seen_version=1)
    assert answer_query(query, kind="corrected", by=nurse, seen_version=1).state == "answered"


def test_a_foreign_query_cannot_be_answered(query, osaka):
    stranger = factories.person("coordinator", sites=[osaka])

    with pytest.raises(PermissionDenied):
        answer_query(query, kind="other", text="words", by=stranger, seen_version=1)


def test_an_answered_query_waits_while_its_value_stays_and_opens_when_it_changes(odd, nurse):
    saved, query = odd
    answer_query(now(query), kind="confirmed", text="Bed scale", by=nurse, seen_version=now(query).version)

    correct(saved, nurse, inf_weight=WEIGHT + 5)

    assert (now(query).state, now(query).answer_kind) == ("open", "")
    assert now(query).values["found"] == {"number": "245", "unit": "kg"}


def test_an_answer_is_stored_with_the_form(odd, nurse):
    saved, query = odd
    saved.inf_weight = WEIGHT + 1  # another unusual value, confirmed in the same save

    reply = Reply(query.pk, query.version, "confirmed", "Bed scale, twice")
    saved = save_and_answer(saved, [reply], by=nurse, seen_version=saved.version, reason="Misread")

    assert (now(query).state, now(query).answer_kind) == ("answered", "confirmed")
    assert now(query).values["found"]["number"] == "241"
    assert thread(query)[-1] == ("answered", nurse.email, "confirmed", "Bed scale, twice")


def test_words_on_a_query_that_the_correction_closed_stay_in_its_thread(odd, nurse):
    saved, query = odd
    saved.inf_weight = Decimal(40)

    save_and_answer(
        saved,
        [Reply(query.pk, query.version, "corrected", "Two digits swapped")],
        by=nurse,
        seen_version=saved.version,
        reason="Misread",
    )

    assert now(query).state == "closed"
    assert [act for act, *_rest in thread(query)] == ["opened", "resolved", "answered"]


def test_a_refused_answer_keeps_the_form_from_being_stored(odd, nurse, manager):
    saved, query = odd
    reply = Reply(query.pk, query.version, "confirmed", "Bed scale")
    close_query(now(query), text="Seen in the source", by=manager, seen_version=query.version)
    saved.inf_weight, seen = Decimal(41), saved.version

    with pytest.raises(RepliesRefusedError) as refusal:
        save_and_answer(saved, [reply], by=nurse, seen_version=seen, reason="Misread")

    assert list(refusal.value.refused) == [query.pk]
    with everything_scope(actor="tests"):
        assert Infusion.objects.get().inf_weight == WEIGHT


def test_an_answer_to_another_forms_query_is_refused(odd, nurse, manager, infused):
    saved, _query = odd
    with everything_scope(actor="tests"):
        patient = Patient.objects.get()
    other = raise_query(patient, text="Is this the right patient?", by=manager)

    with pytest.raises(RepliesRefusedError):
        save_and_answer(saved, [Reply(other.pk, 1, "other", "Yes")], by=nurse, seen_version=saved.version)

    assert now(other).state == "open"
