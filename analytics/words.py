"""Words of results and figures in the reader's language. A Result is stored in English; what is shown is translated here."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import phrases
from analytics.figures.words import Words

ENGLISH = Words()


def localised(result):
    """The envelope with labels, rule and time as the reader sees them; numbers and the stored Result are untouched."""
    rule, dataset = result["endpoint"], result["dataset"]
    made_at = timezone.localtime(datetime.fromisoformat(dataset["made_at"]))
    return {
        **result,
        "analysis": {**result["analysis"], "population": phrases.label(result["analysis"]["population"])},
        "endpoint": rule and {**rule, **{name: phrases.label(rule[name]) for name in ("label", "clock", "print")}},
        **({"groups": [_labelled(group) for group in result["groups"]]} if "groups" in result else {}),
        "excluded": [{**one, "reason": phrases.sentence(one["reason"])} for one in result["excluded"]],
        "warnings": [phrases.sentence(one) for one in result["warnings"]],
        "undefined": [{**one, "reason": phrases.sentence(one["reason"])} for one in result["undefined"]],
        "dataset": {**dataset, "made_at": made_at.isoformat()},
    }


def _labelled(group):
    return {**group, "label": phrases.label(group["label"])}


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
        nobody=_("no patients"),
        at=_("{months} months"),
        median=_("Median, months"),
        not_reached=_("NR"),
        not_reached_note=_("NR, not reached."),
        logrank=_("Log-rank test: χ² {statistic}, df {df}, p {p}."),
        limits=_("Brackets and bands: {limits} confidence limits."),
        tail=_("Thin and grey: fewer than 5 patients, or than 10 %, still at risk."),
        rule=_("{label} ({id} version {version}): {rule}"),
        dataset=_("{cohort}, {kind} revision {revision} ({hash}), {date}; n {n}, events {events}."),
        kinds=(("live", _("live")), ("cut", _("data cut"))),
        dataset_without_events=_("{cohort}, {kind} revision {revision} ({hash}), {date}; n {n}."),
        hover=_("{time} months: {share}, {at_risk} at risk"),
        between=pgettext("between items", ", "),
        before_last=pgettext("between the last two items", " or "),
        landmark_axis=_("Months since day {day} after {clock}"),
        landmark=_("Counted from day {day} on (n {n}); before it {events} had an event and {censored} were censored."),
        benchmarks=_(
            "Open symbols: published estimates with 95 % intervals where printed, of other patients and methods."
        ),
        benchmark_n=_("n {n}"),
        benchmark_no_n=_("n not printed"),
        beyond_axis=_("Beyond the axis, not drawn: {numbers}."),
        alt_survival=_("{outcome}: n {n}, events {events}."),
        alt_estimate=_("{months} {estimate}, {median}."),
        alt_median=_("median {median}"),
        alt_group=_("{group}: {text}"),
    )
