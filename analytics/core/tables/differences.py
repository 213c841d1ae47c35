"""Standardised differences between two groups, and tests between groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from analytics.core import patient_table_words as words
from analytics.core.estimators.contingency import FEW_EXPECTED, chi_square, fisher_exact

EXACT_BELOW = 50  # cases of each group, as R's wilcox.test


def numeric_difference(first: np.ndarray, second: np.ndarray) -> float:
    """|mean - mean| / sqrt((s1² + s2²) / 2); 0 if both are the same constant, NaN if nothing varies otherwise or n < 2.

    Source: Yang & Dalton 2012, SAS Global Forum 335. Agrees with the formula in R: tests/reference/test_r_tables.py.
    """
    if min(len(first), len(second)) < 2:
        return float("nan")
    apart = abs(float(first.mean() - second.mean()))
    pooled = float(np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2))
    if pooled == 0:
        return 0.0 if apart == 0 else float("nan")
    return apart / pooled


def categorical_difference(counts: np.ndarray) -> float:
    """sqrt(T' S⁻¹ T): T the difference of the proportions of all levels but the first, S the mean of their covariances.

    counts  (levels, 2) cases of each group

    With two levels this is |p1 - p2| / sqrt((p1 q1 + p2 q2) / 2). Levels that neither group has are left out. 0 if the
    proportions are the same, NaN if S cannot be inverted, or a group is empty.

    Source: Yang & Dalton 2012, SAS Global Forum 335. Agrees with the formula in R: tests/reference/test_r_tables.py.
    """
    present = counts[counts.sum(axis=1) > 0].astype("float64")
    totals = present.sum(axis=0)
    if len(present) == 0 or (totals == 0).any():
        return float("nan")
    share = (present / totals)[1:]
    apart = share[:, 0] - share[:, 1]
    if not apart.any():
        return 0.0
    within = sum((np.diag(p) - np.outer(p, p)) / 2 for p in share.T)
    if np.linalg.matrix_rank(within) < len(apart):
        return float("nan")
    return float(np.sqrt(apart @ np.linalg.solve(within, apart)))


def numeric_test(groups: Sequence[np.ndarray]) -> tuple[str, float]:
    """Name and p of the rank test between groups; NaN if fewer than two hold values or all values are one.

    Two groups: Wilcoxon's, exact with fewer than 50 in each and no ties, else with continuity correction, as R's wilcox.test.
    More: Kruskal-Wallis. Source: Wilcoxon 1945; Kruskal & Wallis 1952. Agrees with R: tests/reference/test_r_tables.py.
    """
    held = [group for group in groups if len(group)]
    pooled = np.concatenate(held) if held else np.empty(0)
    tied = len(np.unique(pooled)) < len(pooled)
    if len(held) > 2:
        name = words.KRUSKAL
    else:
        exact = not tied and all(len(group) < EXACT_BELOW for group in held)
        name = words.WILCOXON_EXACT if exact else words.WILCOXON
    if len(held) < 2 or (pooled == pooled[0]).all():
        return name, float("nan")
    if name == words.KRUSKAL:
        return name, float(stats.kruskal(*held).pvalue)
    method = "exact" if name == words.WILCOXON_EXACT else "asymptotic"
    return name, float(stats.mannwhitneyu(*held, use_continuity=True, method=method).pvalue)


def categorical_test(counts: np.ndarray) -> tuple[str, float]:
    """Name and p of the test of independence: Fisher's exact where a count below 5 is expected and the table is small enough,
    else chi-squared (2 x 2 with continuity correction, as R's chisq.test).

    counts  (levels, groups)
    """
    filled = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(filled.shape, default=0) < 2:
        return words.CHI_SQUARED, float("nan")
    expected = filled.sum(axis=1, keepdims=True) * filled.sum(axis=0, keepdims=True) / filled.sum()
    if (expected < FEW_EXPECTED).any():
        try:
            return words.FISHER, fisher_exact(filled)
        except ValueError:  # too large for the exact test
            pass
    return words.CHI_SQUARED, float(chi_square(filled).test.p)
