"""Firth's penalised partial likelihood: log L*(beta) = log L(beta) + 1/2 log det I(beta).

Unlike the partial likelihood it has a finite maximum also where one covariate orders all events (separation).
"""

from __future__ import annotations

import numpy as np

from analytics.core.estimators.ascent import Point
from analytics.core.estimators.maximum import flat, inverse, spread
from analytics.core.estimators.partial_likelihood import (
    RiskSets,
    information,
    moments,
    score,
    slope_of_information,
)


def point(sets: RiskSets, beta: np.ndarray) -> Point:
    """Penalised log likelihood, information and penalised score at `beta`.

    Source: Firth 1993; Heinze & Schemper 2001.
    """
    nothing = Point(beta, -np.inf, np.full((len(beta), len(beta)), np.nan), np.full(len(beta), np.nan))
    # Far out numbers overflow; what is not finite then is as good as minus infinity.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        at = moments(sets, beta)
        if not np.isfinite(at.loglik):
            return nothing
        curvature = information(sets, at)
        if not np.isfinite(curvature).all():
            return nothing
        sign, log_det = np.linalg.slogdet(curvature)
        back = inverse(curvature)
        if sign <= 0 or not np.isfinite(back).all():
            return nothing
        gradient = score(sets, at) + slope_of_information(sets, at, back) / 2
    return Point(beta, float(at.loglik + log_det / 2), curvature, gradient)


def dependent(sets: RiskSets) -> np.ndarray:
    """(p,) bool: covariates that the risk sets cannot tell from those before them, or that do not vary in any."""
    curvature = information(sets, moments(sets, np.zeros(len(sets.x))))
    # Rounding leaves of a column that never varies a trifle of its square.
    trifle = 1e-13 * len(sets.dead) * spread(sets) ** 2
    return np.asarray(flat(curvature) | (np.diagonal(curvature) <= trifle))
