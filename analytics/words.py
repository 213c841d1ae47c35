"""Words of results and figures in the reader's language. A Result is stored in English; what is shown is translated here."""

from dataclasses import replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analytics.figures.words import Words

ENGLISH = Words()

# What results say about their rules and groups, so that the catalogue of messages holds it; a test compares.
PHRASES = (
    gettext_noop("Overall survival"),
    gettext_noop("Event-free survival, registry default"),
    gettext_noop("Event-free survival, trial-type"),
    gettext_noop("Event-free survival, stringent"),
    gettext_noop("Overall survival after transplant"),
    gettext_noop("Disease-free survival after transplant"),
    gettext_noop("Death from any cause, from infusion; censored when last known alive."),
    gettext_noop(
        "No response at its assessment, progression, relapse or death, from infusion; not censored at transplant or "
        "new therapy in remission; censored at the last disease assessment."
    ),
    gettext_noop(
        "No response or progression counted on day 0, relapse or death, from infusion; censored at transplant or new "
        "therapy in remission, else at the last disease assessment."
    ),
    gettext_noop(
        "No response, progression, relapse, confirmed MRD relapse, transplant or new therapy in remission, or death, "
        "from infusion; censored at the last disease assessment."
    ),
    gettext_noop("Death from any cause, from transplant; censored when last known alive."),
    gettext_noop("Relapse or death, from transplant in remission; censored at the last disease assessment."),
    gettext_noop("infusion"),
    gettext_noop("All cases"),
    gettext_noop("Low (< 5 % marrow blasts)"),
    gettext_noop("High (≥ 5 % marrow blasts)"),
    gettext_noop("No prior transplant"),
    gettext_noop("Prior transplant"),
    gettext_noop("ALL"),
    gettext_noop("AML, low risk"),
    gettext_noop("AML, high risk"),
    gettext_noop("Infused with tisagenlecleucel"),
    gettext_noop("Transplanted in remission"),
)


def localised(result):
    """The envelope with labels, rule and time as the reader sees them; numbers and the stored Result are untouched."""
    rule, dataset = result["endpoint"], result["dataset"]
    made_at = timezone.localtime(datetime.fromisoformat(dataset["made_at"]))
    return {
        **result,
        "analysis": {**result["analysis"], "population": translated(result["analysis"]["population"])},
        "endpoint": {**rule, **{name: translated(rule[name]) for name in ("label", "clock", "print")}},
        "groups": [{**group, "label": translated(group["label"])} for group in result["groups"]],
        "dataset": {**dataset, "made_at": made_at.isoformat()},
    }


def translated(text):
    """A phrase of a Result in the reader's language; data (a hospital's code) stay as they are."""
    return _(text) if text in PHRASES else text


def figure_words(panel):
    """The words of this panel's figure."""
    return replace(
        ENGLISH,
        outcome=str(panel.axis),
        axis=_("Months since {clock}").replace("{clock}", str(panel.since)),
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
        hover=_("{months} months: {survival}, {at_risk} at risk"),
    )
