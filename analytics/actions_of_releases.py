"""Issue what site users see of outcomes: the own cases exactly, the other sites together under disclosure control."""

import hashlib
import json
import logging

import pandas as pd
from django.conf import settings
from django.db import connection
from django.utils import timezone

from analytics import live
from analytics.actions_of_runs import whole_of
from analytics.actions_of_scorecards import LEAST_APART, take_down_scorecards
from analytics.core.cases_packed import packed_cases
from analytics.core.disclosure import words
from analytics.core.disclosure.behind import Shown, form_of, small_of
from analytics.core.disclosure.policy import OTHERS, OWN, POLICIES
from analytics.core.disclosure.release import RefusedError, release
from analytics.core.disclosure.successive import Basis, counts_of, may_follow
from analytics.core.disclosure.sums import told_by_sums
from analytics.core.run import run as compute
from analytics.core.selection import select
from analytics.core.tables import toxicity
from analytics.core.tables.own_funnel import POLICY as SCORECARD_POLICY
from analytics.models import Dataset, Release, ReleaseBasis
from analytics.pseudonyms import site_pseudonym
from analytics.site_view import COHORT, OF_BOTH, OF_OWN, READERS
from registry import clock
from registry.access.row_security import everything_scope
from registry.models import Cohort, Site

log = logging.getLogger(__name__)
RELEASE_LOCK = 7_201_003  # advisory lock: one issuer at a time
READ = ("BOR", *toxicity.COUNTED, *(one for pair in toxicity.MEASURED.values() for one in pair))


def issue_releases():
    """Bring the releases of every site with readers up to the newest live dataset; returns how many were issued.

    The own cases whenever they have changed; the others at most daily, and only where the difference from all earlier forms gives
    nobody away. What was released of a case that is no longer there is taken down first.
    """
    issued = _issue_to_all()
    for site, (revision, _n) in issued.items():
        live.publish(live.channel_of_site(site), "release", revision)
    return sum(n for _revision, n in issued.values())


def _issue_to_all():
    """Code of each site that got something → (revision, how many releases), in one transaction."""
    with everything_scope(actor="worker"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [RELEASE_LOCK])
            if not cursor.fetchone()[0]:
                return {}
        cohort = Cohort.objects.filter(code=COHORT).first()
        dataset = cohort and Dataset.objects.filter(cohort=cohort, kind="live").first()
        if dataset is None:
            return {}
        table = whole_of(dataset)
        take_down(cohort, set(table["case"]))
        issued = {}
        for site in Site.objects.filter(person__role__in=READERS, person__is_active=True).distinct().order_by("pk"):
            name = site_pseudonym(site.code)
            is_own = (table["site"] == name).to_numpy(dtype=bool)
            n = _issue_own(site, dataset, table[is_own]) + _issue_others(site, dataset, table[~is_own])
            if n:
                issued[site.code] = (dataset.revision, n)
        return issued


def take_down(cohort, cases):
    """Delete what was released of cases that are no longer among `cases`: consent withdrawn, or the case removed.

    What it was made of stays as counts, without the case: what has been seen can still be subtracted. Called with each dataset.
    """
    take_down_scorecards(cohort, cases)
    for basis in ReleaseBasis.objects.filter(cohort=cohort).exclude(policy=SCORECARD_POLICY):
        if basis.cases.keys() - cases:
            audience = OWN if basis.policy == OWN else OTHERS
            Release.objects.filter(site=basis.site, audience=audience).delete()
            basis.cases = {case: digest for case, digest in basis.cases.items() if case in cases}
            basis.save(update_fields=["cases"])


def _issue_own(site, dataset, own):
    """The own cases' results, exact; made anew only when a row of them has changed."""
    digest = _digest_of_rows(own)
    stored = Release.objects.filter(site=site, audience=OWN)
    if {one.policy for one in stored} == {digest[:20]} and stored.count() == len(OF_OWN):
        return 0
    stored.delete()
    basis, _is_new = ReleaseBasis.objects.get_or_create(
        site=site, cohort=dataset.cohort, policy=OWN, defaults={"counts": {}}
    )
    basis.cases = dict.fromkeys(own["case"], "")
    basis.save(update_fields=["cases"])
    not_after = clock.day_of(dataset.made_at)
    for analysis in OF_OWN:
        result = release(compute(analysis, own, not_after=not_after), OWN)
        behind = packed_cases(analysis, own, result)
        _store(site, OWN, analysis, dataset, result, digest[:20], behind and behind[1])
    return len(OF_OWN)


