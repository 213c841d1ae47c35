"""How long a statement may take: five seconds of a page, more where much is read on purpose; /ready is answered whatever stands still."""

import asyncio
import functools
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from a2wsgi import WSGIMiddleware
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.urls import resolve

from registry import asgi
from registry.access.middleware import ScopeMiddleware, patient
from registry.access.row_security import PAGE, READING, site_scope


def limits():
    """statement_timeout and lock_timeout as they are for the next statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
        return cursor.fetchone()


@pytest.mark.parametrize(("view", "given"), [(lambda request: None, PAGE), (patient(lambda request: None), READING)])
def test_one_statement_of_a_page_takes_five_seconds_at_most(db, rf, view, given):
    found, before = [], limits()
    request = rf.get("/people/")
    request.user, request.id, request.session, request.resolver_match = (
        AnonymousUser(),
        "page-1",
        {},
        resolve("/people/"),
    )
    asked = functools.wraps(view)(lambda request: found.append(limits()) or HttpResponse())

    assert ScopeMiddleware(None).process_view(request, asked, (), {}).status_code == 200

    assert found == [given]
    assert limits() == before


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_takes_longer_is_ended_and_so_is_a_wait_for_a_lock():
    with (
        pytest.raises(OperationalError, match="statement timeout"),
        site_scope([], limits=("50ms", "3s")),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(5)")
    with (
        other_connection() as holder,
        pytest.raises(OperationalError, match="lock timeout"),
        site_scope([], limits=("5s", "50ms")),
        connection.cursor() as cursor,
    ):
        holder.execute("SELECT pg_advisory_lock(77)")
        cursor.execute("SELECT pg_advisory_lock(77)")


def other_connection():
    """Another session of the same role in the same database."""
    known = connection.settings_dict
    return psycopg.connect(
        host=known["HOST"], port=known["PORT"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"]
    )


@pytest.mark.parametrize("path", asgi.WATCHED)
def test_what_watches_us_is_answered_while_its_thread_waits_for_the_database(monkeypatch, path):
    """As with a frozen PostgreSQL, which the test of the services stops; and again once it goes on."""
    goes_on = threading.Event()

    def waiting(_environ, start_response):
        goes_on.wait(10)
        start_response("200 OK", [])
        return [b"late"]

    monkeypatch.setattr(asgi, "probes", WSGIMiddleware(waiting, workers=1))
    monkeypatch.setattr(asgi, "PATIENCE", 0.05)

    async def story():
        frozen = [await answer(path) for _time in range(2)]
        goes_on.set()
        monkeypatch.setattr(asgi, "PATIENCE", 5)
        return *frozen, await answer(path)

    with ThreadPoolExecutor(1) as other:  # a browser test before this one leaves a running loop in our thread
        *frozen, after = other.submit(asyncio.run, story()).result()
    for status, body in frozen:
        assert status == 503
        assert "PostgreSQL or its machine is frozen" in json.loads(body)["checks"]["database"]["reason"]
    assert after == (200, b"late")


async def answer(path):
    """(status, body) of the application to a GET."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": path, "query_string": b"", "headers": []}
    await asgi.application(scope, asyncio.Event().wait, send)
    return sent[0]["status"], b"".join(one.get("body", b"") for one in sent[1:])
