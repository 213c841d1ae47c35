"""Database tests as the role that serves, on a database that the owner makes; a browser that needs no download."""

import gc
import os
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

from deploy import browser, r
from tests import databases, standing

LET_GO = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> %s AND state <> 'idle'
"""


URLS = {"reg_owner": "DATABASE_URL", "reg_app": "APP_DATABASE_URL", "reg_worker": "WORKER_DATABASE_URL"}


def password(role):
    """The password of `role` on the servers for tests."""
    return unquote(urlsplit(os.environ[URLS[role]]).password or "")


def log_in_as(role):
    """Make the default connection's next login that of `role`."""
    connection.close()
    connection.settings_dict.update(USER=role, PASSWORD=password(role))


@pytest.fixture(scope="session")
def django_db_keepdb():
    """pytest-django finds the database there and leaves it; we make it and drop it."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """The test database, a copy of the migrated template, once it has its name."""
    databases.make(connection.settings_dict["TEST"]["NAME"])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The owner's test database; every test runs as the role that serves."""
    with django_db_blocker.unblock():
        log_in_as("reg_app")
    forget = standing.install(django_db_blocker)
    yield
    forget()
    with django_db_blocker.unblock():
        standing.settle({})
        log_in_as("reg_owner")
        with psycopg.connect(settings.ADMIN_URL, autocommit=True) as administrator:
            connection.close()
            databases.drop(administrator, connection.settings_dict["NAME"])


def _wipe():
    """Empty every table that tests fill: deleting a few rows of a few tables takes a tenth of the time of truncating them all."""
    with psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
        administrator.execute("SET session_replication_role = replica")
        # A request of a page that was closed may still run in a thread; its locks would hold us back.
        own = connection.connection.info.backend_pid if connection.connection else 0
        administrator.execute(LET_GO, [own])
        filled = databases.filled_tables(administrator)
        for table, is_large in filled:
            administrator.execute(f"TRUNCATE {table} CASCADE" if is_large else f"DELETE FROM {table}")


@pytest.fixture(scope="session", autouse=True)
def wipe_as_administrator():
    """A transactional test ends in TRUNCATE, which the serving role may not do and append-only triggers refuse."""

    def wipe(self):
        try:
            _wipe()
        except psycopg.errors.DeadlockDetected:  # with such a request; it is gone now
            _wipe()

    ours, TransactionTestCase._fixture_teardown = TransactionTestCase._fixture_teardown, wipe
    yield
    TransactionTestCase._fixture_teardown = ours


# Playwright's sync API keeps an event loop in the test's thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_report_header():
    """Whether the tests that run R will run."""
    return r.said()


def pytest_runtest_setup(item):
    """A browser test is skipped where there is no Chromium; in CI it fails."""
    standing.prepare(item)
    if item.get_closest_marker("browser") and not browser.find():
        if os.environ.get("CI"):
            pytest.fail(f"Chromium is missing. {browser.HOW}", pytrace=False)
        pytest.skip(f"Chromium is missing. {browser.HOW}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's Chromium, quiet about the network; every core is busy with tests, so that pages are given time."""
    from playwright.sync_api import expect

    expect.set_options(timeout=15_000)
    return {**browser_type_launch_args, **browser.launch()}


def pytest_collection_modifyitems(items):
    """What uses Playwright is a browser test, marked or not. What reads the loaded demonstration comes first, in one worker's share.

    What waits for a browser or for processes may wait too short on a machine that does something else: it is asked once more, and the
    report names it (R). One that is named again and again is mended.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "browser_type" in fixtures:
            item.add_marker(pytest.mark.browser)
        if {"browser_type", "processes"} & set(fixtures):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: "loaded" not in getattr(item, "fixturenames", ()))


def pytest_collection():
    """Nothing that is imported or collected goes away again, so that nobody looks for what does."""
    gc.disable()


def pytest_collection_finish():
    """What is there now stays to the end: looking through it for rubbish, again and again, took an eighth of the time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.fixture
def processes(transactional_db, tmp_path, request):
    """The registry's own processes against the test database, ended with the test.

    They begin with an empty broker: what the tests before have rung for, thousands of messages, would be done first.
    """
    from tests.processes import Processes

    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    started = Processes(tmp_path)
    yield started
    started.end()
    if getattr(request.node, "failed", False):
        print(started.logs())


def pytest_runtest_teardown():
    """A request leaves its language behind in the thread; the next test begins in English."""
    translation.deactivate()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let fixtures know that their test failed."""
    report = yield
    if call.when == "call":
        item.failed = report.failed
    return report
