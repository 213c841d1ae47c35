"""Limits of a coefficient where the profile of the partial likelihood has fallen by as much as a test allows."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq  # type: ignore[import-untyped]

from analytics.core.estimators.maximum import maximise, spread
from analytics.core.estimators.partial_likelihood import RiskSets

# Standard deviations of the covariate times coefficient, beyond which the profile is not followed.
FARTHEST = 60.0
TOLERANCE = 1e-13


def profile_limit(
    sets: RiskSets, beta: np.ndarray, loglik: float, column: int, step: float, fall: float, endless: bool
) -> float:
    """Where the log likelihood, maximised over all other coefficients, is `fall` below its maximum `loglik` at `beta`.

    step     first step from beta[column], whose sign is the side that is searched
    endless  True if the likelihood itself rises without end towards that side

    Infinite, with the sign of `step`, if the profile does not fall so far.
    """
    if endless:
        return float(np.copysign(np.inf, step))
    free = np.ones(len(beta), dtype=bool)
    free[column] = False
    nearby = beta.copy()

    def above(value: float) -> float:
        nearby[column] = value
        best = maximise(sets, nearby, free)
        nearby[free] = best.beta[free]
        return best.loglik - loglik + fall

    inner, outer = float(beta[column]), float(beta[column] + step)
    scale = float(spread(sets)[column])
    reach = abs(inner) + FARTHEST / scale
    while above(outer) > 0:
        if abs(outer) > reach:
            return float(np.copysign(np.inf, step))
        step *= 2
        inner, outer = outer, outer + step
    return float(brentq(above, inner, outer, xtol=TOLERANCE / scale, rtol=4 * np.finfo("float64").eps))
