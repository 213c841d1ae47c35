"""Cox's partial likelihood: value, score, information and residuals, for ties, strata, late entry and weights.

Everything is a sum over rows or over event times. A row's own part needs only the cumulated hazard while it is at risk,
so that no matrix is built for each event time: one evaluation costs O(rows × covariates²).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.core.estimators.times import observed

TIES = ("efron", "breslow")


@dataclass(frozen=True, slots=True)
class RiskSets:
    """Rows and the distinct event times of each stratum, by stratum and time; "at risk at t" is entry < t <= time.

    x         (p, n) covariates less their means `centre`
    first     (n,) index of the first event time after entry; None if all begin at 0 and there is one stratum
    until     (n,) index after the last event time at which the row is at risk
    dead      rows with the event, by event time; `at` their event times
    times, events, mean_weight, stratum   of each event time
    cell, share   one entry for each event: its event time, and the part of the tied deaths no longer counted (Efron:
                  0, 1/d, .., (d-1)/d; Breslow: 0)
    """

    x: np.ndarray
    centre: np.ndarray
    time: np.ndarray
    event: np.ndarray
    entry: np.ndarray | None
    weight: np.ndarray
    row_stratum: np.ndarray
    strata: tuple
    ties: str
    first: np.ndarray | None
    until: np.ndarray
    leave: np.ndarray
    enter: np.ndarray | None
    dead: np.ndarray
    at: np.ndarray
    times: np.ndarray
    stratum: np.ndarray
    begins: np.ndarray
    events: np.ndarray
    mean_weight: np.ndarray
    cell: np.ndarray
    share: np.ndarray
    tied: bool

    def at_risk(self, values: np.ndarray | Sequence[np.ndarray]) -> np.ndarray:
        """(k, M) sums of the (k, n) `values` over the rows at risk at each event time."""
        size = len(self.times)
        sums = _sums(self.leave, values, size)
        if self.enter is not None:
            sums -= _sums(self.enter, values, size)
        # From the last time backwards, stratum by stratum: sums of positive numbers, nothing cancels.
        for begin, end in zip(self.begins[:-1], self.begins[1:], strict=True):
            part = sums[:, begin:end]
            part[:, ::-1].cumsum(axis=1, out=part[:, ::-1])
        return sums

    def while_at_risk(self, values: np.ndarray) -> np.ndarray:
        """(k, n) sums of the (k, M) `values` over the event times at which each row is at risk."""
        total = np.zeros((values.shape[0], values.shape[1] + 1))
        np.cumsum(values, axis=1, out=total[:, 1:])
        sums = total[:, self.until]
        return sums if self.first is None else sums - total[:, self.first]

    def per_time(self, values: np.ndarray) -> np.ndarray:
        """(M,) sums over the events tied at each time of `values`, one for each event."""
        if not self.tied and len(values) == len(self.times):
            return values
        return np.bincount(self.cell, values, len(self.times))


def _sums(code: np.ndarray, values: np.ndarray | Sequence[np.ndarray], size: int) -> np.ndarray:
    """(k, size) sums of each row of `values` by code; code `size` is for nobody's time."""
    return np.stack([np.bincount(code, row, size + 1)[:size] for row in values])


def risk_sets(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ties: str = "efron",
) -> RiskSets:
    """Check the observations and prepare their risk sets, once for all evaluations.

    time, event, entry  as for `kaplan_meier`; several rows may be one subject's (entry, time] intervals
    x                   (n, p) finite numbers, no intercept
    strata              (n,) labels, none missing
    weights             (n,) numbers > 0
    ties                efron or breslow

    Raises ValueError as `times.observed` does, and for vectors of another length or unusable values.
    """
    if ties not in TIES:
        raise ValueError(f"ties are {ties!r}; expected one of {', '.join(TIES)}")
    data = observed(time, event, entry)
    matrix = _matrix(x, len(data))
    weight = _weights(weights, len(data))
    labels, row_stratum = _strata(strata, len(data))
    moments = np.unique(data.time[data.event])
    width = len(moments) + 1
    exits = row_stratum * width + np.searchsorted(moments, data.time, side="right")
    keys = np.unique(exits[data.event])
    until = np.searchsorted(keys, exits, side="right")
    begins = np.searchsorted(keys, np.arange(len(labels) + 1) * width)
    late = 0 if data.entry is None else np.searchsorted(moments, data.entry, side="right")
    first = np.searchsorted(keys, row_stratum * width + late, side="right")
    ever = first < until
    at = until[data.event] - 1
    order = np.argsort(at, kind="stable")
    dead, at = np.flatnonzero(data.event)[order], at[order]
    events = np.bincount(at, minlength=len(keys))
    rank = np.arange(len(at)) - np.repeat(np.cumsum(events) - events, events)
    share = rank / np.repeat(events, events) if ties == "efron" else np.zeros(len(at))
    centre = matrix.mean(axis=0) if len(matrix) else np.zeros(matrix.shape[1])
    return RiskSets(
        x=np.ascontiguousarray((matrix - centre).T),
        centre=centre,
        time=data.time,
        event=data.event,
        entry=data.entry,
        weight=weight,
        row_stratum=row_stratum,
        strata=labels,
        ties=ties,
        first=None if data.entry is None and len(labels) <= 1 else first,
        until=until,
        leave=np.where(ever, until - 1, len(keys)),
        enter=None if data.entry is None else np.where(ever & (first > begins[row_stratum]), first - 1, len(keys)),
        dead=dead,
        at=at,
        times=moments[keys % width - 1] if len(keys) else moments,
        stratum=keys // width,
        begins=begins,
        events=events,
        mean_weight=np.bincount(at, weight[dead], len(keys)) / events,
        cell=at,
        share=share,
        tied=bool(share.any()),
    )


