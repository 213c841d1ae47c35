"""What is drawn, in CSS px from the figure's upper left corner, y downward; later marks lie over earlier ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analytics.figures.files.reading import colour_of

Point = tuple[float, float]
Anchor = Literal["left", "center", "right"]
NAMED_DASHES = {
    "solid": (),
    "dot": (1, 1),
    "dash": (3, 3),
    "longdash": (5, 5),
    "dashdot": (3, 1, 1, 1),
    "longdashdot": (5, 2, 1, 2),
}


@dataclass(frozen=True, slots=True)
class Clip:
    """The rectangle outside of which a mark is not seen."""

    left: float
    top: float
    width: float
    height: float

    def holds(self, point: Point) -> bool:
        """Whether a point lies in it; half a px is forgiven."""
        x, y = point
        return (
            self.left - 0.5 <= x <= self.left + self.width + 0.5 and self.top - 0.5 <= y <= self.top + self.height + 0.5
        )


@dataclass(frozen=True, slots=True)
class Paint:
    """#rrggbb and opacity from 0 to 1."""

    colour: str
    opacity: float = 1.0

    @classmethod
    def of(cls, css: str, opacity: float = 1.0) -> Paint:
        """A CSS colour, seen through `opacity`."""
        colour, own = colour_of(css)
        return cls(colour, own * opacity)


@dataclass(frozen=True, slots=True)
class Stroke:
    """Open lines, each through its points. dash: lengths of ink and gap."""

    runs: tuple[tuple[Point, ...], ...]
    paint: Paint
    width: float
    dash: tuple[float, ...] = ()
    clip: Clip | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """Closed polygons, filled by one rule of overlap (non-zero), with an edge where `edge` is given. circle: (x, y, radius) instead."""

    rings: tuple[tuple[Point, ...], ...]
    fill: Paint | None
    edge: Paint | None = None
    edge_width: float = 0
    clip: Clip | None = None
    edge_dash: tuple[float, ...] = ()
    circle: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Letters:
    """One line of text: (x, y) is the left end, middle or right end of its baseline. angle: degrees, against the clock."""

    text: str
    x: float
    y: float
    size: float
    paint: Paint
    anchor: Anchor = "left"
    is_bold: bool = False
    angle: float = 0
    clip: Clip | None = None


Mark = Stroke | Area | Letters


def dash_of(name: str, width: float) -> tuple[float, ...]:
    """Lengths in px of a dash by plotly's name, or of a list like "7px,3px"."""
    if name in NAMED_DASHES:
        return tuple(one * max(width, 3) for one in NAMED_DASHES[name])
    try:
        lengths = tuple(float(one.strip().removesuffix("px")) for one in name.split(","))
    except ValueError:
        lengths = ()
    if not lengths or min(lengths) < 0 or not any(lengths):
        raise ValueError(f"the dash {name!r} cannot be drawn in a file")
    return lengths if len(lengths) % 2 == 0 else lengths * 2


def box(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    """The corners of a rectangle."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))
