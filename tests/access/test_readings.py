"""It is known who was shown which case: a line with each answer, written by nobody for another, changed by nobody."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from registry import clock
from registry.access.row_security import everything_scope, person_scope
from registry.models import Case, CaseReading
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def kyoto():
    """Kyoto and Osaka with a case each; Kyoto."""
    kyoto, osaka = factories.site("KYO"), factories.site("OSA")
    factories.infused_case(kyoto)
    factories.infused_case(osaka)
    return kyoto


def readings():
    """(who, page, number) of every line."""
    with everything_scope(actor="tests"):
        numbers = dict(Case.with_void.values_list("pk", "number"))
        found = CaseReading.objects.values_list("person__email", "page", "case_id")
        return [(who, page, numbers[case]) for who, page, case in found]


def told(case, *words):
    """What the command prints, as rows."""
    out = io.StringIO()
    call_command("access_log", "--case", case, *words, stdout=out)
    return [*csv.DictReader(io.StringIO(out.getvalue()))]


def test_each_page_of_a_case_that_was_shown_leaves_a_line(client, kyoto):
    nurse, manager = factories.person("coordinator", sites=[kyoto]), factories.person("manager")
    client.force_login(nurse)
    for page in ("", "history/", "print/", "death/new/"):
        assert client.get(f"/cases/KYO-0001/{page}").status_code == 200
    client.get("/cases/")
    client.get("/cases/OSA-0001/")
    client.get("/cases/KYO-0099/")
    client.post("/cases/KYO-0001/death/new/", {})
    client.force_login(manager)
    client.get("/cases/OSA-0001/")

    pages = ("case", "case_history", "case_print", "form_new")
    assert readings() == [
        *((nurse.email, page, "KYO-0001") for page in pages),
        (manager.email, "case", "OSA-0001"),
    ]


def test_a_program_leaves_one_too_in_its_owners_name(client, kyoto):
    nurse = factories.person("coordinator", sites=[kyoto])
    bearer = {"Authorization": f"Bearer {factories.token(nurse)}"}
    assert client.get("/api/v1/cases/KYO-0001", headers=bearer).status_code == 200
    assert client.get("/api/v1/cases/OSA-0001", headers=bearer).status_code == 404

    assert readings() == [(nurse.email, "api-case", "KYO-0001")]


def test_nobody_writes_for_another_or_of_what_is_not_theirs_and_nobody_changes_a_line(client, kyoto):
    nurse, other = (factories.person("coordinator", sites=[kyoto], email=f"{name}@example.org") for name in "ab")
    client.force_login(nurse)
    client.get("/cases/KYO-0001/")
    with everything_scope(actor="tests"):
        foreign = Case.objects.get(number="OSA-0001")
    insert = "INSERT INTO registry_casereading (at, person_id, site_id, case_id, page, request) VALUES (now(), %s, %s, 1, '', '')"
    for statement, values, refusal in (
        (insert, [other.pk, kyoto.pk], "row-level security"),
        (insert, [nurse.pk, foreign.site_id], "row-level security"),
        ("UPDATE registry_casereading SET page = ''", [], "permission denied"),
        ("DELETE FROM registry_casereading", [], "permission denied"),
        ("TRUNCATE registry_casereading", [], "permission denied"),
    ):
        refused = pytest.raises(DatabaseError, match=refusal)
        with person_scope(nurse), connection.cursor() as cursor, refused, transaction.atomic():
            cursor.execute(statement, values)
    assert len(readings()) == 1


def test_the_command_tells_who_read_a_case_between_two_days(client, kyoto):
    nurse = factories.person("coordinator", sites=[kyoto])
    client.force_login(nurse)
    client.get("/cases/KYO-0001/")
    client.get("/cases/KYO-0001/print/")
    today = clock.today()
    yesterday, tomorrow = (str(today + timedelta(days=days)) for days in (-1, 1))

    assert [(one["who"], one["role"], one["page"]) for one in told("KYO-0001")] == [
        (nurse.email, "coordinator", "case"), (nurse.email, "coordinator", "case_print")]  # fmt: skip
    assert len(told("KYO-0001", "--since", str(today), "--until", str(today))) == 2
    assert told("KYO-0001", "--since", tomorrow) == told("KYO-0001", "--until", yesterday) == told("OSA-0001") == []


@pytest.mark.parametrize(
    ("words", "said"), [(["KYO-0099"], "no case KYO-0099"), (["KYO-0001", "--since", "31.3."], "write a day as"),
                        (["KYO-0001", "--until", "2027-02-30"], "--until is “2027-02-30”")]
)  # fmt: skip
def test_what_cannot_be_told_is_said(kyoto, words, said):
    with pytest.raises(CommandError, match=said):
        told(*words)


def test_a_thousand_lines_are_found_by_an_index(kyoto):
    with everything_scope(actor="tests"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM registry_casereading WHERE case_id = 1 AND at > now() ORDER BY at")
        assert any("readings_of_case" in line for (line,) in cursor.fetchall())
