"""Kaplan-Meier: the survival function with its limits, quantiles, values at chosen times, and risk table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm  # type: ignore[import-untyped]

from analytics.core.estimators.times import Observed, counts, observed

LIMITS = ("log-log", "log", "plain")
# A quantile within this distance of a flat stretch of the curve takes its middle, as in R's quantile.survfit.
LEVEL_TOLERANCE = float(np.sqrt(np.finfo("float64").eps))


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """A survival function at each distinct observed time (events and censorings), ascending; before the first it is 1.

    at_risk counts just before the time; std_error and limits are NaN where they are not defined.
    entered holds the sorted entry times if observation began late.
    """

    n: int
    n_events: int
    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray
    survival: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    limits: str
    confidence: float
    entered: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate with its limits; NaN is "not reached" or "not estimable"."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class SurvivalAt:
    """A curve read at chosen times, ascending. Events and censorings: after the time before, up to the time itself."""

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray
    survival: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True, slots=True)
class RiskTable:
    """The table under a figure: at risk just before each time; events and censorings from the start through it."""

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    confidence: float = 0.95,
    limits: str = "log-log",
) -> SurvivalCurve:
    """Estimate the survival function of right-censored (and, with `entry`, left-truncated) times.

    time        (n,) numbers >= 0, event or censoring time, all in one unit
    event       (n,) bool, True where the event was seen
    entry       (n,) numbers, when observation began; None if it began at 0 for all
    confidence  level of the pointwise limits
    limits      scale of the limits: log-log, log or plain

    At tied times events come before censorings. Standard errors are Greenwood's. Limits on the log-log scale are not
    defined before the first event, and no limits once the curve is at 0. No observation gives an empty curve.
    Raises ValueError as `times.observed` does, and for unknown limits or a confidence outside (0, 1).

    Source: Kaplan & Meier 1958; Kalbfleisch & Prentice 2002. Agrees with R survfit:
    tests/reference/test_r_kaplan_meier.py.
    """
    if limits not in LIMITS:
        raise ValueError(f"limits are {limits!r}; expected one of {', '.join(LIMITS)}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
    return curve_of(observed(time, event, entry), confidence, limits)


def curve_of(data: Observed, confidence: float = 0.95, limits: str = "log-log") -> SurvivalCurve:
    """The Kaplan-Meier curve of observations already checked."""
    at = counts(data)
    # With late entry nobody may be at risk at a time for a moment; such a time has no event and changes nothing.
    at_risk = np.maximum(at.at_risk, 1)
    survival = np.cumprod((at_risk - at.events) / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_error = np.sqrt(np.cumsum(at.events / (at_risk * (at_risk - at.events).astype("float64"))))
        std_error = survival * log_error
        lower, upper = limits_of(survival, log_error, confidence, limits)
    return SurvivalCurve(
        n=len(data),
        n_events=int(data.event.sum()),
        time=at.time,
        at_risk=at.at_risk,
        events=at.events,
        censored=at.censored,
        survival=survival,
        std_error=std_error,
        lower=lower,
        upper=upper,
        limits=limits,
        confidence=confidence,
        entered=None if data.entry is None else np.sort(data.entry),
    )


def limits_of(
    survival: np.ndarray, log_error: np.ndarray, confidence: float, limits: str
) -> tuple[np.ndarray, np.ndarray]:
    """Pointwise limits of any survival function; `log_error` is the standard error of log survival."""
    half = norm.ppf(1 - (1 - confidence) / 2) * log_error
    if limits == "plain":
        return np.maximum(survival - half * survival, 0), np.minimum(survival + half * survival, 1)
    if limits == "log":
        inside = np.where(survival == 0, np.nan, survival)
        return inside * np.exp(-half), np.minimum(inside * np.exp(half), 1)
    inside = np.where((survival == 0) | (survival == 1), np.nan, survival)
    centre, spread = np.log(-np.log(inside)), half / np.log(inside)
    return np.exp(-np.exp(centre - spread)), np.exp(-np.exp(centre + spread))


def quantile(curve: SurvivalCurve, fraction: float = 0.5) -> Estimate:
    """The time by which `fraction` have had the event, with limits from inverting the curve's own limits.

    If the curve (or a limit) runs flat at exactly that level the middle of the flat stretch is taken, up to the last
    time if it is the end of the curve; NaN if the level is never reached.

    Source: Brookmeyer & Crowley 1982; midpoint rule of R's quantile.survfit.
    """
    return Estimate(
        estimate=_reached(curve.time, curve.survival, fraction),
        lower=_reached(curve.time, curve.lower, fraction),
        upper=_reached(curve.time, curve.upper, fraction),
    )


def _reached(time: np.ndarray, level: np.ndarray, fraction: float) -> float:
    fallen = np.concatenate(([0.0], 1 - level))
    time = np.concatenate(([0.0], time))
    # Limits need not be monotone. As in R the lowest level that reaches the fraction counts, at its first time.
    order = np.lexsort((time, fallen))
    order = order[~np.isnan(fallen[order])]
    touching = order[fallen[order] + LEVEL_TOLERANCE >= fraction]
    passing = order[fallen[order] - LEVEL_TOLERANCE >= fraction]
    if not len(touching):
        return float("nan")
    if abs(fallen[-1] - fraction) < LEVEL_TOLERANCE:
        return float((time[touching[0]] + time[-1]) / 2)
    return float((time[touching[0]] + time[passing[0]]) / 2) if len(passing) else float("nan")


def survival_at(curve: SurvivalCurve, times: ArrayLike) -> SurvivalAt:
    """The curve at `times` (returned ascending, each once).

    Beyond the last observation its value is carried on. Before the first one all are alive and the limits are 1, as R
    prints them; from there to the first event the log-log limits are not defined.
    """
    times = np.unique(np.asarray(times, dtype="float64"))
    table = risk_table(curve, times)
    last = np.searchsorted(curve.time, times, side="right")
    start = 1.0 if curve.n else np.nan

    def read(values: np.ndarray, first: float) -> np.ndarray:
        return np.asarray(np.concatenate(([first], values))[last])

    return SurvivalAt(
        time=times,
        at_risk=table.at_risk,
        events=np.diff(table.events, prepend=0),
        censored=np.diff(table.censored, prepend=0),
        survival=read(curve.survival, start),
        std_error=read(curve.std_error, 1 - start),
        lower=read(curve.lower, start),
        upper=read(curve.upper, start),
    )


def risk_table(curve: SurvivalCurve, times: ArrayLike) -> RiskTable:
    """At risk, events and censorings at `times` (ascending)."""
    times = np.asarray(times, dtype="float64")
    before = np.searchsorted(curve.time, times, side="left")
    through = np.searchsorted(curve.time, times, side="right")
    events = np.concatenate(([0], np.cumsum(curve.events)))
    censored = np.concatenate(([0], np.cumsum(curve.censored)))
    at_risk = curve.n - (events + censored)[before]
    if curve.entered is not None:
        at_risk = at_risk - (curve.n - np.searchsorted(curve.entered, times, side="left"))
    return RiskTable(times, at_risk, events[through], censored[through])


def reliable_until(curve: SurvivalCurve) -> float:
    """The last observed time with at least 5 cases and 10 % of all at risk; NaN if there is none."""
    enough = np.flatnonzero(curve.at_risk >= max(5, 0.1 * curve.n))
    return float(curve.time[enough[-1]]) if len(enough) else float("nan")
