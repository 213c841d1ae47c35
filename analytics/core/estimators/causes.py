"""The door of the competing-risks estimators: statuses checked, and who left when for which cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.core.estimators.times import CELLS_PER_SUBJECT, SMALL_TABLE, observed


@dataclass(frozen=True, slots=True)
class Competing:
    """Checked observations: exit times, the cause that ended each (0 censored), entry times where these were late."""

    time: np.ndarray
    status: np.ndarray
    entry: np.ndarray | None

    def __len__(self) -> int:
        return len(self.time)

    def only(self, where: np.ndarray) -> Competing:
        """The observations for which `where` holds."""
        return Competing(self.time[where], self.status[where], None if self.entry is None else self.entry[where])


def competing(time: ArrayLike, status: ArrayLike, entry: ArrayLike | None = None) -> Competing:
    """Check and convert the vectors.

    time, entry  as for `times.observed`
    status       (n,) whole numbers: 0 censored, 1, 2, .. the cause of the event

    Raises ValueError as `times.observed` does, or if a status is not a whole number from 0.
    """
    seen = np.asarray(status)
    numbers = seen.astype("float64") if seen.dtype.kind in "biuf" else np.full(seen.shape, np.nan)
    if not (np.isfinite(numbers) & (numbers >= 0) & (numbers == np.rint(numbers))).all():
        raise ValueError("status has values that are not whole numbers; expected 0 (censored), 1, 2, .. (the cause)")
    codes = numbers.astype("int64")
    data = observed(time, codes > 0, entry)
    return Competing(data.time, codes, data.entry)


def causes_of(status: np.ndarray, asked: Sequence[int] | None = None) -> tuple[int, ...]:
    """The causes asked for, or those seen, ascending. Raises ValueError for a cause that is not a whole number from 1."""
    if asked is None:
        return tuple(int(cause) for cause in np.unique(status) if cause > 0)
    if any(cause != int(cause) or cause < 1 for cause in asked):
        raise ValueError(f"causes are {tuple(asked)}; expected whole numbers from 1")
    return tuple(sorted({int(cause) for cause in asked}))


@dataclass(frozen=True, slots=True)
class CauseCounts:
    """Per distinct exit time, ascending: at risk just before, events (times, causes), events of any cause, censored.

    `row` tells for each subject which of the times is its own.
    """

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    all_events: np.ndarray
    censored: np.ndarray
    row: np.ndarray


def cause_counts(data: Competing, causes: tuple[int, ...]) -> CauseCounts:
    """Who was at risk and who left, at each distinct exit time. At risk: entry < t <= time."""
    time, row = distinct(data.time)
    left = np.bincount(row, minlength=len(time))
    events = np.zeros((len(time), len(causes)), dtype="int64")
    for column, cause in enumerate(causes):
        events[:, column] = np.bincount(row[data.status == cause], minlength=len(time))
    all_events = np.bincount(row[data.status > 0], minlength=len(time))
    at_risk = len(data) - np.concatenate(([0], np.cumsum(left)[:-1])) if len(time) else left
    if data.entry is not None:
        at_risk = at_risk - (len(data) - np.searchsorted(np.sort(data.entry), time, side="left"))
    return CauseCounts(time, at_risk, events, all_events, left - all_events, row)


def distinct(time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct times, ascending, and the place of each time among them. Whole and half days need no sorting."""
    if len(time):
        half = 2 * time
        cells = half.max() + 1
        if cells <= max(SMALL_TABLE, CELLS_PER_SUBJECT * len(time)) and (half == np.rint(half)).all():
            code = half.astype("int64")
            used = np.bincount(code) > 0
            return np.flatnonzero(used) / 2, (np.cumsum(used) - 1)[code]
    values, row = np.unique(time, return_inverse=True)
    return values, row
