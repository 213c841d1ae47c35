"""Whether hazard ratios stay the same over time: a score test for each covariate, and for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, rankdata  # type: ignore[import-untyped]

from analytics.core.estimators.cox import CoxFit
from analytics.core.estimators.kaplan_meier import curve_of
from analytics.core.estimators.logrank import ChiSquare
from analytics.core.estimators.maximum import solve
from analytics.core.estimators.partial_likelihood import event_means, information
from analytics.core.estimators.times import Observed

TRANSFORMS = ("km", "rank", "identity", "log")


@dataclass(frozen=True, slots=True)
class ProportionalHazards:
    """A test for each covariate (all columns of a category together) and one for the whole model.

    time, scale  (d,) times of the events, and their values under the transform, for a plot of Schoenfeld residuals
    """

    transform: str
    covariates: tuple[str, ...]
    tests: tuple[ChiSquare, ...]
    overall: ChiSquare
    time: np.ndarray
    scale: np.ndarray


def proportional_hazards(
    fit: CoxFit, transform: str = "km", covariates: Sequence[str] | None = None
) -> ProportionalHazards:
    """Test against coefficients that change along g(time).

    transform   g: km (1 less the Kaplan-Meier estimate just before), rank, identity or log
    covariates  for each column of the model the covariate it belongs to; each its own if None

    It is the score test of adding g(time) times the covariate to the model. NaN for a model without finite estimates.
    Raises ValueError for an unknown transform, log of an event at time 0, or covariates of another number.

    Source: Grambsch & Therneau 1994, as the full score test of R's cox.zph since survival 3.0:
    tests/reference/test_r_cox.py.
    """
    names = tuple(term.term for term in fit.terms) if covariates is None else tuple(covariates)
    if len(names) != len(fit.terms):
        raise ValueError(f"covariates must have {len(fit.terms)} names, one for each column")
    distinct = tuple(dict.fromkeys(names))
    scale = _scale(fit, transform)
    sets = fit.sets
    if fit.infinite.any():
        undefined = [ChiSquare(float("nan"), names.count(name), float("nan")) for name in distinct]
        overall = ChiSquare(float("nan"), len(names), float("nan"))
        return ProportionalHazards(transform, distinct, tuple(undefined), overall, sets.time[sets.dead], scale)
    centred = scale - scale.mean()
    own = (sets.x[:, sets.dead] - event_means(sets, fit.at)[:, sets.at]) * sets.weight[sets.dead]
    gradient = own @ centred
    # All events of one time have one g.
    factor = np.zeros(len(sets.times))
    factor[sets.at] = centred
    plain = information(sets, fit.at)
    mixed, squared = information(sets, fit.at, factor), information(sets, fit.at, factor**2)

    def test(columns: np.ndarray) -> ChiSquare:
        size = len(plain)
        whole = np.block([[plain, mixed[:, columns]], [mixed[columns], squared[np.ix_(columns, columns)]]])
        score = np.concatenate((np.zeros(size), gradient[columns]))
        statistic = float(solve(whole, score) @ score)
        return ChiSquare(statistic, len(columns), float(chi2.sf(statistic, len(columns))))

    tests = tuple(test(np.array([place for place, other in enumerate(names) if other == name])) for name in distinct)
    overall = test(np.arange(len(names)))
    return ProportionalHazards(transform, distinct, tests, overall, sets.time[sets.dead], scale)


def _scale(fit: CoxFit, transform: str) -> np.ndarray:
    """(d,) g of the time of each event."""
    if transform not in TRANSFORMS:
        raise ValueError(f"transform is {transform!r}; expected one of {', '.join(TRANSFORMS)}")
    sets = fit.sets
    time = sets.time[sets.dead]
    if transform == "identity":
        return np.asarray(time)
    if transform == "rank":
        return np.asarray(rankdata(sets.time)[sets.dead])
    if transform == "log":
        if (time <= 0).any():
            raise ValueError("an event at time 0 has no logarithm; choose another transform")
        return np.asarray(np.log(time))
    curve = curve_of(Observed(sets.time, sets.event, sets.entry))
    before = np.concatenate(([1.0], curve.survival))
    return np.asarray(1 - before[np.searchsorted(curve.time, time, side="left")])
