"""The trail cannot be switched off: not by those who serve, and not by whoever owns it without being seen."""

import os

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from registry.access import guards
from tests import factories
from tests.conftest import log_in_as

SERVING = ("reg_app", "reg_worker")


def test_the_shipped_guards_are_those_that_migrations_make(db):
    if os.environ.get("WRITE_GUARDS"):
        call_command("guards", write=True)

    assert guards.differences() == [], "after a migration of guards: WRITE_GUARDS=1 pytest tests/access/test_guards.py"


def test_no_guard_reads_otherwise_after_a_restore():
    """A list of words beside a varchar column is written otherwise once it was dumped: compare with an array of text."""
    assert [line for line in guards.shipped() if "character varying" in line] == []


@pytest.fixture
def serving(request, transactional_db):
    """A case, and a connection of one of the serving roles."""
    factories.infused_case(factories.site("KYO"))
    log_in_as(request.param)
    yield request.param
    log_in_as("reg_app")


ATTEMPTS = (
    "SET session_replication_role = replica",
    "SET LOCAL session_replication_role = 'local'",
    "ALTER TABLE registry_infusion DISABLE TRIGGER record",
    "ALTER TABLE registry_infusion DISABLE TRIGGER ALL",
    "ALTER TABLE registry_person DISABLE TRIGGER USER",
    "DROP TRIGGER record ON registry_infusion",
    "DROP TRIGGER record ON registry_person",
    "CREATE TRIGGER other BEFORE INSERT ON registry_historyevent EXECUTE FUNCTION guard.refuse()",
    "CREATE OR REPLACE FUNCTION guard.record() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE OR REPLACE FUNCTION guard.record_people() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE RULE nothing AS ON INSERT TO registry_historyevent DO INSTEAD NOTHING",
    "ALTER TABLE registry_historyevent DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE registry_historyevent OWNER TO reg_app",
    "UPDATE registry_historyevent SET actor = 'x'",
    "DELETE FROM registry_historyevent",
    "TRUNCATE registry_historyevent",
    "INSERT INTO registry_historyevent SELECT * FROM registry_historyevent",
    "UPDATE guard.seal SET rows = 0",
    "DELETE FROM guard.sealed_event",
    "DROP TABLE registry_historyevent",
)


@pytest.mark.parametrize("serving", SERVING, indirect=True)
def test_a_serving_role_cannot_switch_the_trail_off(serving):
    before, answers = guards.in_force(), {}
    for attempt in ATTEMPTS:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(attempt)
            answers[attempt] = "done"
        except DatabaseError as refusal:
            answers[attempt] = type(refusal.__cause__).__name__

    assert {attempt: answer for attempt, answer in answers.items() if answer != "InsufficientPrivilege"} == {}
    assert guards.in_force() == before


CRIMES = {
    "a trigger switched off": (
        "ALTER TABLE registry_infusion DISABLE TRIGGER record",
        "missing: trigger record on registry_infusion",
    ),
    "a trigger for replicas only": (
        "ALTER TABLE registry_person ENABLE REPLICA TRIGGER record",
        "missing: trigger record on registry_person",
    ),
    "a trigger dropped": (
        "DROP TRIGGER no_truncate ON registry_historyevent",
        "missing: trigger no_truncate on registry_historyevent",
    ),
    "a trigger added": (
        "CREATE TRIGGER a BEFORE INSERT ON registry_historyevent FOR EACH ROW EXECUTE FUNCTION guard.refuse()",
        "not shipped: trigger a on registry_historyevent",
    ),
    "an emptied function": (
        "CREATE OR REPLACE FUNCTION guard.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        "SET search_path = public, pg_temp AS 'BEGIN RETURN NULL; END'",
        "missing: function guard.record()",
    ),
    "a policy widened": (
        "ALTER POLICY own_sites ON registry_infusion USING (true)",
        "missing: policy own_sites on registry_infusion",
    ),
    "isolation off": (
        "ALTER TABLE registry_infusion NO FORCE ROW LEVEL SECURITY",
        "missing: isolation of registry_infusion",
    ),
    "a right given": (
        "GRANT DELETE ON registry_historyevent TO reg_app",
        "missing: grant to reg_app on registry_historyevent",
    ),
}


@pytest.mark.parametrize("crime", CRIMES)
def test_the_owner_is_seen_when_a_guard_is_taken_away(db, crime):
    statement, found = CRIMES[crime]
    before = psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"])
    with before as administrator:
        administrator.execute(statement)
        lines = [line for (line,) in administrator.execute(guards.IN_FORCE).fetchall()]
        administrator.rollback()
    missing = [f"missing: {line}" for line in set(guards.shipped()) - set(lines)]
    added = [f"not shipped: {line}" for line in set(lines) - set(guards.shipped())]

    assert any(line.startswith(found) for line in [*missing, *added])


@pytest.mark.django_db(transaction=True)
def test_ready_turns_red_while_a_guard_is_away(client):
    def guard():
        return client.get("/ready").json()["checks"]["guards"]

    assert guard() == {"ok": True, "reason": "ok"}
    with psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"], autocommit=True) as administrator:
        administrator.execute("ALTER TABLE registry_infusion DISABLE TRIGGER record")
        try:
            found = guard()
        finally:
            administrator.execute("ALTER TABLE registry_infusion ENABLE TRIGGER record")

    assert found["ok"] is False
    assert "guards of the database are not as shipped" in found["reason"]
    assert guard()["ok"]
