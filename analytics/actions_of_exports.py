"""Make the file of an export that somebody asked for, and take files back: expired, given up, or holding somebody who withdrew.

One export is made at a time, whatever number of them wait: another process of the worker stays free for the dashboards.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from analytics import actions_of_leases as leases
from analytics import export_files
from analytics.acts.exports import ATTEMPTS, TASK
from analytics.exports.abroad import only_abroad
from analytics.exports.delivered import laid_down
from analytics.exports.options import Options
from analytics.exports.snapshot import LIVE, RetiringError, snapshot_of
from analytics.exports.tables import tables_of
from analytics.exports.written import ODM, kept, needed, written, zipped
from analytics.extract import may_go_abroad, refused_cases
from analytics.models import Dataset, ExportJob
from analytics.pseudonyms import ids_by_name
from registry import clock
from registry.access.outages import has_no_room
from registry.access.row_security import everything_scope
from registry.doorbell import ring
from registry.models import Cohort

log = logging.getLogger(__name__)
MAKE_LOCK = 7_201_014  # advisory lock: one process at a time looks whether an export is being made
READING, SHAPING, WRITING, STORING = STEPS = ("reading", "shaping", "writing", "storing")
PACKED = ".packed"
RETIRED, IMPOSSIBLE = "retired", "impossible"  # why an export cannot be made

ANOTHER = """
SELECT 1 FROM analytics_exportjob WHERE state = 'running' AND id <> %(id)s AND lease_until > clock_timestamp() LIMIT 1
"""

CLAIM = """
UPDATE analytics_exportjob SET state = 'running', fence = fence + 1, attempts = attempts + 1,
  lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND state IN ('queued', 'running') AND coalesce(lease_until, '-infinity') < clock_timestamp()
  AND attempts < %(attempts)s RETURNING fence
"""

RENEW = """
UPDATE analytics_exportjob SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND fence = %(fence)s AND state = 'running' RETURNING id
"""


CHANGED_SINCE = """
SELECT 1 FROM registry_historyevent WHERE transaction >= pg_snapshot_xmin(%(seen)s::pg_snapshot)::text::bigint
  AND NOT pg_visible_in_snapshot(transaction::text::xid8, %(seen)s::pg_snapshot)
  AND case_id IN (SELECT id FROM registry_case WHERE cohort_id = %(cohort)s) LIMIT 1
