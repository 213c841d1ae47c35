"""What the worker keeps beside a Result: the cases behind it, what it says otherwise than the revision before, each site's scorecard."""

from analytics.actions_of_scorecards import release_scorecards
from analytics.core.analysis import Analysis
from analytics.core.cases_packed import packed_cases
from analytics.core.headline import moved
from analytics.models import AnalysisRun, Result, ResultCases, ResultChange


def store_beside(run, result, table):
    """Store what belongs to a Result that has just been stored; in the same transaction, so that it is there when the Result is.

    table  the cases that the Result was computed from
    """
    analysis = Analysis.from_dict(run.spec)
    if found := packed_cases(analysis, table, result):
        n, packed = found
        ResultCases.objects.create(run=run, cases=n, packed=packed)
    if run.dataset.kind == "live":
        _store_change(run, result)
        if analysis.method == "completeness" and not analysis.filters:
            release_scorecards(run, result, table)


def _store_change(run, result):
    """What moved since the newest earlier revision in which the same was asked, if anything did."""
    earlier = AnalysisRun.objects.filter(
        state=AnalysisRun.DONE,
        spec_hash=run.spec_hash,
        dataset__cohort=run.dataset.cohort_id,
        dataset__kind="live",
        dataset__revision__lt=run.dataset.revision,
    )
    last = earlier.select_related("dataset").order_by("-dataset__revision", "-pk").first()
    body = moved(Result.objects.get(run=last).body, result) if last else []
    if body:
        ResultChange.objects.create(
            run=run,
            dataset=run.dataset,
            before=last.dataset.revision,
            is_of_code=last.code_version != run.code_version,
            body=body,
        )
