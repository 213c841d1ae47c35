"""Words of results and figures in the reader's language. A Result is stored in English; what is shown is translated here."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import phrases
from analytics.figures.words import Words
from analytics.report_words import report_words

ENGLISH = Words()
PARTS = ("groups", "causes", "gray", "models", "spells", "table")  # of a Result, that hold labels
LABELS = (
    *("label", "labels", "level_label", "reference_label", "unit", "covariates", "events"),
    *("level", "reason", "population_label", "restriction_label", "ongoing"),  # of tables
)


def localised(result):
    """The envelope with labels, rule and time as the reader sees them; numbers and the stored Result are untouched."""
    rule, dataset = result["endpoint"], result["dataset"]
    made_at = timezone.localtime(datetime.fromisoformat(dataset["made_at"]))
    return {
        **result,
        "analysis": _analysis(result["analysis"]),
        "endpoint": rule
        and {
            **rule,
            **{name: phrases.label(rule[name]) for name in ("label", "clock", "print")},
            "causes": _labelled(rule["causes"]),
        },
        **{name: _labelled(result[name]) for name in PARTS if name in result},
        "excluded": [{**one, "reason": phrases.sentence(one["reason"])} for one in result["excluded"]],
        "warnings": [phrases.sentence(one) for one in result["warnings"]],
        "undefined": [{**one, "reason": phrases.sentence(one["reason"])} for one in result["undefined"]],
        "dataset": {**dataset, "made_at": made_at.isoformat()},
    }


def _analysis(analysis):
    return {
        **analysis,
        "population": phrases.label(analysis["population"]),
        "covariates": _labelled(analysis.get("covariates", [])),
        "outcome": _labelled(analysis.get("outcome")),
    }


def _labelled(part):
    """Objects with their labels, and why a model was refused, in the reader's language; numbers are not looked at."""
    if isinstance(part, list):
        return [_labelled(one) for one in part] if part and isinstance(part[0], dict) else part
    if not isinstance(part, dict):
        return part
    return {name: _said(name, value) for name, value in part.items()}


def _said(name, value):
    if name == "refused" and value:
        return phrases.sentence(value)
    if name in LABELS and isinstance(value, str):
        return phrases.label(value)
    if name in LABELS and isinstance(value, list) and value and isinstance(value[0], str):
        return [phrases.label(one) for one in value]
    return _labelled(value)


def figure_words(panel=None):
    """The words of this panel's figure; without a panel the Result's endpoint names axes and clock."""
    since = _("Months since {clock}")
    return replace(
        ENGLISH,
        outcome=str(panel.axis) if panel else "",
        axis=since.replace("{clock}", str(panel.since)) if panel else since,
        at_risk=_("At risk"),
        events=_("Events"),
        censored=_("Censored"),
        counts=_("n {n}, events {events}"),
        no_patients=_("No patient can be analysed yet."),
        too_few=_("Too few patients or events to be drawn."),
        nobody=_("no patients"),
        at=_("{months} months"),
        median=_("Median, months"),
        not_reached=_("NR"),
        not_reached_note=_("NR, not reached."),
        logrank=_("Log-rank test: χ² {statistic}, df {df}, p {p}."),
        permutation=_("By permutation, p {p}."),
        follow_up=_("Median follow-up {median} months (quartiles {quartiles}), by reverse Kaplan–Meier."),
        follow_up_median=_("Median follow-up {median} months, by reverse Kaplan–Meier."),
        limits=_("Brackets and bands: {limits} confidence limits."),
        points=_(
            "Squares: estimates at fixed months, with {limits} confidence limits. What lies between the months is not told."
        ),
        withheld=_("withheld"),
        withheld_note=_("–: withheld, or not asked."),
        tail=_("Thin and grey: fewer than 5 patients, or than 10 %, still at risk."),
        rule=_("{label} ({id} version {version}): {rule}"),
        dataset=_("{cohort}, {kind} revision {revision} ({hash}), {date}; n {n}, events {events}."),
        kinds=(("live", _("live")), ("cut", _("data cut"))),
        dataset_without_events=_("{cohort}, {kind} revision {revision} ({hash}), {date}; n {n}."),
        cut=_("{cohort}, data cut {name} of {day} ({hash}); n {n}, events {events}."),
        cut_without_events=_("{cohort}, data cut {name} of {day} ({hash}); n {n}."),
        hover=_("{time} months: {share}, {at_risk} at risk"),
        no_bands=_("More than {n} curves: bands are not drawn."),
        own_band=_("A band is drawn of this alone: {own}."),
        hover_share=_("{time} months: {share}"),
        hover_days=_("Day {time}: {share}"),
        days_axis=_("Days since {clock}"),
        one_month=_("1 month"),
        incidence=_("Cumulative incidence"),
        competing=_("Competing"),
        causes=_("Events: {own}. Competing: {others}."),
        gray=_("Gray’s test, {cause}: χ² {statistic}, df {df}, p {p}."),
        stacked=_("Areas add up to 100 %; at each time the height of an area is the share of patients."),
        stacked_axis=_("Share of patients"),
        estimates_of=_("Estimates: {cause}."),
        event_free=_("None of these"),
        n=_("n {n}"),
        n_head=_("n"),
        ratio_head=_("HR (95 % CI)"),
        ratio_axis=_("Hazard ratio (log scale)"),
        hazard_title=_("{endpoint}: hazard ratios"),
        reference=_("reference"),
        as_reference=_("{level}: reference"),
        per=_("{label}, per {unit}"),
        each_alone=_("Each alone"),
        all_together=_("All together"),
        each_alone_by=_("Each covariate alone: {regression}."),
        of_hazard=_("{hazard}: {text}"),
        time_dependent_by=_("From its beginning on, each day counted where it was lived: {regression}."),
        all_together_by=_("Together ({covariates}; n {n}, events {events}): {regression}."),
        forest_limits=_("Intervals: 95 %, by profile likelihood where it is given, else Wald’s."),
        forest_arrows=_("Arrow: the interval goes on beyond the axis."),
        exploratory=_("Several comparisons, none corrected for their number: exploratory."),
        mantel_byar=_("Mantel–Byar test: χ² {statistic}, df {df}, p {p}."),
        not_fitted=_("No model of {covariates}: {reason}"),
        regressions={
            "cox": _("Cox’s regression"),
            "firth-cox": _("Firth’s penalised Cox regression"),
            "fine-gray": _("Fine and Gray’s regression"),
        },
        hazards={
            "cause_specific": _("Cause-specific hazard"),
            "fine_gray": _("Subdistribution hazard (Fine–Gray)"),
        },
        between=pgettext("between items", ", "),
        before_last=pgettext("between the last two items", " or "),
        landmark_axis=_("Months since day {day} after {clock}"),
        landmark=_("Counted from day {day} on (n {n}); before it {events} had an event and {censored} were censored."),
        benchmarks=_(
            "Numbered: published estimates of other patients, with 95 % intervals where printed; no targets. Those of about "
            "the same month stand side by side."
        ),
        benchmark=_("{number}. {parts}."),
        benchmark_between=pgettext("between parts", "; "),
        benchmark_n=_("n {n}"),
        benchmark_no_n=_("n not printed"),
        beyond_axis=_("Beyond the axis, not drawn: {numbers}."),
        alt_survival=_("{outcome}: n {n}, events {events}."),
        alt_estimate=_("{months} {estimate}, {median}."),
        alt_median=_("median {median}"),
        alt_at=_("{months} {estimate}."),
        alt_ratio=_("{label}: {ratio}."),
        alt_group=_("{group}: {text}"),
        **report_words(),
    )
