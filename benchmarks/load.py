"""Ten, a hundred and three hundred people at once on registries of three sizes, as ratios to a bare Django page with one query.

Two web servers, a worker, the sweeper, PostgreSQL and Redis run beside the crowd, on the same machine: absolute times say what this machine
can do, ratios and growth what the registry does. The worker steps back behind the pages as it does in docker-compose.yml.
"""

import contextlib
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from django.test import Client

from benchmarks import crowd
from benchmarks.live import live_registry
from deploy import servers
from registry.access.row_security import everything_scope

CASES, PEOPLE, SEED = (42, 10_000, 100_000), (10, 100, 300), 20250302
COMING_IN, MEASURED = 10, 40  # seconds
STEPS_BACK = 6  # niceness that weighs as much as the worker's cpu_shares, 272 against 1024
REFERENCE = "a bare Django page with one query, asked by as many people"
HEAD = f"{'cases':>8}{'people':>8}  {'what':24}{'asked':>7}{'a second':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'p50 ×':>8}{'p95 ×':>8}"
BARE = "bare page"


@dataclass(frozen=True)
class Figure:
    """Latency of one kind of act, in milliseconds; ratios to the bare page of the same crowd."""

    cases: int
    people: int
    what: str
    asked: int
    a_second: float
    p50: float
    p95: float
    p99: float
    ratio_50: float
    ratio_95: float


def measured(cases, sizes=PEOPLE):
    """The figures of a registry with so many cases, one crowd after the other; and what was answered otherwise than it should be."""
    with live_registry(cases) as registry, _web(registry) as urls, _bare() as bare:
        os.setpriority(os.PRIO_PGRP, registry.processes.running["worker"].pid, STEPS_BACK)
        for people in sizes:
            of_bare = _percentiles(_crowd_at([bare, bare], _readers(people)).seconds[BARE])
            noted = _crowd_at(urls, _people(registry, people))
            for what, seconds in sorted(noted.seconds.items()):
                found = _percentiles(seconds)
                ratios = (found[0] / of_bare[0], found[1] / of_bare[1])
                yield Figure(cases, people, what, len(seconds), len(seconds) / MEASURED, *found, *ratios), noted.wrong
            yield Figure(cases, people, BARE, 0, 0, *of_bare, 1.0, 1.0), {}


def line(figure):
    """One line of the table below HEAD."""
    return (
        f"{figure.cases:8}{figure.people:8}  {figure.what:24}{figure.asked:7}{figure.a_second:9.1f}{figure.p50:9.1f}{figure.p95:9.1f}"
        f"{figure.p99:9.1f}{figure.ratio_50:8.1f}{figure.ratio_95:8.1f}"
    )


def growth(figures):
    """Lines: how the middle latency of each kind of act grows from the smallest registry to the larger ones, for each crowd."""
    smallest = min(one.cases for one in figures)
    first = {(one.people, one.what): one.p50 for one in figures if one.cases == smallest}
    for one in figures:
        if one.cases != smallest and (one.people, one.what) in first:
            times = one.p50 / first[one.people, one.what]
            yield f"{one.people:8} people, {one.what:24} {one.cases / smallest:8.0f} times the cases: {times:6.2f} times as long"


def as_json(figures, wrong):
    """For var/bench."""
    return {
        "reference": REFERENCE,
        "figures": list(map(asdict, figures)),
        "wrong": {f"{cases} cases, {people} people": dict(found) for (cases, people), found in wrong.items()},
    }


def _crowd_at(urls, people):
    at_work = crowd.Crowd(urls, people)
    time.sleep(COMING_IN)
    at_work.begin_anew()
    time.sleep(MEASURED)
    return at_work.leave()


def _percentiles(seconds):
    cuts = statistics.quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else [seconds[0]] * 99
    return tuple(1000 * cuts[number - 1] for number in (50, 95, 99))


def _readers(count):
    return [crowd.Person("reader", "", draws=_draws(number)) for number in range(count)]


def _people(registry, count):
    """A crowd of so many: accounts and sessions of their own, coordinators spread over the hospitals, each with cases of the own one."""
    numbers = _open_cases()
    found = []
    sites = sorted(numbers)
    for number in range(count):
        role = _role(number)
        draws = _draws(number)
        site = sites[number % len(sites)]
        who = _account(role, number, site)
        cases = draws.sample(numbers[site], min(20, len(numbers[site]))) if role == "coordinator" else ()
        found.append(crowd.Person(role, _key(who, role), tuple(cases), draws))
    return found


def _draws(number):
    """What this one of the crowd draws from; the same in every run."""
    return random.Random(f"{SEED} {number}")  # noqa: S311 - keeps no secret


def _role(number):
    """Of each ten people, so many of each role."""
    return [role for role, share in crowd.OF_TEN.items() for _one in range(share)][number % 10]


def _account(role, number, site):
    from registry.models import Person, Site
    from tests.factories import person

    email = f"{role}.{number}@example.org"
    sites = [Site.objects.get(pk=site)] if role == "coordinator" else ()
    return Person.objects.filter(email=email).first() or person(role, email=email, sites=sites)


def _key(who, role):
    if role in crowd.BY_TOKEN:
        from tests.factories import token

        return token(who)
    client = Client()
    client.force_login(who)
    return client.cookies["sessionid"].value


def _open_cases():
    """Numbers of cases of each hospital to which a follow-up can be added: infused, alive, not locked."""
    from registry.models import Case, Death, Infusion

    with everything_scope(actor="bench"):
        dead = set(Death.objects.values_list("case_id", flat=True))
        found = {}
        rows = Case.objects.filter(is_locked=False, pk__in=Infusion.objects.values("case_id")).order_by("pk")
        for pk, number, site in rows.values_list("pk", "number", "site_id"):
            if pk not in dead:
                found.setdefault(site, []).append(number)
    return found


@contextlib.contextmanager
def _web(registry):
    """A second web server beside that of the registry; the addresses of both."""
    from tests.processes import test_database_url

    with _served("registry.asgi:application", DATABASE_URL=test_database_url("reg_app")) as second:
        yield [registry.processes.url, second]


@contextlib.contextmanager
def _bare():
    from tests.processes import test_database_url

    with _served("benchmarks.bare:application", DATABASE_URL=test_database_url("reg_app")) as url:
        yield url


@contextlib.contextmanager
def _served(application, **environment):
    """A web server of an ASGI application; its address."""
    from django.conf import settings

    port = servers.free_port()
    words = {
        "REGISTRY_ENV": "test",
        "DJANGO_SETTINGS_MODULE": "registry.settings.test",
        "REDIS_URL": settings.REDIS_URL,
    }
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        application,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-access-log",
    ]
    log = Path(tempfile.mkdtemp(prefix="bench-load-")) / "web.log"
    child = servers.start(
        command, log, cwd=servers.ROOT, env={**os.environ, **words, **environment}, end=signal.SIGKILL
    )
    try:
        _until_open(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.kill()
        child.wait(10)


def _until_open(port):
    import socket

    from tests.processes import until

    def is_open():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    until(is_open, 60, "the web server did not open its port")
