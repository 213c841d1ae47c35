"""The top of a log likelihood, penalised or not, and how far from there it has fallen by a given amount."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import chi2  # type: ignore[import-untyped]

from analytics.core.estimators.maximum import inverse

STEPS, HALVINGS = 200, 40
# Twice the gain still to be had: below the first no further step is taken, below the second the maximum is near.
DECREMENT, NEAR = 1e-18, 1.0
# What rounding can take from a likelihood when it is evaluated again.
ROUNDING = 1e-11
LIMIT_STEPS = 60
# A limit is sought up to this many standard deviations of the covariate from the estimate.
FARTHEST = 200.0
LEVEL_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True)
class Point:
    """A log likelihood at one beta with its gradient and the information; loglik is -inf where it cannot be computed."""

    beta: np.ndarray
    loglik: float
    information: np.ndarray
    gradient: np.ndarray
    converged: bool = True


Curve = Callable[[np.ndarray], Point]


def maximise(curve: Curve, start: np.ndarray, free: np.ndarray | None = None) -> Point:
    """The maximum over the `free` coefficients (bool (p,); None: all); the others keep their value of `start` (p,).

    The penalty stays that of all coefficients. Scoring with step halving far from the maximum; near it the inverse of the
    information is corrected by how the score really changes (BFGS), because the penalty is not in the information.
    """
    here = curve(np.array(start, dtype="float64"))
    where = np.arange(len(start)) if free is None else np.flatnonzero(free)
    if not len(where) or not np.isfinite(here.loglik):
        return replace(here, converged=not len(where))
    block, near = np.ix_(where, where), False
    back = inverse(here.information[block])
    for _step in range(STEPS):
        step = np.zeros(len(start))
        step[where] = back @ here.gradient[where]
        gain = float(here.gradient @ step)
        if gain < DECREMENT:
            return here
        there = _climb(curve, here, step)
        if there is None and near:
            back, near = inverse(here.information[block]), False
            continue
        if there is None:
            # No step raises it: it is flat to rounding here, or the information misleads.
            return replace(here, converged=gain < ROUNDING)
        if gain < NEAR:
            back, near = (
                _corrected(back, (there.beta - here.beta)[where], (here.gradient - there.gradient)[where]),
                True,
            )
        else:
            back, near = inverse(there.information[block]), False
        here = there
    return replace(here, converged=False)


def _corrected(back: np.ndarray, step: np.ndarray, change: np.ndarray) -> np.ndarray:
    """The inverse curvature that explains how the score changed over the last step. Source: Nocedal & Wright 2006, 6.1."""
    along = float(step @ change)
    if not along > 1e-12 * float(np.abs(step) @ np.abs(change)):
        return back
    left = np.eye(len(step)) - np.outer(step, change) / along
    return np.asarray(left @ back @ left.T + np.outer(step, step) / along)


def _climb(curve: Curve, here: Point, step: np.ndarray) -> Point | None:
    """The first of step, step / 2, .. that raises the likelihood; where only rounding is left, one that lowers the score."""
    slack = ROUNDING * (1 + abs(here.loglik))
    for _halving in range(HALVINGS):
        there = curve(here.beta + step)
        if there.loglik > here.loglik + slack or (
            there.loglik >= here.loglik - slack and abs(there.gradient @ step) < abs(here.gradient @ step)
        ):
            return there
        step = step / 2
    return None


def limit(curve: Curve, best: Point, term: int, fall: float, side: int, spread: float) -> float:
    """Where the profile of coefficient `term` has fallen by `fall` below the maximum, on one `side` (-1 or 1) of it.

    NaN if it has not within FARTHEST standard deviations of the covariate. Newton's method on the profile, whose slope is
    the penalised score of that coefficient, kept between the points known to lie on either side.
    """
    target, free = best.loglik - fall, np.arange(len(best.beta)) != term
    error = float(np.sqrt(max(inverse(best.information)[term, term], 0)))
    farthest = best.beta[term] + side * FARTHEST / spread
    inside, outside = float(best.beta[term]), float("nan")
    value, here = inside + side * float(np.sqrt(2 * fall)) * error, best
    if not np.isfinite(value):
        return float("nan")
    for _step in range(LIMIT_STEPS):
        start = here.beta + _along(best, term) * (value - here.beta[term])
        here = _profile(curve, start, best.beta, term, value, free)
        over = here.loglik - target
        if abs(over) < LEVEL_TOLERANCE + ROUNDING * abs(target):
            return value
        if over > 0:
            inside = value
            if side * (value - farthest) >= 0:
                return float("nan")
        else:
            outside = value
        value = _next(here, term, over, inside, outside, side, error)
        if value in (inside, outside):
            return value
    return float("nan")


def _along(best: Point, term: int) -> np.ndarray:
    """(p,) how the other coefficients move with that of `term`, along the ridge of a quadratic likelihood."""
    covariance = inverse(best.information)
    return np.asarray(covariance[:, term] / covariance[term, term])


def _profile(curve: Curve, start: np.ndarray, best: np.ndarray, term: int, value: float, free: np.ndarray) -> Point:
    """The maximum with coefficient `term` held at `value`, from the ridge, or else from the estimate."""
    start[term] = value
    found = maximise(curve, start, free)
    if np.isfinite(found.loglik) and found.converged:
        return found
    again = best.copy()
    again[term] = value
    second = maximise(curve, again, free)
    return second if second.loglik > found.loglik or not np.isfinite(found.loglik) else found


def _next(here: Point, term: int, over: float, inside: float, outside: float, side: int, error: float) -> float:
    """Newton's step to the target, or the middle where it would leave the bracket."""
    slope = here.gradient[term]
    # The root of the profile's fall is close to linear, so its Newton step overshoots less than that of the fall itself.
    value = here.beta[term] - over / slope if np.isfinite(slope) and side * slope < 0 else float("nan")
    if np.isnan(outside):
        step = side * (value - here.beta[term])
        return float(inside + side * (min(step, 5 * error) if step > 0 else 2 * error))
    between = side * (value - inside) > 0 > side * (value - outside)
    return float(value) if between else (inside + outside) / 2


def without(curve: Curve, best: Point, term: int) -> float:
    """Twice the fall of the likelihood when coefficient `term` is held at 0: chi-squared with 1 degree of freedom; or NaN."""
    free = np.arange(len(best.beta)) != term
    start = best.beta.copy()
    start[term] = 0
    found = maximise(curve, start, free)
    return max(2 * (best.loglik - found.loglik), 0.0) if found.converged else float("nan")


def fall_of(confidence: float) -> float:
    """How far the profile of one coefficient falls to the limits of this level."""
    return float(chi2.ppf(confidence, 1)) / 2
