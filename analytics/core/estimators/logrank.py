"""The log-rank test and its weighted, stratified and trend forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import chi2  # type: ignore[import-untyped]

from analytics.core.estimators.times import SMALL_TABLE, Observed, counts, observed

FLEMING_HARRINGTON = "fleming-harrington"
WEIGHTS = (FLEMING_HARRINGTON, "gehan", "tarone-ware", "peto")
Weighing = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """A chi-squared test; NaN where it is not defined."""

    statistic: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class LogRank:
    """The test of equal hazards, and per group its size and its (weighted) observed and expected events."""

    test: ChiSquare
    trend: ChiSquare
    groups: tuple[Any, ...]
    n: np.ndarray
    observed: np.ndarray
    expected: np.ndarray


def logrank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
    weights: str = FLEMING_HARRINGTON,
) -> LogRank:
    """Test whether k groups share one hazard.

    time, event, entry  as for `kaplan_meier`
    group               (n,) labels, none missing; reported and, for the trend, scored 1..k in sorted order
    strata              (n,) labels; observed minus expected and its variance are summed over strata
    rho, gamma          weights S(t-)^rho (1 - S(t-))^gamma of the pooled Kaplan-Meier estimate; 0, 0 is the log-rank
                        test; rho = 1 is Peto & Peto's
    weights             fleming-harrington (by rho and gamma); gehan: n at risk; tarone-ware: its root; peto: a survival
                        estimate prod (1 - d/(n+1)) up to and with the time

    With fewer than two groups, or no event that could tell groups apart, the tests are NaN with 0 degrees of freedom.
    Raises ValueError as `times.observed` does, or if labels are missing or of another length.

    Source: Mantel 1966; Gehan 1965; Peto & Peto 1972; Tarone & Ware 1977; Fleming & Harrington 1991; Tarone 1975 (trend). Agrees with R survdiff:
    tests/reference/test_r_logrank.py.
    """
    if weights not in WEIGHTS or (weights != FLEMING_HARRINGTON and (rho or gamma)):
        raise ValueError(
            f"weights are {weights!r}; expected one of {', '.join(WEIGHTS)}, and rho, gamma with the first only"
        )
    data = observed(time, event, entry)
    labels, code = coded(group, len(data), "group")
    _, stratum = coded(np.zeros(len(data)) if strata is None else strata, len(data), "strata")
    seen, expected = np.zeros(len(labels)), np.zeros(len(labels))
    variance = np.zeros((len(labels), len(labels)))
    for each in np.unique(stratum):
        where = stratum == each
        part = _score(data.only(where), code[where], len(labels), _weighing(weights, rho, gamma))
        seen, expected, variance = seen + part[0], expected + part[1], variance + part[2]
    return LogRank(
        test=_overall(seen - expected, variance, expected),
        trend=_trend(seen - expected, variance),
        groups=tuple(labels.tolist()),
        n=np.bincount(code, minlength=len(labels)),
        observed=seen,
        expected=expected,
    )


def coded(labels: ArrayLike, size: int, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The distinct labels, sorted, and the (n,) place of each row's label among them. Raises ValueError if one is missing."""
    vector = np.asarray(labels)
    if vector.shape != (size,):
        raise ValueError(f"{name} must have one label for each time")
    if pd.isna(vector).any():
        raise ValueError(f"{name} has missing labels")
    return np.unique(vector, return_inverse=True)


def _score(
    data: Observed, code: np.ndarray, groups: int, weighing: Weighing
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weighted observed, expected and covariance of one stratum, by group."""
    at = counts(data)
    times = at.time[at.events > 0]
    if not len(times):
        return np.zeros(groups), np.zeros(groups), np.zeros((groups, groups))
    deaths = _table(_through(times, data.time[data.event]) - 1, code[data.event], len(times), groups)
    at_risk = _at_risk(data, code, times, groups)
    d, n = deaths.sum(axis=1), at_risk.sum(axis=1)
    share = at_risk / n[:, None]
    weight = weighing(d, n)
    spread = weight**2 * d * (n - d) / np.maximum(n - 1, 1)
    covariance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return weight @ deaths, (weight * d) @ share, covariance


def _at_risk(data: Observed, code: np.ndarray, times: np.ndarray, groups: int) -> np.ndarray:
    """(times, groups) at risk just before each event time."""
    # A subject is at risk at the event times up to its own: counted at the last of them, then summed backwards.
    until = _through(times, data.time)
    at_risk = _still_to_come(until, code, len(times), groups)
    if data.entry is not None:
        not_yet = _through(times, data.entry)
        at_risk = at_risk - _still_to_come(not_yet, code, len(times), groups)
    return at_risk


def _through(times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(n,) how many of the ascending `times` are at or before each value; whole and half days need no search."""
    if not len(values):
        return np.zeros(0, dtype="int64")
    half = 2 * values
    cells = max(float(half.max()), 2 * float(times[-1])) + 1
    if (
        cells > max(SMALL_TABLE, len(values))
        or (half != np.rint(half)).any()
        or (2 * times != np.rint(2 * times)).any()
    ):
        return np.asarray(np.searchsorted(times, values, side="right"))
    upto = np.bincount((2 * times).astype("int64"), minlength=int(cells)).cumsum()
    return np.asarray(upto[half.astype("int64")])


def _still_to_come(until: np.ndarray, code: np.ndarray, times: int, groups: int) -> np.ndarray:
    """(times, groups) how many have position < `until`, for each position."""
    ends = _table(until, code, times + 1, groups)
    return ends[::-1].cumsum(axis=0)[::-1][1:]


def _table(row: np.ndarray, column: np.ndarray, rows: int, columns: int) -> np.ndarray:
    return np.bincount(row * columns + column, minlength=rows * columns).reshape(rows, columns)


def _weighing(weights: str, rho: float, gamma: float) -> Weighing:
    """(d, n) at each event time -> its weight."""

    def fleming_harrington(d: np.ndarray, n: np.ndarray) -> np.ndarray:
        survival = np.concatenate(([1.0], np.cumprod((n - d) / n)[:-1]))
        return np.asarray(survival**rho * (1 - survival) ** gamma)

    others: dict[str, Weighing] = {
        "gehan": lambda d, n: n.astype("float64"),
        "tarone-ware": lambda d, n: np.sqrt(n),
        "peto": lambda d, n: np.cumprod(1 - d / (n + 1)),
    }
    return others.get(weights, fleming_harrington)


def _overall(difference: np.ndarray, variance: np.ndarray, expected: np.ndarray) -> ChiSquare:
    used = np.flatnonzero(expected > 0)
    if len(used) < 2:
        return ChiSquare(float("nan"), 0, float("nan"))
    free = used[1:]
    try:
        statistic = float(difference[free] @ np.linalg.solve(variance[np.ix_(free, free)], difference[free]))
    except np.linalg.LinAlgError:
        return ChiSquare(float("nan"), 0, float("nan"))
    return ChiSquare(statistic, len(free), float(chi2.sf(statistic, len(free))))


def _trend(difference: np.ndarray, variance: np.ndarray) -> ChiSquare:
    scores = np.arange(1, len(difference) + 1)
    spread = float(scores @ variance @ scores)
    if not spread > 0:
        return ChiSquare(float("nan"), 0, float("nan"))
    statistic = float(scores @ difference) ** 2 / spread
    return ChiSquare(statistic, 1, float(chi2.sf(statistic, 1)))
