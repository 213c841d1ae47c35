"""Queries: every step for every role, from its states only, in a thread that nobody changes."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, connection, transaction

from registry.access.row_security import everything_scope
from registry.actions.queries import (
    QueryMovedError,
    answer_query,
    close_query,
    move_queries,
    raise_queries,
    reopen_query,
)
from tests import factories
from tests.registry.actions.queries.asked import STEPS, in_state, now, thread

ALLOWED = {"coordinator": {"answer"}, "investigator": {"answer"}, "manager": {"raise", "close", "reopen"}}
ROLES = ("coordinator", "investigator", "manager", "lead", "statistician", "administrator")


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
