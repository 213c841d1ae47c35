"""Gray's test: do k groups share one cumulative incidence of a cause, other causes ruling it out?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2  # type: ignore[import-untyped]

from analytics.core.estimators.causes import causes_of, competing, distinct
from analytics.core.estimators.logrank import ChiSquare, coded
from analytics.core.estimators.maximum import flat, solve

NOTHING_LEFT = 1e-12
NO_TEST = ChiSquare(float("nan"), 0, float("nan"))


@dataclass(frozen=True, slots=True)
class GrayTest:
    """The test of equal cumulative incidences of one cause."""

    cause: int
    test: ChiSquare


def gray(
    time: ArrayLike,
    status: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    rho: float = 0.0,
) -> tuple[GrayTest, ...]:
    """Test for each cause found, ascending, whether k groups share one cumulative incidence.

    time    (n,) numbers >= 0, all in one unit
    status  (n,) whole numbers: 0 censored, 1 and above the cause
    group   (n,) labels, none missing
    strata  (n,) labels; scores and their covariances are summed over strata
    rho     weights (1 - F(t-))^rho of the pooled incidence F; 0 weighs all times alike

    A group that nobody is left in when the cause happens is not compared, and costs a degree of freedom. With fewer than two
    groups compared, or without a covariance to judge their scores by, the test is NaN with 0 degrees of freedom. Late
    entry is not offered: the paper's risk sets have none.

    Raises ValueError as `causes.competing` does, for missing labels, and for a rho that is not a finite number.

    Source: Gray 1988. Agrees with R cmprsk cuminc: tests/reference/test_r_competing_risks.py.
    """
    data = competing(time, status)
    if not np.isfinite(rho):
        raise ValueError(f"rho is {rho}; expected a finite number")
    groups, of_group = coded(group, len(data), "group")
    _, of_stratum = coded(np.zeros(len(data)) if strata is None else strata, len(data), "strata")
    causes = causes_of(data.status)
    strata_counts = [
        _counts(data.time[rows], data.status[rows], of_group[rows], len(groups), causes) for rows in _rows(of_stratum)
    ]
    return tuple(GrayTest(cause, _test(strata_counts, place, rho)) for place, cause in enumerate(causes))


def _rows(code: np.ndarray) -> list[np.ndarray]:
    """The rows of each code."""
    return np.split(np.argsort(code, kind="stable"), np.cumsum(np.bincount(code))[:-1]) if len(code) else []


@dataclass(frozen=True, slots=True)
class _Counts:
    """(times, groups) in one stratum, at each distinct time: at risk just before, events of any cause, events by cause."""

    at_risk: np.ndarray
    events: np.ndarray
    by_cause: list[np.ndarray]


def _counts(time: np.ndarray, status: np.ndarray, group: np.ndarray, groups: int, causes: tuple[int, ...]) -> _Counts:
    times, place = distinct(time)
    cell = place * groups + group

    def count(where: np.ndarray) -> np.ndarray:
        return np.bincount(cell[where], minlength=len(times) * groups).reshape(-1, groups)

    at_risk = np.bincount(cell, minlength=len(times) * groups).reshape(-1, groups)[::-1].cumsum(axis=0)[::-1]
    by_cause = [count(status == cause) for cause in causes]
    events = count(status > 0)
    some = events.any(axis=1)
    return _Counts(at_risk[some], events[some], [one[some] for one in by_cause])


def _test(strata: list[_Counts], cause: int, rho: float) -> ChiSquare:
    """The test of one cause, `cause` being its place; scores and covariances are summed over the strata."""
    parts = []
    for counts in strata:
        if counts.by_cause[cause].any():
            at = _at(counts.at_risk, counts.by_cause[cause], counts.events)
            common = _common(at, rho)
            parts.append((_scores(at, common), _covariance(at, common)))
    scores, covariances = zip(*parts, strict=True)
    return _quadratic(np.sum(scores, axis=0), np.sum(covariances, axis=0))


@dataclass(frozen=True, slots=True)
class _At:
    """(times, groups) at each time with an event of any cause, ascending.

    at_risk, own, other  counts: at risk, events of the cause, of the other causes
    before, after        share free of any event just before the time and after it
    size                 at_risk / before: how many would be at risk had no event ruled any other out [Gray's h]
    risk                 size x share without the cause just before [R]: those in the risk set of the subdistribution
    """

    at_risk: np.ndarray
    own: np.ndarray
    other: np.ndarray
    before: np.ndarray
    after: np.ndarray
    size: np.ndarray
    risk: np.ndarray


def _at(at_risk: np.ndarray, own: np.ndarray, events: np.ndarray) -> _At:
    n = np.maximum(at_risk, 1)
    after = np.cumprod(1 - events / n, axis=0)
    before = _just_before(after, 1.0)
    size = np.divide(at_risk, before, out=np.zeros(n.shape), where=at_risk > 0)
    without = 1 - _just_before(np.cumsum(before * own / n, axis=0), 0.0)
    return _At(at_risk, own, events - own, before, after, size, size * without)


def _just_before(values: np.ndarray, start: float) -> np.ndarray:
    return np.concatenate((np.full((1, *values.shape[1:]), start), values[:-1]))


@dataclass(frozen=True, slots=True)
class _Common:
    """(times,) what all groups have in common under the hypothesis.

    events, size  events of the cause, and `_At.size`, of all groups
    without       share without the cause after the time [1 - F0]; hazard: of the subdistribution, its increments
    weight        of the time, by rho
    """

    events: np.ndarray
    size: np.ndarray
    without: np.ndarray
    hazard: np.ndarray
    weight: np.ndarray


def _common(at: _At, rho: float) -> _Common:
    events, size = at.own.sum(axis=1), at.size.sum(axis=1)
    without = 1 - np.cumsum(events / size)
    before = _just_before(without, 1.0)
    # Once groups have run out the pooled incidence may reach 1 before the last event, or pass it, as in R.
    used = (events > 0) & (np.abs(before) > NOTHING_LEFT)
    hazard = np.divide(events, size * before, out=np.zeros(len(size)), where=used)
    weight = np.power(before if float(rho).is_integer() else np.maximum(before, 0), rho)
    return _Common(events, size, without, hazard, weight)


def _scores(at: _At, common: _Common) -> np.ndarray:
    """(groups,) weighted events less their share in the risk sets of all."""
    share = at.risk / at.risk.sum(axis=1)[:, None]
    return np.asarray(common.weight @ (at.own - common.events[:, None] * share))


def _covariance(at: _At, common: _Common) -> np.ndarray:
    """(groups, groups) covariance of the scores under the hypothesis.

    Each group r contributes the variance of its own events and of its events of other causes, each integrated over the
    squared influence [a + b, b] that such an event has on every score. Tied events are drawn without replacement.
    """
    groups = at.own.shape[1]
    covariance = np.zeros((groups, groups))
    for r in range(groups):
        n, before, after = np.maximum(at.at_risk[:, r], 1), at.before[:, r], at.after[:, r]
        there = at.at_risk[:, r] > 0
        now = -(common.weight * at.size[:, r] / common.size)[:, None] * at.size
        now[:, r] += common.weight * at.size[:, r]
        later = np.cumsum(now * common.hazard[:, None], axis=0)
        later = later[-1] - later
        ratio = np.divide(common.without, after, out=np.zeros(len(n)), where=after > 0)
        own = now + (1 - ratio)[:, None] * later
        other = ratio[:, None] * later
        spread = there * before * common.events / (common.size * n) * _tied(common.events, common.size * before)
        covariance += (own * spread[:, None]).T @ own
        spread = there * before**2 * at.other[:, r] / n**2 * _tied(at.other[:, r], n)
        covariance += (other * spread[:, None]).T @ other
    return covariance


def _tied(events: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    """The part of their variance that `events` at one time keep, being drawn without replacement."""
    several = events > 1
    gone = np.divide(events - 1, at_risk - 1, out=np.zeros(len(events)), where=several & (at_risk > 1))
    return np.asarray(1 - gone)


def _quadratic(scores: np.ndarray, covariance: np.ndarray) -> ChiSquare:
    """The test of the scores, which sum to 0: without the last of the groups compared."""
    free = np.flatnonzero(np.diagonal(covariance) > 0)[:-1]
    within = covariance[np.ix_(free, free)]
    if not len(free) or flat(within).any():
        return NO_TEST
    statistic = float(scores[free] @ solve(within, scores[free]))
    return ChiSquare(statistic, len(free), float(chi2.sf(statistic, len(free))))
