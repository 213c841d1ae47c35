"""Limits of a Cox regression's hazard ratios from the profile of the partial likelihood itself, without a normal curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core.estimators.ascent import Curve, Point, fall_of, limit
from analytics.core.estimators.cox import CoxFit
from analytics.core.estimators.partial_likelihood import information, moments, score


@dataclass(frozen=True, slots=True)
class ProfileLimits:
    """(p,) limits of the hazard ratios; NaN where the profile does not fall far enough on that side."""

    lower: np.ndarray
    upper: np.ndarray
    confidence: float


def profile_limits(fit: CoxFit) -> ProfileLimits:
    """Where the profile of each coefficient has fallen by half the chi-squared quantile below the maximum.

    With few events the likelihood is skewed, and these limits cover better than exp(coef -/+ z se). Under separation the
    side that has no end is NaN.

    Source: Venzon & Moolgavkar 1988. Agrees with the profile of R's coxph: tests/reference/test_r_profile.py.
    """
    best = _curve(fit)(fit.beta)
    spread = np.std(fit.sets.x, axis=1)
    found = np.full((2, len(fit.beta)), np.nan)
    for term in range(len(fit.beta)):
        for row, side in enumerate((-1, 1)):
            if not fit.infinite.any():
                found[row, term] = limit(
                    _curve(fit), best, term, fall_of(fit.confidence), side, float(spread[term]) or 1.0
                )
    return ProfileLimits(np.exp(found[0]), np.exp(found[1]), fit.confidence)


def _curve(fit: CoxFit) -> Curve:
    """beta -> the log partial likelihood there, with score and information."""

    def point(beta: np.ndarray) -> Point:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            at = moments(fit.sets, beta)
            if not np.isfinite(at.loglik):
                nothing = np.full(len(beta), np.nan)
                return Point(beta, -np.inf, np.full((len(beta), len(beta)), np.nan), nothing)
            return Point(beta, at.loglik, information(fit.sets, at), score(fit.sets, at))

    return point
