"""A curve's steps read on a grid of whole months, and which of the counts behind it can be shown."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from analytics.core.disclosure.counts import alike, is_small
from analytics.core.disclosure.policy import Policy
from analytics.core.results import DAYS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Steps:
    """What happened at each distinct time, ascending, the start at 0 first. Times in days; counts of that time alone."""

    n: int
    time: Sequence[float]
    events: Sequence[int]
    censored: Sequence[int]

    def through(self, day: float, counts: Sequence[int]) -> int:
        """How many until the end of the day."""
        return sum(counts[: bisect_right(self.time, day)])

    def before(self, day: float, counts: Sequence[int]) -> int:
        """How many before the day."""
        return sum(counts[: bisect_left(self.time, day)])

    def at_risk(self, day: float) -> int:
        """Observed at least so long."""
        return self.n - self.before(day, self.events) - self.before(day, self.censored)

    def last(self, day: float) -> int:
        """Position of the last step until the end of the day."""
        return bisect_right(self.time, day) - 1

    def last_month(self, until: float, least: int) -> int:
        """The last whole month, not beyond `until`, at which `least` are at risk; 0 if there is none."""
        month = 0
        while (month + 1) * DAYS_PER_MONTH <= until and self.at_risk((month + 1) * DAYS_PER_MONTH) >= least:
            month += 1
        return month


def steps_of(curve: dict[str, Any], n: int) -> Steps:
    """The steps of a stored survival curve."""
    return Steps(n, curve["time"], curve["events"], curve["censored"])


def day_of(month: int) -> float:
    """The day at which a whole month ends."""
    return month * DAYS_PER_MONTH


def months_at_risk(steps: Steps, ticks: Sequence[int], first: int, last: int, policy: Policy) -> frozenset[int]:
    """Those of the months `ticks` at which the number at risk can be shown, rounded.

    n = events + censored + at risk. The attacker is taken to know n, which the first steps of a curve nearly tell, and the events
    from month `first` on, where it is shown; until then, and for those censored, every small number must keep k possible values
    from 1 on.
    """
    kept = [month for month in ticks if month <= last and steps.at_risk(day_of(month)) >= policy.k]
    while kept and (found := _found_out(steps, kept, first, policy)) is not None:
        kept.remove(found)
    return frozenset(kept)


def _found_out(steps: Steps, kept: list[int], first: int, policy: Policy) -> int | None:
    """A month whose number at risk gives away how few had an event or were censored until then; None if there is none."""
    days = [day_of(month) for month in kept]
    events = [steps.before(day, steps.events) for day in days]
    censored = [steps.before(day, steps.censored) for day in days]
    gone = [_gone(steps.n, steps.at_risk(day), policy) for day in days]
    settled = steps.through(day_of(first), steps.events)
    known = [month > first for month in kept]
    of_events = [(one, one) if is_known else (0, settled) for one, is_known in zip(events, known, strict=True)]
    of_censored = [(0, steps.n)] * len(kept)
    for _ in range(2 * len(kept) + 2):
        of_censored = _rising([_less(both, one) for both, one in zip(gone, of_events, strict=True)], of_censored)
        of_events = _rising([_less(both, one) for both, one in zip(gone, of_censored, strict=True)], of_events)
    for place, month in enumerate(kept):
        pairs = ((censored[place], of_censored[place]), (events[place], of_events[place]))
        for count, (low, high) in pairs if not known[place] else pairs[:1]:
            if is_small(count, policy) and high - max(1, low) + 1 < policy.k:
                return month
    return None


def _gone(n: int, at_risk: int, policy: Policy) -> tuple[int, int]:
    """Least and greatest number of those no longer at risk."""
    low, high = alike(at_risk, policy)
    return max(0, n - high), n - low


def _less(both: tuple[int, int], one: tuple[int, int]) -> tuple[int, int]:
    """What remains of both without the one."""
    return max(0, both[0] - one[1]), both[1] - one[0]


def _rising(found: list[tuple[int, int]], before: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Both bounds hold, and counts from the start on never fall."""
    met = [(max(a[0], b[0]), min(a[1], b[1])) for a, b in zip(found, before, strict=True)]
    lows = list(accumulate((low for low, _ in met), max))
    highs = list(accumulate((high for _, high in reversed(met)), min))[::-1]
    return list(zip(lows, highs, strict=True))


def falls_to_half(months: Sequence[int], shares: Sequence[float | None]) -> float | None:
    """The day of the first of the months at which the share is a half or less; None if it never is."""
    return next((day_of(m) for m, one in zip(months, shares, strict=True) if one is not None and one <= 0.5), None)


__all__ = ["Steps", "day_of", "falls_to_half", "months_at_risk", "steps_of"]
