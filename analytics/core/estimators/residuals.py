"""Residuals of a Cox model, one a row or one an event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core.estimators.cox import CoxFit
from analytics.core.estimators.partial_likelihood import event_means, row_hazard, score_residuals


def martingale(fit: CoxFit) -> np.ndarray:
    """(n,) events seen less events expected of each row.

    Source: Barlow & Prentice 1988. Agrees with R residuals(coxph, type = "martingale"): tests/reference/test_r_cox.py, as
    do all residuals here.
    """
    sets = fit.sets
    return np.asarray(sets.event - fit.at.risk / sets.weight * row_hazard(sets, fit.at))


def deviance(fit: CoxFit) -> np.ndarray:
    """(n,) martingale residuals made symmetric about 0. Source: Therneau, Grambsch & Fleming 1990."""
    excess = martingale(fit)
    # Of a row without the event, or with nothing expected, the logarithm's term is 0.
    ratio = np.where(fit.sets.event, np.maximum(fit.sets.event - excess, np.finfo("float64").tiny), 1.0)
    return np.asarray(np.sign(excess) * np.sqrt(np.maximum(-2 * (excess + fit.sets.event * np.log(ratio)), 0)))


@dataclass(frozen=True, slots=True)
class Schoenfeld:
    """One row for each event, by stratum and time.

    row       (d,) the event's row in the data
    time      (d,) its time
    residual  (d, p) covariates of who dies less the mean of those at risk
    scaled    (d, p) the same on the scale of the coefficient, around it: a smooth through them shows beta(t)
    """

    row: np.ndarray
    time: np.ndarray
    residual: np.ndarray
    scaled: np.ndarray


def schoenfeld(fit: CoxFit) -> Schoenfeld:
    """Residuals of each event, not weighted; scaled by the covariance that is not robust.

    Source: Schoenfeld 1982; Grambsch & Therneau 1994. Agrees with R's types "schoenfeld" and "scaledsch".
    """
    sets = fit.sets
    residual = (sets.x[:, sets.dead] - event_means(sets, fit.at)[:, sets.at]).T
    scaled = residual @ fit.covariance * len(sets.dead) + fit.beta
    return Schoenfeld(sets.dead, sets.time[sets.dead], residual, scaled)


def dfbeta(fit: CoxFit) -> np.ndarray:
    """(n, p) about how far each coefficient would move towards where it is if the row, with its weight, came in.

    Source: Cain & Lange 1984. Agrees with R's type "dfbeta".
    """
    return np.asarray(score_residuals(fit.sets, fit.at) * fit.sets.weight[:, None] @ fit.covariance)
