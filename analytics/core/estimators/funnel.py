"""Funnel limits: how far the proportion of a centre may lie from a common one by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """Limits of a proportion for each size; NaN where the size is 0."""

    n: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def funnel_limits(n: ArrayLike, target: float, confidence: float = 0.95) -> FunnelLimits:
    """Exact binomial control limits for proportions of n around `target`.

    n           (k,) whole numbers from 0: sizes of the centres
    target      the common proportion, between 0 and 1
    confidence  probability inside the limits, half of the rest beyond each

    lower is the smallest share whose probability of this or a smaller one reaches the lower tail, upper the smallest for
    which it reaches one minus the tail: a share beyond a limit has less than the tail's probability of being as far out
    or farther. The limits are the steps of the distribution; they are not smoothed, so that a share on a limit is inside.

    Raises ValueError for sizes that are not whole numbers from 0, and a target or confidence outside its range.

    Source: Spiegelhalter 2005, Stat Med 24:1185 (without its interpolation between counts). Agrees with R qbinom:
    tests/reference/test_r_funnel.py.
    """
    sizes = np.asarray(n, dtype="float64")
    if sizes.ndim != 1 or not np.isfinite(sizes).all() or (sizes < 0).any() or (sizes != np.rint(sizes)).any():
        raise ValueError("n must be whole numbers from 0")
    if not 0 <= target <= 1 or not 0 < confidence < 1:
        raise ValueError(f"target {target} and confidence {confidence}: expected 0 to 1, and between 0 and 1")
    tail = (1 - confidence) / 2
    return FunnelLimits(sizes.astype("int64"), _limit(sizes, target, tail), _limit(sizes, target, 1 - tail))


def _limit(n: np.ndarray, target: float, probability: float) -> np.ndarray:
    if target in (0.0, 1.0):
        return np.where(n > 0, target, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(n > 0, binom.ppf(probability, n, target) / n, np.nan))