def _matrix(x: ArrayLike, size: int) -> np.ndarray:
    matrix = np.asarray(x, dtype="float64")
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2 or len(matrix) != size:
        raise ValueError(f"x must have one row for each of the {size} times; its shape is {matrix.shape}")
    if not np.isfinite(matrix).all():
        raise ValueError("x has missing or infinite values; expected finite numbers")
    return matrix


def _weights(weights: ArrayLike | None, size: int) -> np.ndarray:
    if weights is None:
        return np.ones(size)
    vector = np.asarray(weights, dtype="float64")
    if vector.shape != (size,) or not np.isfinite(vector).all() or (vector <= 0).any():
        raise ValueError("weights must have one positive number for each time")
    return vector


def _strata(strata: ArrayLike | None, size: int) -> tuple[tuple, np.ndarray]:
    if strata is None:
        return ("all",), np.zeros(size, dtype="int64")
    vector = np.asarray(strata)
    if vector.shape != (size,):
        raise ValueError("strata must have one label for each time")
    if pd.isna(vector).any():
        raise ValueError("strata has missing labels")
    labels, code = np.unique(vector, return_inverse=True)
    return tuple(labels.tolist()), code


@dataclass(frozen=True, slots=True)
class Moments:
    """The risk sets weighted by exp(x·beta) at one beta.

    risk          (n,) weight × exp(x·beta)
    total, mean   (M,), (p, M) sum of risk, and mean covariates, of those at risk
    gap           (p, M) mean of those at risk less mean of those who die
    bend          (E,) how far the mean moves along `gap` as tied deaths leave, for each event
    inverse       (E,) mean weight of the tied deaths / what remains of the total
    hazard        (M,) increments of the baseline hazard (at x = centre)
    spared        (M,) the part of `hazard` that those who die at that time do not bear (Efron)
    loglik        log partial likelihood; -inf where it cannot be computed
    """

    risk: np.ndarray
    total: np.ndarray
    mean: np.ndarray
    gap: np.ndarray
    bend: np.ndarray
    inverse: np.ndarray
    hazard: np.ndarray
    spared: np.ndarray
    loglik: float


