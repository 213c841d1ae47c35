"""What a figure shows, in one or two sentences with its numbers, for those who cannot see it."""

from __future__ import annotations

from collections.abc import Callable

from analytics.figures.below import with_limits
from analytics.figures.text import months
from analytics.figures.words import Words

PREFERRED_MONTHS = 12
MOST_GROUPS = 6  # named one by one


def survival_text(result: dict, words: Words) -> str:
    """Survival of each group at one year, or at the last month that is estimated, and its median."""
    shown = [group for group in result["groups"] if group["n"]]
    head = words.alt_survival.format(
        outcome=words.outcome or result["endpoint"]["label"], n=result["n"], events=result["events"]
    )
    if not shown:
        return f"{head} {words.no_patients}"
    return " ".join([head, *(_group(group, words, len(shown) > 1) for group in shown[:MOST_GROUPS])])


def _group(group: dict, words: Words, is_named: bool) -> str:
    months_asked = [row["months"] for row in group["at"]]
    month = PREFERRED_MONTHS if PREFERRED_MONTHS in months_asked else months_asked[-1]
    row = next(row for row in group["at"] if row["months"] == month)
    text = words.alt_estimate.format(
        months=words.at.format(months=month),
        estimate=with_limits(row["survival"], row["lower"], row["upper"]),
        median=words.alt_median.format(median=months(group["median"]["estimate"], words.not_reached)),
    )
    return words.alt_group.format(group=group["label"], text=text) if is_named else text


ALT_TEXTS: dict[str, Callable[[dict, Words], str]] = {"kaplan-meier": survival_text, "landmark": survival_text}


def alt_text(result: dict, words: Words) -> str:
    """The sentences; "" for a method that has no figure. Plain text, to be escaped like any other."""
    say = ALT_TEXTS.get(result["analysis"]["method"])
    return say(result, words) if say else ""
