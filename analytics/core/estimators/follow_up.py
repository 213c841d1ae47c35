"""How long and how completely the cases were followed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analytics.core.estimators.kaplan_meier import SurvivalCurve, curve_of
from analytics.core.estimators.times import Observed, observed


@dataclass(frozen=True, slots=True)
class Completeness:
    """Person-time observed and that could have been observed up to a stated date, in the unit of the times.

    complete      observed / potential, Clark's C; NaN if nobody could be observed
    n             cases that count; `begun_later` did not: their clock starts on the date or after it
    lost          cases without an event whose observation ends before the date
    """

    n: int
    begun_later: int
    lost: int
    observed: float
    potential: float
    complete: float


def completeness(
    time: ArrayLike, event: ArrayLike, potential: ArrayLike, *, entry: ArrayLike | None = None
) -> Completeness:
    """Clark's C: how much of the follow-up that was possible up to a stated date was seen.

    time, event, entry  as for `kaplan_meier`
    potential           (n,) time from each clock to the date, in the same unit; 0 or less if the clock starts later

    Follow-up that was possible goes up to the event, or to the date if there is none by then: whoever has the event is
    complete, whoever is censored earlier lacks the rest. Observation beyond the date does not count.

    Raises ValueError as `times.observed` does, and if potential is missing for some.

    Source: Clark, Altman & De Stavola 2002. Agrees with the sums in R: tests/reference/test_r_small_sample.py.
    """
    data = observed(time, event, entry)
    possible = np.asarray(potential, dtype="float64")
    if possible.shape != data.time.shape or not np.isfinite(possible).all():
        raise ValueError(f"potential must have one finite number for each of the {len(data)} times")
    start = np.zeros(len(data)) if data.entry is None else data.entry
    begun = possible > start
    complete = data.event & (data.time <= possible)
    until = np.where(complete, data.time, possible)
    seen = (np.minimum(data.time, until) - start)[begun]
    could = (until - start)[begun]
    total, most = float(seen.sum()), float(could.sum())
    return Completeness(
        n=int(np.count_nonzero(begun)),
        begun_later=int(np.count_nonzero(~begun)),
        lost=int(np.count_nonzero(begun & ~complete & (data.time < possible))),
        observed=total,
        potential=most,
        complete=total / most if most > 0 else float("nan"),
    )


def reverse_kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    confidence: float = 0.95,
    limits: str = "log-log",
) -> SurvivalCurve:
    """Estimate the distribution of follow-up: censorings are the events, and events censor. Read it with `quantile`.

    Vectors and errors as for `kaplan_meier`; `n_events` of the result counts the censorings.

    Source: Schemper & Smith 1996. Agrees with R survfit(Surv(time, 1 - event)).
    """
    data = observed(time, event, entry)
    return curve_of(Observed(data.time, np.logical_not(data.event), data.entry), confidence, limits)
