"""Queries: every step for every role, what is refused, and what a save does to the registry's own."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from registry.access.row_security import everything_scope
from registry.actions.forms import save_form, void_form
from registry.actions.queries import (
    QueryMovedError,
    answer_query,
    close_query,
    move_queries,
    raise_queries,
    raise_query,
    reopen_query,
)
from registry.actions.save_and_answer import RepliesRefusedError, Reply, save_and_answer
from registry.models import Case, CrsEpisode, Death, FollowUp, Infusion, Patient, Query, QueryStep
from registry.record import stored_case
from tests import factories
from tests.factories import day

STEPS = {
    "raise": lambda form, query, by: raise_query(form, item="inf_weight", text="Is this the weight of the day?", by=by),
    "answer": lambda form, query, by: answer_query(
        query, kind="confirmed", text="Chart of 3 June", by=by, seen_version=query.version
    ),
    "close": lambda form, query, by: close_query(query, text="Seen in the source", by=by, seen_version=query.version),
    "reopen": lambda form, query, by: reopen_query(query, text="Which chart?", by=by, seen_version=query.version),
}
ALLOWED = {"coordinator": {"answer"}, "investigator": {"answer"}, "manager": {"raise", "close", "reopen"}}
ROLES = ("coordinator", "investigator", "manager", "lead", "statistician", "administrator")


@pytest.fixture
def manager(db):
    return factories.person("manager")


@pytest.fixture
def infused(kyoto, nurse):
    return factories.infused_case(kyoto, by=nurse)


@pytest.fixture
def infusion(infused):
    with everything_scope(actor="tests"):
        return Infusion.objects.get()


@pytest.fixture
def query(infusion, manager):
    return raise_query(infusion, item="inf_weight", text="Is this the weight of the day?", by=manager)


def now(query):
    """The query as stored."""
    with everything_scope(actor="tests"):
        return Query.objects.get(pk=query.pk)


def thread(query):
    """(step, who, kind, words) of each step."""
    with everything_scope(actor="tests"):
        return list(QueryStep.objects.filter(query=query).values_list("act", "actor", "kind", "text"))


def in_state(query, state, nurse, manager):
    """The query, brought into a state by the people whose task it is."""
    if state in ("answered", "closed"):
        query = answer_query(query, kind="confirmed", text="As in the chart", by=nurse, seen_version=query.version)
    return (
        close_query(query, text="Seen in the source", by=manager, seen_version=query.version)
        if state == "closed"
        else query
    )


def machine(**words):
    """The registry's own queries of the only case: (form, item, state)."""
    with everything_scope(actor="tests"):
        rows = Query.objects.filter(origin="machine", **words)
        return sorted(rows.values_list("form", "item", "state"))


def correct(form, by, **answers):
    """The stored form with other answers."""
    for name, answer in answers.items():
        setattr(form, name, answer)
    return save_form(form, by=by, seen_version=form.version, reason="Misread the chart")


# Steps.


@pytest.mark.parametrize("role", ROLES)
def test_each_role_takes_its_own_steps_and_no_other(role, infusion, query, kyoto, nurse, manager):
    own_site = [kyoto] if role in ("coordinator", "investigator") else []
    person = factories.person(role, sites=own_site, email="somebody@example.org")
    before = {"answer": "open", "close": "open", "reopen": "answered", "raise": "open"}
    for step, act in STEPS.items():
        with transaction.atomic():
            query_now = in_state(now(query), before[step], nurse, manager)
            if step in ALLOWED.get(role, ()):
                act(infusion, query_now, person)
            else:
                count = len(thread(query))
                with pytest.raises(PermissionDenied):
                    act(infusion, query_now, person)
                assert len(thread(query)) == count
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("state", "step", "after"),
    [
        ("open", "answer", "answered"),
        ("open", "close", "closed"),
        ("open", "reopen", None),
        ("answered", "answer", None),
        ("answered", "close", "closed"),
        ("answered", "reopen", "open"),
        ("closed", "answer", None),
        ("closed", "close", None),
        ("closed", "reopen", "open"),
    ],
)
def test_a_step_leads_from_its_states_only(state, step, after, infusion, query, nurse, manager):
    query = in_state(query, state, nurse, manager)
    by = nurse if step == "answer" else manager

    if after:
        STEPS[step](infusion, query, by)
    else:
        with pytest.raises(QueryMovedError):
            STEPS[step](infusion, query, by)

    assert now(query).state == (after or state)


def test_the_thread_names_who_said_what(query, nurse, manager):
    query = answer_query(query, kind="unavailable", text=" The chart is lost ", by=nurse, seen_version=1)
    query = reopen_query(query, text="Ask the pharmacy", by=manager, seen_version=2)
    query = answer_query(query, kind="corrected", by=nurse, seen_version=3)
    close_query(query, text="Thank you", by=manager, seen_version=4)

    assert thread(query) == [
        ("opened", manager.email, "", "Is this the weight of the day?"),
        ("answered", nurse.email, "unavailable", "The chart is lost"),
        ("reopened", manager.email, "", "Ask the pharmacy"),
        ("answered", nurse.email, "corrected", ""),
        ("closed", manager.email, "", "Thank you"),
    ]
    assert (now(query).state, now(query).is_accepted) == ("closed", True)


