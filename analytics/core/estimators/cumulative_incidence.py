"""Aalen-Johansen: the cumulative incidence of each of several causes, each ruling the others out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm  # type: ignore[import-untyped]

from analytics.core.estimators.times import Counts, Observed, counts, observed

VARIANCES = ("aalen", "jackknife")
LIMITS = ("log-log", "log", "plain")


@dataclass(frozen=True, slots=True)
class CumulativeIncidence:
    """Incidences at each distinct observed time, ascending; before the first all are 0.

    causes       codes, in the order of the columns of events, incidence, std_error, lower, upper: (times, causes)
    at_risk      just before the time; censored at it; events_of_any cause, reported or not, at it
    event_free   Kaplan-Meier estimate of no event of any cause: with the incidences it sums to 1 at every time
    std_error    by `variance`; NaN limits where they are not defined (before the first event of the cause)
    entered      sorted entry times, if observation began late
    """

    n: int
    causes: tuple[int, ...]
    time: np.ndarray
    at_risk: np.ndarray
    censored: np.ndarray
    events_of_any: np.ndarray
    events: np.ndarray
    event_free: np.ndarray
    incidence: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    variance: str
    limits: str
    confidence: float
    entered: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class IncidenceAt:
    """Incidences at chosen times, ascending. events (times, causes) and censored: after the time before, up to the time."""

    time: np.ndarray
    at_risk: np.ndarray
    censored: np.ndarray
    events: np.ndarray
    incidence: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def cumulative_incidence(
    time: ArrayLike,
    status: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    causes: Sequence[int] | None = None,
    variance: str = "aalen",
    limits: str = "log-log",
    confidence: float = 0.95,
) -> CumulativeIncidence:
    """Estimate the incidence of each cause in the presence of the others.

    time, entry  as for `kaplan_meier`
    status       (n,) whole numbers: 0 censored, 1 and above the cause
    causes       codes to report, also those that did not happen; those found, ascending, if not given
    variance     aalen, as cmprsk's cuminc; or jackknife (infinitesimal), as survfit
    limits       log-log: F^exp(-/+ z se / (F log F)); log: F exp(-/+ z se / F), as survfit's default; plain

    Ties need no order: all events of one time are counted against those at risk just before it, and before its censorings.
    The result does not depend on the order of the rows. 1 - Kaplan-Meier of one cause would overstate its incidence.

    Raises ValueError as `times.observed` does, for a status that is no whole number from 0, and for unknown options.

    Source: Aalen & Johansen 1978; Aalen 1978 (variance); Marubini & Valsecchi 1995. Agrees with R cmprsk cuminc and with
    survfit: tests/reference/test_r_competing_risks.py.
    """
    if variance not in VARIANCES:
        raise ValueError(f"variance is {variance!r}; expected one of {', '.join(VARIANCES)}")
    if limits not in LIMITS:
        raise ValueError(f"limits is {limits!r}; expected one of {', '.join(LIMITS)}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
    code = causes_of(status)
    data = observed(time, code > 0, entry)
    reported = tuple(sorted(set(code[code > 0].tolist()))) if causes is None else tuple(causes)
    at = counts(data)
    place = np.searchsorted(at.time, data.time)
    columns = [np.bincount(place[code == one], minlength=len(at.time)) for one in reported]
    left = np.cumprod(1 - at.events / np.maximum(at.at_risk, 1))
    before = np.concatenate(([1.0], left[:-1])) if len(left) else left
    paths = [np.cumsum(before * events / np.maximum(at.at_risk, 1)) for events in columns]
    spread = [
        _aalen(at, events, before, path)
        if variance == "aalen"
        else _jackknife(data, code == one, at, events, before, path)
        for one, events, path in zip(reported, columns, paths, strict=True)
    ]
    events, incidence, std_error = (
        _beside(one, len(at.time)) for one in (columns, paths, [np.sqrt(v) for v in spread])
    )
    lower, upper = _limits(incidence, std_error, limits, confidence)
    return CumulativeIncidence(
        n=len(data),
        causes=reported,
        time=at.time,
        at_risk=at.at_risk,
        censored=at.censored,
        events_of_any=at.events,
        events=events,
        event_free=left,
        incidence=incidence,
        std_error=std_error,
        lower=lower,
        upper=upper,
        variance=variance,
        limits=limits,
        confidence=confidence,
        entered=None if data.entry is None else np.sort(data.entry),
    )


def incidence_at(curve: CumulativeIncidence, times: ArrayLike) -> IncidenceAt:
    """The incidences at `times` (returned ascending, each once); beyond the last observation the last value is carried on."""
    asked = np.unique(np.asarray(times, dtype="float64"))
    before = np.searchsorted(curve.time, asked, side="left")
    through = np.searchsorted(curve.time, asked, side="right")
    events = _from_zero(np.cumsum(curve.events, axis=0))
    censored = np.concatenate(([0], np.cumsum(curve.censored)))
    at_risk = curve.n - np.concatenate(([0], np.cumsum(curve.events_of_any)))[before] - censored[before]
    if curve.entered is not None:
        at_risk = at_risk - (curve.n - np.searchsorted(curve.entered, asked, side="left"))
    start = 0.0 if curve.n else np.nan

    def read(values: np.ndarray, first: float) -> np.ndarray:
        return np.concatenate((np.full((1, values.shape[1]), first), values))[through]

    return IncidenceAt(
        time=asked,
        at_risk=at_risk,
        censored=np.diff(censored[through], prepend=0),
        events=np.diff(events[through], axis=0, prepend=0),
        incidence=read(curve.incidence, start),
        std_error=read(curve.std_error, start),
        lower=read(curve.lower, np.nan),
        upper=read(curve.upper, np.nan),
    )


def causes_of(status: ArrayLike) -> np.ndarray:
    """(n,) whole numbers from 0. Raises ValueError otherwise, naming the first value that is not."""
    values = np.asarray(status)
    if values.ndim != 1:
        raise ValueError(f"status must be a vector; its shape: {values.shape}")
    numbers = values.astype("float64")
    wrong = ~np.isfinite(numbers) | (numbers < 0) | (numbers != np.rint(numbers))
    if wrong.any():
        raise ValueError(f"status is {values[wrong][0]}; expected 0 censored, 1 and above the cause")
    return numbers.astype("int64")


def _beside(columns: list[np.ndarray], size: int) -> np.ndarray:
    """The columns as (size, causes), also when there is none."""
    return np.stack(columns, axis=1) if columns else np.zeros((size, 0))


def _from_zero(rows: np.ndarray) -> np.ndarray:
    return np.concatenate((np.zeros((1, rows.shape[1]), dtype=rows.dtype), rows))


def _aalen(at: Counts, c: np.ndarray, before: np.ndarray, incidence: np.ndarray) -> np.ndarray:
    """Variance of one cause's incidence at each time, with c events of this cause and d of any among n at risk.

    sum (S/n)^2 (v(c) (1 - g)^2 + v(d-c) g^2), S just before and S' just after, g = (F(t) - F) / S' and v(k) = k (n-k) / (n-1), the
    hypergeometric variance of k tied events.
    """
    n, others = at.at_risk.astype("float64"), at.events - c
    weight = (before / n) ** 2
    own, other = weight * _tied(c, n), weight * _tied(others, n)
    after = before * (n - at.events) / n
    # Where all at risk had an event F stays as it is, and g is 0.
    per = np.where(after > 0, 1 / np.where(after > 0, after, 1), 0)
    return _square(incidence, (own + other) * per**2, own * per, own)


def _tied(events: np.ndarray, n: np.ndarray) -> np.ndarray:
    return np.asarray(events * np.where(n > 1, (n - events) / np.maximum(n - 1, 1), 1))


def _square(incidence: np.ndarray, first: np.ndarray, third: np.ndarray, second: np.ndarray) -> np.ndarray:
    """sum (F(t) - F)^2 first - 2 sum (F(t) - F) third + sum second, over the times up to each t."""
    a, b, c = np.cumsum(first), np.cumsum(first * incidence), np.cumsum(first * incidence**2)
    e, f = np.cumsum(third), np.cumsum(third * incidence)
    whole = incidence**2 * a - 2 * incidence * b + c - 2 * (incidence * e - f) + np.cumsum(second)
    return np.asarray(np.maximum(whole, 0))


def _jackknife(
    data: Observed, own: np.ndarray, at: Counts, c: np.ndarray, before: np.ndarray, incidence: np.ndarray
) -> np.ndarray:
    """Sum over the cases of the squared influence of each on the incidence, at each time.

    A case that has left by t has influence a + b F(t), one still there alpha(t) + beta(t) F(t) less what it missed before it
    came: both are summed by running totals instead of case by case.
    """
    n, d = at.at_risk.astype("float64"), at.events.astype("float64")
    gone = np.where(n > d, 1 / np.maximum(n - d, 1), 0)
    p = np.cumsum(before * c / n**2)
    q = np.cumsum(d / n * gone)
    r = np.cumsum(d / n * gone * incidence)
    place = np.searchsorted(at.time, data.time)
    event = data.event
    late = (
        np.zeros(len(data), dtype="int64") if data.entry is None else np.searchsorted(at.time, data.entry, side="right")
    )
    p0, q0, r0 = (np.concatenate(([0.0], values))[late] for values in (p, q, r))
    # influence after leaving: a + b F(t)
    a = own * (before / n)[place] + event * (incidence * gone)[place] - (p[place] - p0) - (r[place] - r0)
    b = -1.0 * event * gone[place] + (q[place] - q0)
    size = len(at.time)
    left = [np.cumsum(np.bincount(place, weights=one, minlength=size)) for one in (a * a, a * b, b * b)]
    total = left[0] + 2 * incidence * left[1] + incidence**2 * left[2]
    # influence while there: -(p - p0) - (r - r0) + (q - q0) F(t) = u + v F(t) + (a0 + b0 F(t))
    a0, b0 = p0 + r0, -q0
    u = -(p + r) + incidence * q

    def there(weights: np.ndarray) -> np.ndarray:
        came = np.cumsum(np.bincount(late, weights=weights, minlength=size + 1)[:size])
        return came - np.cumsum(np.bincount(place, weights=weights, minlength=size))

    count, sa, sb = there(np.ones(len(data))), there(a0), there(b0)
    saa, sab, sbb = there(a0 * a0), there(a0 * b0), there(b0 * b0)
    own_part = saa + 2 * incidence * sab + incidence**2 * sbb
    total = total + count * u**2 + 2 * u * (sa + incidence * sb) + own_part
    return np.asarray(np.maximum(total, 0))


def _limits(
    incidence: np.ndarray, std_error: np.ndarray, limits: str, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    half = float(norm.ppf(1 - (1 - confidence) / 2)) * std_error
    if limits == "plain":
        return np.maximum(incidence - half, 0), np.minimum(incidence + half, 1)
    inside = np.where((incidence > 0) & (incidence < 1), incidence, np.nan)
    if limits == "log":
        return inside * np.exp(-half / inside), np.minimum(inside * np.exp(half / inside), 1)
    spread = half / (inside * np.log(inside))
    return inside ** np.exp(-spread), inside ** np.exp(spread)
