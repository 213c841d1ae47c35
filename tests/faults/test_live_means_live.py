"""Open dashboards by event stream: a burst of entries is one refresh, and a stream ends with its right and with Redis."""

import signal
import time

import pytest
from django.test import Client

from analytics.models import Dataset
from benchmarks.open_pages import OpenPages
from deploy import servers
from deploy.family import end
from registry.access.row_security import everything_scope
from registry.models import Person, SignedInSession
from tests.factories import follow_up, infused_case, person, site
from tests.faults.test_late_but_never_lost import is_live
from tests.processes import until

pytestmark = pytest.mark.django_db(transaction=True)
SAVES, OPEN = 30, 5


def session_of(who):
    """The key of a session of this person."""
    client = Client()
    client.force_login(who)
    return client.cookies["sessionid"].value


@pytest.fixture
def lead(transactional_db):
    return person("lead", email="lead@example.org")


@pytest.fixture
def opened(processes, lead):
    """A function: this many dashboards of the lead, open and connected; closed with the test."""
    found = []

    def opened(count, **words):
        pages = OpenPages(processes.url, [session_of(lead) for _ in range(count)], **words)
        found.append(pages)
        return pages

    yield opened
    for pages in found:
        pages.close()


def revisions():
    """How many live datasets there are."""
    with everything_scope(actor="tests"):
        return Dataset.objects.filter(kind="live").count()


def test_a_burst_of_entries_is_one_or_two_datasets_and_a_few_refreshes(processes, opened):
    case = infused_case(site("KYO"))
    for name in ("worker", "sweeper", "web"):
        processes.start(name)
    until(is_live, 300, "the first dataset was not analysed")
    before, pages = revisions(), opened(OPEN)
    until(lambda: all(page.is_connected for page in pages.pages), 120, "the pages did not open")
    for page in pages.pages:
        page.told.clear()
        page.answered.clear()

    began = time.monotonic()
    for number in range(SAVES):
        follow_up(case, 100 + number)
    saving = time.monotonic() - began
    until(is_live, 300, "the entries did not arrive")
    until(
        lambda: all(page.told and page.answered and page.answered[-1][1] > page.told[-1] for page in pages.pages),
        30,
        "nobody asked",
    )
    took = time.monotonic() - began

    made = revisions() - before
    print(
        f"{SAVES} saves in {saving:.1f} s: {made} datasets, live after {took:.1f} s, told {[len(page.told) for page in pages.pages]} times"
    )
    assert 1 <= made <= 2 + saving // 5, "entries gather while a revision is analysed"
    for page in pages.pages:
        assert 1 <= len(page.told) <= 2 * took + 2, "twice a second at most"
        states = [one for one in page.answered if one[0] == "state"]
        assert len(states) <= len(page.told) + 1
        panels = [name for one in page.answered if one[0].startswith("panels ") for name in one[0].split()[1:]]
        assert len(panels) <= made * len(set(panels)), "each panel once a revision"


def test_a_stream_ends_with_the_session_and_with_the_right(processes, opened, lead):
    processes.start("web")
    first, second = opened(1, fetches=False).pages[0], opened(1, fetches=False).pages[0]
    until(lambda: first.is_connected and second.is_connected, 30, "no stream began")
    time.sleep(1.5)
    assert first.ended is None and second.ended is None

    SignedInSession.objects.filter(session_key=first.session).delete()
    until(lambda: first.ended, 10, "the session's stream went on")
    assert first.told and second.ended is None, "the page is made to ask, and is told why"

    with everything_scope(actor="tests"):
        Person.objects.filter(pk=lead.pk).update(role="administrator")
    until(lambda: second.ended, 10, "a withdrawn role's stream went on")


def test_a_stream_ends_without_redis_and_is_refused_until_it_is_back(processes, opened, tmp_path):
    folder = servers.made(servers.var() / "test") / f"redis-of-{tmp_path.name}"
    child, url = servers.valkey(servers.made(folder))
    try:
        processes.start("web", REDIS_URL=url)
        page = opened(1, fetches=False).pages[0]
        until(lambda: page.is_connected, 30, "no stream began")
        assert page.ended is None
    finally:
        end(child, signal.SIGTERM)

    until(lambda: page.ended, 10, "the stream went on")
    assert page.told, "the page is made to ask"
    refused = opened(1, fetches=False).pages[0]
    until(lambda: refused.ended, 10, "a stream was promised that nobody feeds")
    assert not refused.told
