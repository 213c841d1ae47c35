"""The maximum of the partial likelihood by Newton's method, and what tells that there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core.estimators.partial_likelihood import Moments, RiskSets, information, moments, score

STEPS, HALVINGS = 60, 40
# Newton's decrement (twice the gain still to be had) below which the step just taken was the last: the error that
# remains is about its square.
DECREMENT = 1e-10
# A maximum reached has steps of the order of the square root of DECREMENT. A step in standard deviations of the
# covariate that is still this large means a likelihood that goes on rising.
STILL_MOVING = 1e-3
# Sums of as many terms as a likelihood has are known to about this, relatively.
ROUNDING = 1e-12
# A pivot of the information, relative to its diagonal, that is nothing but rounding.
FLAT = 1e-11


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where Newton's method ended.

    infinite   (p,) bool, coefficients along which the likelihood rises without end (monotone likelihood)
    converged  False if the steps ran out or no step raised the likelihood
    """

    beta: np.ndarray
    at: Moments
    score: np.ndarray
    information: np.ndarray
    infinite: np.ndarray
    steps: int
    converged: bool

    @property
    def loglik(self) -> float:
        """The log partial likelihood there."""
        return self.at.loglik


def maximise(sets: RiskSets, start: np.ndarray | None = None, free: np.ndarray | None = None) -> Maximum:
    """Maximise the log partial likelihood over the `free` coefficients (bool (p,); all if None), from `start` (0).

    Newton's method with step halving. Under a monotone likelihood the coefficients are those where nothing more is to be
    gained, and `infinite` says which of them have no finite value.
    """
    size = len(sets.x)
    scale = spread(sets)
    where = np.arange(size) if free is None else np.flatnonzero(free)
    beta = np.zeros(size) if start is None else np.array(start, dtype="float64")
    at = moments(sets, beta)
    infinite, converged = np.zeros(size, dtype=bool), not len(where)
    gradient, curvature = score(sets, at), information(sets, at)
    count = 0
    while not converged and count < STEPS:
        count += 1
        step = np.zeros(size)
        step[where] = solve(curvature[np.ix_(where, where)], gradient[where])
        decrement = float(gradient @ step)
        last = decrement < DECREMENT
        found = _climb(sets, beta, at, step)
        if found is None:
            break
        beta, at = found
        gradient, curvature = score(sets, at), information(sets, at)
        if last:
            infinite, converged = np.abs(step) * scale > STILL_MOVING, True
    return Maximum(beta, at, gradient, curvature, infinite, count, converged)


def _climb(sets: RiskSets, beta: np.ndarray, at: Moments, step: np.ndarray) -> tuple[np.ndarray, Moments] | None:
    """The first of beta + step, + step / 2, .. that does not lower the likelihood; None if there is none."""
    slack = ROUNDING * (1 + abs(at.loglik))
    for _halving in range(HALVINGS):
        there = moments(sets, beta + step)
        if there.loglik >= at.loglik - slack and np.isfinite(there.loglik):
            return beta + step, there
        step = step / 2
    return None


def spread(sets: RiskSets) -> np.ndarray:
    """(p,) standard deviations of the covariates."""
    return np.asarray(np.sqrt(np.einsum("jn,jn->j", sets.x, sets.x) / max(sets.x.shape[1], 1)))


def flat(matrix: np.ndarray) -> np.ndarray:
    """(p,) bool: columns of an information matrix that add nothing to those before them."""
    scale = np.sqrt(np.maximum(np.diagonal(matrix), 0))
    scaled = matrix / np.where(scale > 0, scale, 1)[:, None] / np.where(scale > 0, scale, 1)
    nothing = np.zeros(len(matrix), dtype=bool)
    for column in range(len(matrix)):
        pivot = scaled[column, column]
        if not pivot > FLAT:
            nothing[column] = True
            continue
        scaled = scaled - np.outer(scaled[:, column], scaled[column]) / pivot
    return nothing


def solve(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """matrix^-1 vector for an information matrix, whatever the units of its covariates; flat columns get 0."""
    scale = np.sqrt(np.maximum(np.diagonal(matrix), 1e-300))
    scaled = matrix / scale[:, None] / scale
    try:
        result = np.linalg.solve(scaled, vector / scale) / scale
    except np.linalg.LinAlgError:
        result = np.linalg.lstsq(scaled, vector / scale, rcond=FLAT)[0] / scale
    return np.asarray(result)


def inverse(matrix: np.ndarray) -> np.ndarray:
    """matrix^-1 of an information matrix, symmetric; NaN if it has none."""
    scale = np.sqrt(np.maximum(np.diagonal(matrix), 1e-300))
    try:
        result = np.linalg.inv(matrix / scale[:, None] / scale) / scale[:, None] / scale
    except np.linalg.LinAlgError:
        return np.full_like(matrix, np.nan)
    return np.asarray((result + result.T) / 2)
