"""The symbols of markers, as plotly.js draws them: outlines around (0, 0) for a diameter of `size` px, y downward."""

from __future__ import annotations

import math

from analytics.figures.files.marks import Area, Clip, Mark, Paint, Point, Stroke

OPEN = "-open"


def _lines(*runs: tuple[Point, Point]) -> tuple[tuple[Point, Point], ...]:
    return runs


def _outline(name: str, r: float) -> tuple[Point, ...] | None:
    """The polygon of a filled symbol of radius r; None for one that is no polygon."""
    third, arm = r * 2 / math.sqrt(3), r * 0.4
    long, diagonal = r * 1.2, r * 0.8 / math.sqrt(2)
    shapes: dict[str, tuple[Point, ...]] = {
        "square": ((r, r), (-r, r), (-r, -r), (r, -r)),
        "diamond": ((r * 1.3, 0), (0, r * 1.3), (-r * 1.3, 0), (0, -r * 1.3)),
        "triangle-up": ((-third, r / 2), (third, r / 2), (0, -r)),
        "triangle-down": ((-third, -r / 2), (third, -r / 2), (0, r)),
        "triangle-left": ((r / 2, -third), (r / 2, third), (-r, 0)),
        "triangle-right": ((-r / 2, -third), (-r / 2, third), (r, 0)),
        "cross": (
            *((long, arm), (arm, arm), (arm, long), (-arm, long), (-arm, arm), (-long, arm)),
            *((-long, -arm), (-arm, -arm), (-arm, -long), (arm, -long), (arm, -arm), (long, -arm)),
        ),
        "x": (
            *((0, diagonal), (diagonal, 2 * diagonal), (2 * diagonal, diagonal), (diagonal, 0)),
            *((2 * diagonal, -diagonal), (diagonal, -2 * diagonal), (0, -diagonal)),
            *((-diagonal, -2 * diagonal), (-2 * diagonal, -diagonal), (-diagonal, 0)),
            *((-2 * diagonal, diagonal), (-diagonal, 2 * diagonal)),
        ),
    }
    return shapes.get(name)


def _strokes(name: str, r: float) -> tuple[tuple[Point, Point], ...] | None:
    """The lines of a symbol without an inside."""
    arm = r * 1.4
    shapes = {
        "line-ns": _lines(((0, arm), (0, -arm))),
        "line-ew": _lines(((arm, 0), (-arm, 0))),
        "cross-thin": _lines(((0, arm), (0, -arm)), ((arm, 0), (-arm, 0))),
        "x-thin": _lines(((r, r), (-r, -r)), ((r, -r), (-r, r))),
    }
    return shapes.get(name)


def symbol(
    name: str, at: Point, size: float, fill: Paint, edge: Paint | None, edge_width: float, clip: Clip | None
) -> Mark:
    """One marker. An open one is drawn in its fill's colour alone. Raises ValueError for a symbol that is not known here."""
    x, y = at
    r, bare, is_open = size / 2, name.removesuffix(OPEN), name.endswith(OPEN)
    fill_of: Paint | None = None if is_open else fill
    line, width = (fill, edge_width or 1) if is_open else (edge, edge_width)
    if strokes := _strokes(bare, r):
        if line is None or not width:
            raise ValueError(f"the symbol {name!r} needs marker.line; without it nothing is seen")
        return Stroke(tuple(tuple((x + dx, y + dy) for dx, dy in run) for run in strokes), line, width, clip=clip)
    if bare == "circle":
        return Area((), fill_of, line if width else None, width, clip, circle=(x, y, r))
    outline = _outline(bare, r)
    if outline is None:
        raise ValueError(f"the symbol {name!r} cannot be drawn in a file")
    ring = tuple((x + dx, y + dy) for dx, dy in outline)
    return Area((ring,), fill_of, line if width else None, width, clip)
