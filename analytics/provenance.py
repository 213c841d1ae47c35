"""Where the numbers of a Result come from, in the reader's words: for every page and file that shows one."""

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from analytics import item_words
from analytics.core.analysis import REGRESSIONS, TABLES
from analytics.figures.figure import has_figure
from analytics.figures.text import DAYS_PER_MONTH
from analytics.r_scripts import has_script
from analytics.r_scripts.selecting import forms_asked, needs_cases
from registry.access.permissions import Permission


def when(moment):
    """A stored moment as people read it."""
    return timezone.localtime(parse_datetime(moment)).strftime("%Y-%m-%d %H:%M")


def dataset_words(dataset):
    """Which dataset: "live revision 12", "data cut “report-2026” of 2026-06-30"."""
    if dataset["kind"] == "cut":
        return _("data cut “{name}” of {date}").format(name=dataset["name"], date=dataset["cut_date"])
    return _("live revision {n}").format(n=dataset["revision"])


def foot(result):
    """The line under a figure or table: rule or patients, dataset, date, n."""
    rule, dataset = result["endpoint"], result["dataset"]
    counts = _("n {n}, events {events}") if rule else _("n {n}")
    return {
        "rule": f"{rule['id']}@{rule['version']}" if rule else result["analysis"]["name"],
        "dataset": dataset_words(dataset),
        "hash": dataset["hash"][:8],
        "made_at": when(dataset["made_at"]),
        "counts": counts.format(n=result["n"], events=result["events"]),
    }


def facts(result):
    """(name, value) of all that a reader may ask, in the order of the way from data to number."""
    rule, dataset, analysis = result["endpoint"], result["dataset"], result["analysis"]
    excluded = "; ".join(f"{one['reason']}: {one['n']}" for one in result["excluded"])
    software = ", ".join(f"{name} {number}" for name, number in result["software"].items())
    return [
        (_("Patients"), f"{analysis['population']}; n {result['n']}"),
        (_("Left out"), excluded or _("nobody")),
        (_("Rule"), f"{rule['label']} ({rule['id']}@{rule['version']}): {rule['print']}" if rule else ""),
        (_("Median follow-up"), _followed(result["follow_up"])),
        (_("Data"), _quality(result["data_quality"])),
        (
            _("Dataset"),
            f"{dataset['cohort']}, {dataset_words(dataset)}, {when(dataset['made_at'])}, SHA-256 {dataset['hash']}",
        ),
        (_("Analysis"), f"{analysis['name']}, {_('version')} {analysis['version']}, SHA-256 {result['analysis_hash']}"),
        (_("Code"), f"{result['code_version']}, {when(result['computed_at'])}; {software}"),
        (_("Source"), analysis["source"]),
    ]


def _followed(follow_up):
    """Median follow-up in months, and how complete it is."""
    if not follow_up or follow_up["median"]["estimate"] is None:
        return ""
    months = f"{follow_up['median']['estimate'] / DAYS_PER_MONTH:.1f}"
    text = _("{months} months (reverse Kaplan–Meier)").format(months=months)
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


def downloads(stored, result, person, query="?"):
    """(label, address) of what may be taken along: the figure, its data, the same in R, and the cases to those who may.

    query  how the figure is drawn, as in the address of the page
    """
    cohort, method = result["dataset"]["cohort"], result["analysis"]["method"]
    is_live = result["dataset"]["kind"] == "live"
    found = [
        *_figures(stored.run.pk, method, query),
        (_("Data (CSV)"), reverse("run_data", args=[stored.run.pk])),
        (_("Result (JSON)"), reverse("api-run-result", args=[stored.run.pk])),
    ]
    if has_code := is_live and has_script(result):
        found.append((_("Show me the code (R script)"), reverse("api-run-script", args=[stored.run.pk])))
    if not person.may(Permission.DATASET_READ) or not is_live:
        return found
    if result["endpoint"]:
        times = f"{reverse('api-endpoints', args=[cohort])}?format=csv&endpoint={result['endpoint']['id']}"
        found.append((_("Times and statuses (CSV)"), times))
    if method in (*REGRESSIONS, *TABLES) or not result["endpoint"] or (has_code and needs_cases(result["analysis"])):
        found.append((_("Cases (CSV)"), f"{reverse('api-case-table', args=[cohort])}?format=csv"))
    return [*found, *_answers(cohort, result["analysis"])]


def _answers(cohort, analysis):
    """The answers of each form that the analysis asks about."""
    for form in forms_asked(analysis):
        label = _("Answers: {form} (CSV)").format(form=item_words.form(form))
        yield label, f"{reverse('api-answers', args=[cohort, form])}?format=csv"


def _figures(pk, method, query):
    """The figure as a file in each format, drawn as on the page, and for one column; nothing for a method without one."""
    if not has_figure(method):
        return []
    kinds = {"svg": _("Figure (SVG)"), "pdf": _("Figure (PDF)"), "png": _("Figure (PNG, 300 dpi)")}
    chosen = "" if query == "?" else query
    found = [(label, reverse("run_figure", args=[pk, kind]) + chosen) for kind, label in kinds.items()]
    column = f"{reverse('run_figure', args=[pk, 'pdf'])}{chosen or '?'}{'&' if chosen else ''}size=compact"
    return [*found, (_("Figure for one column of 85 mm (PDF)"), column)]
