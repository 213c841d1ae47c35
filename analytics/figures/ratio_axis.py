"""The logarithmic axis of ratios: its ends, its ticks, and how a ratio is printed. Places are log10, the words are the ratios."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from analytics.figures.forest_rows import Ratio
from analytics.figures.text import width

EDGES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
WIDEST = (0.05, 20.0)  # limits never stretch the axis beyond; estimates do, to its last edge
LEAST = (0.5, 2.0)
CHOICES_OF_TICKS = (
    EDGES,
    (0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0),
    (0.01, 0.1, 0.5, 1.0, 2.0, 10.0, 100.0),
    (0.01, 0.1, 1.0, 10.0, 100.0),
)
GAP = 8  # px between two numbers under the axis


@dataclass(frozen=True, slots=True)
class RatioAxis:
    """lower and upper: the ratios at its ends."""

    lower: float
    upper: float
    ticks: tuple[float, ...]

    def place(self, ratio: float) -> float:
        """Where a ratio stands, no further than the ends."""
        return round(math.log10(min(max(ratio, self.lower), self.upper)), 6)

    def holds(self, ratio: float) -> bool:
        """Whether the ratio lies between the ends."""
        return self.lower <= ratio <= self.upper

    @property
    def range(self) -> list[float]:
        """The ends as places."""
        return [self.place(self.lower), self.place(self.upper)]


def ratio_axis(ratios: Iterable[Ratio], px: float, type_size: float) -> RatioAxis:
    """The shortest axis that holds every estimate and, within reason, their limits; `px` wide at its narrowest."""
    shown = [one for one in ratios if one.hr is not None]
    edges = [edge for one in shown for edge in (one.lower, one.upper) if edge is not None and edge > 0]
    reach = [min(max(edge, WIDEST[0]), WIDEST[1]) for edge in edges] + [one.hr for one in shown if one.hr]
    lowest, highest = min([*reach, LEAST[0]]), max([*reach, LEAST[1]])
    lower = max((edge for edge in EDGES if edge <= lowest), default=EDGES[0])
    upper = min((edge for edge in EDGES if edge >= highest), default=EDGES[-1])
    return RatioAxis(lower, upper, _ticks(lower, upper, px, type_size))


def _ticks(lower: float, upper: float, px: float, type_size: float) -> tuple[float, ...]:
    """The closest ticks whose numbers do not touch."""
    per_decade = px / (math.log10(upper) - math.log10(lower))
    inside = [tuple(edge for edge in edges if lower <= edge <= upper) for edges in CHOICES_OF_TICKS]
    for ticks in inside:
        places = [math.log10(tick) * per_decade for tick in ticks]
        half = [width(f"{tick:g}", type_size) / 2 for tick in ticks]
        rooms = [b - a - (half[i] + half[i + 1]) for i, (a, b) in enumerate(zip(places, places[1:], strict=False))]
        if all(room >= GAP for room in rooms):
            return ticks
    return inside[-1]


def printed(ratio: float | None) -> str:
    """Two decimals below 10, one below 100; what is beyond is said to be."""
    if ratio is None:
        return "–"
    if ratio and ratio < 0.005:
        return "< 0.01"
    if ratio >= 999.5:
        return "> 999"
    decimals = 2 if ratio < 9.995 else 1 if ratio < 99.95 else 0
    return f"{ratio:.{decimals}f}"


def printed_with_limits(ratio: Ratio) -> str:
    """ "0.30 (0.11–0.72)"; "–" where there is no estimate."""
    if ratio.hr is None:
        return "–"
    lower, upper = printed(ratio.lower), printed(ratio.upper)
    joined = f"{lower}–{upper}" if not (lower + upper).count(" ") else f"{lower} – {upper}"
    return (
        f"{printed(ratio.hr)} ({joined})".replace(" ", "\u00a0")
        if ratio.lower is not None or ratio.upper is not None
        else printed(ratio.hr)
    )
