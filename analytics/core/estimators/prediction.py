"""The baseline hazard of a Cox model, and the survival it predicts for given covariates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.core.estimators.cox import CoxFit
from analytics.core.estimators.kaplan_meier import LIMITS, limits_of
from analytics.core.estimators.partial_likelihood import mean_hazard


@dataclass(frozen=True, slots=True)
class PredictedSurvival:
    """Curves at the event times of one stratum, one column for each row of covariates.

    time                       (t,) ascending
    hazard, survival           (t, k) cumulative hazard, and exp of its negative
    std_error                  (t, k) of the cumulative hazard (that is, of log survival)
    lower, upper               (t, k) limits of survival; NaN where they are not defined
    """

    stratum: object
    time: np.ndarray
    hazard: np.ndarray
    survival: np.ndarray
    std_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def predicted_survival(
    fit: CoxFit,
    x: ArrayLike | None = None,
    *,
    stratum: object | None = None,
    confidence: float = 0.95,
    limits: str = "log-log",
) -> PredictedSurvival:
    """Survival of cases with covariates `x` (k, p) by the model; of a case with mean covariates if None.

    stratum             which one; may be omitted if there is only one
    confidence, limits  as for `kaplan_meier` (R's survfit draws "log" if not told)

    Read it between event times as a step function. NaN throughout for a model without finite estimates. Raises
    ValueError for covariates of another number, missing ones, or an unknown stratum.

    Source: Breslow 1974 and Efron 1977 (increments); Tsiatis 1981, Link 1984 (variance). Agrees with R
    survfit(coxph, newdata): tests/reference/test_r_cox.py.
    """
    if limits not in LIMITS:
        raise ValueError(f"limits are {limits!r}; expected one of {', '.join(LIMITS)}")
    sets, at = fit.sets, fit.at
    columns = np.zeros((1, len(fit.terms))) if x is None else _covariates(x, fit)
    where = sets.stratum == _place(fit, stratum)
    # Increments at the mean of the covariates; the kernel's risks share a factor that is undone here.
    shift = float(np.mean(fit.linear_predictor[sets.dead]))
    hazard = np.cumsum(at.hazard[where]) * np.exp(-shift)
    sum_of_squares = np.cumsum(sets.per_time(at.inverse**2 / sets.mean_weight[sets.cell])[where]) * np.exp(-2 * shift)
    mean = np.cumsum(mean_hazard(sets, at)[:, where], axis=1) * np.exp(-shift)
    relative = np.exp(columns @ fit.beta)
    drift = columns.T[:, None, :] * hazard[None, :, None] - mean[:, :, None]
    spread = np.einsum("jtk,jl,ltk->tk", drift, fit.covariance_in_force, drift)
    cumulative = hazard[:, None] * relative
    std_error = np.sqrt(sum_of_squares[:, None] + spread) * relative
    if fit.infinite.any():
        cumulative, std_error = np.full_like(cumulative, np.nan), np.full_like(std_error, np.nan)
    survival = np.exp(-cumulative)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = limits_of(survival, std_error, confidence, limits)
    return PredictedSurvival(
        fit.sets.strata[_place(fit, stratum)], sets.times[where], cumulative, survival, std_error, lower, upper
    )


def _covariates(x: ArrayLike, fit: CoxFit) -> np.ndarray:
    columns = np.atleast_2d(np.asarray(x, dtype="float64"))
    if columns.ndim != 2 or columns.shape[1] != len(fit.terms) or not np.isfinite(columns).all():
        raise ValueError(f"x must have {len(fit.terms)} finite numbers in each row; its shape is {columns.shape}")
    return np.asarray(columns - fit.sets.centre)


def _place(fit: CoxFit, stratum: object | None) -> int:
    if stratum is None and len(fit.sets.strata) == 1:
        return 0
    if stratum not in fit.sets.strata:
        raise ValueError(f"stratum is {stratum!r}; expected one of {', '.join(map(str, fit.sets.strata))}")
    return fit.sets.strata.index(stratum)
