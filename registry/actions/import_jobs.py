"""Take a file in, give it a mapping, have it looked at and stored, give it up. The work is registry.actions.import_work."""

import hashlib
import json
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.access.permissions import Permission
from registry.access.row_security import everything_scope
from registry.access.token_scopes import Scope
from registry.actions.mapped_rows import MappedRows
from registry.actions.waiting import ring_waiting
from registry.doorbell import ring_after_commit
from registry.imports.layouts import header_of
from registry.imports.mapping import mapping_of
from registry.imports.reading import read_content
from registry.imports.sealed import opened, sealed
from registry.imports.sources import encoding_of
from registry.models import ImportedRecord, ImportJob, ImportLayout

TASK = "registry.tasks.run_import"
ATTEMPTS = 3  # claims without a stored batch, after which an import has failed
MOST_OPEN = 3  # of one person that wait or are worked on
KEPT = timedelta(days=7)
QUOTA_LOCK = 7_201_017  # advisory lock, with the person: the count and the new one together
Kind, Step, State = ImportJob.Kind, ImportJob.Step, ImportJob.State
OPEN = (State.QUEUED, State.RUNNING)
STANDING = (*OPEN, State.MAPPING)
MOST_KEPT = 20  # files of one person; the oldest are forgotten


class TooManyOpenError(Exception):
    """The person has as many open imports as anybody may have."""


@transaction.atomic
def take_in(*, by, name, content, encoding, kind, mapping="", site=None, completes=False, step=Step.LOOK):
    """(the import of this file, is it new). The same file again, while it is worked on or waits for a mapping, is the same import.

    by       a Person; whoever came by a token is bound by it until the end
    mapping  of a file of cases; without one it waits for it
    step     LOOK, and nothing is stored before `store_as_seen`; or STORE
    Raises PermissionDenied, TooManyOpenError, and ValidationError for somebody in another's place: the work goes on after that time.
    """
    check_may(by)
    if by.stands_in:
        words = _(
            "This file is worked on record by record, after you have left this page too: bring it in in your own place."
        )
        raise ValidationError(words)
    waits = kind == Kind.CASES and not mapping
    words = [encoding, kind, mapping, site and site.pk, completes, "" if waits else step, by.came_by and by.came_by.pk]
    digest = hashlib.sha256(json.dumps(words).encode() + hashlib.sha256(content).digest()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [QUOTA_LOCK, by.pk])
    own = ImportJob.objects.filter(person=by)
    before = own.filter(digest=digest, state__in=STANDING).exclude(content=b"").first()
    if before:
        return before, False
    if own.filter(state__in=OPEN).count() >= MOST_OPEN:
        raise TooManyOpenError
    idle = own.exclude(state__in=OPEN).exclude(content=b"").order_by("-id").values_list("pk", flat=True)
    own.filter(pk__in=list(idle[MOST_KEPT - 1 :])).update(content=b"", expires_at=Now())
    job = ImportJob.objects.create(
        person=by,
        token=by.came_by,
        site=site,
        name=name[:200],
        encoding=encoding,
        kind=kind,
        mapping=mapping,
        completes=completes,
        content=sealed(content),
        digest=digest,
        step=step,
        state=State.MAPPING if waits else State.QUEUED,
        expires_at=timezone.now() + KEPT,
    )
    if not waits:
        ring_after_commit(TASK, job.pk, by.pk)
    return job, True


@transaction.atomic
def map_job(job, *, by, text, site=None):
    """Have the file looked at by this mapping, and keep the mapping for the next file with these columns.

    site  of every row, where the mapping names none
    Raises ValidationError that says what is wrong with the mapping, or with it and the file.
    """
    check_may(by)
    mapping, table = mapping_of(text), table_of(job)
    MappedRows(table, mapping, by=by, site=site)
    ended = ImportJob.objects.filter(pk=job.pk, person=by).exclude(state__in=OPEN)
    if not ended.update(mapping=text, site=site, step=Step.LOOK, **_anew()):
        raise ValidationError(_("The file is being worked on. Wait for its end, or cancel it."), code="open")
    ImportedRecord.objects.filter(job=job).delete()
    keep_layout(site or by.own_sites().order_by("code").first(), table, text, name=job.name, by=by)
    ring_after_commit(TASK, job.pk, by.pk)


