"""Work on a file that somebody brought in, batch by batch, so that a killed process costs one batch and stores nothing twice.

What became of a record is stored in the transaction that stores the record. An import is a row; a message only says that there is one.
"""

import hashlib
import logging
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from registry.access.row_security import person_scope
from registry.actions.import_jobs import ATTEMPTS, TASK, Kind, State, Step, table_of
from registry.actions.mapped_rows import MappedRows
from registry.doorbell import ring
from registry.imports.mapping import mapping_of
from registry.imports.records import records_of_file, records_of_table
from registry.imports.sealed import opened
from registry.imports.values import RowRefusedError
from registry.imports.watched import Watch, open_queries_of, raised_queries
from registry.models import ImportedRecord, ImportJob, Person
from registry.redcap.meant import How
from registry.redcap.storing import Stored, Work

log = logging.getLogger(__name__)
BATCH = 20  # records that one transaction holds: somebody who saves one of their cases waits that long
TURN = 60  # seconds of one message; then the next message goes on
MOST_CELLS = 200  # of one record that are kept to be shown
Outcome = ImportedRecord.Outcome


class OvertakenError(Exception):
    """The import is not this process's any more: nothing of this batch is stored."""


class _UndoneError(Exception):
    """Ends the transaction of a look."""


def run_import(job_id, person_id, *, seconds=TURN):
    """Go on with an import, for the time of one message (None: to its end); whether this call did. Harmless to call twice, or late."""
    person = Person.objects.filter(pk=person_id).first()
    fence = person and _claim(job_id, person)
    if not fence:
        return False
    with person_scope(person):
        job = ImportJob.objects.select_related("token", "site").get(pk=job_id)
    person.came_by = job.token
    with translation.override(person.language):
        try:
            ended = _work(job, person, fence, seconds)
        except OvertakenError:
            return True
        except ValidationError as refusal:  # of the file as a whole
            with person_scope(person):
                _hold(job_id, fence, error=" ".join(refusal.messages)[:300], state=State.FAILED, **_end())
            return True
        except Exception as failure:
            log.exception("import %s failed", job_id)
            with person_scope(person):
                _hold(job_id, fence, lease_until=None, error=type(failure).__name__)
            raise
    if not ended:
        ring(TASK, job_id, person_id)
    return True


CLAIM = """
UPDATE registry_importjob SET state = 'running', fence = fence + 1, attempts = attempts + 1,
  lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND state IN ('queued', 'running') AND coalesce(lease_until, '-infinity') < clock_timestamp()
  AND attempts < %(attempts)s RETURNING fence
"""


def _claim(job_id, person):
    """The fence of a new claim; None when somebody works on it or nobody should any more."""
    with person_scope(person), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"id": job_id, "lease": settings.RUN_LEASE_SECONDS, "attempts": ATTEMPTS})
        row = cursor.fetchone()
        return row and row[0]


def _work(job, by, fence, seconds):
    """Batch after batch, until the end or until `seconds` are over; whether it has ended."""
    if job.token and not job.token.is_alive:
        raise ValidationError(_("The token by which the file was sent is not valid any more."))
    with person_scope(by):
        source = _Cases(job, by) if job.kind == Kind.CASES else _Records(job, by)
    began = time.monotonic()
    while _batch(job, by, fence, source):
        if seconds is not None and time.monotonic() - began > seconds:
            with person_scope(by):
                _hold(job.pk, fence, lease_until=None)
            return False
    return True


class _Records:
    """Records in our fields."""

    def __init__(self, job, by):
        self.records = records_of_file(job.name, opened(job.content), job.encoding)
        self.how = How(erases=False, dates="YMD", decimal=".", completes=job.completes)
        self.by = by

    def read(self, some):
        """The cases of these records that there are, before anything is changed."""
        self.work = Work(self.by, self.how, numbers_anew=False, watch=Watch())
        self.work.read([one.name for one in some])
        return [case.pk for case in self.work.cases.values()]

    def bring(self, record, watch):
        """(number of its case, faults) of one record."""
        self.work.watch, self.work.done = watch, Stored()
        self.work.record(record.name, record.rows)
        done = self.work.done
        faults = [
            [record.place_of(one.repeat), one.repeat[:60], one.field, one.value[:200], one.message]
            for one in done.faults
        ]
        return next((number for number, _name in done.records), ""), faults


class _Cases:
    """Rows of another system's file, by a mapping."""

    def __init__(self, job, by):
        table = table_of(job)
        self.rows = MappedRows(table, mapping_of(job.mapping), by=by, site=job.site)
        self.records = records_of_table(table)

    def read(self, some):
        """Nothing before its turn."""
        return []

    def bring(self, record, watch):
        """(number of its case, faults) of one row."""
        try:
            return self.rows.bring(record.rows[0], watch).case.number, []
        except RowRefusedError as refusal:
            return "", [
                [one.row or record.places[0], one.field, one.column, one.found[:200], one.expected]
                for one in refusal.problems
            ]


