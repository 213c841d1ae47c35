"""Whose turn it is in the worker: which analyses come first, when a newer dataset has to wait, and what it makes needless.

One recomputation serves a burst of entries: while a revision's analyses are under way, changes gather for the next one.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from analytics.choices import RULES
from analytics.core.analysis import REGRESSIONS
from analytics.dashboards import DASHBOARDS
from analytics.explore.grammar import EXPLORED
from analytics.models import AnalysisRun, Dataset
from registry.doorbell import ring
from registry.models import Case, Outbox

PATIENCE = timedelta(seconds=10)  # a newer dataset waits no longer than this for the analyses of the one before
PASSED_OVER = 3  # revisions in succession in which an analysis may be left out
OPEN = (AnalysisRun.QUEUED, AnalysisRun.RUNNING)


def in_turn(analyses):
    """The analyses in the order in which they are computed: what a dashboard shows as it opens, what it shows under another rule, the
    regressions, which take longest, and what no dashboard shows."""
    first = {name for one in DASHBOARDS.values() for name in one.analyses(next(iter(RULES)))}
    others = {name for one in DASHBOARDS.values() for rule in RULES for name in one.analyses(rule)}

    def turn(analysis):
        if analysis.name in first:
            return 2 if analysis.method in REGRESSIONS else 0
        return (3 if analysis.method in REGRESSIONS else 1) if analysis.name in others else 4

    return sorted(analyses, key=turn)  # stable


def is_under_way(cohort):
    """Whether the cohort's newest live dataset is still being analysed, and has not been for too long."""
    newest = Dataset.objects.filter(cohort=cohort, kind="live", made_at__gt=timezone.now() - PATIENCE).first()
    return newest is not None and _open_runs(newest).exists()


def ring_for_gathered(dataset):
    """Once the last analysis of a live dataset is done: have the changes covered that have gathered meanwhile."""
    if dataset.kind == "live" and not _open_runs(dataset).exists():
        cases = Case.with_void.filter(cohort=dataset.cohort_id).values("pk")
        if Outbox.objects.filter(dataset_id=None, case_id__in=cases).exists():
            ring("analytics.tasks.build_datasets")


def pass_over(dataset):
    """Cancel what waits on earlier live revisions: this one answers the same. What was left out too often keeps its turn. Returns how many."""
    earlier = {"dataset__cohort": dataset.cohort_id, "dataset__kind": "live", "dataset__revision__lt": dataset.revision}
    recent = AnalysisRun.objects.filter(
        **earlier,
        analysis=OuterRef("analysis"),
        state=AnalysisRun.DONE,
        dataset__revision__gte=dataset.revision - PASSED_OVER,
    )
    waiting = AnalysisRun.objects.filter(**earlier, state=AnalysisRun.QUEUED).exclude(analysis=EXPLORED)
    needless = waiting.filter(Exists(recent)).values_list("pk", flat=True)
    said = {"state": AnalysisRun.CANCELLED, "cancelled_by": f"revision {dataset.revision}", "ended_at": timezone.now()}
    return AnalysisRun.objects.filter(pk__in=list(needless), state=AnalysisRun.QUEUED).update(**said)


def _open_runs(dataset):
    return dataset.runs.filter(state__in=OPEN).exclude(analysis=EXPLORED)