"""


class NotOursError(Exception):
    """Somebody gave the export up, or its lease went to another."""


class RefusedError(Exception):
    """The export cannot be made, now or later; the text is one of RETIRED, IMPOSSIBLE and what else is to be said."""


def make_export(job_id):
    """Make one export; whether this call did. Harmless to call twice, or late."""
    with everything_scope(actor="worker"):
        _value("SELECT pg_advisory_xact_lock(%(lock)s)", lock=MAKE_LOCK)
        if _value(ANOTHER, id=job_id):
            return False
        fence = _value(CLAIM, id=job_id, lease=settings.RUN_LEASE_SECONDS, attempts=ATTEMPTS)
        if fence is None:
            return False
        job = ExportJob.objects.select_related("cohort").get(pk=job_id)
    try:
        with leases.kept(job_id, fence, RENEW):
            _finish(job, _reused(job) or _made(job))
    except NotOursError:
        return False
    except RefusedError as refusal:
        _hold(job, state=ExportJob.FAILED, error=str(refusal)[:300], lease_until=None, ended_at=timezone.now())
    except Exception as failure:
        log.exception("export %s failed", job_id)
        if has_no_room(failure):
            _hold(job, state=ExportJob.FAILED, error="no room", lease_until=None, ended_at=timezone.now())
            return True
        state = ExportJob.QUEUED if job.attempts < ATTEMPTS else ExportJob.FAILED
        _hold(job, state=state, error="stopped", lease_until=None, ended_at=timezone.now())
        raise
    finally:
        _ring_for_next()
    return True


def _reused(job):
    """What is stored of an equal export whose dataset is still the same; None if there is none."""
    with everything_scope(actor="worker"):
        alike = ExportJob.objects.filter(key=job.key, state=ExportJob.READY, expires_at__gt=timezone.now())
        before = alike.exclude(pk=job.pk).first()
        if before is None or not export_files.path_of(before.sha256).exists() or not _is_same(before):
            return None
    names = ("revision", "dataset_hash", "seen", "sha256", "size", "rows", "cases")
    return {name: getattr(before, name) for name in names}


def _is_same(before):
    """Whether the dataset of an export is still what it was: nothing of the cohort was changed since, or the cut stands.

    Who may go abroad changes with the day, as patients come of age.
    """
    if before.abroad and clock.day_of(before.ended_at) != clock.today():
        return False
    if before.dataset_name != LIVE:
        cuts = Dataset.objects.filter(cohort=before.cohort_id, kind="cut", retired_at=None)
        return cuts.filter(name=before.dataset_name, hash=before.dataset_hash).exists()
    return _value(CHANGED_SINCE, seen=before.seen, cohort=before.cohort_id) is None


def _made(job):
    """What is to be stored of a new file. Raises NotOursError between two steps, RefusedError."""
    _step(job, READING)
    try:
        snapshot = snapshot_of(
            job.cohort.code, job.dataset_name, job.profile, actor="worker", with_trail=job.format in ODM
        )
    except (Dataset.DoesNotExist, RetiringError):
        raise RefusedError(RETIRED) from None
    with export_files.half() as folder:
        try:
            _step(job, SHAPING)
            snapshot = _of_abroad(snapshot, job.cohort) if job.abroad else snapshot
            wanted = needed(job.format, job.tables)
            tables = kept(
                tables_of(snapshot, job.profile, sites=job.sites, wanted=wanted), job.format, snapshot, wanted
            )
            _step(job, WRITING)
            options = Options(job.labels, job.language, job.excel, job.delimiter)
            about = {"profile": job.profile, "sites": job.sites, **({"abroad": True} if job.abroad else {})}
            files = laid_down(written(tables, job.format, options, snapshot, about=about), folder)
        except ValueError as refusal:
            raise RefusedError(f"{IMPOSSIBLE}: {refusal}") from refusal
        _step(job, STORING)
        packed = folder / PACKED
        zipped(folder, [name for name, _sha256 in files], packed)
        size = packed.stat().st_size
        sha256 = export_files.stored(packed)
    return {
        "revision": snapshot.revision,
        "dataset_hash": snapshot.hash,
        "seen": snapshot.seen,
        "sha256": sha256,
        "size": size,
        "rows": sum(len(one.rows) for one in tables),
        "cases": snapshot.cases_of(job.sites),
    }


def _of_abroad(snapshot, cohort):
    """The snapshot with the cases whose consent reaches outside the consortium today."""
    with everything_scope(actor="worker"):
        by_now = may_go_abroad(cohort, clock.today())
    return only_abroad(snapshot, clock.today(), by_now)


def _step(job, step):
    """Tell whoever waits what is being done."""
    _hold(job, step=step, steps_done=STEPS.index(step), steps=len(STEPS))


def _finish(job, found):
    now = timezone.now()
    ended = {"state": ExportJob.READY, "lease_until": None, "ended_at": now, "error": "", "step": ""}
    days = timedelta(days=settings.EXPORT_KEPT_DAYS)
    _hold(job, **found, **ended, expires_at=now + days, steps_done=len(STEPS), steps=len(STEPS))


def _hold(job, **columns):
    """Store columns of the export. Raises NotOursError if it is not this process's any more."""
    with everything_scope(actor="worker"):
        mine = ExportJob.objects.filter(pk=job.pk, fence=job.fence, state=ExportJob.RUNNING)
        if not mine.update(**columns):
            raise NotOursError


def _ring_for_next():
    """Tell a worker of the export that has waited longest."""
    with everything_scope(actor="worker"):
        waiting = ExportJob.objects.filter(state=ExportJob.QUEUED).order_by("pk").values_list("pk", flat=True)
        pk = waiting.first()
    if pk is not None:
        ring(TASK, pk)


def _value(statement, **values):
    """The first value that the statement returns, or None."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return row and row[0]


def take_back_exports():
    """End what is expired and what holds a case whose data may not be used any more, then remove the files that no export has.

    Returns how many files were removed.
    """
    with everything_scope(actor="worker"):
        _value("SELECT pg_advisory_xact_lock(%(lock)s)", lock=MAKE_LOCK)  # a file that is stored is not yet named
        ready = ExportJob.objects.filter(state=ExportJob.READY)
        now = timezone.now()
        ready.filter(expires_at__lte=now).update(state=ExportJob.EXPIRED, ended_at=now)
        if refused := refused_ids():
            ready.filter(cases__overlap=refused).update(state=ExportJob.TAKEN_BACK, ended_at=now)
        for cohort in Cohort.objects.filter(exportjob__in=ready.filter(abroad=True)).distinct().order_by("pk"):
            may = sorted(may_go_abroad(cohort, clock.today()))
            gone = ready.filter(abroad=True, cohort=cohort).exclude(cases__contained_by=may)
            gone.update(state=ExportJob.TAKEN_BACK, ended_at=now)
        if ExportJob.objects.filter(state=ExportJob.RUNNING, lease_until__gt=now).exists():
            return 0
        kept_ = set(ExportJob.objects.filter(state=ExportJob.READY).values_list("sha256", flat=True))
        return export_files.remove_others(kept_)


def refused_ids():
    """Ids of all cases whose data may not be analysed."""
    found = []
    for cohort in Cohort.objects.order_by("pk"):
        ids = ids_by_name(cohort)
        found += sorted(ids[name] for name in refused_cases(cohort))
    return found
