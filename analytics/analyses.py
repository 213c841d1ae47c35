"""The pages of the analyses: the catalogue, and each analysis with its newest Result as tables. Nothing is computed here."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from analytics import phrases, provenance, read
from analytics.catalogue import CATALOGUE
from analytics.cause_links import cells_url
from analytics.core.analysis import TABLES
from analytics.hospitals import named
from analytics.models import AnalysisRun
from analytics.sheets import sheets_of
from analytics.views import pooled
from analytics.words import localised
from registry.models import Cohort

METHODS = {
    "kaplan-meier": gettext_lazy("Survival curve (Kaplan–Meier)"),
    "cumulative-incidence": gettext_lazy("Cumulative incidence (Aalen–Johansen)"),
    "cox": gettext_lazy("Regression (Cox, Firth)"),
    "fine-gray": gettext_lazy("Regression with competing events"),
    "proportion": gettext_lazy("Proportion"),
    "landmark": gettext_lazy("Landmark"),
    "time-dependent": gettext_lazy("Time-dependent exposure"),
    "table-one": gettext_lazy("Table"),
    "response": gettext_lazy("Table"),
    "toxicity": gettext_lazy("Table"),
    "flow": gettext_lazy("Table"),
    "sensitivity": gettext_lazy("Table"),
    "completeness": gettext_lazy("Table"),
    "enrolment": gettext_lazy("Counts by month"),
    "swimmer": gettext_lazy("Course of each patient"),
}


@dataclass(frozen=True)
class Line:
    """An analysis in the list: what it asks, how, and the newest Result if there is one."""

    name: str
    title: str
    question: str
    method: str
    stored: object


@pooled
@require_GET
def analyses(request):
    """The catalogue by cohort: the registry's statistical analysis plan, with how far each analysis has come."""
    names = dict(Cohort.objects.values_list("code", "name"))
    cohorts = []
    for code in dict.fromkeys(one.cohort for one in CATALOGUE):
        newest = read.newest(code)
        lines = [
            Line(
                one.name,
                phrases.label(one.title),
                phrases.label(one.question),
                METHODS[one.method],
                newest.get(one.name),
            )
            for one in CATALOGUE
            if one.cohort == code
        ]
        cohorts.append((names.get(code, code), lines))
    return render(request, "analytics/analyses.html", {"cohorts": cohorts})


@pooled
@require_GET
def analysis(request, name):
    """One analysis: its newest Result as tables, what must be read with it, where it comes from, what can be taken along.

    With `?data=cut:<name>` its Result on that cut.
    """
    asked = next((one for one in CATALOGUE if one.name == name), None)
    if asked is None:
        raise Http404
    dataset = read.dataset_asked(request, asked.cohort)
    cut = dataset if dataset and dataset.kind == "cut" else None
    stored = (read.of_dataset(cut, name) if cut else read.newest(asked.cohort, name)).get(name)
    context = {
        "title": phrases.label(asked.title),
        "question": phrases.label(asked.question),
        "method": "" if asked.method in TABLES else METHODS[asked.method],
        "state": read.state_of_cut(cut) if cut else read.live_state(asked.cohort),
        "cut": cut,
        "stored": stored,
        "waiting": _waiting(name, cut) if stored is None else "",
    }
    if stored is not None:
        result = named(localised(stored.envelope()), request.user)
        context |= {
            "sheets": sheets_of(result),
            "cases_url": cells_url(stored, request.user),
            "warnings": result["warnings"],
            "undefined": result["undefined"],
            "facts": provenance.facts(result),
            "downloads": provenance.downloads(stored, result, request.user),
        }
    return render(request, "analytics/analysis.html", context)


def _waiting(name, cut):
    """Why there is no Result yet."""
    runs = AnalysisRun.objects.filter(analysis=name)
    run = (runs.filter(dataset=cut) if cut else runs).first()
    if run is None and cut:
        return _("Not computed on this cut. Its page can ask for it.")
    if run is None:
        return _("Not computed yet: it is when the first case is entered.")
    if run.state == AnalysisRun.FAILED:
        return _("The last run failed; whoever runs the registry finds run {pk} in the log.").format(pk=run.pk)
    return _("Being computed: open this page again in a moment.")
