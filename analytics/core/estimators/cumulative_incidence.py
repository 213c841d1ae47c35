"""Aalen-Johansen: the cumulative incidence of each of several causes, with limits and the event-free survival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm  # type: ignore[import-untyped]

from analytics.core.estimators.causes import CauseCounts, Competing, cause_counts, causes_of, competing
from analytics.core.estimators.kaplan_meier import LIMITS

VARIANCES = ("aalen", "jackknife")


@dataclass(frozen=True, slots=True)
class CumulativeIncidence:
    """Cumulative incidences at each distinct observed time (events and censorings), ascending; before the first 0.

    events, incidence, std_error, lower, upper  (times, causes)
    all_events   (times,) events of any cause, also of causes not asked for
    event_free   (times,) probability of no event of any cause; with all causes' incidences it adds up to 1
    Limits are NaN as long as a cause has had no event (on the plain scale they are 0), and where the incidence is 1.
    entered holds the sorted entry times if observation began late.
    """

    n: int
    causes: tuple[int, ...]
    n_events: tuple[int, ...]
    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    all_events: np.ndarray
    censored: np.ndarray
    incidence: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    event_free: np.ndarray
    variance: str
    limits: str
    confidence: float
    entered: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class IncidenceAt:
    """Curves read at chosen times, ascending. Events and censorings: after the time before, up to the time itself.

    events, incidence, std_error, lower, upper are (times, causes); total_events and total_censored count from the start.
    """

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray
    total_events: np.ndarray
    total_censored: np.ndarray
    incidence: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    event_free: np.ndarray


def cumulative_incidence(
    time: ArrayLike,
    status: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    causes: Sequence[int] | None = None,
    confidence: float = 0.95,
    limits: str = "log-log",
    variance: str = "aalen",
) -> CumulativeIncidence:
    """Estimate the probability of an event of each cause by each time.

    time        (n,) numbers >= 0, event or censoring time, all in one unit
    status      (n,) whole numbers: 0 censored, 1, 2, .. the cause
    entry       (n,) numbers, when observation began; None if it began at 0 for all
    causes      those to report; all that are seen if None. One that is not seen has incidence 0
    confidence  level of the pointwise limits
    limits      scale of the limits: log-log (log(-log F)), log or plain
    variance    aalen (from the counting processes) or jackknife (infinitesimal)

    F(t) adds S(t-) d/n over the event times: ties need no breaking, events come before censorings at one time. No
    observation gives an empty curve. Raises ValueError as `causes.competing` does, and for unknown limits, variance,
    causes, or a confidence outside (0, 1).

    Source: Aalen & Johansen 1978; Aalen 1978 (variance); Efron 1982 (infinitesimal jackknife). The Aalen variance agrees
    with R cmprsk::cuminc, the jackknife and the limits with R survfit: tests/reference/test_r_competing_risks.py.
    """
    if limits not in LIMITS:
        raise ValueError(f"limits are {limits!r}; expected one of {', '.join(LIMITS)}")
    if variance not in VARIANCES:
        raise ValueError(f"variance is {variance!r}; expected one of {', '.join(VARIANCES)}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
    data = competing(time, status, entry)
    chosen = causes_of(data.status, causes)
    at = cause_counts(data, chosen)
    steps = _steps(at)
    spread = _aalen(at, steps) if variance == "aalen" else _jackknife(data, at, steps, chosen)
    std_error = np.sqrt(np.maximum(spread, 0))
    lower, upper = limits_of(steps.incidence, std_error, confidence, limits)
    return CumulativeIncidence(
        n=len(data),
        causes=chosen,
        n_events=tuple(int(number) for number in at.events.sum(axis=0)),
        time=at.time,
        at_risk=at.at_risk,
        events=at.events,
        all_events=at.all_events,
        censored=at.censored,
        incidence=steps.incidence,
        std_error=std_error,
        lower=lower,
        upper=upper,
        event_free=steps.event_free,
        variance=variance,
        limits=limits,
        confidence=confidence,
        entered=None if data.entry is None else np.sort(data.entry),
    )


@dataclass(frozen=True, slots=True)
class _Steps:
    """At each time: the number at risk (at least 1), survival just before and after it, and the incidences.

    onwards is 1 / (1 - all events / at risk): how survival just before passes on; 0 once nobody can have an event.
    """

    at_risk: np.ndarray
    before: np.ndarray
    event_free: np.ndarray
    incidence: np.ndarray
    onwards: np.ndarray


def _steps(at: CauseCounts) -> _Steps:
    # With late entry nobody may be at risk at a time for a moment; such a time has no event and changes nothing.
    at_risk = np.maximum(at.at_risk, 1).astype("float64")
    event_free = np.cumprod((at_risk - at.all_events) / at_risk)
    before = np.concatenate(([1.0], event_free[:-1]))[: len(at_risk)]
    incidence = np.cumsum((before / at_risk)[:, None] * at.events, axis=0)
    remaining = at_risk - at.all_events
    onwards = np.where(remaining > 0, at_risk / np.maximum(remaining, 1), 0)
    return _Steps(at_risk, before, event_free, incidence, onwards)


def _aalen(at: CauseCounts, steps: _Steps) -> np.ndarray:
    """(times, causes) variance: each event moves F(t) by S(u-) if of the cause, less what it keeps from happening.

    That is a quadratic in F(t), whose coefficients are sums up to t.
    """
    n, b = steps.at_risk, steps.onwards
    result = np.empty_like(steps.incidence)
    for cause, curve in enumerate(steps.incidence.T):
        own, other = at.events[:, cause], at.all_events - at.events[:, cause]
        result[:, cause] = _quadratic(curve, steps.before + b * curve, b, _tied(own, n) / n**2)
        result[:, cause] += _quadratic(curve, b * curve, b, _tied(other, n) / n**2)
    return result


def _tied(events: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    """Events, each counted less for those it is tied with: sampling without replacement."""
    return np.asarray(events * (1 - np.maximum(events - 1, 0) / np.maximum(at_risk - 1, 1)))


def _quadratic(curve: np.ndarray, a: np.ndarray, b: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The sum over u <= t of weight (a - b F(t))^2, at each t."""
    squares, products = np.cumsum(weight * a * a), np.cumsum(weight * a * b)
    return np.asarray(squares - 2 * curve * products + curve**2 * np.cumsum(weight * b * b))