def keep_layout(site, table, text, *, name, by):
    """Keep a mapping for the next file of the site with these columns."""
    found = {"text": text, "name": name[:200], "kept_by": by.email, "kept_at": timezone.now()}
    if site is not None:
        ImportLayout.objects.update_or_create(site=site, header=header_of(table.columns), defaults=found)


@transaction.atomic
def store_as_seen(job, *, by):
    """Store every record that can be, as it was looked at; whether there was one to store. What is refused stays out."""
    check_may(by)
    seen = ImportJob.objects.filter(pk=job.pk, person=by, state=State.LOOKED)
    if not seen.update(step=Step.STORE, **_anew()):
        return False
    ring_after_commit(TASK, job.pk, by.pk)
    return True


@transaction.atomic
def go_on(job, *, by):
    """Go on with an import that stopped, where it stopped; whether it had."""
    check_may(by)
    stopped = ImportJob.objects.filter(pk=job.pk, person=by, state__in=(State.FAILED, State.CANCELLED))
    if not stopped.exclude(content=b"").update(state=State.QUEUED, attempts=0, ended_at=None, error="", rung_at=None):
        return False
    ring_after_commit(TASK, job.pk, by.pk)
    return True


def give_up(job):
    """Stop an import that is worked on: what it stored stays. Forget the file of one that is not; whether there was anything to end."""
    mine = ImportJob.objects.filter(pk=job.pk)
    ended = {"ended_at": Now(), "lease_until": None}
    if mine.filter(state__in=OPEN).update(state=State.CANCELLED, **ended):
        return True
    return bool(mine.exclude(content=b"").exclude(state__in=OPEN).update(content=b"", expires_at=Now(), **_closed(job)))


def check_may(by):
    """Raise PermissionDenied unless the person enters forms, and came by the pages or by a token for imports."""
    if not by.may(Permission.FORM_WRITE) or not by.may_by(Scope.IMPORT):
        raise PermissionDenied


def table_of(job):
    """The file's table. Raises ValidationError."""
    content = opened(job.content)
    return read_content(job.name, content, encoding_of(content, job.encoding))


def ring_waiting_imports(again):
    """Ring for the imports that nobody works on, end the hopeless, forget the files that have expired. Returns the rings."""
    with everything_scope(actor="sweeper"):
        rings = ring_waiting(
            ImportJob, TASK, asked="asked_at", attempts=ATTEMPTS, again=again, told=("id", "person_id")
        )
        with connection.cursor() as cursor:
            cursor.execute(FORGET)
        return rings


FORGET = """
WITH old AS (
  UPDATE registry_importjob SET content = '', expires_at = clock_timestamp() + interval '100 years',
    state = CASE WHEN state IN ('mapping', 'looked') THEN 'cancelled' ELSE state END
  WHERE expires_at < clock_timestamp() AND state NOT IN ('queued', 'running') RETURNING id
)
DELETE FROM registry_importedrecord WHERE job_id IN (SELECT id FROM old)
"""


def _anew():
    """What an import has when a step of it begins."""
    return {
        "state": State.QUEUED,
        "records": None,
        "records_done": 0,
        "counts": {},
        "attempts": 0,
        "ended_at": None,
        "lease_until": None,
        "rung_at": None,
        "error": "",
        "expires_at": timezone.now() + KEPT,
    }


def _closed(job):
    """One that waited for its person waits no more."""
    return {"state": State.CANCELLED, "ended_at": Now()} if job.state in (State.MAPPING, State.LOOKED) else {}
