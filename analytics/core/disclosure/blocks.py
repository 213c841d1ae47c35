"""Counts that add up: which must be withheld, so that none of the small ones follows from the rest.

The attacker knows every margin exactly, every rule, the rounding, and that no count is negative. A small count (1 … k - 1) is safe
when at least k values from 1 on remain possible. What is withheld because it is small, and what is withheld because a small one
would follow from it, look alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]

from analytics.core.disclosure.counts import alike, is_small
from analytics.core.disclosure.policy import Policy

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Sum:
    """The counts at `parts` add up to a margin, or to the count at `whole`.

    is_division  they divide the same people: if all are of one kind, that is a fact about each of them
    """

    parts: tuple[int, ...]
    whole: int | None = None
    is_division: bool = True

    def row(self, size: int) -> np.ndarray:
        """(size,) coefficients of the equation."""
        found = np.zeros(size)
        for place in self.parts:
            found[place] += 1
        if self.whole is not None:
            found[self.whole] -= 1
        return found


def withheld(counts: Sequence[int], sums: Iterable[Sum], policy: Policy, unseen: Iterable[int] = ()) -> frozenset[int]:
    """Places of the counts that are not shown: the fewest that keep every small one from being found out.

    unseen  places of counts that nobody prints but that must not be found out either (those without a response)
    """
    sums = tuple(sums)
    hidden = {place for place, count in enumerate(counts) if is_small(count, policy)} | set(unseen)
    for one in sums:
        if one.is_division and len(one.parts) > 1 and sum(counts[place] > 0 for place in one.parts) == 1:
            hidden |= set(one.parts)
    if found_out(counts, sums, hidden, policy):
        more = _complementary(counts, sums, hidden, policy)
        hidden = hidden | more if more is not None else set(range(len(counts)))
        if found_out(counts, sums, hidden, policy):
            hidden = set(range(len(counts)))
    return frozenset(hidden)


def found_out(counts: Sequence[int], sums: Iterable[Sum], hidden: Iterable[int], policy: Policy) -> list[int]:
    """Places of the small counts of which fewer than k values remain possible."""
    sums, hidden = tuple(sums), set(hidden)
    low, high = _intervals(counts, hidden, policy)
    found = []
    for place, count in enumerate(counts):
        if is_small(count, policy):
            least, most = (_extreme(counts, sums, low, high, place, sign) for sign in (1, -1))
            if most - max(1, least) + 1 < policy.k:
                found.append(place)
    return found


def _intervals(counts: Sequence[int], hidden: set[int], policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """(n,) least and greatest value of each count by itself."""
    most = float(sum(counts))
    pairs = [(0.0, most) if place in hidden else alike(count, policy) for place, count in enumerate(counts)]
    return np.array([pair[0] for pair in pairs], dtype=float), np.array([pair[1] for pair in pairs], dtype=float)


def _extreme(
    counts: Sequence[int], sums: Sequence[Sum], low: np.ndarray, high: np.ndarray, place: int, sign: int
) -> int:
    """The least (sign 1) or greatest (sign -1) value at `place` that fits everything known."""
    size = len(counts)
    cost = np.zeros(size)
    cost[place] = sign
    rows = np.array([one.row(size) for one in sums]).reshape(len(sums), size)
    known = rows @ np.array(counts, dtype=float)
    constraints = [LinearConstraint(rows, known, known)] if len(sums) else []
    found = milp(cost, constraints=constraints, bounds=Bounds(low, high), integrality=np.ones(size))
    if not found.success:  # the truth always fits: only a limit of the solver ends here
        raise RuntimeError(f"the attacker found no table that fits: {found.message}")
    return round(float(found.x[place]))


def _complementary(counts: Sequence[int], sums: Sequence[Sum], hidden: set[int], policy: Policy) -> set[int] | None:
    """Further places to withhold, by an integer program; None where even everything is not enough, or no time.

    One switch a place, and for each small count two tables that differ from the truth (Fischetti & Salazar 2001): one with so few,
    one with so many there that k values lie between.
    """
    size, truth = len(counts), np.array(counts, dtype=float)
    small = [place for place, count in enumerate(counts) if is_small(count, policy)]
    low, high = _shown_intervals(counts, policy)
    most = float(truth.sum()) + 1
    rows = np.array([one.row(size) for one in sums]).reshape(len(sums), size)
    columns = size * (1 + 2 * len(small))
    lines, least, greatest = [], [], []

    def line(values: dict[int, float], lower: float, upper: float) -> None:
        row = np.zeros(columns)
        for column, value in values.items():
            row[column] = value
        lines.append(row)
        least.append(lower)
        greatest.append(upper)

    for which, place in enumerate(small):
        down, up = size * (1 + 2 * which), size * (2 + 2 * which)
        for start in (down, up):
            for row in rows:
                line({start + int(j): float(row[j]) for j in np.flatnonzero(row)}, 0, 0)
            for j in range(size):
                # Within its interval while it is shown; from -truth up to `most` once it is withheld.
                line({start + j: 1, j: -(most - (high[j] - truth[j]))}, -np.inf, high[j] - truth[j])
                line({start + j: 1, j: low[j]}, low[j] - truth[j], np.inf)
        line({up + place: 1, down + place: -1}, policy.k - 1, np.inf)
        line({up + place: 1}, policy.k - truth[place], np.inf)
    bounds = Bounds(
        np.concatenate([[1.0 if j in hidden else 0.0 for j in range(size)], np.tile(-truth, 2 * len(small))]),
        np.concatenate([np.ones(size), np.full(size * 2 * len(small), most)]),
    )
    cost = np.zeros(columns)
    cost[:size] = 1 + truth / most / size  # the fewest, and of these the smaller ones
    integrality = np.concatenate([np.ones(size), np.zeros(columns - size)])
    found = milp(
        cost,
        constraints=[LinearConstraint(np.array(lines), np.array(least), np.array(greatest))],
        bounds=bounds,
        integrality=integrality,
        options={"time_limit": SECONDS},
    )
    return None if found.x is None else {j for j in range(size) if found.x[j] > 0.5}


def _shown_intervals(counts: Sequence[int], policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """As `_intervals` if nothing were withheld; a small count, which always is, stands for itself."""
    pairs = [(count, count) if is_small(count, policy) else alike(count, policy) for count in counts]
    return np.array([pair[0] for pair in pairs], dtype=float), np.array([pair[1] for pair in pairs], dtype=float)