def moments(sets: RiskSets, beta: np.ndarray) -> Moments:
    """Weighted sums over the risk sets at `beta`."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        predictor = beta @ sets.x
        # A common factor changes nothing; this one keeps the numbers near 1.
        predictor = predictor - (predictor[sets.dead].mean() if len(sets.dead) else 0.0)
        risk = sets.weight * np.exp(predictor)
        weighted = sets.x * risk
        sums = sets.at_risk([risk, *weighted])
        total, mean = sums[0], sums[1:] / sums[0]
        if sets.tied:
            size = len(sets.times)
            dead_total = np.bincount(sets.at, risk[sets.dead], size)
            dead_mean = _sums(sets.at, [row[sets.dead] for row in weighted], size) / dead_total
            gap = mean - dead_mean
            left = total[sets.cell] - sets.share * dead_total[sets.cell]
            bend = sets.share * dead_total[sets.cell] / left
        else:
            gap, left, bend = np.zeros_like(mean), total[sets.cell], np.zeros(len(sets.cell))
        inverse = sets.mean_weight[sets.cell] / left
        loglik = sets.weight[sets.dead] @ predictor[sets.dead] - sets.mean_weight[sets.cell] @ np.log(left)
    usable = np.isfinite(loglik) and bool((left > 0).all())
    return Moments(
        risk=risk,
        total=total,
        mean=mean,
        gap=gap,
        bend=bend,
        inverse=inverse,
        hazard=sets.per_time(inverse),
        spared=sets.per_time(inverse * sets.share),
        loglik=float(loglik) if usable else -np.inf,
    )


def row_hazard(sets: RiskSets, at: Moments, factor: np.ndarray | None = None) -> np.ndarray:
    """(n,) the cumulated baseline hazard each row has borne; `factor` (M,) weighs the event times."""
    hazard = at.hazard if factor is None else at.hazard * factor
    borne = sets.while_at_risk(hazard[None])[0]
    if sets.tied:
        spared = at.spared if factor is None else at.spared * factor
        borne[sets.dead] -= spared[sets.at]
    return np.asarray(borne)


def information(sets: RiskSets, at: Moments, factor: np.ndarray | None = None) -> np.ndarray:
    """(p, p) negative second derivative of the log likelihood; `factor` (M,) weighs the event times."""
    weight = sets.mean_weight if factor is None else sets.mean_weight * factor
    squares = (sets.x * (at.risk * row_hazard(sets, at, factor))) @ sets.x.T
    means = (at.mean * (weight * sets.events)) @ at.mean.T
    if sets.tied:
        cross = (at.mean * (weight * sets.per_time(at.bend))) @ at.gap.T
        means = means + cross + cross.T + (at.gap * (weight * sets.per_time(at.bend**2))) @ at.gap.T
    result = squares - means
    return np.asarray((result + result.T) / 2)


def score(sets: RiskSets, at: Moments) -> np.ndarray:
    """(p,) first derivative of the log likelihood."""
    return np.asarray(sets.x @ (sets.weight * sets.event - at.risk * row_hazard(sets, at)))


def event_means(sets: RiskSets, at: Moments) -> np.ndarray:
    """(p, M) mean covariates of those at risk at each event time, averaged over the tied deaths."""
    if not sets.tied:
        return at.mean
    return np.asarray(at.mean + at.gap * (sets.per_time(at.bend) / sets.events))


def mean_hazard(sets: RiskSets, at: Moments) -> np.ndarray:
    """(p, M) mean covariates times the increment of the baseline hazard, summed over the tied deaths."""
    if not sets.tied:
        return np.asarray(at.mean * at.hazard)
    return np.asarray(at.mean * at.hazard + at.gap * sets.per_time(at.bend * at.inverse))


def score_residuals(sets: RiskSets, at: Moments) -> np.ndarray:
    """(n, p) each row's part of the score, not weighted: x less the mean, integrated over the row's martingale.

    Source: Lin & Wei 1989; Therneau & Grambsch 2000, for tied deaths averaged over their orders. Agrees with R
    residuals(coxph, type = "score").
    """
    relative = at.risk / sets.weight
    drift = sets.x * sets.while_at_risk(at.hazard[None]) - sets.while_at_risk(mean_hazard(sets, at))
    own = sets.x[:, sets.dead] - event_means(sets, at)[:, sets.at]
    result = -relative * drift
    result[:, sets.dead] += own
    if sets.tied:
        mean = at.mean * at.spared + at.gap * sets.per_time(at.bend * at.inverse * sets.share)
        spared = sets.x[:, sets.dead] * at.spared[sets.at] - mean[:, sets.at]
        result[:, sets.dead] += relative[sets.dead] * spared
    return np.asarray(result.T)


def slope_of_information(sets: RiskSets, at: Moments, inverse: np.ndarray) -> np.ndarray:
    """(p,) the derivative of trace(inverse · information(beta)) along each coefficient, `inverse` (p, p) held fixed.

    Half of it, with the inverse of the information, is what Firth's penalty adds to the score. Third central moments of
    the covariates over the risk sets; Source: Heinze & Schemper 2001.
    """
    square = np.einsum("jn,jn->n", sets.x, inverse @ sets.x)
    borne = at.risk * row_hazard(sets, at)
    cubes = sets.x @ (borne * square)
    square_mean = (sets.at_risk((at.risk * square)[None])[0] / at.total)[sets.cell]
    mean = at.mean[:, sets.cell]
    weight = sets.mean_weight[sets.cell]
    if sets.tied:
        size = len(sets.times)
        dead_total = np.bincount(sets.at, at.risk[sets.dead], size)
        dead_square = np.bincount(sets.at, (at.risk * square)[sets.dead], size) / dead_total
        square_mean = square_mean + at.bend * (square_mean - dead_square[sets.cell])
        mean = mean + at.bend * at.gap[:, sets.cell]
    # Sum over event times of (second moments) · inverse · mean, taken row by row.
    spread = _sums(sets.cell, mean * at.inverse, len(sets.times))
    while_seen = sets.while_at_risk(spread)
    if sets.tied:
        spared = _sums(sets.cell, mean * (at.inverse * sets.share), len(sets.times))
        while_seen[:, sets.dead] -= spared[:, sets.at]
    second = sets.x @ (at.risk * np.einsum("jn,jn->n", sets.x, inverse @ while_seen))
    lengths = np.einsum("je,je->e", mean, inverse @ mean)
    return np.asarray(cubes - mean @ (weight * square_mean) - 2 * (second - mean @ (weight * lengths)))
