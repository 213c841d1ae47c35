"""Issue the results of a data cut for the public, once; and take them down when somebody in the cut withdraws consent."""

import hashlib
import json

from django.conf import settings
from django.db import connection
from django.utils import timezone

from analytics import read
from analytics.actions_of_runs import whole_of
from analytics.catalogue import CATALOGUE
from analytics.core.disclosure import words
from analytics.core.disclosure.across import Form, admitted
from analytics.core.disclosure.behind import Shown, form_of, small_of
from analytics.core.disclosure.own_form import says_nothing, without_near_rows
from analytics.core.disclosure.policy import POLICIES, PUBLIC
from analytics.core.disclosure.release import RefusedError, release
from analytics.core.disclosure.sums import told_by_sums
from analytics.core.selection import select
from analytics.models import Dataset, PublicBasis, PublicIssue, PublicWithheld, Release
from registry.access.row_security import everything_scope

# Advisory lock: two issues at the same moment would not know of each other.
ISSUE_LOCK = 7_201_021
GONE = "gone-"  # begins the name of a case that withdrew: what was seen of it can still be subtracted


class NotComputedError(Exception):
    """An analysis of the catalogue has no result on the cut yet."""


class RetiredError(Exception):
    """Somebody in the cut has withdrawn consent: nothing is made of it any more."""


def hold_standing(dataset):
    """Keep the cut from being retired until the transaction ends, so that what is stored of it goes with it. Raises RetiredError if it was."""
    if not Dataset.objects.select_for_update().filter(pk=dataset.pk, retired_at=None).exists():
        raise RetiredError


def issue_publicly(dataset, *, by, progress=lambda _steps: None):
    """Store the public form of every analysis of the cut that may have one; the issue, the first one's if there is one.

    progress  hears of each analysis, with the number of all
    Raises NotComputedError, RetiredError.
    """
    analyses = [one for one in CATALOGUE if one.cohort == dataset.cohort.code]
    with everything_scope(actor="worker"):
        stored = read.of_dataset(dataset)
        table = whole_of(dataset)
    if any(one.name not in stored for one in analyses):
        raise NotComputedError
    bodies, forms, small = {}, [], []
    for analysis in analyses:
        exact = stored[analysis.name].result
        body = _released(analysis, exact, table)
        if "refused" not in body:
            body, form = without_near_rows(body, _maker(dataset, analysis, exact, table), POLICIES[PUBLIC])
            forms.append(form)
        bodies[analysis.name] = body
        small += small_of(analysis, table, exact, POLICIES[PUBLIC], dataset.cut_date)
        progress(len(analyses) + 1)
    with everything_scope(actor="worker"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ISSUE_LOCK])
        hold_standing(dataset)
        before = PublicIssue.objects.filter(dataset=dataset).first()
        issue = before or _stored(dataset, analyses, stored, bodies, forms, small, by)
    progress(len(analyses) + 1)
    return issue


def _released(analysis, exact, table):
    """The public form, or the sentence why there is none."""
    selected = select(analysis, table)
    sites = (selected.rows if analysis.endpoint else selected.cases)["site"].nunique()
    try:
        body = release(exact, PUBLIC, sites=sites, is_cut=True)
    except RefusedError as refusal:
        return {"refused": str(refusal)}
    return {"refused": words.NOTHING_SAID} if says_nothing(body) else body


def _maker(dataset, analysis, exact, table):
    """What finds out what a form of the analysis rests on."""
    return lambda body: form_of(dataset.name, analysis, table, Shown(exact, body, POLICIES[PUBLIC], dataset.cut_date))


