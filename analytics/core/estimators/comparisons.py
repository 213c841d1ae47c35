"""Which groups differ: pairwise log-rank tests with Holm's correction, and the log-rank test by permutation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analytics.core.estimators.logrank import ChiSquare, coded, logrank
from analytics.core.estimators.times import Observed, counts, observed

SEED = 20250302
# Labels shuffled at once, to bound memory.
SHUFFLED_AT_ONCE = 4_000_000
# Statistics closer than this share of the observed one are equal to it: they are sums of the same numbers.
SAME_STATISTIC = 1e-9


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups compared: their own log-rank test, and p with Holm's correction over all pairs."""

    first: Any
    second: Any
    test: ChiSquare
    p_holm: float


@dataclass(frozen=True, slots=True)
class PermutationTest:
    """p by permutation; `as_extreme` of `arrangements` were at least as far from expectation as the data.

    exact: every arrangement was tried, p = as_extreme / arrangements; otherwise `arrangements` were drawn with `seed`
    and p = (as_extreme + 1) / (arrangements + 1).
    """

    p: float
    as_extreme: int
    arrangements: int
    exact: bool
    seed: int


def holm(p: ArrayLike) -> np.ndarray:
    """P values corrected for their number; NaN stays NaN and does not count. Source: Holm 1979. Agrees with R p.adjust."""
    values = np.asarray(p, dtype="float64")
    found = np.full(len(values), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    found[order] = np.minimum(np.maximum.accumulate(values[order] * np.arange(len(order), 0, -1)), 1)
    return found


def pairwise_logrank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
) -> tuple[Pair, ...]:
    """Compare each group with each other one, on the observations of these two alone.

    Vectors, weights and errors as for `logrank`. Pairs come in sorted order of the labels.

    Source: Holm 1979. Agrees with R survdiff on each pair and p.adjust: tests/reference/test_r_small_sample.py.
    """
    data = observed(time, event, entry)
    labels, code = coded(group, len(data), "group")
    _, stratum = coded(np.zeros(len(data)) if strata is None else strata, len(data), "strata")
    pairs = list(combinations(range(len(labels)), 2))
    tests = []
    for first, second in pairs:
        where = (code == first) | (code == second)
        part = data.only(where)
        found = logrank(
            part.time, part.event, code[where], strata=stratum[where], entry=part.entry, rho=rho, gamma=gamma
        )
        tests.append(found.test)
    corrected = holm([test.p for test in tests])
    names = labels.tolist()
    return tuple(
        Pair(names[first], names[second], test, float(p))
        for (first, second), test, p in zip(pairs, tests, corrected, strict=True)
    )


