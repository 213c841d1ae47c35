"""The pages of the analyses: the catalogue, and each analysis with its newest Result as tables. Nothing is computed here."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from analytics import phrases, read
from analytics.catalogue import CATALOGUE
from analytics.core.analysis import REGRESSIONS, TABLES
from analytics.models import AnalysisRun
from analytics.r_scripts.script import NO_SCRIPT
from analytics.sheets import sheets_of
from analytics.views import pooled
from analytics.words import localised
from registry.access.permissions import Permission
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
    """One analysis: its newest Result as tables, what must be read with it, where it comes from, what can be taken along."""
    asked = next((one for one in CATALOGUE if one.name == name), None)
    if asked is None:
        raise Http404
    stored = read.newest(asked.cohort, name).get(name)
    context = {
        "title": phrases.label(asked.title),
        "question": phrases.label(asked.question),
        "method": "" if asked.method in TABLES else METHODS[asked.method],
        "state": read.live_state(asked.cohort),
        "stored": stored,
        "waiting": _waiting(name) if stored is None else "",
    }
    if stored is not None:
        result = localised(stored.envelope())
        context |= {
            "sheets": sheets_of(result),
            "warnings": result["warnings"],
            "undefined": result["undefined"],
            "facts": _facts(result),
            "downloads": _downloads(result, request.user),
        }
    return render(request, "analytics/analysis.html", context)


def _waiting(name):
    """Why there is no Result yet."""
    run = AnalysisRun.objects.filter(analysis=name).first()
    if run is None:
        return _("Not computed yet: it is when the first case is entered.")
    if run.state == AnalysisRun.FAILED:
        return _("The last run failed; whoever runs the registry finds run {pk} in the log.").format(pk=run.pk)
    return _("Being computed: open this page again in a moment.")


def _facts(result):
    """Where the numbers come from: (name, value), in the order of the way from data to table."""
    rule, dataset, analysis = result["endpoint"], result["dataset"], result["analysis"]
    made_at = timezone.localtime(parse_datetime(dataset["made_at"])).strftime("%Y-%m-%d %H:%M")
    excluded = "; ".join(f"{one['reason']}: {one['n']}" for one in result["excluded"])
    quality = result["data_quality"]
    software = ", ".join(f"{name} {number}" for name, number in result["software"].items())
    return [
        (_("Patients"), f"{analysis['population']}; n {result['n']}"),
        (_("Left out"), excluded or _("nobody")),
        (_("Rule"), f"{rule['label']} ({rule['id']}@{rule['version']}): {rule['print']}" if rule else ""),
        (_("Median follow-up"), _followed(result["follow_up"])),
        (_("Data"), _quality(quality)),
        (
            _("Dataset"),
            f"{dataset['cohort']}, {dataset['kind']} {dataset['revision']}, {made_at}, SHA-256 {dataset['hash']}",
        ),
        (_("Analysis"), f"{analysis['name']}, {_('version')} {analysis['version']}, SHA-256 {result['analysis_hash']}"),
        (_("Code"), f"{result['code_version']}; {software}"),
        (_("Source"), analysis["source"]),
    ]


def _followed(follow_up):
    """Median follow-up in months, and how complete it is."""
    if not follow_up or follow_up["median"]["estimate"] is None:
        return ""
    text = _("{months} months (reverse Kaplan–Meier)").format(months=f"{follow_up['median']['estimate'] / 30.4375:.1f}")
    complete = follow_up["completeness"] and follow_up["completeness"]["complete"]
    if complete is None:
        return text
    return _("{follow_up}; {share} % of the possible follow-up to {day} (Clark’s C)").format(
        follow_up=text, share=f"{100 * complete:.0f}", day=follow_up["to"]
    )


def _quality(quality):
    if not quality:
        return ""
    text = _(
        "of {cases} cases {incomplete} incomplete, {contradicted} with contradictions, {queries} with open queries"
    )
    return text.format(
        cases=quality["cases"],
        incomplete=quality["incomplete"],
        contradicted=quality["contradicted"],
        queries=quality["with_open_queries"],
    )


def _downloads(result, person):
    """(label, address) of what may be taken along."""
    name, cohort = result["analysis"]["name"], result["dataset"]["cohort"]
    found = [(_("Result (JSON)"), reverse("api-result", args=[name]))]
    if result["n"] and result["analysis"]["method"] not in NO_SCRIPT:
        found.append((_("The same in R (script)"), reverse("api-result-script", args=[name])))
    if not person.may(Permission.DATASET_READ):
        return found
    if result["endpoint"]:
        times = f"{reverse('api-endpoints', args=[cohort])}?format=csv&endpoint={result['endpoint']['id']}"
        found.append((_("Times and statuses (CSV)"), times))
    if result["analysis"]["method"] in (*REGRESSIONS, *TABLES) or not result["endpoint"]:
        found.append((_("Cases (CSV)"), f"{reverse('api-case-table', args=[cohort])}?format=csv"))
    return found
