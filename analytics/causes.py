"""From a result to its cases and back: the cases behind a step of a curve, and what a correction in a case moved.

For those who may see both pooled outcomes and the cases of all sites. Pseudonyms become cases by the registry's key, on the server alone.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics import cause_texts as texts
from analytics import phrases, read
from analytics.behind import Behind
from analytics.cases_page import cases_page
from analytics.models import AnalysisRun, Dataset, ResultCases, ResultChange
from registry.access.permissions import Permission
from registry.models import Case, Outbox
from registry.views.access import own_case, permitted

SAVES = 50  # cases of a revision that are listed
MOST_OF_ITEM = 20  # revisions told beside the history of one question
ONE_SAVE = timedelta(seconds=10)  # longer than one statement takes to write history and outbox


@permitted(Permission.CAUSE_READ)
@require_GET
def run_cases(request, pk):
    """The cases behind a step of a curve or a cell of its table. Query: what, group, from, to (days, both included), cause; of a
    result that counts cases in cells: row, value, by, of (analytics.core.cases_counted)."""
    stored = ResultCases.objects.select_related("run__dataset__cohort", "run__result")
    found = get_object_or_404(stored, run=pk, run__state=AnalysisRun.DONE)
    run = found.run
    behind = Behind(
        packed=bytes(found.packed),
        result=run.result.body,
        title=phrases.label(run.spec["title"]),
        url=texts.url_of_analysis(run),
        cohort=run.dataset.cohort_id,
        dataset=read.said_of(run.dataset),
    )
    return cases_page(request, behind)


@permitted(Permission.CAUSE_READ)
@require_GET
def revision(request, cohort, revision):
    """One live revision: which saves it took in, and which results they moved."""
    known = Dataset.objects.filter(cohort__code=cohort, kind="live").select_related("cohort")
    dataset = get_object_or_404(known, revision=revision)
    changes = ResultChange.objects.filter(dataset=dataset).select_related("run").order_by("run__analysis", "pk")
    context = {
        "dataset": dataset,
        "saves": _saves(dataset, request.user),
        "cases": Outbox.objects.filter(dataset_id=dataset.pk).aggregate(n=Count("case_id", distinct=True))["n"],
        "changes": [texts.change(one) for one in changes],
        "is_of_code": any(one.is_of_code for one in changes),
        "waiting": dataset.runs.filter(state__in=[AnalysisRun.QUEUED, AnalysisRun.RUNNING]).count(),
        "crumbs": [(_("Datasets"), reverse("datasets"))],
    }
    return render(request, "analytics/revision.html", context)


@permitted(Permission.CAUSE_READ)
@require_GET
def case_results(request, number):
    """Results that this case's last changes moved, newest revision first."""
    case = own_case(request, number)
    context = {
        "case": case,
        "revisions": moved_by(case, shown=10),
        "crumbs": [(_("Cases"), reverse("cases")), (case.number, case.get_absolute_url())],
    }
    return render(request, "analytics/case_results.html", context)


@dataclass(frozen=True)
class Moved:
    """What a revision that took in saves of a case moved, and how many saves of other cases came with it."""

    dataset: Dataset
    forms: list
    others: int
    changes: list
    is_of_code: bool
    is_waiting: bool


def moved_by(case, *, shown):
    """The newest revisions that took in a save of this case. Five queries, however many there are."""
    saves = Outbox.objects.filter(case_id=case.pk, dataset_id__isnull=False).order_by("-pk")
    forms = {}
    for dataset_id, form in saves.values_list("dataset_id", "form")[: 20 * shown]:
        forms.setdefault(dataset_id, []).append(form)
    return _moved(case, {one: forms[one] for one in list(forms)[:shown]})


def moved_by_saves(case, form, moments):
    """Moment of a save of this form of the case → what the revision moved that took it in; the moments of the last ones, each
    of whose rows of the outbox was written with it. Five queries, however many there are."""
    saves = Outbox.objects.filter(case_id=case.pk, form=form).order_by("at", "pk").values_list("at", "dataset_id")
    written, taken = list(saves), {}
    for moment in sorted(moments):
        place = bisect_left(written, moment, key=lambda one: one[0])
        if place < len(written) and written[place][0] - moment < ONE_SAVE and written[place][1] is not None:
            taken[moment] = written[place][1]
    newest = sorted(set(taken.values()))[-MOST_OF_ITEM:]
    moved = {one.dataset.pk: one for one in _moved(case, {pk: [form] for pk in newest})}
    return {moment: moved[pk] for moment, pk in taken.items() if pk in moved}


def _moved(case, forms):
    """What revisions moved, newest first. forms: id of the dataset → the forms of the case whose saves it took in."""
    newest = list(forms)
    datasets = Dataset.objects.filter(pk__in=newest).select_related("cohort").order_by("-revision")
    beside = Outbox.objects.filter(dataset_id__in=newest).exclude(case_id=case.pk).order_by().values("dataset_id")
    others = dict(beside.annotate(cases=Count("case_id", distinct=True)).values_list("dataset_id", "cases"))
    changes = {}
    for one in ResultChange.objects.filter(dataset__in=newest).select_related("run").order_by("run__analysis", "pk"):
        changes.setdefault(one.dataset_id, []).append(one)
    open_runs = AnalysisRun.objects.filter(dataset__in=newest, state__in=[AnalysisRun.QUEUED, AnalysisRun.RUNNING])
    waiting = set(open_runs.values_list("dataset_id", flat=True))
    return [
        Moved(
            dataset,
            texts.forms(forms[dataset.pk]),
            others.get(dataset.pk, 0),
            [texts.change(one) for one in changes.get(dataset.pk, ())],
            any(one.is_of_code for one in changes.get(dataset.pk, ())),
            dataset.pk in waiting,
        )
        for dataset in datasets
    ]


def _saves(dataset, person):
    """(case, its forms) of saves that a revision took in, of the cases that this person may see; the first ones of many."""
    saves = Outbox.objects.filter(dataset_id=dataset.pk)
    listed = saves.order_by().values("case_id").distinct().order_by("case_id")[:SAVES]
    forms = {}
    for case_id, form in saves.filter(case_id__in=listed).order_by("pk").values_list("case_id", "form"):
        forms.setdefault(case_id, []).append(form)
    own = Case.objects.visible_to(person).filter(pk__in=forms).select_related("site").order_by("number")
    return [(case, texts.forms(forms[case.pk])) for case in own]
