"""Tables of counts: odds ratios of 2 x 2 tables, Fisher's exact test of small r x c tables, the chi-squared test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq  # type: ignore[import-untyped]
from scipy.special import gammaln, logsumexp  # type: ignore[import-untyped]
from scipy.stats import chi2, norm  # type: ignore[import-untyped]

from analytics.core import small_sample_sentences as words
from analytics.core.estimators.exact_table import LIKELY_TOLERANCE, exact_p
from analytics.core.estimators.logrank import ChiSquare

FEW_EXPECTED = 5


@dataclass(frozen=True, slots=True)
class OddsRatio:
    """The odds ratio of a 2 x 2 table with its limits; NaN where infinite or not defined, as `warnings` says."""

    estimate: float
    lower: float
    upper: float
    method: str
    confidence: float
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContingencyTest:
    """A chi-squared test of independence with the counts that independence would give."""

    test: ChiSquare
    expected: np.ndarray
    corrected: bool
    warnings: tuple[str, ...]


def sample_odds_ratio(table: ArrayLike, confidence: float = 0.95) -> OddsRatio:
    """ad / bc of a table ((a, b), (c, d)) with limits exp(log OR -/+ z sqrt(1/a + 1/b + 1/c + 1/d)).

    Raises ValueError unless the table is 2 x 2 of whole numbers >= 0. Source: Woolf 1955. Agrees with the formula in R:
    tests/reference/test_r_proportions.py.
    """
    counts = _two_by_two(table, confidence)
    if (warning := _empty(counts)) is not None:
        return _undefined("sample", confidence, warning)
    (a, b), (c, d) = counts.astype("float64")
    nan = float("nan")
    if b * c == 0:
        return OddsRatio(nan, nan, nan, "sample", confidence, (words.INFINITE_ODDS, words.NO_WOOLF_LIMITS))
    estimate = float(a * d / (b * c))
    if estimate == 0:
        return OddsRatio(0.0, nan, nan, "sample", confidence, (words.NO_WOOLF_LIMITS,))
    spread = float(np.exp(norm.isf((1 - confidence) / 2) * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)))
    return OddsRatio(estimate, estimate / spread, estimate * spread, "sample", confidence, ())


def conditional_odds_ratio(table: ArrayLike, confidence: float = 0.95) -> OddsRatio:
    """The maximum-likelihood odds ratio given both margins, with exact limits from inverting the two one-sided tests.

    Errors as `sample_odds_ratio`. Source: Fisher 1935; Cornfield 1956. Agrees with the equations solved in R to 1e-12,
    and with fisher.test as far as its own root finder goes (1 %): tests/reference/test_r_proportions.py.
    """
    counts = _two_by_two(table, confidence)
    if (warning := _empty(counts)) is not None:
        return _undefined("conditional", confidence, warning)
    support, log_weight = _hypergeometric(counts)
    x, tail = int(counts[0, 0]), (1 - confidence) / 2
    below, above = support <= x, support >= x

    def share(log_odds: float, part: np.ndarray) -> float:
        weights = log_weight + support * log_odds
        return float(np.exp(logsumexp(weights[part]) - logsumexp(weights)))

    def mean(log_odds: float) -> float:
        weights = log_weight + support * log_odds
        return float(np.exp(weights - logsumexp(weights)) @ support)

    first, last = x == support[0], x == support[-1]
    estimate = 0.0 if first else float("nan") if last else _root(lambda t: mean(t) - x)
    lower = 0.0 if first else _root(lambda t: share(t, above) - tail)
    upper = float("nan") if last else _root(lambda t: tail - share(t, below))
    return OddsRatio(estimate, lower, upper, "conditional", confidence, (words.INFINITE_ODDS,) if last else ())


def _root(increasing: Callable[[float], float]) -> float:
    """exp of the root of a function that increases from below 0 to above 0."""
    reach = 1.0
    while not increasing(-reach) < 0 < increasing(reach):
        reach *= 2
        if reach > 1e4:
            return float("nan")
    return float(np.exp(brentq(increasing, -reach, reach, xtol=1e-14, rtol=1e-14)))


def fisher_exact(table: ArrayLike) -> float:
    """Two-sided p of Fisher's exact test: how likely, given the margins, a table no likelier than this one is.

    table  (r, c) whole numbers >= 0

    NaN with fewer than two rows or columns that are not empty. Raises
    ValueError for another table, and where the exact test would be too large.

    Source: Fisher 1935; Freeman & Halton 1951; Mehta & Patel 1983 (network). Agrees with R fisher.test:
    tests/reference/test_r_proportions.py.
    """
    counts = _filled(_whole(table))
    if min(counts.shape) < 2:
        return float("nan")
    if counts.shape == (2, 2):
        support, log_weight = _hypergeometric(counts)
        log_p = log_weight - logsumexp(log_weight)
        mine = log_p[int(counts[0, 0]) - int(support[0])]
        return min(1.0, float(np.exp(logsumexp(log_p[log_p <= mine + LIKELY_TOLERANCE]))))
    return exact_p(counts)


def chi_square(table: ArrayLike, *, correction: bool = True) -> ContingencyTest:
    """Pearson's test of independence of an r x c table.

    table       (r, c) whole numbers >= 0; empty rows and columns are left out
    correction  Yates's continuity correction, which only a 2 x 2 table has; never by more than the difference itself

    NaN with 0 degrees of freedom with fewer than two rows or columns that are not empty. Raises ValueError for another
    table. Source: Pearson 1900; Yates 1934. Agrees with R chisq.test: tests/reference/test_r_proportions.py.
    """
    counts = _filled(_whole(table))
    if min(counts.shape) < 2:
        return ContingencyTest(ChiSquare(float("nan"), 0, float("nan")), counts.astype("float64"), False, ())
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    gap = np.abs(counts - expected)
    corrected = correction and counts.shape == (2, 2)
    if corrected:
        gap = gap - min(0.5, float(gap.min()))
    statistic, df = float((gap**2 / expected).sum()), (counts.shape[0] - 1) * (counts.shape[1] - 1)
    few = int(np.count_nonzero(expected < FEW_EXPECTED))
    warnings = (words.FEW_EXPECTED_COUNTS.format(n=few, cells=expected.size),) if few else ()
    return ContingencyTest(ChiSquare(statistic, df, float(chi2.sf(statistic, df))), expected, corrected, warnings)


def _whole(table: ArrayLike) -> np.ndarray:
    values = np.asarray(table)
    if values.ndim != 2 or not values.size:
        raise ValueError(f"the table has shape {values.shape}; expected rows and columns of counts")
    if not np.isfinite(values.astype("float64")).all() or (values < 0).any() or (values != np.rint(values)).any():
        raise ValueError("the table has missing, negative or broken values; expected counts")
    return values.astype("int64")


def _filled(counts: np.ndarray) -> np.ndarray:
    return np.asarray(counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0])


def _two_by_two(table: ArrayLike, confidence: float) -> np.ndarray:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; expected a number between 0 and 1")
    counts = _whole(table)
    if counts.shape != (2, 2):
        raise ValueError(f"the table has shape {counts.shape}; expected (2, 2) for an odds ratio")
    return counts


def _empty(counts: np.ndarray) -> str | None:
    return words.EMPTY_MARGIN if (counts.sum(axis=0) == 0).any() or (counts.sum(axis=1) == 0).any() else None


def _undefined(method: str, confidence: float, warning: str) -> OddsRatio:
    nan = float("nan")
    return OddsRatio(nan, nan, nan, method, confidence, (warning,))


def _hypergeometric(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every count that the first cell can have given the margins, and the log of its weight at odds ratio 1."""
    first_row, first_column, n = counts[0].sum(), counts[:, 0].sum(), counts.sum()
    support = np.arange(max(0, first_row + first_column - n), min(first_row, first_column) + 1)
    cells = (support, first_row - support, first_column - support, n - first_row - first_column + support)
    return support, np.asarray(-sum(gammaln(cell + 1) for cell in cells))
