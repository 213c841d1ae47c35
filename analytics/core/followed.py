"""How long and how completely the cases of a Result were followed, and until which day anything is known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.core.endpoints.dates import days
from analytics.core.estimators.follow_up import Completeness, completeness, reverse_kaplan_meier
from analytics.core.estimators.kaplan_meier import quantile
from analytics.core.quality_sentences import CUT, NEWEST
from analytics.core.results import DAYS_PER_MONTH, estimate_json, number

NEWS = ("T0", "T_APH", "T_DEC", "D_ALIVE", "D_DIS", "D_DTH")


def newest_day(line: pd.DataFrame, not_after: date | None = None) -> date | None:
    """The day of the newest information in a timeline; None if it holds no date.

    not_after  dates beyond this day (the day on which the dataset was made) are mistakes and are not believed
    """
    latest = np.full(len(line), np.nan)
    limit = np.inf if not_after is None else float(np.datetime64(not_after, "D").astype("int64"))
    for symbol in NEWS:
        day = days(line[symbol])
        latest = np.fmax(latest, np.where(day <= limit, day, np.nan))
    if np.isnan(latest).all():
        return None
    return date.fromordinal(date(1970, 1, 1).toordinal() + int(np.nanmax(latest)))


def stated_day(line: pd.DataFrame, cut: date | None = None, not_after: date | None = None) -> tuple[date | None, str]:
    """The day to which follow-up could go, and what it is: the data cut-off if there is one, else the newest information."""
    return (cut, CUT) if cut is not None else (newest_day(line, not_after), NEWEST)


def follow_up_json(
    time: ArrayLike,
    event: ArrayLike,
    clock: pd.Series,
    to: tuple[date | None, str],
    at_months: Iterable[int] = (),
    ended: ArrayLike | None = None,
) -> dict[str, Any]:
    """The `follow_up` of a Result.

    time, event  (n,) days from the clock, whether the event was seen
    clock        (n,) date from which each time counts
    to           the day and what it is, by `stated_day`
    at_months    months for which it is said how many were censored earlier
    ended        (n,) whether the rule itself ended the observation (any event, a cutting date, the end of a window): such a case
                 is completely followed; the events if not given

    median, lower_quartile, upper_quartile are the reverse Kaplan-Meier's, with limits, in days. completeness is Clark's C to
    the stated day: observed / potential person-days; `lost` are the cases without an event whose observation ends before it,
    `begun_later` those whose clock starts on it or later.
    """
    followed = reverse_kaplan_meier(time, event)
    times, seen = np.asarray(time, dtype="float64"), np.asarray(event, dtype=bool)
    day, what = to
    return {
        "method": "reverse Kaplan-Meier",
        "median": estimate_json(quantile(followed)),
        "lower_quartile": estimate_json(quantile(followed, 0.25)),
        "upper_quartile": estimate_json(quantile(followed, 0.75)),
        "to": None if day is None else day.isoformat(),
        "to_is": what,
        "completeness": None
        if day is None
        else _completeness(times, seen if ended is None else np.asarray(ended, dtype=bool), clock, day),
        "censored_before": [
            {"months": month, "n": int((~seen & (times < month * DAYS_PER_MONTH)).sum())}
            for month in sorted(set(at_months))
        ],
    }


def _completeness(time: np.ndarray, event: np.ndarray, clock: pd.Series, day: date) -> dict[str, Any]:
    potential = float(np.datetime64(day, "D").astype("int64")) - days(clock)
    return completeness_json(completeness(time, event, potential))


def completeness_json(found: Completeness) -> dict[str, Any]:
    """Clark's C with its counts and person-days."""
    return {
        "method": "Clark's C",
        "complete": number(found.complete),
        "observed_days": number(found.observed),
        "potential_days": number(found.potential),
        "n": found.n,
        "lost": found.lost,
        "begun_later": found.begun_later,
    }
