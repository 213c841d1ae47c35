"""Build a cohort's live dataset, run its analyses, store their results. A task takes ids and calls one of these."""

import hashlib
import io
import logging
from datetime import timedelta

import pyarrow
import pyarrow.parquet
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from analytics import actions_of_turns as turns
from analytics import live
from analytics.actions_of_releases import take_down
from analytics.actions_of_runs import run_analysis as run_analysis
from analytics.acts.cuts import ring_waiting_cuts
from analytics.acts.exports import ring_waiting_exports
from analytics.acts.runs import wanted_run
from analytics.catalogue import CATALOGUE
from analytics.core.columns.table import case_table, flat
from analytics.core.csv_text import csv_text
from analytics.core.endpoints.derive import endpoint_table
from analytics.core.items.asked import file_of
from analytics.core.items.files import answers_of
from analytics.extract import extract_with_answers
from analytics.models import AnalysisRun, Dataset, DatasetTable, Heartbeat
from analytics.pseudonyms import ids_by_name
from registry.access.row_security import everything_scope
from registry.actions.checks import ring_waiting_checks
from registry.actions.import_jobs import ring_waiting_imports
from registry.actions.seals import seal_history
from registry.doorbell import ring, ring_after_commit
from registry.models import Case, Cohort, Outbox

log = logging.getLogger(__name__)
BUILD_LOCK = 7_201_001  # advisory lock: one builder at a time
KEPT_LIVE_REVISIONS = 20
LONGEST_BUILD_S = 600  # between two statements: ten thousand cases take a while


def build_datasets(*, in_turn=False):
    """Cover every open outbox row by a stored dataset; returns the number of datasets made.

    Loops until nothing is open, so that a burst of saves is one or two builds. Somebody else building: returns at once, for the
    sweeper looks again.
    in_turn  leave a cohort whose newest dataset is still being analysed: its last analysis, or the sweeper, rings again
    """
    made = 0
    while True:
        built = _build_once(in_turn)
        if built is None:
            return made
        made += built


def _build_once(in_turn):
    """One snapshot: the open outbox rows and the tables of their cohorts. None when nothing is open or another builds."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute(
                "SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [f"{LONGEST_BUILD_S}s"]
            )
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [BUILD_LOCK])
            if not cursor.fetchone()[0]:
                return None
        with everything_scope(actor="worker"):
            waiting = Outbox.objects.filter(dataset_id=None)
            changed = Case.with_void.filter(pk__in=waiting.values("case_id")).values_list("cohort_id", flat=True)
            cohorts = Cohort.objects.filter(pk__in={*changed, *cohorts_of_older_code()})
            due = [one for one in cohorts.order_by("pk") if not (in_turn and turns.is_under_way(one))]
            datasets = [(cohort, *live_dataset(cohort)) for cohort in due]
            if not datasets:
                return None
            for cohort, dataset, _is_new in datasets:
                # Only rows that this snapshot saw: a later change stays open.
                of_cohort = Case.with_void.filter(cohort=cohort).values("pk")
                waiting.filter(case_id__in=of_cohort).update(dataset_id=dataset.pk)
            if any(is_new for _cohort, _dataset, is_new in datasets):
                ring_after_commit("analytics.tasks.retire_cuts")
                ring_after_commit("analytics.tasks.issue_releases")
    for cohort, dataset, is_new in datasets:
        if is_new:
            live.publish(cohort.code, live.DATASET, dataset.revision)
    return sum(is_new for _cohort, _dataset, is_new in datasets)


def cohorts_of_older_code():
    """Ids of the cohorts whose newest live dataset another version of the code has made."""
    newest = Dataset.objects.filter(kind="live").order_by("cohort_id", "-revision").distinct("cohort_id")
    return [one.cohort_id for one in newest if one.code_version != settings.CODE_VERSION]


def live_dataset(cohort):
    """(dataset, is it new) of the cohort's rows as they are now; unchanged rows are the revision before."""
    tables, forms = extract_with_answers(cohort)
    whole = case_table(tables)
    files, answers = files_of(tables, forms, whole)
    last = Dataset.objects.filter(cohort=cohort, kind="live").first()
    digest = manifest_hash({**files, **answers})
    if last and (last.hash, last.code_version) == (digest, settings.CODE_VERSION):
        return last, False
    texts = {"endpoints.csv": csv_text(endpoint_table(whole)), "cases.csv": csv_text(flat(whole)), **answers}
    dataset = Dataset.objects.create(
        cohort=cohort,
        revision=last.revision + 1 if last else 1,
        hash=digest,
        cases=len(tables["cases"]),
        sites=tables["cases"]["site"].nunique(),
        case_ids=ids_of(cohort, tables),
        code_version=settings.CODE_VERSION,
    )
    rows = {name: len(table) for name, table in tables.items()}
    DatasetTable.objects.bulk_create(
        [
            *(table_of(dataset, name, rows[name], content) for name, content in files.items()),
            *(table_of(dataset, name, content.count(b"\n") - 1, content) for name, content in texts.items()),
        ]
    )
    take_down(cohort, set(tables["cases"]["case"]))
    turns.pass_over(dataset)
    request_runs(dataset)
    return dataset, True


