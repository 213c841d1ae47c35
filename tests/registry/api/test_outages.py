"""The database does not answer, or has no room: the page and REST say so, with what to do."""

import errno

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test import Client

from registry.access.outages import outage_of
from tests import factories


def raised(cause):
    """Django's error over one of PostgreSQL's."""
    error = OperationalError("words")
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
