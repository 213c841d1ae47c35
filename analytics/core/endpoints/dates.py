"""Whole days per case: partial dates made usable, and the first or last day of many rows.

Inside the derivation a day is a float64 count of days since 1970-01-01, NaN where there is none.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

NO_DAY = np.nan
HALF_MONTH = 14
PARTIAL = ("M", "Y")  # precisions: only the month, only the year is known


def days(dates: pd.Series) -> np.ndarray:
    """(n,) days since 1970-01-01 of a datetime64 column; NaN where missing."""
    whole = dates.to_numpy("datetime64[D]")
    return np.where(np.isnat(whole), NO_DAY, whole.astype("int64").astype("float64"))


def dates(day: np.ndarray) -> np.ndarray:
    """The reverse of `days`: datetime64[s], NaT where missing."""
    missing = np.isnan(day)
    whole = np.where(missing, 0, day).astype("int64").astype("datetime64[D]").astype("datetime64[s]")
    whole[missing] = np.datetime64("NaT")
    return whole


def usable_days(
    date: pd.Series, precision: pd.Series, lower: ArrayLike = NO_DAY, upper: ArrayLike = NO_DAY
) -> tuple[np.ndarray, np.ndarray]:
    """Days of a date column and which of them are imputed.

    Day unknown: the 15th. Month unknown: 1 July. The imputed day is then moved inside `lower` and `upper` (days; scalar
    or (n,)), the neighbouring events, as far as the known month or year allows; a bound outside that month or year is
    ignored, because then the order of the dates is an error that a query must settle, not an imputation.
    """
    day = days(date)
    partial = precision.isin(PARTIAL).to_numpy() & ~np.isnan(day)
    if not partial.any():
        return day, partial
    start, middle, end = _known_period(date[partial], (precision[partial] == "Y").to_numpy())
    low = np.broadcast_to(lower, day.shape)[partial]
    high = np.broadcast_to(upper, day.shape)[partial]
    low = np.where((low > start) & (low <= end), low, start)
    high = np.where((high < end) & (high >= start), high, end)
    day = day.copy()
    day[partial] = np.where(low <= high, np.clip(middle, low, np.maximum(low, high)), middle)
    return day, partial


def _known_period(date: pd.Series, only_year: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First day, imputed day and last day of the month or year that is known."""
    month: np.ndarray = date.to_numpy("datetime64[M]")
    year: np.ndarray = date.to_numpy("datetime64[Y]").astype("datetime64[M]")

    def day_number(months: np.ndarray) -> np.ndarray:
        return months.astype("datetime64[D]").astype("int64").astype("float64")

    start = np.where(only_year, day_number(year), day_number(month))
    middle = np.where(only_year, day_number(year + 6), day_number(month) + HALF_MONTH)
    end = np.where(only_year, day_number(year + 12), day_number(month + 1)) - 1
    return start, middle, end


def first_per_case(code: np.ndarray, day: np.ndarray, cases: int, where: ArrayLike = True) -> np.ndarray:
    """(cases,) earliest day among each case's rows for which `where` holds; NaN if none."""
    keep = np.broadcast_to(where, day.shape) & ~np.isnan(day)
    first = np.full(cases, np.inf)
    np.minimum.at(first, code[keep], day[keep])
    first[np.isinf(first)] = NO_DAY
    return first


def last_per_case(code: np.ndarray, day: np.ndarray, cases: int, where: ArrayLike = True) -> np.ndarray:
    """(cases,) latest day among each case's rows for which `where` holds; NaN if none."""
    return -first_per_case(code, -day, cases, where)


def next_per_row(code: np.ndarray, day: np.ndarray, of: np.ndarray, at: np.ndarray) -> np.ndarray:
    """(rows,) first day among `at` (its cases are `of`) that the same case has after each row's day; NaN if none.

    Days are whole. O(n log n).
    """
    found = np.full(len(day), NO_DAY)
    there = ~np.isnan(at)
    if not there.any():
        return found
    earliest = float(np.fmin(np.nanmin(at), np.nanmin(day) if (~np.isnan(day)).any() else np.inf))
    span = float(np.fmax(np.nanmax(at), np.nanmax(day) if (~np.isnan(day)).any() else -np.inf)) - earliest + 1
    keys = np.sort(of[there] * span + (at[there] - earliest))
    asked = np.flatnonzero(~np.isnan(day))
    place = np.searchsorted(keys, code[asked] * span + (day[asked] - earliest), side="right")
    following = keys[np.minimum(place, len(keys) - 1)]
    same = (place < len(keys)) & (following // span == code[asked])
    found[asked[same]] = following[same] % span + earliest
    return found


def among(values: np.ndarray, codes: tuple[int, ...]) -> np.ndarray:
    """(n,) whether each value is one of a few codes; missing is none of them."""
    found = np.zeros(len(values), dtype=bool)
    for code in codes:
        found |= values == code
    return found


def any_per_case(code: np.ndarray, where: np.ndarray, cases: int) -> np.ndarray:
    """(cases,) whether `where` holds for any row of the case."""
    seen = np.zeros(cases, dtype=bool)
    seen[code[where]] = True
    return seen
