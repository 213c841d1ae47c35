"""Where the names of the curves stand: at their ends, on no other curve and on no other name.

Everything is in px of the plot at its narrowest, y downward, so that a wider page only adds room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

GAP = 5


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two share an inner point."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Name:
    """A curve's name to be placed: its curve as corner points, and the size of its text."""

    curve: tuple[tuple[float, float], ...]
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Place:
    """A placed name: (x, y) is the middle of its left or right edge, as `anchor` says; `inside` the plot or at its right edge."""

    x: float
    y: float
    anchor: str
    inside: bool
    box: Box


def corners(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Corner points of the step curve through `points`."""
    found = points[:1]
    for (_, y), (next_x, next_y) in pairwise(points):
        found += [(next_x, y), (next_x, next_y)]
    return tuple(found)


def placed(names: list[Name], plot_width: float, plot_height: float, occupied: Sequence[Box] = ()) -> list[Place]:
    """A place for each name, in the order given, off what is occupied.

    Tried in turn: right of the end, above it, below it; failing those, at the plot's right edge. Names at the edge are moved apart.
    """
    taken: list[Box] = list(occupied)
    places: dict[int, Place] = {}
    at_edge = []
    for i, name in enumerate(names):
        free = [one for one in _tries(name, plot_height) if _is_free(one.box, names, taken, plot_width, plot_height)]
        x, y = name.curve[-1]
        if x + name.width / 2 > plot_width or not free:
            at_edge.append(i)
        else:
            places[i] = free[0]
            taken.append(free[0].box)
    tops = apart([(names[i].curve[-1][1], names[i].height) for i in at_edge], plot_height)
    for i, y in zip(at_edge, tops, strict=True):
        name = names[i]
        box = Box(plot_width + GAP, y - name.height / 2, plot_width + GAP + name.width, y + name.height / 2)
        places[i] = Place(plot_width + GAP, y, "left", False, box)
    return [places[i] for i in range(len(names))]


def _tries(name: Name, plot_height: float) -> list[Place]:
    x, y = name.curve[-1]
    half, w, h = name.height / 2, name.width, name.height
    beside = min(max(y, half), plot_height - half)
    return [
        Place(x + GAP, beside, "left", True, Box(x + 2, beside - half, x + GAP + w, beside + half)),
        Place(x, y - half - GAP, "right", True, Box(x - w, y - h - GAP, x, y - GAP)),
        Place(x, y + half + GAP, "right", True, Box(x - w, y + GAP, x, y + h + GAP)),
    ]


def _is_free(box: Box, names: list[Name], taken: list[Box], plot_width: float, plot_height: float) -> bool:
    if box.left < 0 or box.top < 0 or box.bottom > plot_height or box.right > plot_width:
        return False
    if any(box.meets(other) for other in taken):
        return False
    return not any(box.meets(segment) for name in names for segment in _segments(name))


def _segments(name: Name) -> list[Box]:
    return [Box(min(a, c) - 1, min(b, d) - 1, max(a, c) + 1, max(b, d) + 1) for (a, b), (c, d) in pairwise(name.curve)]


def apart(wanted: list[tuple[float, float]], plot_height: float) -> list[float]:
    """Middles of stacked texts near the wanted (middle, height), none over another, within the plot where they fit."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i][0])
    middles = [0.0] * len(wanted)
    floor = float("-inf")
    for i in order:
        middle, tall = wanted[i]
        middles[i] = max(middle, floor + tall / 2)
        floor = middles[i] + tall / 2 + 2
    ceiling = plot_height + 8
    for i in reversed(order):
        tall = wanted[i][1]
        middles[i] = min(middles[i], ceiling - tall / 2)
        ceiling = middles[i] - tall / 2 - 2
    return middles


def spread(wanted: Sequence[float], distance: float) -> list[float]:
    """Places as near as can be to the wanted ascending ones (least squares), at least `distance` apart."""
    blocks: list[list[float]] = []  # of what is wanted less the distances before it: its sum, and how many
    for i, place in enumerate(wanted):
        blocks.append([place - i * distance, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] >= blocks[-1][0] / blocks[-1][1]:
            total, n = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += n
    middles = [total / n for total, n in blocks for _ in range(int(n))]
    return [middle + i * distance for i, middle in enumerate(middles)]
