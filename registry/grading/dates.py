"""Days between dates that may be known to the month or the year only."""

from __future__ import annotations

from datetime import date

from registry.dictionary import dates
from registry.grading.base import Answers

DAYS_OF_YEAR = "365.25"
DAYS_OF_MONTH = "30.4375"


def possible_days(answers: Answers, item: str) -> tuple[date, date] | None:
    """First and last day that the answer can mean; None if there is no date."""
    day, precision = answers.get(item), answers.get(f"{item}_p")
    if not isinstance(day, date):
        return None
    return dates.possible_days(day, precision)


def days_between(answers: Answers, start: str, end: str) -> tuple[int, int] | None:
    """Fewest and most days from one dated item to another; None if either has no date."""
    first, last = possible_days(answers, start), possible_days(answers, end)
    if first is None or last is None:
        return None
    return (last[0] - first[1]).days, (last[1] - first[0]).days


def not_exact(answers: Answers, *items: str) -> tuple[str, ...]:
    """Those of the dated items that are missing or not known to the day."""
    return tuple(item for item in items if not (days := possible_days(answers, item)) or days[0] != days[1])
