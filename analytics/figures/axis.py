"""The axis of time: months, or days where everything happens within weeks."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.figures.text import DAYS_PER_MONTH

EMPTY_MONTHS, EMPTY_DAYS = 24, 42
STEPS_OF_MONTHS = (3, 6, 12, 24, 36, 60, 120)
STEPS_OF_DAYS = (7, 14, 28, 56)


@dataclass(frozen=True, slots=True)
class Axis:
    """unit: days of one unit. end and ticks in units; the ticks are those that the Result has counts for."""

    unit: float
    end: float
    ticks: tuple[int, ...]

    def place(self, days: float) -> float:
        """Days as a place on the axis."""
        return round(days / self.unit, 4)

    def said(self, days: float) -> str:
        """Days in the unit of the axis: whole days, months with one decimal."""
        return f"{days / self.unit:.1f}" if self.unit > 1 else f"{days:g}"

    @property
    def range(self) -> list[float]:
        """From 0 to a little beyond the end."""
        return [0, round(self.end * 1.01, 4)]

    @property
    def ends_in_tick(self) -> bool:
        """Whether the last number under the axis needs room beyond it."""
        return self.ticks[-1] > 0.93 * self.end


def months_axis(days: float, declared: int, most: int, *, is_points: bool = False) -> Axis:
    """An axis of months to the last of `days`; `declared` is the distance of the months that the Result has counts for.

    is_points: estimates alone stand on it, with no counts below; a short one then has a tick at every month
    """
    end = max(round(days / DAYS_PER_MONTH, 4), 1) if days else EMPTY_MONTHS
    is_short = is_points and end < STEPS_OF_MONTHS[0]
    ticks = range(int(end) + 1) if is_short else tick_months(declared, end, most)
    return Axis(DAYS_PER_MONTH, end, tuple(ticks))


def days_axis(days: float, most: int) -> Axis:
    """An axis of days, with ticks of whole weeks."""
    end = max(days, 1) if days else EMPTY_DAYS
    step = next((step for step in STEPS_OF_DAYS if end // step + 1 <= most), STEPS_OF_DAYS[-1])
    return Axis(1, end, tuple(range(0, int(end) + 1, step)))


def tick_months(declared: int, end: float, most: int) -> list[int]:
    """Months of the ticks: the closest of 3, 6, 12 … that the Result has counts for and that leaves at most `most` columns."""
    fitting = [step for step in STEPS_OF_MONTHS if step % declared == 0 and end // step + 1 <= most]
    step = fitting[0] if fitting else max(declared, STEPS_OF_MONTHS[-1])
    return list(range(0, int(end) + 1, step))
