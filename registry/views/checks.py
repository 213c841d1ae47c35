"""Runs of every check over the stored cases: ask for one, watch it, read what it counted; patients who may be registered twice."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from registry.access.permissions import Permission
from registry.actions.checks import request_checks
from registry.duplicates import possible_duplicates
from registry.edit_checks.base import HARD, MISSING, REFUSED, SOFT
from registry.models import CheckRun, Person, Site
from registry.views.access import permitted
from registry.views.statuses import CHECK_RUN, Status

KEPT = 20  # runs that the page tells of
MOST_RULES, MOST_PAIRS = 60, 100
WEIGHTS = {
    HARD: Status(gettext_lazy("contradictions"), "diamond", "bad"),
    SOFT: Status(gettext_lazy("unusual values"), "triangle", "warn"),
    MISSING: Status(gettext_lazy("missing answers"), "ring"),
    REFUSED: Status(pgettext_lazy("answers", "not asked"), "square"),
}


@dataclass(frozen=True)
class RunShown:
    """One run as the page tells it."""

    run: CheckRun
    who: str

    @property
    def status(self):
        return CHECK_RUN[self.run.state]

    @property
    def of_what(self):
        return self.run.site_code or _("every site")

    @property
    def progress(self):
        return progress(self.run)

    @property
    def weights(self):
        """(status, findings) of each weight."""
        found = self.run.counts
        return [(WEIGHTS[one], sum(found[one].values())) for one in WEIGHTS if one in found]

    @property
    def rules(self):
        """(status, rule, findings), the gravest and the most frequent first; missing answers are not listed by question."""
        counted = self.run.counts
        lines = [
            (WEIGHTS[weight], rule, number)
            for weight in (HARD, SOFT, REFUSED)
            for rule, number in sorted(counted.get(weight, {}).items(), key=lambda one: (-one[1], one[0]))
        ]
        return lines[:MOST_RULES]


def progress(run):
    """How far a run is, in words."""
    if run.state == CheckRun.State.QUEUED:
        return _("waits for a worker")
    return _("%(done)d of %(all)s cases") % {"done": run.cases_done, "all": run.cases_all or "…"}


@permitted(Permission.QUERY_MANAGE)
@require_http_methods(["GET", "POST"])
def checks(request):
    """The runs; posted, a new one."""
    if request.method == "POST":
        return _request(request)
    runs = list(CheckRun.objects.all()[:KEPT])
    names = dict(Person.objects.filter(email__in={one.requested_by for one in runs}).values_list("email", "name"))
    shown = [RunShown(one, names.get(one.requested_by, _("the registry itself"))) for one in runs]
    pairs = possible_duplicates()
    context = {
        "sites": list(Site.objects.order_by("code")),
        "open": [one for one in shown if one.run.is_open],
        "last": next((one for one in shown if one.run.state == CheckRun.State.DONE), None),
        "runs": shown,
        "pairs": pairs[:MOST_PAIRS],
        "number_of_pairs": len(pairs),
    }
    return render(request, "registry/checks.html", context)


def _request(request):
    try:
        request_checks(by=request.user, site_code=request.POST.get("site", "")[:3])
    except PermissionDenied:
        messages.error(request, _("There is no such site. Nothing was asked for."))
    else:
        messages.success(request, _("Asked for. The numbers below are of the run before until it is done."))
    return redirect("checks")


@permitted(Permission.QUERY_MANAGE)
@require_GET
def check_run(request, pk):
    """How far one run is: what the page asks while it is open."""
    run = get_object_or_404(CheckRun, pk=pk)
    return JsonResponse(
        {"is_open": run.is_open, "done": run.cases_done, "all": run.cases_all or 0, "words": progress(run)}
    )
