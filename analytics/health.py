"""`/ready`: each dependency with its state and its reason. Progress counts, not mere life."""

from datetime import timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.utils import timezone

from analytics import safety
from analytics.actions_of_history import BROKEN, HOLDS
from analytics.models import Heartbeat
from analytics.read import STALLED_AFTER
from registry.access import signing
from registry.access.guards import differences
from registry.access.middleware import unscoped
from registry.access.outages import no_answer
from registry.access.row_security import site_scope
from registry.access.versions import newer_tables

VERIFIED_EVERY = timedelta(hours=50)  # each night; one may fail for once


@unscoped
@login_not_required
def ready(request):
    """200 when everything answers, 503 when something does not; states and reasons either way, never a secret."""
    checks = answers()
    is_ready = all(one["ok"] for one in checks.values())
    answer = JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)
    answer["Cache-Control"] = "no-store"
    return answer


def answers():
    """Name of a check → {ok, reason}."""
    return {check.__name__: _answer(check) for check in CHECKS}


def _answer(check):
    try:
        reason = check()
    except (DatabaseError, redis.RedisError) as failure:
        reason = no_answer(failure)
    return {"ok": reason is None, "reason": reason or "ok"}


def database():
    """PostgreSQL answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def guards():
    """Triggers, policies, guards' functions and grants are as shipped: the trail cannot be switched off unseen."""
    found = differences()
    return f"{len(found)} guards of the database are not as shipped; manage.py guards names them" if found else None


def history():
    """The history held when it was last verified, last night; /ready does not wait for the first time."""
    at = dict(Heartbeat.objects.filter(name__in=(HOLDS, BROKEN)).values_list("name", "at"))
    if BROKEN in at and at[BROKEN] > at.get(HOLDS, at[BROKEN] - timedelta(1)):
        return (
            f"verify_history found faults on {at[BROKEN]:%Y-%m-%d %H:%M} UTC; manage.py verify_history names the places"
        )
    if HOLDS in at and timezone.now() - at[HOLDS] > VERIFIED_EVERY:
        return f"the history was not verified since {at[HOLDS]:%Y-%m-%d %H:%M} UTC"
    return None


def scope():
    """The database believes what this process says about whose rows a request may see."""
    with site_scope([]):
        if not signing.is_believed():
            return "the database does not know this process's SECRET_KEY and shows it no case; run manage.py migrate with that key"
    return None


def migrations():
    """The tables are those of this code."""
    executor = MigrationExecutor(connection)
    newer = newer_tables(executor.loader)
    if newer:
        return newer
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not waiting:
        return None
    first, _backwards = waiting[0]
    return (
        f"{len(waiting)} migrations are not applied, the first is {first.app_label} {first.name}: an upgrade was interrupted or not "
        "begun; run manage.py migrate as reg_owner, it goes on where it stopped"
    )


def broker():
    """Redis answers."""
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1) as connection:
        connection.ping()


def worker():
    """A worker finished the task that beat sends, not long ago."""
    at = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    if at is None:
        return "no worker has finished a task yet"
    age = timezone.now() - at
    return f"no worker has finished a task for {age.seconds} s" if age > STALLED_AFTER else None


def database_settings():
    """PostgreSQL keeps what it acknowledges."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'"
        )
        off = [name for (name,) in cursor.fetchall()]
    return f"PostgreSQL runs with {', '.join(off)} off: a crash loses acknowledged entries" if off else None


def unsafe_settings():
    """No guard that a setting can switch off is off; the demonstration's are, and every page says so."""
    off = [guard.name for guard in safety.OF_SETTINGS if guard.wrong()]
    return f"{', '.join(off)}: off; manage.py self_check says what to do" if off and not settings.DEMO else None


CHECKS = (
    *(database, safety.role, guards, scope, history, migrations, database_settings, broker, worker, unsafe_settings),
    *(safety.clock, safety.disk, safety.certificate, safety.backups),
)
