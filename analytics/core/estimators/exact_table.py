"""Fisher's exact test of r x c tables: the probability, given the margins, of all tables no likelier than the one seen.

Columns are filled one after the other. Partial tables that leave the same row totals (a node) and are equally likely are
counted together, and are closed as soon as bounds show that all their ends count or none does. The last two columns are
read from a list of each node's ends.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln  # type: ignore[import-untyped]

from analytics.core import small_sample_sentences as words

# Tables whose probabilities differ by less count as equally likely, as in R's fisher.test.
LIKELY_TOLERANCE = 1e-7
# Partial tables held at once; more would take too long and much memory.
MOST_PARTIAL_TABLES = 3_000_000


def exact_p(counts: np.ndarray) -> float:
    """Two-sided p of a table (r, c) of counts without an empty row or column.

    Raises ValueError where the table is too large.

    Source: Freeman & Halton 1951; Mehta & Patel 1983 (network, bounds). Agrees with R fisher.test:
    tests/reference/test_r_proportions.py.
    """
    if counts.shape[0] > counts.shape[1]:
        counts = counts.T
    rows, columns = counts.sum(axis=1), np.sort(counts.sum(axis=0))[::-1]
    margins = gammaln(rows + 1).sum() + gammaln(columns + 1).sum() - gammaln(counts.sum() + 1)
    limit = margins - gammaln(counts + 1).sum() + LIKELY_TOLERANCE
    left, log_p, paths, found = np.sort(rows)[None, :], np.array([margins]), np.ones(1), 0.0
    too_large = words.TOO_LARGE_FOR_EXACT.format(rows=counts.shape[0], columns=counts.shape[1], n=counts.sum())
    for done, total in enumerate(columns[:-2], start=1):
        left, log_p, paths = _fill(left, log_p, paths, int(total), too_large)
        most, least, every = _ends(left, columns[done:])
        whole = log_p + most <= limit
        found += float(paths[whole] @ np.exp(log_p[whole] + every[whole]))
        open_ = ~whole & (log_p + least <= limit)
        left, log_p, paths = left[open_], log_p[open_], paths[open_]
        if not len(left):
            return min(1.0, found)
    return min(1.0, found + _last_two(left, log_p, paths, int(columns[-2]), limit, too_large))


def _last_two(
    left: np.ndarray, log_p: np.ndarray, paths: np.ndarray, total: int, limit: float, too_large: str
) -> float:
    """Probability of the ends that count, with two columns to fill, the first of them with `total`."""
    nodes, node = _distinct(left)
    source, log_n, rest = _ways(nodes, total, too_large)
    end = -log_n - gammaln(rest + 1.0).sum(axis=1)
    order = np.lexsort((end, source))
    source, end = source[order], end[order]
    begins = np.searchsorted(source, np.arange(len(nodes) + 1))
    found = 0.0
    for place, first in enumerate(np.searchsorted(node, np.arange(len(nodes)))):
        mine = slice(first, np.searchsorted(node, place, side="right"))
        ends = end[begins[place] : begins[place + 1]]
        # The likeliest end scales the sums of all.
        sums = np.concatenate(([0.0], np.cumsum(np.exp(ends - ends[-1]))))
        counted = np.searchsorted(ends, limit - log_p[mine], side="right")
        found += float(paths[mine] @ (np.exp(log_p[mine] + ends[-1]) * sums[counted]))
    return found


def _ends(left: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bounds of -(sum of log n!) over all ways to fill the columns that remain, and the log of the sum of all 1 / prod n!.

    Above: log n! is convex, so that it lies above each of its tangents (here at about independence). Below: a column (or
    row) alone is least likely when it is put into as few cells as possible.
    """
    nodes, node = _distinct(left)
    r, c = nodes[:, :, None].astype("float64"), columns[None, None, :].astype("float64")
    sides = nodes.shape[1], len(columns)
    up = np.log(r + sides[1] / 2) - np.log(columns.sum() + sides[0] * sides[1] / 2)
    across = np.log(c + sides[0] / 2)
    tangent = up + across
    touch = np.floor(np.exp(tangent))
    lowest = (
        (up * r).sum(axis=(1, 2))
        + (across * c).sum(axis=(1, 2))
        + (gammaln(touch + 1) - tangent * touch).sum(axis=(1, 2))
    )
    highest = np.minimum(_packed(nodes, columns), _packed_rows(nodes, columns))
    every = gammaln(columns.sum() + 1.0) - gammaln(nodes + 1.0).sum(axis=1) - gammaln(columns + 1.0).sum()
    return -lowest[node], -highest[node], every[node]


def _packed(nodes: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(nodes,) sum of log n! with each column put into its largest rows, as if it were alone."""
    total = np.zeros(len(nodes))
    for column in columns:
        rest = np.full(len(nodes), column)
        for row in nodes.T[::-1]:
            put = np.minimum(row, rest)
            total += gammaln(put + 1.0)
            rest = rest - put
    return total


def _packed_rows(nodes: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """(nodes,) the same with each row put into its largest columns."""
    total = np.zeros(len(nodes))
    for row in nodes.T:
        rest = row.copy()
        for column in np.sort(columns)[::-1]:
            put = np.minimum(rest, column)
            total += gammaln(put + 1.0)
            rest = rest - put
    return total


def _distinct(left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct rows of an ordered array, and which of them each row is."""
    new = np.concatenate(([True], (np.diff(left, axis=0) != 0).any(axis=1))) if len(left) else np.zeros(0, dtype=bool)
    return left[new], np.cumsum(new) - 1


def _fill(
    left: np.ndarray, log_p: np.ndarray, paths: np.ndarray, total: int, too_large: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every way to put `total` counts of a column into the row totals that are left; equal results are merged."""
    source, log_n, rest = _ways(left, total, too_large)
    return _merged(np.sort(rest, axis=1), log_p[source] - log_n, paths[source])


def _ways(left: np.ndarray, total: int, too_large: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every way to fill a column: which row of `left` it begins from, the sum of log n!, the row totals then left."""
    source, log_n, todo = np.arange(len(left)), np.zeros(len(left)), np.full(len(left), total)
    for row in range(left.shape[1]):
        # What this row takes: at most what it has left, at least what the rows after it cannot take.
        most = np.minimum(left[:, row], todo)
        least = np.maximum(todo - left[:, row + 1 :].sum(axis=1), 0)
        ways = most - least + 1
        if ways.sum() > MOST_PARTIAL_TABLES:
            raise ValueError(too_large)
        begin = np.repeat(np.arange(len(left)), ways)
        takes = np.arange(len(begin)) - np.repeat(np.cumsum(ways) - ways, ways) + least[begin]
        source, log_n, todo, left = source[begin], log_n[begin] + gammaln(takes + 1.0), todo[begin] - takes, left[begin]
        left[:, row] -= takes
    return source, log_n, left


def _merged(left: np.ndarray, log_p: np.ndarray, paths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Partial tables with the same row totals left (in any order) and the same probability, counted together."""
    level = np.rint(log_p * 1e10).astype("int64")
    order = np.lexsort((level, *left.T))
    left, log_p, paths, level = left[order], log_p[order], paths[order], level[order]
    new = np.concatenate(([True], (np.diff(left, axis=0) != 0).any(axis=1) | (np.diff(level) > 1)))
    starts = np.flatnonzero(new)
    return left[starts], log_p[starts], np.add.reduceat(paths, starts)
