"""Compute a queued run and store its Result: claimed with a lease and a fence, so that it is stored once.

At most one explored run is computed at a time, whatever number of them wait: another process of the worker stays free for the
dashboards.
"""

import hashlib
import io
import json
import logging

import pyarrow.parquet
from django.conf import settings
from django.db import connection

from analytics import actions_of_leases as leases
from analytics import actions_of_turns as turns
from analytics import live
from analytics.actions_of_causes import store_beside
from analytics.core import progress
from analytics.core.analysis import COX, FINE_GRAY, Analysis
from analytics.core.cases import WHOLE_FORM
from analytics.core.items.asked import file_of
from analytics.core.items.asked import forms_of as forms_asked
from analytics.core.items.joined import with_answers
from analytics.core.run import run as compute
from analytics.core.whole import whole_table
from analytics.explore.grammar import EXPLORED
from analytics.models import AnalysisRun
from registry import clock
from registry.access.row_security import everything_scope
from registry.doorbell import ring

log = logging.getLogger(__name__)
EXPLORE_LOCK = 7_201_011  # advisory lock: one process at a time looks whether an explored run is being computed

CLAIM = """
UPDATE analytics_analysisrun SET state = 'running', fence = fence + 1, attempts = attempts + 1,
  lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND state IN ('queued', 'running') AND coalesce(lease_until, '-infinity') < clock_timestamp()
  AND attempts < 3 AND deadline > clock_timestamp() RETURNING fence
"""

ANOTHER_EXPLORED = """
SELECT 1 FROM analytics_analysisrun WHERE analysis = %(name)s AND state = 'running' AND id <> %(id)s
  AND lease_until > clock_timestamp() LIMIT 1
"""

# Result and state together, and only by the holder of the newest fence.
FINISH = """
WITH mine AS (UPDATE analytics_analysisrun SET state = 'done', lease_until = NULL, ended_at = clock_timestamp()
  WHERE id = %(id)s AND fence = %(fence)s AND state = 'running' RETURNING id)
INSERT INTO analytics_result (run_id, body, digest) SELECT id, %(body)s::jsonb, %(digest)s FROM mine RETURNING run_id
"""

FAIL = """
UPDATE analytics_analysisrun SET state = CASE WHEN attempts < 3 THEN 'queued' ELSE 'failed' END, lease_until = NULL,
  error = %(error)s, ended_at = clock_timestamp() WHERE id = %(id)s AND fence = %(fence)s AND state = 'running'
"""

STEP = """
UPDATE analytics_analysisrun SET step = %(step)s, steps_done = %(done)s, steps = %(steps)s,
  lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND fence = %(fence)s AND state = 'running' RETURNING id
"""


class RunEndedError(Exception):
    """The run is not this process's any more: somebody cancelled it, or its lease went to another."""


def run_analysis(run_id):
    """Compute one run and store its result; whether this call did. Harmless to call twice, or late."""
    with everything_scope(actor="worker"):
        fence = claim(run_id)
        if fence is None:
            return False
        run = AnalysisRun.objects.select_related("dataset__cohort").get(pk=run_id)
    try:
        with leases.kept(run_id, fence):
            body = json.dumps(answer(run, fence), sort_keys=True, allow_nan=False)
        finished = _store(run, fence, body)
    except RunEndedError:
        finished = False
    except Exception as failure:
        log.exception("run %s failed", run_id)
        with everything_scope(actor="worker"), connection.cursor() as cursor:
            cursor.execute(FAIL, {"id": run_id, "fence": fence, "error": type(failure).__name__})
        raise
    finally:
        if run.analysis == EXPLORED:
            ring_for_next_explored()
    return finished


def claim(run_id):
    """The fence under which this process computes the run; None if it is another's, or has to wait."""
    explored = AnalysisRun.objects.filter(pk=run_id, analysis=EXPLORED).exists()
    if explored:
        first("SELECT pg_advisory_xact_lock(%(lock)s)", lock=EXPLORE_LOCK)
        if first(ANOTHER_EXPLORED, name=EXPLORED, id=run_id):
            return None
    return first(CLAIM, id=run_id, lease=settings.RUN_LEASE_SECONDS)


