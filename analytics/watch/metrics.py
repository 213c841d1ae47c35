"""`/metrics` in Prometheus' format: what this replica counted of itself, and what stands in PostgreSQL and Redis at this moment."""

import secrets
from contextlib import contextmanager

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from analytics import safety
from analytics.watch import facts
from registry import metrics as own
from registry import presence
from registry.access.middleware import unscoped

SPREAD = (("half", "0.5"), ("most", "0.95"), ("longest", "1"))


@unscoped
@login_not_required
@require_GET
def metrics(request):
    """For whoever shows METRICS_TOKEN. 404 where none is set: then nobody may; 401 without it."""
    if not settings.METRICS_TOKEN:
        raise Http404
    word = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not secrets.compare_digest(word.encode(), settings.METRICS_TOKEN.encode()):
        said = "Send Authorization: Bearer with the word of METRICS_TOKEN (docs/operating.md, “Monitor”).\n"
        return HttpResponse(said, "text/plain; charset=utf-8", 401, headers={"WWW-Authenticate": "Bearer"})
    shared = CollectorRegistry()
    shared.register(Shared())
    body = generate_latest(own.OWN) + generate_latest(shared)
    return HttpResponse(body, CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


class Shared(Collector):
    """What every replica would say the same of. A part that does not answer is missing, and its `up` is 0."""

    def collect(self):
        """All families."""
        up = GaugeMetricFamily("registry_up", "1 where the part answered this question.", labels=["part"])
        for part, families in (
            ("work", _work),
            ("database", _database),
            ("history", _history),
            ("accounts", _accounts),
            ("redis", _redis),
            ("machine", _machine),
        ):
            with _noting(up, part):
                yield from list(families())
        yield up
        yield InfoMetricFamily("registry_code", "The version of this replica.", {"version": settings.CODE_VERSION})


@contextmanager
def _noting(up, part):
    try:
        yield
        up.add_metric([part], 1)
    except (DatabaseError, redis.RedisError, OSError):
        up.add_metric([part], 0)


def _gauge(name, about, value):
    return GaugeMetricFamily(f"registry_{name}", about, value=value)


def _labelled(name, about, label, values):
    family = GaugeMetricFamily(f"registry_{name}", about, labels=[label])
    for word, value in values:
        family.add_metric([word], value)
    return family


def _work():
    waiting, runs, delay = facts.work()
    yield _labelled("waiting", "Work that waits or is under way.", "kind", ((one.kind, one.count) for one in waiting))
    yield _labelled(
        "waiting_seconds", "How long the oldest has waited.", "kind", ((one.kind, one.oldest) for one in waiting)
    )
    yield _labelled("failed_a_day", "Failed in the last day.", "kind", ((one.kind, one.failed) for one in waiting))
    ended = dict.fromkeys(("done", "failed", "cancelled"), 0) | {state: one.count for state, one in runs.items()}
    yield _labelled("runs_an_hour", "Analyses that ended in the last hour.", "state", ended.items())
    if "done" in runs:
        yield _labelled("run_seconds", "From wish to result, of the last hour.", "quantile", _quantiles(runs["done"]))
    if delay.count:
        yield _labelled(
            "refresh_seconds",
            "From a change to the dataset that holds it, of the last hour.",
            "quantile",
            _quantiles(delay),
        )


def _quantiles(spread):
    return [(label, getattr(spread, name)) for name, label in SPREAD]


def _database():
    found = facts.database()
    yield _gauge("database_bytes", "Size of the database.", found.size)
    yield _gauge("database_connections", "Connections to the database.", found.connections)
    yield _gauge("database_connections_most", "max_connections of the server.", found.most_connections)
    yield _gauge("database_locks_waiting", "Locks that somebody waits for.", found.locks_waiting)
    yield _gauge("database_commits", "Transactions committed since the server's statistics began.", found.commits)
    yield _gauge("database_rollbacks", "Transactions rolled back since then.", found.rollbacks)
    yield _gauge("database_deadlocks", "Deadlocks since then.", found.deadlocks)
    now = timezone.now()
    ages = ((name, (now - at).total_seconds()) for name, at in sorted(facts.heartbeats().items()))
    yield _labelled(
        "seconds_since", "Since a worker's pulse, backup, log, drill, verification last held.", "what", ages
    )


def _history():
    yield _gauge("seal_lag_seconds", "How long changes have waited for their seal.", facts.seal_lag())


def _accounts():
    yield _labelled("sign_ins_refused_an_hour", "Of the last hour.", "kind", facts.refused().items())


def _redis():
    yield _labelled("queue_messages", "Messages that no worker has taken.", "queue", facts.queues().items())
    alive = [one for one in presence.processes() if one.is_alive]
    serve = [(name, sum(name in one.queues for one in alive)) for name in facts.queue_names()]
    yield _labelled("queue_workers", "Workers that serve the queue.", "queue", serve)
    count = dict.fromkeys(("web", "worker", "sweeper"), 0)
    for one in alive:
        count[one.service] = count.get(one.service, 0) + 1
    yield _labelled("processes", "Processes that were heard of just now.", "service", count.items())
    yield _gauge("versions", "Versions of the code that run.", len({one.version for one in alive}))


def _machine():
    yield _gauge("clock_skew_seconds", "The database's clock less this machine's.", safety.skew())
    free, total = safety.space()
    yield _gauge("disk_free_bytes", "Of the disk of MEDIA_ROOT.", free)
    yield _gauge("disk_bytes", "Of the disk of MEDIA_ROOT.", total)
    left = safety.certificate_days()
    if left is not None:
        yield _gauge("certificate_days", "Until the end of the certificate that browsers are shown.", left)
