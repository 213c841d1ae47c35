"""A hospital's scorecard: how much of what fell due is complete, by reporting period, and the stage that follows from it."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analytics.core import quality_facts as facts
from analytics.core.results import number
from analytics.core.thresholds import (
    BY_DEADLINE,
    BY_DUE,
    CRITICAL,
    GOOD,
    MONTHS_OF_A_PERIOD,
    OF_PREVIOUS,
    OTHERS,
    STAGES,
    THRESHOLDS,
    Threshold,
)

SHOWN = 9  # periods, the newest: three years
OLD = 30  # days from which an open query is called old
NO_FORMS, NO_QUERIES = np.empty((0, 7)), np.empty(0)
Json = dict[str, Any]


def scorecard(cases: pd.DataFrame, day: date, thresholds: tuple[Threshold, ...] = THRESHOLDS) -> Json:
    """The score of these cases by period, and the stage, judged at `day`. cases: with `quality_facts`.

    score     of all forms due before `day`, by category ("critical", "others"): expected, incomplete, and
              score = (expected - incomplete) / expected, not rounded; null if nothing is expected
    periods   the newest, oldest first: from, to, is_over, is_judged, score (of the forms due in it, as things are now), measures
              (x complete of n, share, least, is_met) and is_met, and the stage after it
    stage     "good", "warning", "probation" or "suspension"; `since` the end of the period that brought it (null: from the start),
              `because` the measures that were not met in the last period judged

    Exempt forms and those ended by death or loss are not expected. A period is judged once it is over, from the one on in which
    the hospital began to enter. One that does not meet its measures brings the next stage, one that does good standing; a period in
    which nothing fell due changes nothing.
    """
    forms = facts.joined(cases, facts.FORMS, NO_FORMS)
    at = _day(day)
    expected = forms[(forms[:, facts.IS_REQUIRED] == 1) & (forms[:, facts.DUE] < at)]
    began = _period(np.nanmin(forms[:, facts.ENTERED])) if np.isfinite(forms[:, facts.ENTERED]).any() else None
    this = int(_period(at))
    first = min(int(_period(expected[:, facts.DUE].min())), this) if len(expected) else this
    periods = []
    stage, since, because = GOOD, None, []
    for period in range(first, this + 1):
        is_judged = began is not None and bool(began <= period < this)
        measures = [_measure(one, expected, period, began, at) for one in thresholds]
        is_met = _all_met(measures) if is_judged else None
        if is_met is not None:
            after = GOOD if is_met else STAGES[min(STAGES.index(stage) + 1, len(STAGES) - 1)]
            since = since if after == stage else _last_day(period)
            stage, because = after, [one["measure"] for one in measures if one["is_met"] is False]
        periods.append(
            {
                "from": _first_day(period),
                "to": _last_day(period),
                "is_over": period < this,
                "is_judged": is_judged,
                "score": _scores(expected[_period(expected[:, facts.DUE]) == period]),
                "measures": measures,
                "is_met": is_met,
                "stage": stage,
            }
        )
    return {"score": _scores(expected), "periods": periods[-SHOWN:], "stage": stage, "since": since, "because": because}


def query_ages(cases: pd.DataFrame, day: date) -> Json:
    """Queries that are not closed: how many, median and greatest age in days at `day`, how many older than 30 days."""
    ages = np.maximum(_day(day) - facts.joined(cases, facts.QUERIES, NO_QUERIES), 0)
    return {
        "open": len(ages),
        "median_days": number(np.median(ages)) if len(ages) else None,
        "oldest_days": number(ages.max()) if len(ages) else None,
        "over_30": int((ages > OLD).sum()),
    }


def time_to_entry(cases: pd.DataFrame) -> Json:
    """Days from the day of which a form tells to its first save: how many forms, median and quartiles (linear between ranks).

    A form saved before the day of which it tells counts as entered on the day.
    """
    forms = facts.joined(cases, facts.FORMS, NO_FORMS)
    lag = forms[:, facts.ENTERED] - forms[:, facts.EVENT]
    lag = np.maximum(lag[np.isfinite(lag)], 0)
    lower, median, upper = np.quantile(lag, (0.25, 0.5, 0.75)) if len(lag) else (np.nan,) * 3
    return {
        "forms": len(lag),
        "median_days": number(median),
        "lower_quartile_days": number(lower),
        "upper_quartile_days": number(upper),
    }


def _scores(expected: np.ndarray) -> Json:
    critical = expected[:, facts.IS_CRITICAL] == 1
    return {CRITICAL: _score(expected[critical]), OTHERS: _score(expected[~critical])}


def _score(expected: np.ndarray) -> Json:
    n, complete = len(expected), int((expected[:, facts.IS_COMPLETE] == 1).sum())
    return {"expected": n, "incomplete": n - complete, "score": complete / n if n else None}


def _measure(threshold: Threshold, expected: np.ndarray, period: int, began: float | None, at: float) -> Json:
    """One threshold in one period: of the forms that it is about, how many were complete in time."""
    due_in = period - 1 if threshold.measure == OF_PREVIOUS else period
    own = (_period(expected[:, facts.DUE]) == due_in) & (
        expected[:, facts.IS_CRITICAL] == (threshold.measure != BY_DEADLINE)
    )
    rows = expected[own]
    by = rows[:, facts.DUE] if threshold.measure == BY_DUE else min(_end(period), at)
    # Nothing is asked of the time before the hospital began to enter.
    n = len(rows) if began is not None and due_in >= began else 0
    x = int(((rows[:, facts.IS_COMPLETE] == 1) & (rows[:, facts.COMPLETED] <= by)).sum()) if n else 0
    return {
        "measure": threshold.measure,
        "x": x,
        "n": n,
        "share": x / n if n else None,
        "least": threshold.least,
        "is_met": x >= threshold.least * n - 1e-9 if n else None,
    }


def _all_met(measures: list[Json]) -> bool | None:
    met = [one["is_met"] for one in measures if one["is_met"] is not None]
    return all(met) if met else None


def _day(day: date) -> float:
    return float(np.datetime64(day, "D").astype("int64"))


def _period(days: Any) -> Any:
    """Number of the reporting period of days since 1970; NaN of a day that is not known."""
    known = np.where(np.isfinite(days), days, 0).astype("int64").astype("datetime64[D]")
    months = known.astype("datetime64[M]").astype("int64")
    return np.where(np.isfinite(days), months // MONTHS_OF_A_PERIOD, np.nan)


def _end(period: int) -> float:
    following = np.datetime64((period + 1) * MONTHS_OF_A_PERIOD, "M").astype("datetime64[D]")
    return float(following.astype("int64")) - 1


def _first_day(period: int) -> str:
    return str(np.datetime64(period * MONTHS_OF_A_PERIOD, "M").astype("datetime64[D]"))


def _last_day(period: int) -> str:
    return str(np.datetime64(int(_end(period)), "D"))