def ring_for_next_explored():
    """Tell a worker of the explored run that has waited longest."""
    with everything_scope(actor="worker"):
        waiting = AnalysisRun.objects.filter(analysis=EXPLORED, state=AnalysisRun.QUEUED).order_by("requested_at", "pk")
        pk = waiting.values_list("pk", flat=True).first()
    if pk is not None:
        ring("analytics.tasks.run_analysis", pk)


def _store(run, fence, body):
    """Store the Result with what belongs to it and tell the open pages; whether the run was still this process's."""
    with everything_scope(actor="worker"):
        digest = hashlib.sha256(body.encode()).hexdigest()
        finished = first(FINISH, id=run.pk, fence=fence, body=body, digest=digest) is not None
        if finished:
            store_beside(run, json.loads(body), cases_of(run.dataset, Analysis.from_dict(run.spec)))
    if finished:
        live.publish(run.dataset.cohort.code, run.analysis, run.dataset.revision)
        with everything_scope(actor="worker"):
            turns.ring_for_gathered(run.dataset)
    return finished


def first(statement, **values):
    """The first value that the statement returns, or None."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return row and row[0]


def answer(run, fence):
    """The Result of a run, each step told to who waits for it. Raises RunEndedError when it is cancelled."""
    with progress.listening(Analysis.from_dict(run.spec), _listener(run, fence)):
        return answer_of(run)


def answer_of(run):
    """The Result of a run: computed from the stored dataset, never from the record."""
    analysis, dataset = Analysis.from_dict(run.spec), run.dataset
    progress.begin(progress.READING)
    with everything_scope(actor="worker"):
        table = cases_of(dataset, analysis)
    result = compute(analysis, table, cut=dataset.cut_date, not_after=clock.day_of(dataset.made_at))
    if analysis.method not in (COX, FINE_GRAY):
        return result
    from analytics.second_opinion import second_opinions

    progress.begin(progress.SECOND)
    return second_opinions(result, analysis, table)


def _listener(run, fence):
    """Stores each step of an explored run in a transaction of its own, for somebody may be waiting before a page."""

    def explored(step, done, steps):
        with everything_scope(actor="worker"):
            lease = settings.RUN_LEASE_SECONDS
            mine = first(STEP, id=run.pk, fence=fence, step=step, done=done, steps=steps, lease=lease)
        if mine is None:
            raise RunEndedError

    def others(_step, _done, _steps):
        """The catalogue's runs: nobody waits for one of them."""

    return explored if run.analysis == EXPLORED else others


def cases_of(dataset, analysis):
    """All that the core knows of the dataset's cases, with the answers of forms that the analysis asks for.

    Raises ValueError if the dataset holds no answers of a form: a cut from before they were kept.
    """
    forms = forms_asked(analysis.columns)
    names = {file_of(form): form for form in forms}
    texts = (
        {names[one.name]: bytes(one.parquet).decode() for one in dataset.tables.filter(name__in=names)} if forms else {}
    )
    if lacking := [form for form in forms if form not in texts]:
        raise ValueError(f"the dataset holds no answers of the forms {', '.join(lacking)}")
    return with_answers(whole_of(dataset), analysis, texts)


_wholes: dict = {}


def whole_of(dataset):
    """All that the core knows of the dataset's cases; the worker keeps the last few, for a revision's analyses come together."""
    made = clock.day_of(dataset.made_at)
    key = (dataset.cohort_id, dataset.hash, dataset.cut_date, made)
    if key not in _wholes:
        while len(_wholes) >= 3:
            _wholes.pop(next(iter(_wholes)))
        _wholes[key] = whole_table(tables_of(dataset), cut=dataset.cut_date, not_after=made)
    return _wholes[key]


def tables_of(dataset):
    """The dataset's tables as the core takes them."""
    return _read(dataset.tables.exclude(name__endswith=".csv").exclude(name__startswith=WHOLE_FORM))


def forms_of(dataset):
    """The whole forms that a cut holds beside them, by the names of its tables; {} of a live revision."""
    return _read(dataset.tables.filter(name__startswith=WHOLE_FORM))


def _read(stored):
    return {table.name: pyarrow.parquet.read_table(io.BytesIO(table.parquet)).to_pandas() for table in stored}
