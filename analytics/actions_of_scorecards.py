"""Release to each site its own scorecard, exact, with what it may see of the others: hospital by hospital, by k or more cases at once."""

import hashlib
import json
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from analytics.core.analysis import Analysis
from analytics.core.disclosure.policy import OTHERS, POLICIES
from analytics.core.disclosure.standing import Standing, now_of, renewed, still, without
from analytics.core.selection import select
from analytics.core.tables.own_funnel import POLICY, others_funnels, own_scorecard
from analytics.models import Dataset, Release, ReleaseBasis
from analytics.pseudonyms import sites_by_name
from analytics.read import said_of

SCORECARD, CARD = (
    "scorecard",
    "card",
)  # an analysis and an audience of their own: other releases are renewed by other rules
SCORECARD_LOCK = 7_201_025  # advisory lock: one issuer at a time
LEAST_APART = timedelta(hours=23)  # of what a site sees of the others: built once a day at most


def release_scorecards(run, result, cases):
    """A card for each site of the completeness table `result`; `cases`: those that it was computed from.

    What the others see of a hospital is one for all of them: whoever reads two cards learns no more than from one.
    """
    table, dataset = result["table"], run.dataset
    _lock()
    if table is None or _is_passed(dataset):
        return
    now = now_of(table, select(Analysis.from_dict(run.spec), cases).cases)
    names = {name: site for name, site in sites_by_name().items() if name in now}
    bases = {one.site_id: one for one in ReleaseBasis.objects.filter(cohort=dataset.cohort_id, policy=POLICY)}
    standing = {
        name: _brought_up(bases.get(site.pk) or _new(site, dataset.cohort), now[name]) for name, site in names.items()
    }
    for name, site in names.items():
        others = others_funnels([one for other, one in standing.items() if other != name])
        _release(run, site, {**own_scorecard(table, name, others), "dataset": said_of(dataset)})


def _lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SCORECARD_LOCK])


def _is_passed(dataset):
    """Whether cards of a later revision are there, or a case of this one is gone since."""
    later = Dataset.objects.filter(cohort=dataset.cohort_id, kind="live", revision__gt=dataset.revision)
    if Release.objects.filter(analysis=SCORECARD, audience=CARD, policy=POLICY, dataset__in=later).exists():
        return True
    newest = later.order_by("-revision").values_list("case_ids", flat=True).first()
    return newest is not None and bool(set(dataset.case_ids or ()) - set(newest))


def _new(site, cohort):
    return ReleaseBasis(site=site, cohort=cohort, policy=POLICY, counts={}, cases={})


def _brought_up(basis, now):
    """What the others may see of the hospital from now on; stored for the next time."""
    last, at = _standing_of(basis), timezone.now()
    is_early = last.counts and at - basis.made_at < LEAST_APART
    found = still(last, now) if is_early else renewed(last, now, POLICIES[OTHERS])
    if found != last:
        _keep(basis, found)
        if found is now:
            ReleaseBasis.objects.filter(pk=basis.pk).update(made_at=at)
    return found


def take_down_scorecards(cohort, cases):
    """Delete every card, and what stands of their hospital, when cases leave the dataset. The next cards follow by the rule above."""
    bases = ReleaseBasis.objects.filter(cohort=cohort, policy=POLICY)
    if not any(one.cases.keys() - cases for one in bases):
        return
    _lock()
    for basis in bases.all():
        last = _standing_of(basis)
        found = without(last, last.cases.keys() - cases)
        if found != last:
            _keep(basis, found)
    Release.objects.filter(analysis=SCORECARD, dataset__cohort=cohort).delete()


def _standing_of(basis):
    return Standing(
        basis.counts.get("day", ""),
        {measure: (x, n) for measure, (x, n) in basis.counts.get("measures", {}).items()},
        basis.cases,
    )


def _keep(basis, standing):
    basis.counts = {"day": standing.day, "measures": {name: list(pair) for name, pair in standing.counts.items()}}
    basis.cases = dict(standing.cases)
    basis.save()


def _release(run, site, body):
    """Put this card in the place of the one before."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    Release.objects.filter(site=site, analysis=SCORECARD).delete()
    Release.objects.create(
        site=site,
        audience=CARD,
        analysis=SCORECARD,
        analysis_hash=run.spec_hash,
        dataset=run.dataset,
        policy=POLICY,
        body=body,
        digest=digest,
    )
