"""What the import commands share where a file is brought in record by record: go on until it has ended, and write the reports."""

import time
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import CommandError

from registry.access.row_security import person_scope
from registry.actions.import_jobs import TooManyOpenError, take_in
from registry.actions.import_work import run_import
from registry.imports.reports import refused_file, report_file
from registry.models import ImportJob

LOOK_AGAIN = 1.0  # seconds, while another process works on it


def add_arguments(parser):
    """[--row-by-row] [--report FILE] [--refused FILE]"""
    parser.add_argument(
        "--row-by-row", action="store_true", help="store what can be, report the rest; the same command again goes on"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="CSV: what became of each row (with --row-by-row)")
    parser.add_argument(
        "--refused", type=Path, metavar="FILE", help="CSV: the refused rows, to be corrected and sent again"
    )


def bring_in(path, *, by, step, tell, report=None, refused=None, **choices):
    """Bring one file in, record by record, here or by whoever works on it already; its ImportJob when it has ended.

    tell     hears how far it is
    choices  of registry.actions.import_jobs.take_in: encoding, kind, mapping, site, completes
    """
    try:
        with person_scope(by):
            job, is_new = take_in(by=by, name=path.name, content=path.read_bytes(), step=step, **choices)
    except TooManyOpenError:
        raise CommandError("Three imports of this person are on the way. Wait for one, or end one.") from None
    except PermissionDenied:
        raise CommandError(f"{by.email} may not bring records in.") from None
    if not is_new:
        tell(f"{path.name}: going on with import {job.pk}, which was begun before.")
    job = _ended(job, by, tell)
    with person_scope(by):
        if report:
            report.write_bytes(report_file(job))
        if refused:
            try:
                refused.write_bytes(refused_file(job))
            except ValidationError:  # none was
                refused.unlink(missing_ok=True)
    if job.state == ImportJob.State.FAILED:
        raise CommandError(f"{path.name}: {job.error}")
    return job


def _ended(job, by, tell):
    told = -1
    while True:
        run_import(job.pk, by.pk, seconds=LOOK_AGAIN)
        with person_scope(by):
            job.refresh_from_db()
        if not job.is_open:
            return job
        if job.records_done != told:
            told = job.records_done
            tell(f"{job.records_done} of {job.records or '…'} records")
        if job.lease_until:
            time.sleep(LOOK_AGAIN)


def summed(job):
    """The end of it in a line."""
    counts = job.counts
    stored = counts.get("new", 0) + counts.get("changed", 0)
    verb = "Stored" if job.step == ImportJob.Step.STORE else "Could be stored"
    return (
        f"{verb}: {stored} records ({counts.get('new', 0)} new cases), {counts.get('answers', 0)} answers. "
        f"Nothing to change: {counts.get('unchanged', 0)}. Refused: {counts.get('refused', 0)}."
    )
