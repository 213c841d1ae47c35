"""What a figure shows, in one or two sentences with its numbers, for those who cannot see it."""

from __future__ import annotations

from collections.abc import Callable

from analytics.figures import alt_reports, incidence
from analytics.figures.below import with_limits
from analytics.figures.curves import is_drawn
from analytics.figures.forest_rows import forests
from analytics.figures.frame import nothing_said
from analytics.figures.ratio_axis import printed_with_limits
from analytics.figures.text import months
from analytics.figures.theme import LIGHT
from analytics.figures.words import Words

PREFERRED_MONTHS = 12
MOST_GROUPS, MOST_ROWS = 6, 12  # named one by one


def survival_text(result: dict, words: Words) -> str:
    """Survival of each group at one year, or at the last month that is estimated, and its median."""
    head = _head(words.outcome or result["endpoint"]["label"], result, words)
    shown = [group for group in result["groups"] if is_drawn(group)]
    if not shown:
        return f"{head} {nothing_said(result, words)}"
    return " ".join([head, *(_group(group, words, len(shown) > 1) for group in shown[:MOST_GROUPS])])


def _group(group: dict, words: Words, is_named: bool) -> str:
    row, median = _preferred(group["at"], "survival"), group["median"]
    at, estimate = words.at_month(row["months"]), with_limits(row["survival"], row["lower"], row["upper"])
    if median.get("withheld"):
        text = words.alt_at.format(months=at, estimate=estimate)
    else:
        said = words.alt_median.format(median=months(median["estimate"], words.not_reached))
        text = words.alt_estimate.format(months=at, estimate=estimate, median=said)
    return words.alt_group.format(group=group["label"], text=text) if is_named else text


def incidence_text(result: dict, words: Words) -> str:
    """Incidence of each curve at one year, or at the last month that is estimated."""
    head = _head(words.outcome or result["endpoint"]["label"], result, words)
    curves = incidence.drawn_curves(result, words, LIGHT)
    if not curves:
        return f"{head} {nothing_said(result, words)}"
    return " ".join([head, *(_incidence(one.curve.label, one.cause, words) for one in curves[:MOST_GROUPS])])


def _incidence(label: str, cause: dict, words: Words) -> str:
    row = _preferred(cause["at"], "incidence")
    estimate = with_limits(row["incidence"], row["lower"], row["upper"])
    return words.alt_group.format(
        group=label, text=words.alt_at.format(months=words.at_month(row["months"]), estimate=estimate)
    )


def forest_text(result: dict, words: Words) -> str:
    """Every hazard ratio that was estimated, of the common model where the covariate is in it."""
    title = words.hazard_title.format(endpoint=words.outcome or result["endpoint"]["label"])
    head = _head(title, result, words)
    rows = [row for forest in forests(result)[:1] for row in forest.rows if row.ratios]
    if not rows:
        return f"{head} {words.no_patients}" if not result["models"] else head
    said = [words.alt_ratio.format(label=row.name(words), ratio=printed_with_limits(row.ratios[-1])) for row in rows]
    return " ".join([head, *said[:MOST_ROWS]])


def _head(outcome: str, result: dict, words: Words) -> str:
    """What is shown, of how many; in a released form a count may be withheld."""
    n, events = (words.withheld if result[name] is None else result[name] for name in ("n", "events"))
    return words.alt_survival.format(outcome=outcome, n=n, events=events)


def _preferred(rows: list[dict], share: str) -> dict:
    """The estimate at one year, or the last one; of a released form among those that are told."""
    told = [row for row in rows if row[share] is not None] or rows
    return next((row for row in told if row["months"] == PREFERRED_MONTHS), told[-1])


ALT_TEXTS: dict[str, Callable[[dict, Words], str]] = {
    "kaplan-meier": survival_text,
    "landmark": survival_text,
    "cumulative-incidence": incidence_text,
    "cox": forest_text,
    "fine-gray": forest_text,
    "time-dependent": forest_text,
    "proportion": alt_reports.proportion_text,
    "response": alt_reports.response_text,
    "toxicity": alt_reports.toxicity_text,
    "flow": alt_reports.flow_text,
    "enrolment": alt_reports.enrolment_text,
    "swimmer": alt_reports.swimmer_text,
    "sensitivity": alt_reports.sensitivity_text,
    "completeness": alt_reports.funnel_text,
}


def alt_text(result: dict, words: Words) -> str:
    """The sentences; "" for a method that has no figure. Plain text, to be escaped like any other."""
    say = ALT_TEXTS.get(result["analysis"]["method"])
    return say(result, words) if say else ""
