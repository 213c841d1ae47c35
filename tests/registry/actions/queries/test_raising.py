"""Queries that a data manager raises, and those that a save brings."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from registry.actions.queries import close_query, raise_queries, raise_query
from registry.models import Case, CrsEpisode, Death, FollowUp, Query
from registry.record import stored_case
from tests import factories
from tests.factories import day
from tests.registry.actions.queries.asked import correct, machine, now, thread
from tests.registry.actions.queries.conftest import WEIGHT
from tests.standing import standing

UNUSUAL = ("infusion", "inf_weight", "open")
UNKNOWN = dict.fromkeys(("fup_visit_mr", "fup_source_mr", "disease_status_fup_mr", "lost_to_fup_mr"), "UK")


def test_a_question_must_be_one_of_the_form(infusion, manager):
    with pytest.raises(ValidationError):
        raise_query(infusion, item="death_date", text="When?", by=manager)
    with pytest.raises(ValidationError):
        raise_query(infusion, item="inf_weight", text=" ", by=manager)


def test_the_same_question_is_not_asked_twice_while_it_is_open(infusion, manager):
    questions = [(infusion, "inf_weight", "Which day?"), (infusion, "", "Is this form complete?")]

    assert len(raise_queries(questions, by=manager)) == 2
    assert raise_queries(questions, by=manager) == []


def test_many_questions_are_asked_all_or_none(infusion, manager):
    with pytest.raises(ValidationError):
        raise_queries([(infusion, "inf_weight", "Which day?"), (infusion, "nothing", "What?")], by=manager)

    with everything_scope(actor="tests"):
        assert not Query.objects.filter(origin="manager").exists()


def test_three_hundred_questions_cost_as_many_statements_as_three(infusion, manager):
    def cost(count, words):
        with CaptureQueriesContext(connection) as statements:
            asked = raise_queries([(infusion, "", f"{words} {number}") for number in range(count)], by=manager)
        assert len(asked) == count
        return len(statements)

    assert cost(3, "Question") == cost(300, "Other question")


def test_many_questions_are_a_data_managers_business(infusion, nurse):
    with pytest.raises(PermissionDenied):
        raise_queries([(infusion, "", "Why?")], by=nurse)
    with pytest.raises(PermissionDenied):
        raise_queries([], by=nurse)


def test_a_save_opens_what_it_brings_and_says_how_many(infusion, nurse):
    saved = correct(infusion, nurse, inf_weight=WEIGHT)

    assert saved.queries_opened >= 1
    assert UNUSUAL in machine(rule="infusion.inf_weight.unusual")


def test_the_same_fact_coming_back_opens_the_same_query_again(odd, nurse):
    saved, query = odd
    corrected = correct(saved, nurse, inf_weight=Decimal(40))

    again = correct(corrected, nurse, inf_weight=WEIGHT)

    assert again.queries_opened >= 1
    assert now(query).state == "open"
    assert [act for act, *_rest in thread(query)] == ["opened", "resolved", "reopened"]


def test_the_episode_graded_differently_is_asked_at_its_form(infused, nurse):
    save_form(CrsEpisode(case=infused, crs_onset=factories.day(2), crs_grade_site=3, crs_fever=1), by=nurse)

    assert {form for form, _item, _state in machine(form="crs_episode")} <= {"crs_episode"}


def completed(form, by):
    """The form, stored and complete."""
    form = save_form(form, by=by, seen_version=form.version, complete=True)
    assert form.is_complete
    return form


@standing
def deceased(infused, nurse):
    """A case that was followed until it died on day 200; every one of these forms is complete."""
    completed(FollowUp(case=infused, fup_date=day(150), vital_status=1, last_disease_date=day(150), **UNKNOWN), nurse)
    last = FollowUp(case=infused, fup_date=day(200), vital_status=2, last_disease_date=day(190), **UNKNOWN)
    last = save_form(last, by=nurse)
    death = Death(case=infused, death_date=day(200), death_cause=1, death_in_remission=1, death_cart_related=1)
    death = completed(death, nurse)
    completed(last, nurse)
    return infused, death


def test_a_contradiction_is_stored_asked_on_the_other_form_and_cannot_be_accepted(deceased, nurse, manager):
    case, death = deceased

    moved = correct(death, nurse, death_date=day(120))  # before the contact of day 150

    assert moved.version == 2
    asked = {form for form, _item, _state in machine(severity="hard", state="open")}
    assert asked == {"follow_up"}, "the form that was saved is not complete any more; the other one is asked"
    with everything_scope(actor="tests"):
        stored = stored_case(Case.objects.get(pk=case.pk))
        assert [stored.state_of(one) for one in stored.rows_of("death")] == ["error"]
        contradicted = Query.objects.filter(severity="hard", state="open").first()
    with pytest.raises(ValidationError, match="cannot be accepted"):
        close_query(contradicted, text="Seen", by=manager, seen_version=contradicted.version)

    correct(moved, nurse, death_date=day(200))
    assert machine(severity="hard", state="open") == []
