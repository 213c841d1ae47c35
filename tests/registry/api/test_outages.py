"""The database does not answer, or has no room: the page and REST say so, with what to do."""

import errno
import re

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, OperationalError, connection
from django.test import Client

from registry.access.outages import outage_of
from tests import factories


def raised(cause, kind=OperationalError):
    """Django's error over one of PostgreSQL's."""
    error = kind("words")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (raised(psycopg.errors.DiskFull("no space")), "no_room"),
        (raised(psycopg.errors.AdminShutdown("ending")), "unavailable"),
        (raised(psycopg.errors.TooManyConnections("too many")), "unavailable"),
        (raised(psycopg.OperationalError("connection refused")), "unavailable"),
        (raised(psycopg.errors.LockNotAvailable("lock timeout")), "unavailable"),
        (raised(psycopg.errors.QueryCanceled("statement timeout")), "unavailable"),
        (raised(psycopg.errors.IdleInTransactionSessionTimeout("too long idle"), InternalError), "unavailable"),
        (OSError(errno.ENOSPC, "no space"), "no_room"),
        (OSError(errno.EACCES, "closed"), ""),
        (IntegrityError("twice"), ""),
        (ValueError("ours"), ""),
        (None, ""),
    ],
)
def test_what_the_servers_lack_is_told_from_faults_of_ours(failure, kind):
    assert outage_of(failure) == kind


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"PORT": "1"}, "nobody listens at the address in DATABASE_URL: is PostgreSQL started?"),
        ({"PASSWORD": "another"}, "it refuses this process's password: DATABASE_URL, or the file that"),
        ({"NAME": "other"}, "it has no database of the name that DATABASE_URL holds"),
        ({"HOST": "nowhere.invalid"}, "the host name in DATABASE_URL is not known here"),
        (
            {"OPTIONS": {"options": "-c search_path=pg_catalog"}},
            "its tables are not there: run manage.py migrate as reg_owner",
        ),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_why_the_database_gives_no_answer_is_said_to_whoever_runs_it(client, capsys, other, said):
    kept = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(other)
    try:
        checks = client.get("/ready").json()["checks"]
        call_command("self_check")
        if "OPTIONS" not in other:
            with pytest.raises(
                CommandError, match=f"Nothing was migrated: the database gives no answer: {re.escape(said)}"
            ):
                call_command("migrate")
    finally:
        connection.close()
        connection.settings_dict.update(kept)
    reasons = [checks[name]["reason"] for name in ("database", "history")]
    assert said in reasons["OPTIONS" in other], reasons
    assert said in capsys.readouterr().out
    assert kept["PASSWORD"] not in str(checks)


@pytest.mark.django_db(transaction=True)
def test_without_a_database_a_page_and_rest_say_so():
    client = Client(raise_request_exception=False)
    client.force_login(factories.person("lead"))
    kept = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(PORT="1")
    try:
        page = client.get("/datasets/")
        rest = client.get("/api/v1/cases/", HTTP_AUTHORIZATION="Bearer " + "a" * 32)
    finally:
        connection.close()
        connection.settings_dict.update(kept)
    assert (page.status_code, page["Retry-After"]) == (503, "10")
    assert "database does not answer" in page.content.decode()
    assert (rest.status_code, rest["Retry-After"], rest.json()["code"]) == (503, "10", "unavailable")
    assert page["X-Request-ID"].startswith("page-")