def _stored(dataset, analyses, stored, bodies, forms, small, by):
    """The issue with its releases, with why some are withheld, and with what the others rest on."""
    near = _near(dataset, forms, small)
    issue = PublicIssue.objects.create(
        dataset=dataset,
        cohort=dataset.cohort,
        name=dataset.name,
        cut_date=dataset.cut_date,
        hash=dataset.hash,
        policy=POLICIES[PUBLIC].version,
        code_version=settings.CODE_VERSION,
        issued_by=by,
    )
    for analysis in analyses:
        body = {"refused": words.TOO_NEAR} if analysis.name in near else bodies[analysis.name]
        _store(dataset, analysis, stored[analysis.name], body)
    PublicWithheld.objects.bulk_create(
        PublicWithheld(
            issue=issue,
            analysis=panel,
            cell=one.cell[:200],
            other_cut=one.cut,
            other_analysis=one.panel,
            other_cell=one.other_cell[:200],
            cases=one.n,
        )
        for panel, one in near.items()
    )
    PublicBasis.objects.bulk_create(
        PublicBasis(issue=issue, analysis=form.panel, body=packed(form)) for form in forms if form.panel not in near
    )
    return issue


def _near(dataset, forms, small):
    """Panel → why its form is withheld: what follows beside one other number, then what follows from any sum of them."""
    before = issued_of(dataset.cohort)
    near = {panel: one for panel, one in admitted(forms, before, POLICIES[PUBLIC]).items() if one is not None}
    stands = [form for form in forms if form.panel not in near]
    return near | told_by_sums(dataset.name, stands, before, small, POLICIES[PUBLIC])


def _store(dataset, analysis, exact, body):
    """One release. The same cut gives the same bytes: nothing of the moment of issuing is in it."""
    envelope = exact.envelope()
    whole = {**body, **{name: envelope[name] for name in ("dataset", "code_version", "computed_at")}}
    text = json.dumps(whole, sort_keys=True, allow_nan=False)
    Release.objects.create(
        site=None,
        audience=PUBLIC,
        analysis=analysis.name,
        analysis_hash=analysis.hash,
        dataset=dataset,
        policy=POLICIES[PUBLIC].version,
        body=whole,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def issued_of(cohort):
    """Every form that was ever issued of the cohort, those that were taken down too: they have been seen."""
    rows = PublicBasis.objects.filter(issue__cohort=cohort).select_related("issue").order_by("id")
    return [unpacked(row.issue.name, row.analysis, row.body) for row in rows]


def packed(form):
    """The form as it is stored: each name of a case once."""
    everybody = sorted(set(form.read).union(*form.counts.values(), *form.marks.values()))
    place = {case: number for number, case in enumerate(everybody)}
    sets = {
        kind: {name: sorted(place[case] for case in cases) for name, cases in getattr(form, kind).items()}
        for kind in ("counts", "marks")
    }
    return {"cases": everybody, **sets, "read": [form.read.get(case) for case in everybody]}


def unpacked(cut, panel, body):
    """The form that was stored."""
    cases = body["cases"]
    counts, marks = (
        {name: frozenset(cases[one] for one in places) for name, places in body[kind].items()}
        for kind in ("counts", "marks")
    )
    read = {case: digest for case, digest in zip(cases, body["read"], strict=True) if digest is not None}
    return Form(cut, panel, counts, marks, read)


def take_down_issue(cut, gone):
    """Delete what was issued of a cut that is retired, and forget the names of the cases that are gone; how many they were stays."""
    Release.objects.filter(dataset=cut, audience=PUBLIC).delete()
    PublicIssue.objects.filter(dataset=cut, taken_down_at=None).update(taken_down_at=timezone.now())
    rows = list(PublicBasis.objects.filter(issue__cohort=cut.cohort).order_by("id"))
    known = {case for row in rows for case in row.body["cases"]}
    count = sum(case.startswith(GONE) for case in known)
    instead = {case: f"{GONE}{count + number}" for number, case in enumerate(sorted(gone & known), start=1)}
    for row in rows:
        if instead.keys() & set(row.body["cases"]):
            named = [instead.get(case, case) for case in row.body["cases"]]
            read = [
                "" if case in instead else one for case, one in zip(row.body["cases"], row.body["read"], strict=True)
            ]
            row.body = {**row.body, "cases": named, "read": read}
            row.save(update_fields=["body"])
