"""Restricted mean survival: the area under the Kaplan-Meier curve up to a horizon, and its contrasts of two groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm  # type: ignore[import-untyped]

from analytics.core import small_sample_sentences as words
from analytics.core.estimators.times import TIME_TOLERANCE, Counts, Observed, counts, observed


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Mean time without the event up to `tau`, in the unit of the times; NaN if there is no observation."""

    n: int
    n_events: int
    tau: float
    estimate: float
    std_error: float
    lower: float
    upper: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Contrast:
    """The difference or ratio of two restricted means; `std_error` of a ratio is that of its logarithm."""

    tau: float
    estimate: float
    std_error: float
    lower: float
    upper: float
    statistic: float
    p: float
    confidence: float


def restricted_mean(
    time: ArrayLike,
    event: ArrayLike,
    *,
    tau: float | None = None,
    entry: ArrayLike | None = None,
    confidence: float = 0.95,
) -> RestrictedMean:
    """Estimate the mean time without the event within the first `tau` units.

    time, event, entry  as for `kaplan_meier`
    tau                 the horizon, > 0; None: the last observed time. To compare groups give all the same: `common_tau`
    confidence          level of the limits, estimate -/+ z standard errors

    Raises ValueError as `times.observed` does, and for a tau that is not positive or lies beyond the last observed time
    while the curve has not reached 0.

    Source: Irwin 1949; Uno et al. 2014. SE: sqrt(sum over events <= tau of d/(n(n-d)) (area from t to tau)^2), as in
    Klein & Moeschberger 2003, 4.5. Agrees with R summary(survfit, rmean = tau) and survRM2:
    tests/reference/test_r_small_sample.py.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
    if tau is not None and not (np.isfinite(tau) and tau > 0):
        raise ValueError(f"tau is {tau}; expected a number above 0, in the unit of the times")
    data = observed(time, event, entry)
    if not len(data):
        nan = float("nan")
        return RestrictedMean(0, 0, nan if tau is None else float(tau), nan, nan, nan, nan, confidence)
    estimate, std_error, horizon = _area(counts(data), tau)
    half = float(norm.isf((1 - confidence) / 2)) * std_error
    return RestrictedMean(
        n=len(data),
        n_events=int(np.count_nonzero(data.event & (data.time <= horizon))),
        tau=horizon,
        estimate=estimate,
        std_error=std_error,
        lower=estimate - half,
        upper=estimate + half,
        confidence=confidence,
    )


def _area(at: Counts, tau: float | None) -> tuple[float, float, float]:
    """Area up to the horizon, its standard error, the horizon."""
    at_risk = np.maximum(at.at_risk, 1)
    survival = np.cumprod((at_risk - at.events) / at_risk)
    last = float(at.time[-1])
    horizon = last if tau is None else float(tau)
    if horizon > last * (1 + TIME_TOLERANCE) and survival[-1] > 0:
        raise ValueError(words.BEYOND_OBSERVATION.format(tau=f"{horizon:g}", last=f"{last:g}"))
    within = at.time <= horizon
    d, n, after = at.events[within], at_risk[within], survival[within]
    steps = np.diff(np.concatenate(([0.0], at.time[within], [horizon])))
    areas = steps * np.concatenate(([1.0], after))
    # Area from each time to the horizon. Where all at risk had the event it is 0, and so is their term.
    rest = np.cumsum(areas[:0:-1])[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(n > d, d / (n * (n - d).astype("float64")) * rest**2, 0.0)
    return float(areas.sum()), float(np.sqrt(terms.sum())), horizon


def common_tau(groups: Iterable[Observed]) -> float:
    """The default horizon of a comparison: the smallest of the groups' largest observed times. Source: Uno et al. 2014."""
    last = [float(data.time.max()) for data in groups if len(data)]
    return min(last) if last else float("nan")


def difference(first: RestrictedMean, second: RestrictedMean) -> Contrast:
    """First minus second: limits and two-sided p from the normal distribution.

    Raises ValueError if the two have different horizons or confidence levels. Agrees with survRM2.
    """
    _comparable(first, second)
    std_error = float(np.hypot(first.std_error, second.std_error))
    estimate = first.estimate - second.estimate
    half = float(norm.isf((1 - first.confidence) / 2)) * std_error
    return _contrast(first, estimate, std_error, estimate - half, estimate + half, estimate)


def ratio(first: RestrictedMean, second: RestrictedMean) -> Contrast:
    """First over second: limits and two-sided p from the normal distribution of its logarithm (delta method).

    Raises ValueError as `difference` does. Agrees with survRM2.
    """
    _comparable(first, second)
    if not (first.estimate > 0 and second.estimate > 0):
        nan = float("nan")
        return _contrast(first, nan, nan, nan, nan, nan)
    estimate = first.estimate / second.estimate
    std_error = float(np.hypot(first.std_error / first.estimate, second.std_error / second.estimate))
    spread = float(np.exp(norm.isf((1 - first.confidence) / 2) * std_error))
    return _contrast(first, estimate, std_error, estimate / spread, estimate * spread, float(np.log(estimate)))


def _comparable(first: RestrictedMean, second: RestrictedMean) -> None:
    if first.tau != second.tau:
        raise ValueError(
            f"tau is {first.tau:g} in one group and {second.tau:g} in the other; expected one tau for both"
        )
    if first.confidence != second.confidence:
        raise ValueError(f"confidence is {first.confidence:g} and {second.confidence:g}; expected one level for both")


def _contrast(
    first: RestrictedMean, estimate: float, std_error: float, lower: float, upper: float, centre: float
) -> Contrast:
    """`centre` is 0 under the hypothesis of no difference. Without a standard error there are no limits and no test."""
    nan = float("nan")
    if not std_error > 0:
        return Contrast(first.tau, estimate, std_error, nan, nan, nan, nan, first.confidence)
    statistic = centre / std_error
    p = float(2 * norm.sf(abs(statistic)))
    return Contrast(first.tau, estimate, std_error, lower, upper, statistic, p, first.confidence)
