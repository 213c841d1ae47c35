"""What the worker keeps beside a Result: the cases behind it, what it says otherwise than the revision before, each site's scorecard."""

import hashlib
import io
import json
from datetime import timedelta

import pyarrow.parquet
from django.utils import timezone

from analytics.core.analysis import Analysis
from analytics.core.cases_packed import packed_cases
from analytics.core.headline import moved
from analytics.core.tables.own_funnel import POLICY, others_funnels, own_scorecard
from analytics.models import AnalysisRun, Dataset, Release, Result, ResultCases, ResultChange
from analytics.pseudonyms import sites_by_name
from analytics.read import said_of

SCORECARD, OWN, OTHERS = (
    "scorecard",
    "card",
    "card-rest",
)  # audiences of their own: other releases are renewed by other rules
RENEWED_AFTER = timedelta(
    days=1
)  # of what a site sees of the others: refreshes that follow each other would tell them apart


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
            _release_scorecards(run, result)


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


def _release_scorecards(run, result):
    """Each site's own scorecard, exact, with what it may see of the others, which is renewed once a day at most, and at once when a
    case is no longer there."""
    table, kept = result["table"], Release.objects.filter(analysis=SCORECARD, policy=POLICY)
    if table is None or kept.filter(audience=OWN, dataset__revision__gt=run.dataset.revision).exists():
        return
    names, now, kept = sites_by_name(), timezone.now(), kept.filter(audience=OTHERS)
    fresh = {one.site_id: one.body for one in kept.filter(issued_at__gt=now - RENEWED_AFTER)}
    if _somebody_left(kept, run.dataset):
        fresh = {}
    for one in table["sites"]:
        site = names.get(one["site"])
        if site is None:
            continue
        others = fresh.get(site.pk)
        if others is None:
            others = others_funnels(table, one["site"])
            _release(run, site, OTHERS, others)
        own = {**own_scorecard(table, one["site"], others), "dataset": said_of(run.dataset)}
        _release(run, site, OWN, own)


def _release(run, site, audience, body):
    """Put this form in the place of the one before."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    Release.objects.filter(site=site, audience=audience, analysis=SCORECARD).delete()
    Release.objects.create(
        site=site,
        audience=audience,
        analysis=SCORECARD,
        analysis_hash=run.spec_hash,
        dataset=run.dataset,
        policy=POLICY,
        body=body,
        digest=digest,
    )


def _somebody_left(kept, dataset):
    """Whether a case of what is released is no longer in the dataset: consent withdrawn, or the case removed."""
    released = Dataset.objects.filter(pk__in=kept.values("dataset")).exclude(pk=dataset.pk)
    there = cases_in(dataset)
    return any(cases_in(one) - there for one in released)


def cases_in(dataset):
    """The pseudonyms of a dataset's cases."""
    table = dataset.tables.get(name="cases")
    return set(pyarrow.parquet.read_table(io.BytesIO(table.parquet), columns=["case"])["case"].to_pylist())
