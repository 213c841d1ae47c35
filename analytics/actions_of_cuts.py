"""Freeze a data cut, retire it when somebody in it withdraws consent, and work on what is ordered about cuts.

A cut is taken from the record in one snapshot, rolled back to its day (analytics.core.cut) and never changed. Its results are computed
from its stored tables, as for a live revision.
"""

import hashlib
import logging
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from analytics.actions import cases_in, files_of, ids_of, manifest_hash, request_runs, table_of
from analytics.actions_of_public import (
    NotComputedError,
    RetiredError,
    hold_standing,
    issue_publicly,
    take_down_issue,
)
from analytics.actions_of_runs import forms_of, tables_of
from analytics.actions_of_verification import verify
from analytics.acts.cuts import ATTEMPTS
from analytics.core.cases import WHOLE_FORM, checked
from analytics.core.columns.table import case_table, flat
from analytics.core.csv_text import csv_text
from analytics.core.cut import rolled_back
from analytics.core.endpoints.derive import endpoint_table
from analytics.exports.frozen import frozen_forms
from analytics.extract import extract, refused_cases
from analytics.models import CutOrder, CutReport, Dataset, DatasetTable, Release
from analytics.report.write import write_report
from registry.access.row_security import everything_scope
from registry.models import Cohort

log = logging.getLogger(__name__)
LEASE_SECONDS = 300  # of one step: taking a cut of many thousand cases is one
TAKEN, RETIRED, NOT_COMPUTED = "taken", "retired", "not computed"  # why an order cannot be done
# One cut is taken at a time; nobody else waits. Unlike a query, a lock does not fix the snapshot.
ONE_AT_A_TIME = "LOCK TABLE analytics_dataset IN SHARE UPDATE EXCLUSIVE MODE"


def take_cut(cohort, name, day, *, reason, by):
    """The cut of the cohort as the record has it now, with its runs queued. The name is free and the day has come."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute(ONE_AT_A_TIME)
        with everything_scope(actor=by):
            tables = extract(cohort)
            found = rolled_back(tables, day)
            left_out = {"later": found.later, "undated": found.undated, "rows": found.rows}
            whole = {**found.tables, **frozen_forms(cohort, checked(tables), found.tables, day)}
            return store_cut(cohort, name, day, whole, left_out=left_out, reason=reason, taken_by=by)


def store_cut(cohort, name, day, tables, *, left_out, reason, taken_by, predecessor=None):
    """A cut of these tables, which are rolled back, with its manifest and its queued runs."""
    whole = case_table(tables, day)
    forms = {one.removeprefix(WHOLE_FORM): rows for one, rows in tables.items() if one.startswith(WHOLE_FORM)}
    files, answers = files_of(tables, forms, whole, day)
    texts = {"cases.csv": csv_text(flat(whole)), "endpoints.csv": csv_text(endpoint_table(whole)), **answers}
    last = Dataset.objects.filter(cohort=cohort, kind="cut").first()
    dataset = Dataset(
        cohort=cohort,
        kind="cut",
        revision=last.revision + 1 if last else 1,
        hash=manifest_hash({**files, **answers}, day),
        cases=len(tables["cases"]),
        sites=tables["cases"]["site"].nunique(),
        case_ids=ids_of(cohort, tables),
        code_version=settings.CODE_VERSION,
        name=name,
        cut_date=day,
        reason=reason,
        taken_by=taken_by,
        predecessor=predecessor,
    )
    stored = [
        *(table_of(dataset, one, len(tables[one]), content) for one, content in files.items()),
        *(table_of(dataset, one, content.count(b"\n") - 1, content) for one, content in texts.items()),
    ]
    dataset.manifest = {
        "cohort": cohort.code,
        "name": name,
        "cut_date": day.isoformat(),
        "cases": dataset.cases,
        "left_out": left_out,
        "hash": dataset.hash,
        "code_version": dataset.code_version,
        "tables": [{"name": one.name, "rows": one.rows, "sha256": one.sha256} for one in stored],
    }
    dataset.save()
    DatasetTable.objects.bulk_create(stored)
    request_runs(dataset, by=taken_by[:254])
    return dataset


def retire_all_cuts():
    """What `retire_cuts` does, of every cohort that has cuts; returns the successors."""
    with everything_scope(actor="worker"):
        cohorts = list(Cohort.objects.filter(dataset__kind="cut", dataset__retired_at=None).distinct())
    return [made for cohort in cohorts for made in retire_cuts(cohort)]


def retire_cuts(cohort):
    """Retire each cut that holds a case whose data may not be analysed any more, and take its successor; returns the successors."""
    made = []
    with transaction.atomic(), everything_scope(actor="worker"):
        with connection.cursor() as cursor:
            cursor.execute(ONE_AT_A_TIME)
        standing = Dataset.objects.filter(cohort=cohort, kind="cut", retired_at=None).order_by("revision")
        cuts = list(standing.select_for_update())  # what is being stored of them is stored before, or refused
        refused = refused_cases(cohort) if cuts else set()
        for cut in cuts:
            gone = refused & cases_in(cut)
            if gone:
                made.append(_retire(cut, gone))
    return made


def _retire(cut, gone):
    """Drop what the cut holds, keep that it was; the successor is of the same day, from the same rows, without these cases."""
    stored = {**tables_of(cut), **forms_of(cut)}
    tables = {name: table[~table["case"].isin(gone)].reset_index(drop=True) for name, table in stored.items()}
    cut.tables.all().delete()
    cut.runs.all().delete()
    cut.reports.all().delete()
    Release.objects.filter(dataset=cut).delete()
    take_down_issue(cut, gone)
    cut.retired_at, cut.retired_reason = timezone.now(), "consent"
    cut.save(update_fields=["retired_at", "retired_reason"])
    return store_cut(
        cut.cohort,
        successor_name(cut),
        cut.cut_date,
        tables,
        left_out={**cut.manifest["left_out"], "consent": cut.manifest["left_out"].get("consent", 0) + len(gone)},
        reason=cut.reason,
        taken_by=cut.taken_by,
        predecessor=cut,
    )


def successor_name(cut):
    """The first free one of name-2, name-3, …; a name that ends in such a number goes on counting."""
    stem, _hyphen, number = cut.name.rpartition("-")
    counted = bool(cut.predecessor_id) and number.isdigit()
    stem, number = (stem, int(number) + 1) if counted else (cut.name, 2)
    taken = set(Dataset.objects.filter(cohort=cut.cohort, kind="cut").values_list("name", flat=True))
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


CLAIM = """
UPDATE analytics_cutorder SET state = 'running', fence = fence + 1, attempts = attempts + 1,
  lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND state IN ('queued', 'running') AND coalesce(lease_until, '-infinity') < clock_timestamp()
  AND attempts < %(attempts)s RETURNING fence
