"""What is known only after day 0: landmark analysis, and an exposure that changes in time (a transplant after infusion)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.core.estimators.kaplan_meier import SurvivalCurve, kaplan_meier
from analytics.core.estimators.logrank import LogRank, logrank
from analytics.core.estimators.times import observed, same_times


@dataclass(frozen=True, slots=True)
class Landmark:
    """Who is still under observation after the landmark, with the clock restarted there.

    kept  (n,) bool, which rows of the input stay: take groups and covariates by it; time and event have one value for
    each kept row. Left out: `event_before` had the event, `censored_before` were censored, on that day or earlier;
    `entered_after` came under observation only later.
    """

    at: float
    kept: np.ndarray
    time: np.ndarray
    event: np.ndarray
    event_before: int
    censored_before: int
    entered_after: int


@dataclass(frozen=True, slots=True)
class Spells:
    """Counting-process rows (start, stop], ordered by `row`: one for each stretch with the same exposure.

    row      which observation of the input a row belongs to
    event    whether it ends with the event
    exposed  whether the change has happened
    unused   how many changes are dated at or after the end of observation, so that no time after them was observed
    """

    row: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    event: np.ndarray
    exposed: np.ndarray
    unused: int


def landmark(time: ArrayLike, event: ArrayLike, at: float, *, entry: ArrayLike | None = None) -> Landmark:
    """Keep who is under observation beyond day `at` and restart the clock there.

    time, event, entry  as for `kaplan_meier`
    at                  the landmark, >= 0, in the unit of the times

    Kept are time > at (and entry <= at): an event or censoring on the landmark itself is before it.
    Raises ValueError as `times.observed` does, and for a landmark that is not a number from 0.

    Source: Anderson, Cain & Gelber 1983. Agrees with R survfit on the rows kept: tests/reference/test_r_small_sample.py.
    """
    if not (np.isfinite(at) and at >= 0):
        raise ValueError(f"the landmark is {at}; expected a number from 0, in the unit of the times")
    data = observed(time, event, entry)
    gone = data.time <= at
    late = ~gone & (data.entry > at) if data.entry is not None else np.zeros(len(data), dtype=bool)
    kept = ~gone & ~late
    return Landmark(
        at=float(at),
        kept=kept,
        time=data.time[kept] - at,
        event=data.event[kept],
        event_before=int(np.count_nonzero(gone & data.event)),
        censored_before=int(np.count_nonzero(gone & ~data.event)),
        entered_after=int(np.count_nonzero(late)),
    )


def changed_by(change: ArrayLike, at: float) -> np.ndarray:
    """(n,) bool: the change (NaN: never) had happened by the landmark, that day included. Group by this, never by later news."""
    return np.asarray(_changes(change) <= at)


def time_dependent(time: ArrayLike, event: ArrayLike, change: ArrayLike, *, entry: ArrayLike | None = None) -> Spells:
    """Split each observation at the day its exposure changes: (0, change, not exposed), (change, end, exposed).

    time, event, entry  as for `kaplan_meier`, time > 0
    change              (n,) numbers >= 0, NaN: never

    A change on day 0 (or by entry) exposes from the start. A change on the day observation ends, or later, exposes
    no time: an event on the day of the change counts as not exposed, because the exposure of a day begins after it.
    Raises ValueError as `times.observed` does, for a time of 0, and for a negative change.

    Source: Crowley & Hu 1977; Andersen & Gill 1982. Agrees with R tmerge/coxph on rows (start, stop]:
    tests/reference/test_r_small_sample.py.
    """
    data = observed(time, event, entry)
    changes = _changes(change)
    if changes.shape != data.time.shape:
        raise ValueError(f"change has {len(changes)} values for {len(data)} times; expected one for each")
    if (data.time == 0).any():
        raise ValueError(
            "time is 0 in some rows; expected numbers above 0 (an event on day 0 is counted at half a day)"
        )
    start = np.zeros(len(data)) if data.entry is None else data.entry
    known = ~np.isnan(changes)
    moved = changes.copy()
    # One clock: a change that differs from the end (or the entry) by rounding alone is on that day.
    stop, start, moved[known] = same_times(data.time, start, changes[known])
    split = known & (moved > start) & (moved < stop)
    from_start = known & (moved <= start)
    all_rows, late_rows = np.arange(len(data)), np.flatnonzero(split)
    row = np.concatenate((all_rows, late_rows))
    begin = np.concatenate((start, moved[late_rows]))
    end = np.concatenate((np.where(split, moved, stop), stop[late_rows]))
    seen = np.concatenate((data.event & ~split, data.event[late_rows]))
    exposed = np.concatenate((from_start, np.ones(len(late_rows), dtype=bool)))
    order = np.lexsort((begin, row))
    unused = int(np.count_nonzero(known & ~split & ~from_start))
    return Spells(row[order], begin[order], end[order], seen[order], exposed[order], unused)


def mantel_byar(time: ArrayLike, event: ArrayLike, change: ArrayLike, *, entry: ArrayLike | None = None) -> LogRank:
    """Test whether the hazard is the same before and after the change, with each day counted where it was lived.

    Vectors and errors as for `time_dependent`. `n` of the result counts rows, not observations.

    Source: Mantel & Byar 1974. Agrees with R's score test of coxph(Surv(start, stop, event), ties = "exact"):
    tests/reference/test_r_small_sample.py.
    """
    rows = time_dependent(time, event, change, entry=entry)
    return logrank(rows.stop, rows.event, rows.exposed, entry=rows.start)


def simon_makuch(
    time: ArrayLike, event: ArrayLike, change: ArrayLike, *, at: float = 0.0, confidence: float = 0.95
) -> tuple[SurvivalCurve, SurvivalCurve]:
    """Curves from the landmark `at` without and with the change; a case moves from the first to the second when it changes.

    Vectors and errors as for `time_dependent`. The clock stays that of the input.

    Source: Simon & Makuch 1984. Agrees with R survfit(Surv(start, stop, event)): tests/reference/test_r_small_sample.py.
    """
    rows = time_dependent(time, event, change)
    later = rows.stop > at
    start = np.maximum(rows.start, at)

    def curve(where: np.ndarray) -> SurvivalCurve:
        return kaplan_meier(rows.stop[where], rows.event[where], entry=start[where], confidence=confidence)

    return curve(later & ~rows.exposed), curve(later & rows.exposed)


def _changes(change: ArrayLike) -> np.ndarray:
    vector = np.asarray(change, dtype="float64")
    if vector.ndim != 1 or (vector < 0).any() or np.isinf(vector).any():
        raise ValueError("change has negative or infinite values; expected numbers from 0, or missing for never")
    return vector