def ids_of(cohort, tables):
    """Ids of the cases in the tables."""
    ids = ids_by_name(cohort)
    return sorted(ids[name] for name in tables["cases"]["case"])


def files_of(tables, forms, whole, cut_date=None):
    """(table → Parquet, name → CSV of the answers of a form): what a dataset of these tables holds and its hash covers.

    forms  as `answers_of` takes them; whole: the case table of the tables
    """
    answers = answers_of(forms, whole, cut_date)
    return (
        {name: parquet(table) for name, table in sorted(tables.items())},
        {file_of(form): csv_text(table) for form, table in answers.items()},
    )


def manifest_hash(files, cut_date=None):
    """The dataset's hash: SHA-256 over one line "table sha256" for each table, sorted by name, and of a cut "cut_date <day>"."""
    lines = [f"{name} {hashlib.sha256(content).hexdigest()}\n" for name, content in sorted(files.items())]
    lines += [f"cut_date {cut_date.isoformat()}\n"] if cut_date else []
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def parquet(table):
    """A table as the Parquet file that a dataset keeps."""
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pandas(table, preserve_index=False), out, compression="zstd")
    return out.getvalue()


def table_of(dataset, name, rows, content):
    """A table of the dataset, not stored yet."""
    return DatasetTable(
        dataset=dataset, name=name, rows=rows, sha256=hashlib.sha256(content).hexdigest(), parquet=content
    )


def request_runs(dataset, *, by="catalogue"):
    """One queued run for each of the catalogue's analyses of this cohort, made once however often it is asked for."""
    analyses = turns.in_turn(analysis for analysis in CATALOGUE if analysis.cohort == dataset.cohort.code)
    AnalysisRun.objects.bulk_create(
        [wanted_run(dataset, analysis, by=by) for analysis in analyses], ignore_conflicts=True
    )
    for pk in dataset.runs.filter(state=AnalysisRun.QUEUED).order_by("pk").values_list("pk", flat=True):
        ring_after_commit("analytics.tasks.run_analysis", pk)


RING_WAITING = (ring_waiting_checks, ring_waiting_cuts, ring_waiting_exports, ring_waiting_imports)


def sweep():
    """Ring again for what the database says is waiting, and end what is past its deadline or attempts. Returns rings.

    Seals the history too: it has to happen often, and the sweeper is there.
    """
    try:
        seal_history()
    except OSError:
        log.exception("the history is sealed, and its anchors could not be written; the next seal makes up for them")
    again = timezone.now() - timedelta(seconds=settings.RING_AGAIN_SECONDS)
    with everything_scope(actor="sweeper"):
        with connection.cursor() as cursor:
            cursor.execute(END_OVERDUE)
        late = Outbox.objects.filter(dataset_id=None, at__lt=timezone.now() - timedelta(seconds=1))
        waiting = late.exists() or bool(cohorts_of_older_code())
        with connection.cursor() as cursor:
            cursor.execute(RING_AGAIN, [again])
            runs = [row[0] for row in cursor.fetchall()]
    if waiting:
        ring("analytics.tasks.build_datasets")
    for pk in runs:
        ring("analytics.tasks.run_analysis", pk)
    return len(runs) + waiting + sum(ring_again(again) for ring_again in RING_WAITING)


END_OVERDUE = """
UPDATE analytics_analysisrun SET state = 'failed', lease_until = NULL, ended_at = clock_timestamp(),
  error = CASE WHEN attempts >= 3 THEN 'three attempts did not finish' ELSE 'not finished by its deadline' END
WHERE state IN ('queued', 'running') AND coalesce(lease_until, '-infinity') < clock_timestamp()
  AND (attempts >= 3 OR deadline < clock_timestamp())
"""

RING_AGAIN = """
UPDATE analytics_analysisrun SET rung_at = clock_timestamp()
WHERE state IN ('queued', 'running') AND coalesce(lease_until, '-infinity') < clock_timestamp()
  AND coalesce(rung_at, requested_at) < %s RETURNING id
"""


def beat_heart():
    """Note that a worker finished a task: progress, not mere life."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


def prune_live_datasets():
    """Drop live revisions beyond the newest of each cohort, with their runs and results; and those that hold a case which the
    newest does not hold any more, because consent was withdrawn or the case removed, once the newest is computed."""
    with everything_scope(actor="worker"):
        for cohort in Cohort.objects.all():
            newest = Dataset.objects.filter(cohort=cohort, kind="live").first()
            if newest is None:
                continue
            older = Dataset.objects.filter(cohort=cohort, kind="live", revision__lt=newest.revision)
            older.filter(revision__lte=newest.revision - KEPT_LIVE_REVISIONS).delete()
            if not newest.runs.filter(state__in=[AnalysisRun.QUEUED, AnalysisRun.RUNNING]).exists():
                kept = cases_in(newest)
                older.filter(pk__in=[one.pk for one in older if not cases_in(one) <= kept]).delete()


def cases_in(dataset):
    """The pseudonyms of a dataset's cases."""
    table = dataset.tables.get(name="cases")
    return set(pyarrow.parquet.read_table(io.BytesIO(table.parquet), columns=["case"])["case"].to_pylist())
