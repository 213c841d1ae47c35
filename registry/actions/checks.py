"""Run every check over the stored cases, batch by batch, so that a killed worker costs one batch.

A run is a row; a message only says that there is one. Whoever works on it holds a lease and a fence, as for an analysis.
"""

import logging
import time
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from registry.access.permissions import Permission
from registry.access.row_security import because, person_scope
from registry.access.system import SystemActor
from registry.actions.review import follow_up_on
from registry.actions.waiting import ring_waiting
from registry.doorbell import ring, ring_after_commit
from registry.duplicates import possible_duplicates
from registry.models import Case, CheckRun, Site
from registry.record import stored_cases

log = logging.getLogger(__name__)
TASK = "registry.tasks.check_cases"
BATCH = 25  # cases that one transaction holds: somebody who saves one of them waits that long
TURN = 60  # seconds of one message; then the next message goes on, so that a curve need not wait for a long run
ATTEMPTS = 3  # claims without a stored batch, after which a run has failed
OPEN = (CheckRun.State.QUEUED, CheckRun.State.RUNNING)


class OvertakenError(Exception):
    """Somebody else has claimed the run since: nothing of this batch is stored."""


@transaction.atomic
def request_checks(*, by, site_code=""):
    """A queued run over every case, or over those of one site; the one that is open already for the same cases, if there is one."""
    if not by.may(Permission.QUERY_MANAGE):
        raise PermissionDenied
    if site_code and not Site.objects.filter(code=site_code).exists():
        raise PermissionDenied
    return _queued(site_code, by.email)


def nightly_checks():
    """The run of the night: what depends on the day is asked without anybody saving."""
    with transaction.atomic():
        return _queued("", actor().email)


def check_now(*, site_code="", tell):
    """Run the checks here and at once. `tell(case, form, finding)` hears each finding; returns the run."""
    with transaction.atomic():
        run = CheckRun.objects.create(
            site_code=site_code, requested_by=actor().email, requested_at=timezone.now(), rung_at=timezone.now()
        )
        fence = _claim(run.pk)
    _work(run.pk, fence, tell=tell)
    run.refresh_from_db()
    return run


def run_checks(run_id):
    """Go on with a run, for the time of one message; whether this call did. Harmless to call twice, or late."""
    fence = _claim(run_id)
    if fence is None:
        return False
    if not _work(run_id, fence, seconds=TURN):
        ring(TASK, run_id)
    return True


def ring_waiting_checks(again):
    """Ring for the runs that nobody works on and that were not rung for since `again`; end the hopeless. Returns the rings."""
    return ring_waiting(CheckRun, TASK, asked="requested_at", attempts=ATTEMPTS, again=again)


def actor():
    """In whose name the registry checks."""
    return SystemActor("check_cases")


def _queued(site_code, requested_by):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"check run {site_code}"])
    open_one = CheckRun.objects.filter(site_code=site_code, state__in=OPEN).first()
    run = open_one or CheckRun.objects.create(
        site_code=site_code, requested_by=requested_by, requested_at=timezone.now()
    )
    ring_after_commit(TASK, run.pk)
    return run


CLAIM = """
UPDATE registry_checkrun SET state = 'running', fence = fence + 1, attempts = attempts + 1,
  started_at = coalesce(started_at, clock_timestamp()), lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND state IN ('queued', 'running') AND coalesce(lease_until, '-infinity') < clock_timestamp()
  AND attempts < %(attempts)s RETURNING fence
"""


def _claim(run_id):
    """The fence of a new claim; None when somebody works on the run or nobody should any more."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"id": run_id, "lease": settings.RUN_LEASE_SECONDS, "attempts": ATTEMPTS})
        row = cursor.fetchone()
        return row and row[0]


def _work(run_id, fence, *, tell=None, seconds=None):
    """Batch after batch, until the run has ended or `seconds` are over; whether it has ended."""
    began = time.monotonic()
    try:
        while _batch(run_id, fence, tell):
            if seconds is not None and time.monotonic() - began > seconds:
                _hold(run_id, fence, lease_until=None)
                return False
    except OvertakenError:
        return True
    except Exception as failure:
        log.exception("check run %s failed", run_id)
        _hold(run_id, fence, lease_until=None, error=type(failure).__name__)
        raise
    return True


@transaction.atomic
def _batch(run_id, fence, tell):
    """Check the next cases, held as a save would hold them; whether there may be more."""
    by = actor()
    with person_scope(by), because(""):
        run = CheckRun.objects.get(pk=run_id)
        wanted = _cases_of(run)
        cases = list(wanted.filter(pk__gt=run.last_case).select_related("site").order_by("pk")[:BATCH])
        if not cases:
            return _end(run, fence, tell)
        with connection.cursor() as cursor:
            cursor.execute("SELECT guard.hold_cases(%s)", [[case.pk for case in cases]])
        found, opened, closed = Counter(), 0, 0
        stored = stored_cases(cases)
        for case in cases:
            more_opened, more_closed = follow_up_on(case, stored[case.pk], by=by)
            opened, closed = opened + more_opened, closed + more_closed
            found.update((one.severity, one.rule) for one in stored[case.pk].findings)
            for finding in stored[case.pk].findings if tell else ():
                tell(case, finding)
        _store(
            run_id,
            fence,
            cases_all=max(run.cases_all or wanted.count(), run.cases_done + len(cases)),
            cases_done=run.cases_done + len(cases),
            last_case=cases[-1].pk,
            counts=_added(run.counts, found),
            queries_opened=run.queries_opened + opened,
            queries_closed=run.queries_closed + closed,
            lease_until=timezone.now() + timedelta(seconds=settings.RUN_LEASE_SECONDS),
            attempts=0,
        )
        return True


def _end(run, fence, tell):
    """The check that compares patients, and the end."""
    twins = possible_duplicates(run.site_code)
    for one in twins if tell else ():
        tell(None, one)
    _store(
        run.pk,
        fence,
        state=CheckRun.State.DONE,
        cases_all=run.cases_done,
        counts=_added(run.counts, Counter((one.severity, one.rule) for one in twins)),
        lease_until=None,
        error="",
        ended_at=timezone.now(),
    )
    return False


def _cases_of(run):
    cases = Case.objects.all()
    return cases.filter(site__code=run.site_code) if run.site_code else cases


def _added(counts, found):
    """The counts with those of one more batch: severity → rule → findings."""
    added = {severity: dict(rules) for severity, rules in counts.items()}
    for (severity, rule), number in found.items():
        rules = added.setdefault(severity, {})
        rules[rule] = rules.get(rule, 0) + number
    return added


def _store(run_id, fence, **columns):
    """Progress, stored by the holder of the newest fence only."""
    if not _hold(run_id, fence, **columns):
        raise OvertakenError


def _hold(run_id, fence, **columns):
    return CheckRun.objects.filter(pk=run_id, fence=fence, state=CheckRun.State.RUNNING).update(**columns)