def _batch(job, by, fence, source):
    """Bring the next records in, or look what that would do; whether there are more."""
    with person_scope(by, request=f"import-{job.pk}"):
        job.refresh_from_db(fields=["records_done", "counts"])
        some = source.records[job.records_done : job.records_done + BATCH]
        before = {one.number: one for one in job.importedrecord_set.filter(number__in=[one.number for one in some])}
        if job.step == Step.LOOK:
            with _undone():
                found = _brought(job, source, some, before)
        else:
            found = _brought(job, source, some, before)
        ImportedRecord.objects.bulk_create(
            found, update_conflicts=True, unique_fields=["job", "number"], update_fields=KEPT_OF_RECORD
        )
        counts, done = _added(job.counts, found), job.records_done + len(some)
        more = done < len(source.records)
        lease = timezone.now() + timedelta(seconds=settings.RUN_LEASE_SECONDS)
        progress = {"records": len(source.records), "records_done": done, "counts": counts, "attempts": 0}
        ended = {"lease_until": lease} if more else {**_end(), "state": _state_after(job, counts)}
        if not _hold(job.pk, fence, **progress, **ended):
            raise OvertakenError
    return more


KEPT_OF_RECORD = ["name", "case", "rows", "outcome", "is_stored", "answers", "seen", "faults", "cells", "queries"]


def _brought(job, source, some, before):
    """What became of each of these records. One that was refused when it was looked at is not tried again."""
    open_before = open_queries_of(source.read(some))
    found = []
    for record in some:
        known = before.get(record.number)
        if known and known.outcome == Outcome.REFUSED:
            found.append(known)
        else:
            found.append(_one(job, source, record, known, open_before))
    return found


def _one(job, source, record, known, open_before):
    """What became of one record, which is stored whole or not at all."""
    watch, case = Watch(), ""
    try:
        with transaction.atomic():
            case, faults = source.bring(record, watch)
            seen = _digest(watch)
            if known and known.seen and known.seen != seen and not faults:
                said = _("Somebody changed this case since you looked, so nothing of it was stored. Look again.")
                faults = [[record.places[0], "", "", "", said]]
            if faults:
                raise _UndoneError
            queries = raised_queries(case, open_before | watch.open_before) if watch.cells else []
    except _UndoneError:
        watch, queries, seen = Watch(), [], ""
    except DatabaseError:
        log.exception("a record of import %s was refused by the database", job.pk)
        watch, queries, seen = Watch(), [], ""
        faults = [[record.places[0], "", "", "", _("The registry could not store this now. Send it again.")]]
    is_new = bool(watch.new_cases)
    outcome = Outcome.NEW if is_new else Outcome.CHANGED if watch.cells else Outcome.UNCHANGED
    return ImportedRecord(
        job=job,
        person_id=job.person_id,
        number=record.number,
        name=record.name[:60],
        case="" if is_new and job.step == Step.LOOK else case[:10],
        rows=record.places[:1000],
        outcome=Outcome.REFUSED if faults else outcome,
        is_stored=job.step == Step.STORE and not faults,
        answers=len(watch.cells),
        seen=seen,
        faults=faults,
        cells=[[one.form, one.row, one.column, one.old, one.new] for one in watch.cells[:MOST_CELLS]],
        queries=[[one.form, one.item, one.words] for one in queries],
    )


@contextmanager
def _undone():
    """Whatever is done inside is undone."""
    try:
        with transaction.atomic():
            yield
            raise _UndoneError
    except _UndoneError:
        pass


def _digest(watch):
    """SHA-256 of the changes of one record, whatever number a new case is given."""
    return hashlib.sha256(repr([bool(watch.new_cases), watch.marks]).encode()).hexdigest()


def _added(counts, found):
    """The counts with those of one more batch."""
    more = Counter(counts)
    for one in found:
        more[one.outcome] += 1
        more["answers"] += one.answers
        more["queries"] += len(one.queries)
    return dict(more)


def _state_after(job, counts):
    """Whether somebody has to decide, or it is done."""
    is_something = counts.get(Outcome.NEW, 0) + counts.get(Outcome.CHANGED, 0)
    return State.LOOKED if job.step == Step.LOOK and is_something else State.DONE


def _end():
    return {"lease_until": None, "ended_at": timezone.now()}


def _hold(job_id, fence, **columns):
    """Store columns of the import, if it is this process's."""
    return ImportJob.objects.filter(pk=job_id, fence=fence, state=State.RUNNING).update(**columns)