@pytest.mark.parametrize("step", ["answer", "close"])
def test_a_step_on_what_was_seen_before_somebody_elses_is_refused(step, infusion, query, nurse, manager):
    seen = now(query)
    answer_query(query, kind="other", text="See note", by=nurse, seen_version=1)

    with pytest.raises(QueryMovedError):
        STEPS[step](infusion, seen, nurse if step == "answer" else manager)

    assert len(thread(query)) == 2


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


def test_many_queries_move_all_or_none(infusion, nurse, manager):
    first, second = raise_queries([(infusion, "inf_weight", "Which day?"), (infusion, "", "Complete?")], by=manager)
    answer_query(second, kind="other", text="Yes", by=nurse, seen_version=1)

    with pytest.raises(QueryMovedError):
        move_queries([first, second], lambda one: close_query(one, text="Seen", by=manager, seen_version=1), by=manager)
    assert (now(first).state, now(second).state) == ("open", "answered")

    seen = {first.pk: 1, second.pk: 2}
    move_queries(
        [first, second], lambda one: close_query(one, text="Seen", by=manager, seen_version=seen[one.pk]), by=manager
    )
    assert (now(first).state, now(second).state) == ("closed", "closed")


# The registry's own queries.

UNUSUAL = ("infusion", "inf_weight", "open")
WEIGHT = Decimal("240")  # the usual range of a body weight ends below it


@pytest.fixture
def odd(infusion, nurse):
    """The infusion with an unusual weight, and the only query that asks about it."""
    saved = correct(infusion, nurse, inf_weight=WEIGHT)
    with everything_scope(actor="tests"):
        return saved, Query.objects.get(rule="infusion.inf_weight.unusual")


def rule_of(query):
    return {"rule": query.rule}


def test_a_save_opens_what_it_brings_and_says_how_many(infusion, nurse):
    saved = correct(infusion, nurse, inf_weight=WEIGHT)

    assert saved.queries_opened >= 1
    assert UNUSUAL in machine(rule="infusion.inf_weight.unusual")


def test_a_correction_closes_it_in_the_name_of_who_corrected(odd, nurse):
    saved, query = odd

    corrected = correct(saved, nurse, inf_weight=Decimal(40))

    assert corrected.queries_closed >= 1
    assert now(query).state == "closed" and not now(query).is_accepted
    assert thread(query)[-1] == ("resolved", nurse.email, "", "")


def test_the_same_fact_coming_back_opens_the_same_query_again(odd, nurse):
    saved, query = odd
    corrected = correct(saved, nurse, inf_weight=Decimal(40))

    again = correct(corrected, nurse, inf_weight=WEIGHT)

    assert again.queries_opened >= 1
    assert now(query).state == "open"
    assert [act for act, *_rest in thread(query)] == ["opened", "resolved", "reopened"]


def test_what_was_accepted_is_not_asked_again_until_the_value_changes(odd, nurse, manager):
    saved, query = odd
    query = answer_query(now(query), kind="confirmed", text="Bed scale", by=nurse, seen_version=now(query).version)
    close_query(query, text="Seen in the source", by=manager, seen_version=query.version)

    unrelated = correct(saved, nurse, inf_entire=1)
    assert now(query).state == "closed"

    correct(unrelated, nurse, inf_weight=WEIGHT + 1)
    assert (now(query).state, now(query).is_accepted) == ("open", False)


def test_an_answered_query_waits_while_its_value_stays_and_opens_when_it_changes(odd, nurse):
    saved, query = odd
    answer_query(now(query), kind="confirmed", text="Bed scale", by=nurse, seen_version=now(query).version)

    correct(saved, nurse, inf_weight=WEIGHT + 5)

    assert (now(query).state, now(query).answer_kind) == ("open", "")
    assert now(query).values["found"] == {"number": "245", "unit": "kg"}


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


# Answers that come with a save.


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


# A contradiction that another form brings.


UNKNOWN = dict.fromkeys(("fup_visit_mr", "fup_source_mr", "disease_status_fup_mr", "lost_to_fup_mr"), "UK")


def completed(form, by):
    """The form, stored and complete."""
    form = save_form(form, by=by, seen_version=form.version, complete=True)
    assert form.is_complete
    return form


@pytest.fixture
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


# Nobody deletes.


@pytest.mark.parametrize("table", ["registry_query", "registry_querystep"])
def test_the_serving_role_deletes_no_query_and_no_step(table, query):
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_step_of_a_thread_is_never_changed(query):
    with (
        everything_scope(actor="tests"),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE registry_querystep SET text = 'something else'")


@pytest.mark.parametrize("table", ["registry_query", "registry_querystep"])
def test_raw_sql_without_a_scope_finds_no_query(table, query):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (0,)


def test_the_episode_graded_differently_is_asked_at_its_form(infused, nurse):
    save_form(CrsEpisode(case=infused, crs_onset=factories.day(2), crs_grade_site=3, crs_fever=1), by=nurse)

    assert {form for form, _item, _state in machine(form="crs_episode")} <= {"crs_episode"}
