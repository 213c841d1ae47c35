"""The page of the datasets: what each cohort's figures are computed from, live revisions and frozen cuts."""

from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.shortcuts import render

from analytics.models import CutOrder, Dataset
from registry import clock
from registry.access.permissions import Permission
from registry.models import Person
from registry.views.access import permitted

SHOWN = 10  # revisions of a cohort


@dataclass(frozen=True)
class Typed:
    """What somebody typed into the form of a new cut, and what is wrong with it by field."""

    cohort: object
    name: str = ""
    date: str = ""
    reason: str = ""
    errors: dict = field(default_factory=dict)


@dataclass
class OfCohort:
    """One cohort on the page."""

    cohort: object
    revisions: list = field(default_factory=list)
    cuts: list = field(default_factory=list)
    orders: list = field(default_factory=list)
    typed: Typed | None = None


@permitted(Permission.DATASET_READ)
def datasets(request):
    """The cuts and the newest live revisions of each cohort, newest first, with their hashes and files."""
    return page(request)


def page(request, typed=None, status=200):
    """The page; `typed` is the form of a cut that was refused."""
    place = Window(RowNumber(), partition_by=F("cohort"), order_by=F("revision").desc())
    newest = Dataset.objects.filter(kind="live").annotate(place=place).filter(place__lte=SHOWN)
    found = {}
    for part, rows in (
        ("revisions", newest.select_related("cohort").order_by("cohort__code", "-revision")),
        ("cuts", Dataset.objects.filter(kind="cut").select_related("cohort").order_by("cohort__code", "-revision")),
        ("orders", _open_orders()),
    ):
        for cohort, of_cohort in groupby(rows, key=lambda one: one.cohort):
            setattr(found.setdefault(cohort.pk, OfCohort(cohort)), part, list(of_cohort))
    for one in found.values():
        one.typed = typed if typed and typed.cohort == one.cohort else Typed(one.cohort, date=_today())
    cohorts = sorted(found.values(), key=lambda one: one.cohort.code)
    every = [one for of in cohorts for one in of.cuts]
    names = names_of(one.taken_by for one in every)
    for one in every:
        one.who = names[one.taken_by]
    context = {
        "cohorts": cohorts,
        "may_freeze": request.user.may(Permission.CUT_TAKE),
    }
    return render(request, "analytics/datasets.html", context, status=status)


def names_of(emails):
    """Email → name of the persons among these; who is not a person keeps the word."""
    wanted = set(emails)
    return {
        **{one: one for one in wanted},
        **dict(Person.objects.filter(email__in=wanted).values_list("email", "name")),
    }


def _open_orders():
    of = CutOrder.objects.filter(kind=CutOrder.TAKE).exclude(state=CutOrder.DONE).select_related("cohort")
    return of.filter(pk__in=_newest_orders()).order_by("cohort__code", "-pk")


def _newest_orders():
    """Of each name the newest order."""
    newest = (
        CutOrder.objects.filter(kind=CutOrder.TAKE).order_by("cohort_id", "name", "-pk").distinct("cohort_id", "name")
    )
    return [one.pk for one in newest]


def _today():
    return clock.today().isoformat()
