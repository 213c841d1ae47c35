"""What is asked of PostgreSQL and Redis about the registry's own work. Counts, seconds and bytes alone."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from analytics.models import Heartbeat
from registry import presence
from registry.access.row_security import everything_scope
from registry.actions.seals import anchor_file

PATIENCE = "3s"  # for one statement: what watches must not be one more load
TAIL = 4096  # bytes of the anchors' end, in which the last line lies

WAITING = """
SELECT 'changes', count(*), extract(epoch FROM clock_timestamp() - min(at))::float8, 0
FROM registry_outbox WHERE dataset_id IS NULL
UNION ALL
SELECT 'runs', count(*) FILTER (WHERE state IN ('queued', 'running')),
  extract(epoch FROM clock_timestamp() - min(requested_at) FILTER (WHERE state = 'queued'))::float8,
  count(*) FILTER (WHERE state = 'failed' AND ended_at > clock_timestamp() - interval '1 day')
FROM analytics_analysisrun
UNION ALL
SELECT 'checks', count(*) FILTER (WHERE state IN ('queued', 'running')),
  extract(epoch FROM clock_timestamp() - min(requested_at) FILTER (WHERE state = 'queued'))::float8,
  count(*) FILTER (WHERE state = 'failed' AND ended_at > clock_timestamp() - interval '1 day')
FROM registry_checkrun
UNION ALL
SELECT 'cuts', count(*) FILTER (WHERE state IN ('queued', 'running')),
  extract(epoch FROM clock_timestamp() - min(asked_at) FILTER (WHERE state = 'queued'))::float8,
  count(*) FILTER (WHERE state = 'failed' AND ended_at > clock_timestamp() - interval '1 day')
FROM analytics_cutorder
UNION ALL
SELECT 'letters', count(*) FILTER (WHERE done_at IS NULL),
  extract(epoch FROM clock_timestamp() - min(wanted_at) FILTER (WHERE done_at IS NULL))::float8,
  count(*) FILTER (WHERE done_at > clock_timestamp() - interval '1 day' AND fault NOT IN ('', 'withdrawn'))
FROM registry_letter
"""
# Of the last hour: runs by how they ended with the seconds from the wish to the end, and from a change to the dataset with it.
RUNS = """
SELECT state, count(*), percentile_cont(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - requested_at))
FROM analytics_analysisrun WHERE state IN ('done', 'failed', 'cancelled') AND ended_at > clock_timestamp() - interval '1 hour'
GROUP BY state ORDER BY state
"""
DELAY = """
SELECT count(*), percentile_cont(ARRAY[0.5, 0.95, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM made_at - at))
FROM analytics_dataset d JOIN registry_outbox o ON o.dataset_id = d.id
WHERE d.kind = 'live' AND d.made_at > clock_timestamp() - interval '1 hour'
"""
DATABASE = """
SELECT pg_database_size(current_database()), s.numbackends, current_setting('max_connections')::int,
  (SELECT count(*) FROM pg_locks WHERE NOT granted), s.xact_commit, s.xact_rollback, s.deadlocks, s.temp_bytes,
  current_setting('server_version')
FROM pg_stat_database s WHERE s.datname = current_database()
"""
SECURITY = """
SELECT kind, count(*) FROM registry_securityevent WHERE at > clock_timestamp() - interval '1 hour'
AND kind IN ('refused', 'throttled', 'alert', 'not_proved') GROUP BY kind
"""
UNSEALED = "SELECT extract(epoch FROM clock_timestamp() - min(at))::float8 FROM registry_historyevent WHERE at > to_timestamp(%s)"


@dataclass(frozen=True)
class Waiting:
    """Work of one kind: how much waits, how many seconds the oldest, how much failed in the last day."""

    kind: str
    count: int
    oldest: float
    failed: int


@dataclass(frozen=True)
class Spread:
    """How many there were in the last hour, and their seconds: half of them at most, 95 in 100 at most, the longest."""

    count: int
    half: float
    most: float
    longest: float


@dataclass(frozen=True)
class Database:
    """PostgreSQL about this database: bytes, connections of how many, locks that wait, counters since its statistics began."""

    size: int
    connections: int
    most_connections: int
    locks_waiting: int
    commits: int
    rollbacks: int
    deadlocks: int
    temp_bytes: int
    version: str


def patient():
    """Bound every statement of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])


def work():
    """(list of Waiting, state → Spread of runs, Spread of the delay of changes), over all sites."""
    with everything_scope(actor="watch"):
        patient()
        waiting = [
            Waiting(kind, count, max(oldest or 0.0, 0.0), failed) for kind, count, oldest, failed in _rows(WAITING)
        ]
        runs = {state: Spread(count, *map(float, spread)) for state, count, spread in _rows(RUNS)}
        ((count, spread),) = _rows(DELAY)
        return waiting, runs, Spread(count, *(max(0.0, float(one)) for one in spread or (0, 0, 0)))


def database():
    """The Database."""
    return Database(*_rows(DATABASE)[0])


def refused():
    """Kind → how many sign-ins were refused, stopped or alerted about in the last hour."""
    return dict.fromkeys(("refused", "throttled", "alert", "not_proved"), 0) | dict(_rows(SECURITY))


def seal_lag():
    """Seconds for which the oldest change after the last anchored seal has waited; 0 where there is none."""
    with everything_scope(actor="watch"):
        patient()
        return max(0.0, _rows(UNSEALED, [last_anchored()])[0][0] or 0.0)


def last_anchored():
    """When the newest seal was anchored outside the database, in seconds of the epoch; 0 if none was."""
    try:
        with anchor_file().open("rb") as anchors:
            anchors.seek(max(0, anchors.seek(0, 2) - TAIL))
            line = anchors.read().decode("ascii").rstrip("\n").rpartition("\n")[2]
        return datetime.fromisoformat(line.split()[2]).timestamp()
    except (OSError, IndexError, ValueError):
        return 0.0


def heartbeats():
    """Name → when: a worker's pulse, backup, log, drill, the verification of the history."""
    return dict(Heartbeat.objects.values_list("name", "at"))


def queues():
    """Queue → how many messages lie in it. A lost one is rung for again, so that this is no truth but a hint."""
    with presence.connect() as line:
        return {name: line.llen(name) for name in queue_names()}


def queue_names():
    """Those of the pools of workers, and of the importer."""
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    return sorted(routed | {queue.name for queue in settings.CELERY_TASK_QUEUES})


def _rows(statement, values=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