"""


class OvertakenError(Exception):
    """Somebody else has claimed the order since."""


class RefusedError(Exception):
    """The order cannot be done, now or later; the text is one of TAKEN, NOT_COMPUTED."""


class Progress:
    """Tells how far an order is, each step in a transaction of its own, and keeps the lease alive."""

    def __init__(self, order, fence):
        self.order, self.fence, self.done = order, fence, 0

    def __call__(self, steps):
        """One more step is done, of `steps`."""
        self.done += 1
        self.hold(steps_done=self.done, steps=steps, lease_until=_lease())

    def hold(self, **columns):
        """Store columns of the order. Raises OvertakenError if it is not ours any more."""
        with everything_scope(actor="worker"):
            mine = CutOrder.objects.filter(pk=self.order.pk, fence=self.fence, state=CutOrder.RUNNING)
            if not mine.update(**columns):
                raise OvertakenError


def _lease():
    return timezone.now() + timedelta(seconds=LEASE_SECONDS)


def work_on_cut(order_id):
    """Do what is ordered; whether this call did. Harmless to call twice, or late."""
    with everything_scope(actor="worker"), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"id": order_id, "lease": LEASE_SECONDS, "attempts": ATTEMPTS})
        row = cursor.fetchone()
        if row is None:
            return False
        order = CutOrder.objects.select_related("cohort", "dataset__cohort").get(pk=order_id)
    progress = Progress(order, row[0])
    try:
        dataset = _done(order, progress)
        progress.hold(state=CutOrder.DONE, lease_until=None, ended_at=timezone.now(), dataset=dataset, error="")
    except OvertakenError:
        return False
    except RetiredError:
        progress.hold(state=CutOrder.FAILED, lease_until=None, ended_at=timezone.now(), error=RETIRED)
    except RefusedError as refusal:
        progress.hold(state=CutOrder.FAILED, lease_until=None, ended_at=timezone.now(), error=str(refusal))
    except Exception as failure:
        log.exception("order %s about a cut failed", order_id)
        state = CutOrder.FAILED if order.attempts >= ATTEMPTS else CutOrder.QUEUED
        progress.hold(state=state, lease_until=None, ended_at=timezone.now(), error=type(failure).__name__)
        raise
    return True


def _done(order, progress):
    """Do it; returns the dataset."""
    if order.kind == CutOrder.TAKE:
        return _taken(order)
    if order.dataset.retired_at:
        raise RetiredError
    if order.kind == CutOrder.VERIFY:
        verify(order.dataset, progress)
    elif order.kind == CutOrder.ISSUE:
        _issued(order, progress)
    else:
        write_report(order, _store_of(order), progress)
    return order.dataset


def _issued(order, progress):
    try:
        issue_publicly(order.dataset, by=order.asked_by, progress=progress)
    except NotComputedError:
        raise RefusedError(NOT_COMPUTED) from None


def _store_of(order):
    """What stores a file of the report that is ordered."""

    def store(form, content):
        made = {
            "content": content,
            "sha256": hashlib.sha256(content).hexdigest(),
            "code_version": settings.CODE_VERSION,
        }
        which = {"dataset": order.dataset, "language": order.language, "audience": order.audience, "format": form}
        with everything_scope(actor="worker"):
            hold_standing(order.dataset)
            CutReport.objects.update_or_create(**which, defaults=made)

    return store


def _taken(order):
    """The cut that is ordered; the one of an earlier attempt, whose end was not noted, if there is one."""
    made = _cut_named(order)
    if made is None:
        try:
            return take_cut(order.cohort, order.name, order.cut_date, reason=order.reason, by=order.asked_by)
        except IntegrityError:  # an earlier attempt was slow and has ended now, or somebody else was quicker
            made = _cut_named(order)
    if made is None or (made.cut_date, made.taken_by) != (order.cut_date, order.asked_by):
        raise RefusedError(TAKEN)
    return made


def _cut_named(order):
    with everything_scope(actor="worker"):
        return Dataset.objects.filter(cohort=order.cohort, name=order.name).first()