def _jackknife(data: Competing, at: CauseCounts, steps: _Steps, causes: tuple[int, ...]) -> np.ndarray:
    """(times, causes) sum of squared influences of the subjects on F(t).

    The influence of a subject is linear in F(t): a - b F(t), fixed once it has left and growing while it is at risk.
    """
    n, b = steps.at_risk, steps.onwards
    every = at.all_events / n * b / n
    grown_b = np.cumsum(every)
    entered_b = _at_entry(data, at, grown_b)
    event = data.status > 0
    final_b = np.where(event, (b / n)[at.row], 0) - grown_b[at.row] + entered_b
    result = np.empty_like(steps.incidence)
    for column, cause in enumerate(causes):
        curve = steps.incidence[:, column]
        grown_a = np.cumsum(steps.before * at.events[:, column] / n**2 + curve * every)
        entered_a = _at_entry(data, at, grown_a)
        reached = steps.before[at.row] * (data.status == cause) + np.where(event, (b * curve)[at.row], 0)
        final_a = reached / n[at.row] - grown_a[at.row] + entered_a
        gone = _sums(at.row, final_a, final_b, len(at.time))
        staying = _staying(data, at, (grown_a, grown_b), (entered_a, entered_b))
        squares, products, twice = (left + stay for left, stay in zip(gone, staying, strict=True))
        result[:, column] = squares - 2 * curve * products + curve**2 * twice
    return result


def _at_entry(data: Competing, at: CauseCounts, grown: np.ndarray) -> np.ndarray:
    """(n,) what `grown` had reached when each subject entered."""
    if data.entry is None:
        return np.zeros(len(data))
    return np.asarray(np.concatenate(([0.0], grown))[np.searchsorted(at.time, data.entry, side="right")])


