"""The page of the datasets: what each cohort's figures are computed from."""

from django.shortcuts import render
from django.utils.translation import gettext as _

from analytics.models import Dataset
from registry.access.permissions import Permission
from registry.models import Cohort
from registry.views.access import permitted

SHOWN = 10  # revisions of a cohort


@permitted(Permission.DATASET_READ)
def datasets(request):
    """The newest live revisions of each cohort, newest first, with their hashes and files."""
    cohorts = [
        {"cohort": cohort, "revisions": Dataset.objects.filter(cohort=cohort, kind="live").order_by("-revision")[:SHOWN]}
        for cohort in Cohort.objects.order_by("code")
    ]
    crumbs = [(_("Datasets"), "")]
    return render(request, "analytics/datasets.html", {"cohorts": cohorts, "crumbs": crumbs})
