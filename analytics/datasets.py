"""The page of the datasets: what each cohort's figures are computed from."""

from itertools import groupby

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.shortcuts import render

from analytics.models import Dataset
from registry.access.permissions import Permission
from registry.views.access import permitted

SHOWN = 10  # revisions of a cohort


@permitted(Permission.DATASET_READ)
def datasets(request):
    """The newest live revisions of each cohort, newest first, with their hashes and files."""
    place = Window(RowNumber(), partition_by=F("cohort"), order_by=F("revision").desc())
    newest = Dataset.objects.filter(kind="live").annotate(place=place).filter(place__lte=SHOWN)
    ordered = newest.select_related("cohort").order_by("cohort__code", "-revision")
    cohorts = [(cohort, list(revisions)) for cohort, revisions in groupby(ordered, key=lambda one: one.cohort)]
    return render(request, "analytics/datasets.html", {"cohorts": cohorts})