def _issue_others(site, dataset, others):
    """The other sites' results as their policy allows; 0 where the last ones stand."""
    policy = POLICIES[OTHERS]
    bases = list(
        ReleaseBasis.objects.filter(site=site, cohort=dataset.cohort).exclude(policy__in=(OWN, SCORECARD_POLICY))
    )
    if bases and timezone.now() - bases[-1].made_at < LEAST_APART:
        return 0
    exact = {one.name: compute(one, others, not_after=clock.day_of(dataset.made_at)) for one in OF_BOTH}
    released = {one.name: _released(one, exact[one.name], others) for one in OF_BOTH}
    new = Basis(counts_of(exact, released), _digests(others))
    if not may_follow(new, [Basis(one.counts, one.cases) for one in bases], policy):
        log.info("release of others stands: site %s", site.pk)
        return 0
    released |= _told_by_sums(exact, released, others)
    Release.objects.filter(site=site, audience=OTHERS).delete()
    if any("refused" not in body for body in released.values()):
        for basis in bases:
            basis.cases = {}  # the next one is compared with the last one's
            basis.save(update_fields=["cases"])
        ReleaseBasis(
            site=site, cohort=dataset.cohort, policy=policy.version, counts=dict(new.counts), cases=dict(new.cases)
        ).save()
    return sum(_store(site, OTHERS, one, dataset, released[one.name], policy.version) for one in OF_BOTH)


def _released(analysis, exact, others):
    """The released form, or the sentence why there is none."""
    selected = select(analysis, others)
    sites = (selected.rows if analysis.endpoint else selected.cases)["site"].nunique()
    try:
        return release(exact, OTHERS, sites=sites)
    except RefusedError as refusal:
        return {"refused": str(refusal), "n": None, "events": None}


def _told_by_sums(exact, released, others):
    """Analysis → the sentence why there is none: where with the others any sum of numbers would tell a few."""
    policy, forms, small = POLICIES[OTHERS], [], []
    for one in OF_BOTH:
        small += small_of(one, others, exact[one.name], policy)
        if "refused" not in released[one.name]:
            forms.append(form_of("", one, others, Shown(exact[one.name], released[one.name], policy)))
    refused = {"refused": words.TOO_NEAR, "n": None, "events": None}
    return dict.fromkeys(told_by_sums("", forms, [], small, policy), refused)


def _store(site, audience, analysis, dataset, body, policy, cases_behind=None):
    """One release; its envelope is that of a stored Result. cases_behind: of own cases, packed."""
    envelope = {
        **body,
        "dataset": {
            "cohort": dataset.cohort.code,
            "kind": dataset.kind,
            "revision": dataset.revision,
            "hash": dataset.hash,
            "made_at": dataset.made_at.isoformat(),
            "name": "",
            "cut_date": None,
        },
        "code_version": settings.CODE_VERSION,
        "computed_at": timezone.now().isoformat(),
    }
    text = json.dumps(body, sort_keys=True, allow_nan=False)
    Release(
        site=site,
        audience=audience,
        analysis=analysis.name,
        analysis_hash=analysis.hash,
        dataset=dataset,
        policy=policy,
        body=envelope,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        cases_behind=cases_behind,
    ).save()
    return 1


def _digest_of_rows(rows):
    """SHA-256 of every value of the rows, and of the code that reads them."""
    hashed = pd.util.hash_pandas_object(rows.astype(str), index=False).to_numpy()
    return hashlib.sha256(hashed.tobytes() + settings.CODE_VERSION.encode()).hexdigest()


def _digests(cases):
    """Pseudonym → digest of all that the analyses read of the case."""
    read = [cases.set_index("case")[[name for name in READ if name in cases]].astype(str)]
    for analysis in OF_BOTH:
        rows = select(analysis, cases).rows
        columns = [name for name in ("time", "status") if name in rows]
        found = rows.assign(case=cases.loc[rows.index, "case"]).set_index("case")[columns]
        read.append(found.astype(str).add_prefix(f"{analysis.name}."))
    joined = pd.concat(read, axis="columns").fillna("").astype(str)
    hashed = pd.util.hash_pandas_object(joined, index=False)
    return {case: f"{number:016x}" for case, number in zip(joined.index, hashed, strict=True)}
