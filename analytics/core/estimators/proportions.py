"""Proportions with their limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv  # type: ignore[import-untyped]
from scipy.stats import norm  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class Proportion:
    """x of n with its limits; estimate and limits are NaN if n is 0."""

    x: int
    n: int
    estimate: float
    lower: float
    upper: float
    limits: str
    confidence: float


def clopper_pearson(x: int, n: int, confidence: float = 0.95) -> Proportion:
    """The proportion with exact limits: quantiles of Beta(x, n-x+1) and Beta(x+1, n-x); 0 if x = 0, 1 if x = n.

    Raises ValueError unless 0 <= x <= n are whole numbers and 0 < confidence < 1.

    Source: Clopper & Pearson 1934. Agrees with R binom.test: tests/reference/test_r_proportions.py.
    """
    x, n, tail = _checked(x, n, confidence)
    if n == 0:
        return _none("clopper-pearson", confidence)
    lower = float(betaincinv(x, n - x + 1, tail)) if x > 0 else 0.0
    upper = float(betaincinv(x + 1, n - x, 1 - tail)) if x < n else 1.0
    return Proportion(x, n, x / n, lower, upper, "clopper-pearson", confidence)


def wilson(x: int, n: int, confidence: float = 0.95) -> Proportion:
    """The proportion with the limits of the score test, without continuity correction.

    Errors as `clopper_pearson`. Source: Wilson 1927. Agrees with R prop.test(correct = FALSE):
    tests/reference/test_r_proportions.py.
    """
    x, n, tail = _checked(x, n, confidence)
    if n == 0:
        return _none("wilson", confidence)
    z, share = float(norm.isf(tail)), x / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * float(np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)
    # At x = 0 and x = n the formula gives 0 and 1 but for rounding.
    lower = centre - half if x > 0 else 0.0
    upper = centre + half if x < n else 1.0
    return Proportion(x, n, share, lower, upper, "wilson", confidence)


def _checked(x: int, n: int, confidence: float) -> tuple[int, int, float]:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
    if x != int(x) or n != int(n) or not 0 <= x <= n:
        raise ValueError(f"x of n is {x} of {n}; expected whole numbers with 0 <= x <= n")
    return int(x), int(n), (1 - confidence) / 2


def _none(limits: str, confidence: float) -> Proportion:
    nan = float("nan")
    return Proportion(0, 0, nan, nan, nan, limits, confidence)
