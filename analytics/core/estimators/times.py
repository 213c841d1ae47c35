"""The door of the survival estimators: vectors checked, equal times made equal, who is at risk when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

# Times closer than this are one time, as in R's survival (timefix): 0.1 + 0.2 months is 0.3 months.
TIME_TOLERANCE = float(np.sqrt(np.finfo("float64").eps))
# Up to this many half-day cells per subject a table of counts is cheaper than sorting.
CELLS_PER_SUBJECT = 4
SMALL_TABLE = 65_536


@dataclass(frozen=True, slots=True)
class Observed:
    """Checked observations: exit times, whether the event was seen, and entry times where observation began late."""

    time: np.ndarray
    event: np.ndarray
    entry: np.ndarray | None

    def __len__(self) -> int:
        return len(self.time)

    def only(self, where: np.ndarray) -> Observed:
        """The observations for which `where` holds."""
        return Observed(self.time[where], self.event[where], None if self.entry is None else self.entry[where])


def observed(time: ArrayLike, event: ArrayLike, entry: ArrayLike | None = None) -> Observed:
    """Check and convert the vectors.

    time, entry  (n,) numbers >= 0, all in one unit; entry < time
    event        (n,) bool, or numbers 0 and 1

    Raises ValueError if vectors are unequal, a time is negative, missing or infinite, an event is neither 0 nor 1, or
    an entry is not before its time. No observation at all is allowed.
    """
    exit_time = np.asarray(time, dtype="float64")
    seen = np.asarray(event)
    if exit_time.ndim != 1 or exit_time.shape != seen.shape:
        raise ValueError(f"time and event must be vectors of one length; their shapes: {exit_time.shape}, {seen.shape}")
    if not np.isfinite(exit_time).all() or (exit_time < 0).any():
        raise ValueError("time has missing, infinite or negative values; expected numbers from 0")
    if seen.dtype != bool:
        if not np.isin(seen, (0, 1)).all():
            raise ValueError("event has values other than 0 and 1")
        seen = seen == 1
    if entry is None:
        return Observed(same_times(exit_time)[0], seen, None)
    entry_time = np.asarray(entry, dtype="float64")
    if entry_time.shape != exit_time.shape or not np.isfinite(entry_time).all() or (entry_time < 0).any():
        raise ValueError("entry must have one number from 0 for each time")
    exit_time, entry_time = same_times(exit_time, entry_time)
    if not (entry_time < exit_time).all():
        raise ValueError("entry must be before time")
    return Observed(exit_time, seen, entry_time)


def same_times(*vectors: np.ndarray) -> tuple[np.ndarray, ...]:
    """The vectors, times that differ by rounding alone made the smallest of them. Agrees with R's aeqSurv."""
    if all(np.array_equal(vector, np.rint(2 * vector) / 2) for vector in vectors):
        return vectors
    distinct = np.unique(np.concatenate(vectors))
    gap = np.diff(distinct)
    if not len(gap):
        return vectors
    tied = (gap <= TIME_TOLERANCE) | (gap <= TIME_TOLERANCE * np.abs(distinct).mean())
    if not tied.any():
        return vectors
    kept = distinct[np.concatenate(([True], ~tied))]
    return tuple(kept[np.searchsorted(kept, vector, side="right") - 1] for vector in vectors)


@dataclass(frozen=True, slots=True)
class Counts:
    """Per distinct exit time, ascending: how many were at risk just before, had the event, were censored."""

    time: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    censored: np.ndarray


def counts(data: Observed) -> Counts:
    """At risk, events and censorings at each distinct exit time. At risk: entry < t <= time."""
    if not len(data):
        empty = np.zeros(0, dtype="int64")
        return Counts(np.zeros(0), empty, empty, empty)
    time, left, events = _left_at(data)
    at_risk = len(data) - np.concatenate(([0], np.cumsum(left)[:-1]))
    if data.entry is not None:
        at_risk = at_risk - (len(data) - np.searchsorted(np.sort(data.entry), time, side="left"))
    return Counts(time, at_risk, events, left - events)


def _left_at(data: Observed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct times, how many left at each, how many with the event. Whole and half days need no sorting."""
    half = 2 * data.time
    cells = half.max() + 1
    if cells <= max(SMALL_TABLE, CELLS_PER_SUBJECT * len(data)) and (half == np.rint(half)).all():
        code = half.astype("int64")
        left = np.bincount(code)
        events = np.bincount(code[data.event], minlength=len(left))
        used = np.flatnonzero(left)
        return used / 2, left[used], events[used]
    time, code = np.unique(data.time, return_inverse=True)
    left = np.bincount(code, minlength=len(time))
    return time, left, np.bincount(code[data.event], minlength=len(time))
