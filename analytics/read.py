"""What the pages and the REST interface read: stored results and datasets, by name. No pandas: web processes use this."""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.utils import timezone

from analytics.catalogue import CATALOGUE
from analytics.explore.grammar import EXPLORED
from analytics.models import AnalysisRun, Dataset, Heartbeat, Result
from registry.models import Case, Outbox

LIVE = "live"  # in an address: the newest live revision
SLUG = re.compile(r"[-\w]+")
STALLED_AFTER = timedelta(seconds=75)  # the heartbeat comes every 30 s


@dataclass(frozen=True)
class Stored:
    """A stored result with the dataset and the run it comes from."""

    result: dict
    dataset: Dataset
    run: AnalysisRun

    def envelope(self):
        """The result as it is served: with its dataset, code version and time."""
        return {
            **self.result,
            "dataset": said_of(self.dataset),
            "code_version": self.run.code_version,
            "computed_at": self.run.ended_at.isoformat(),
        }


def said_of(dataset):
    """What a served result says of its dataset."""
    return {
        "cohort": dataset.cohort.code,
        "kind": dataset.kind,
        "revision": dataset.revision,
        "hash": dataset.hash,
        "made_at": dataset.made_at.isoformat(),
        "name": dataset.name,
        "cut_date": dataset.cut_date and dataset.cut_date.isoformat(),
    }


def newest(cohort_code, *names):
    """Analysis name → newest Stored of the cohort's live datasets; all analyses unless `names` are given."""
    runs = AnalysisRun.objects.filter(state=AnalysisRun.DONE, dataset__cohort__code=cohort_code, dataset__kind="live")
    if names:
        runs = runs.filter(analysis__in=names)
    best = runs.filter(analysis=OuterRef("run__analysis")).order_by("-dataset__revision", "-pk").values("pk")[:1]
    results = Result.objects.filter(run__in=runs, run_id=Subquery(best)).select_related("run__dataset__cohort")
    return {one.run.analysis: Stored(one.body, one.run.dataset, one.run) for one in results}


def newest_of(name):
    """The newest stored result of an analysis of the catalogue, the one that page and figure show. 404 before the first."""
    analysis = next((one for one in CATALOGUE if one.name == name), None)
    stored = analysis and newest(analysis.cohort, name).get(name)
    if not stored:
        raise Http404
    return stored


def of_runs(pks):
    """Analysis name → Stored, of the runs with these ids."""
    results = Result.objects.filter(run_id__in=pks).select_related("run__dataset__cohort")
    return {one.run.analysis: Stored(one.body, one.run.dataset, one.run) for one in results}


def newest_dataset(cohort_code):
    """The cohort's newest live dataset, or None before the first."""
    return Dataset.objects.filter(cohort__code=cohort_code, kind="live").select_related("cohort").first()


def dataset_asked(request, cohort_code):
    """The dataset that the address asks for with `?data=`: see `dataset_named`."""
    return dataset_named(request.GET.get("data", ""), cohort_code)


def dataset_named(asked, cohort_code):
    """The dataset that a word asks for: "cut:<name>", else the newest live one; None before the first.

    404 for a cut that does not exist or was retired, and for any other word.
    """
    asked = asked or LIVE
    if asked == LIVE:
        return newest_dataset(cohort_code)
    kind, _colon, name = asked.partition(":")
    found = Dataset.objects.filter(cohort__code=cohort_code, kind="cut", name=name, retired_at=None)
    dataset = found.select_related("cohort").first() if kind == "cut" and SLUG.fullmatch(name) else None
    if dataset is None:
        raise Http404
    return dataset


def of_dataset(dataset, *names):
    """Analysis name → newest Stored of this dataset alone; all analyses unless `names` are given; {} without a dataset."""
    if dataset is None:
        return {}
    results = Result.objects.filter(run__dataset=dataset, run__state=AnalysisRun.DONE).select_related("run")
    if names:
        results = results.filter(run__analysis__in=names)
    return {one.run.analysis: Stored(one.body, dataset, one.run) for one in results.order_by("run_id")}


def table_content(dataset, name):
    """The stored bytes of one of the dataset's tables."""
    return bytes(dataset.tables.get(name=name).parquet)


def live_state(cohort_code):
    """How fresh the cohort's results are.

    state  "live": every change is in them; "recomputing": some are on the way; "stalled": and no worker has answered for a while
    """
    dataset = newest_dataset(cohort_code)
    cases = Case.with_void.filter(cohort__code=cohort_code).values("pk")
    open_changes = Outbox.objects.filter(dataset_id=None, case_id__in=cases).exists()
    waiting_runs = AnalysisRun.objects.filter(state__in=[AnalysisRun.QUEUED, AnalysisRun.RUNNING])
    open_runs = bool(dataset and waiting_runs.filter(dataset=dataset).exclude(analysis=EXPLORED).exists())
    beat = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    waiting = open_changes or open_runs
    stalled = waiting and (beat is None or timezone.now() - beat > STALLED_AFTER)
    return {
        "state": "stalled" if stalled else "recomputing" if waiting else "live",
        "revision": dataset.revision if dataset else 0,
        "made_at": dataset.made_at.isoformat() if dataset else None,
        "worker_seen_at": beat.isoformat() if beat else None,
    }


def state_of_cut(dataset):
    """The state of a cut, in the shape of `live_state`: "frozen", or "recomputing" while its analyses are on the way."""
    waits = dataset.runs.filter(state__in=[AnalysisRun.QUEUED, AnalysisRun.RUNNING]).exists()
    return {
        "state": "recomputing" if waits else "frozen",
        "revision": dataset.revision,
        "made_at": dataset.made_at.isoformat(),
        "worker_seen_at": None,
    }