def _sums(place: np.ndarray, a: np.ndarray, b: np.ndarray, times: int) -> tuple[np.ndarray, ...]:
    """(times,) running sums of a^2, a b and b^2 of the subjects whose place is reached."""
    return tuple(np.cumsum(np.bincount(place, value, times + 1)[:times]) for value in (a * a, a * b, b * b))


def _staying(
    data: Competing, at: CauseCounts, grown: tuple[np.ndarray, ...], entered: tuple[np.ndarray, ...]
) -> tuple[np.ndarray, ...]:
    """(times,) sums of a^2, a b and b^2 over the subjects that are under observation and stay after each time."""
    a, b = grown
    leaving = np.cumsum(np.bincount(at.row, minlength=len(at.time)))
    if data.entry is None:
        number = len(data) - leaving
        return number * a * a, number * a * b, number * b * b
    # Under observation once the first time after entry is reached: a time at entry itself adds nothing.
    place = np.searchsorted(at.time, data.entry, side="right")
    size = len(at.time)

    def present(values: np.ndarray) -> np.ndarray:
        flow = np.bincount(place, values, size + 1)[:size] - np.bincount(at.row, values, size)
        return np.cumsum(flow)

    number, from_a, from_b = present(np.ones(len(data))), present(entered[0]), present(entered[1])
    return (
        number * a * a - 2 * a * from_a + present(entered[0] ** 2),
        number * a * b - a * from_b - b * from_a + present(entered[0] * entered[1]),
        number * b * b - 2 * b * from_b + present(entered[1] ** 2),
    )


def limits_of(
    incidence: np.ndarray, std_error: np.ndarray, confidence: float, limits: str
) -> tuple[np.ndarray, np.ndarray]:
    """Pointwise limits around an incidence, on the log(-log F), log or plain scale."""
    half = norm.ppf(1 - (1 - confidence) / 2) * std_error
    if limits == "plain":
        return np.maximum(incidence - half, 0), np.minimum(incidence + half, 1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if limits == "log":
            inside = np.where(incidence > 0, incidence, np.nan)
            return inside * np.exp(-half / inside), np.minimum(inside * np.exp(half / inside), 1)
        # Sums that should be 1 miss it by rounding.
        inside = np.where((incidence > 0) & (incidence < 1 - 1e-12), incidence, np.nan)
        centre, spread = np.log(-np.log(inside)), half / (inside * np.log(inside))
        return np.exp(-np.exp(centre - spread)), np.exp(-np.exp(centre + spread))


def incidence_at(curve: CumulativeIncidence, times: ArrayLike) -> IncidenceAt:
    """The curves at `times` (returned ascending, each once), with the extended risk table.

    At risk counts just before each time. Beyond the last observation values are carried on. Before the first one the
    incidences are 0, and limits are not defined (0 on the plain scale).
    """
    times = np.unique(np.asarray(times, dtype="float64"))
    before = np.searchsorted(curve.time, times, side="left")
    through = np.searchsorted(curve.time, times, side="right")
    events = np.vstack((np.zeros((1, len(curve.causes)), "int64"), np.cumsum(curve.events, axis=0)))
    censored = np.concatenate(([0], np.cumsum(curve.censored)))
    left = np.concatenate(([0], np.cumsum(curve.all_events))) + censored
    at_risk = curve.n - left[before]
    if curve.entered is not None:
        at_risk = at_risk - (curve.n - np.searchsorted(curve.entered, times, side="left"))
    start = 0.0 if curve.n else np.nan
    edge = start if curve.limits == "plain" else np.nan

    def read(values: np.ndarray, first: float) -> np.ndarray:
        return np.asarray(np.concatenate((np.full((1, *values.shape[1:]), first), values))[through])

    return IncidenceAt(
        time=times,
        at_risk=at_risk,
        events=np.diff(events[through], axis=0, prepend=0),
        censored=np.diff(censored[through], prepend=0),
        total_events=events[through],
        total_censored=censored[through],
        incidence=read(curve.incidence, start),
        std_error=read(curve.std_error, start),
        lower=read(curve.lower, edge),
        upper=read(curve.upper, edge),
        event_free=read(curve.event_free, 1 - start),
    )