def permutation_logrank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    permutations: int = 9999,
    seed: int = SEED,
) -> PermutationTest:
    """The two-sided log-rank test without its approximation: labels are dealt anew, within strata, to the same times.

    time, event   as for `kaplan_meier`
    group         (n,) labels, none missing
    strata        (n,) labels; groups are dealt within each
    permutations  how many deals are drawn; if there are no more arrangements than this, all are tried instead
    seed          of the draws; the row order does not matter, and no other random state is read or changed

    The statistic is observed minus expected events (k groups: their quadratic form with the permutation covariance).
    It assumes that groups are followed alike. NaN with fewer than two groups, or where no deal could differ.

    Raises ValueError as `logrank` does, and for fewer than 1 permutation.

    Source: Peto & Peto 1972 (scores); Phipson & Smyth 2010 ((b + 1) / (B + 1)). Agrees with R, complete enumeration and
    its own permutations of survdiff's scores: tests/reference/test_r_small_sample.py.
    """
    if permutations < 1:
        raise ValueError(f"permutations is {permutations}; expected a number of at least 1")
    data = observed(time, event)
    labels, code = coded(group, len(data), "group")
    _, stratum = coded(np.zeros(len(data)) if strata is None else strata, len(data), "strata")
    order = np.lexsort((code, data.event, data.time, stratum))
    data, code, stratum = data.only(order), code[order], stratum[order]
    parts = [stratum == each for each in np.unique(stratum)]
    scores, codes = [_scores(data.only(part)) for part in parts], [code[part] for part in parts]
    form = _quadratic_form(scores, codes, len(labels))
    if form is None:
        return PermutationTest(float("nan"), 0, 0, False, seed)

    def statistic(sums: np.ndarray) -> np.ndarray:
        return np.asarray(np.einsum("bj,jk,bk->b", sums, form, sums))

    mine = statistic(_all_sums(scores, [c[None, :] for c in codes], len(labels)))[0]
    reached = mine - SAME_STATISTIC * max(mine, 1e-300)
    if math.prod(_arrangements(c, len(labels)) for c in codes) <= permutations:
        every = statistic(_every_sum(scores, codes, len(labels)))
        extreme = int(np.count_nonzero(every >= reached))
        return PermutationTest(extreme / len(every), extreme, len(every), True, seed)
    rng = np.random.Generator(np.random.PCG64(seed))
    extreme, done, at_once = 0, 0, max(1, SHUFFLED_AT_ONCE // len(data))
    while done < permutations:
        size = min(at_once, permutations - done)
        dealt = [rng.permuted(np.broadcast_to(c, (size, len(c))), axis=1) for c in codes]
        every = statistic(_all_sums(scores, dealt, len(labels)))
        extreme, done = extreme + int(np.count_nonzero(every >= reached)), done + size
    return PermutationTest((extreme + 1) / (permutations + 1), extreme, permutations, False, seed)


def _scores(data: Observed) -> np.ndarray:
    """Event minus cumulative hazard at its time: their sum over a group is its observed minus expected events."""
    at = counts(data)
    hazard = np.cumsum(at.events / np.maximum(at.at_risk, 1))
    return np.asarray(data.event - hazard[np.searchsorted(at.time, data.time)])


def _quadratic_form(scores: list[np.ndarray], codes: list[np.ndarray], groups: int) -> np.ndarray | None:
    """Inverse of the permutation covariance of the groups' sums; None if nothing varies."""
    covariance = np.zeros((groups, groups))
    for score, code in zip(scores, codes, strict=True):
        size = np.bincount(code, minlength=groups)
        if len(code) > 1:
            spread = np.diag(size) - np.outer(size, size) / len(code)
            covariance += score.var(ddof=1) * spread
    # A stratum whose scores are all alike leaves rounding errors, no variance.
    if groups < 2 or not covariance.trace() > 1e-12:
        return None
    return np.asarray(np.linalg.pinv(covariance, rcond=1e-10, hermitian=True))


def _all_sums(scores: list[np.ndarray], codes: list[np.ndarray], groups: int) -> np.ndarray:
    """(deals, groups) sums over all strata."""
    found = np.zeros((len(codes[0]), groups))
    for score, code in zip(scores, codes, strict=True):
        found += _sums(score, code, groups)
    return found


def _sums(scores: np.ndarray, codes: np.ndarray, groups: int) -> np.ndarray:
    """(deals, groups) sums of the scores, from (deals, n) codes."""
    return np.stack([(codes == group) @ scores for group in range(groups)], axis=1)


def _arrangements(code: np.ndarray, groups: int) -> int:
    """How many ways there are to deal the groups of one stratum."""
    ways, left = 1, len(code)
    for size in np.bincount(code, minlength=groups).tolist():
        ways, left = ways * math.comb(left, size), left - size
    return ways


def _every_sum(scores: list[np.ndarray], codes: list[np.ndarray], groups: int) -> np.ndarray:
    """(arrangements, groups) sums of the scores for every deal within every stratum."""
    every = np.zeros((1, groups))
    for score, code in zip(scores, codes, strict=True):
        part = _deals(score, np.bincount(code, minlength=groups).tolist())
        every = (every[:, None, :] + part[None, :, :]).reshape(-1, groups)
    return every


def _deals(scores: np.ndarray, sizes: list[int]) -> np.ndarray:
    """(arrangements, groups) sums for every way to deal the scores to groups of these sizes: one group after the other."""
    left, sums = scores[None, :], np.zeros((1, 0))
    for size in sizes[:-1]:
        places = np.arange(left.shape[1])
        ways = math.comb(len(places), size)
        chosen = np.array(list(combinations(places.tolist(), size)), dtype="int64").reshape(ways, size)
        free = np.ones((ways, len(places)), dtype=bool)
        np.put_along_axis(free, chosen, False, axis=1)
        rest = np.broadcast_to(places, free.shape)[free].reshape(ways, len(places) - size)
        dealt = left[:, chosen].sum(axis=2).reshape(-1, 1)
        sums = np.hstack((np.repeat(sums, ways, axis=0), dealt))
        left = left[:, rest].reshape(len(sums), len(places) - size)
    return np.hstack((sums, left.sum(axis=1, keepdims=True)))
