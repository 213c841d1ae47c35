"""Bar traces as marks: stacked, beside each other, or over each other; upright or lying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from analytics.figures.files.axes import Axis, clip_of
from analytics.figures.files.marks import Area, Mark, Paint, box
from analytics.figures.files.reading import Part, each
from analytics.figures.files.traces import UNSEEN

MODES = ("stack", "group", "overlay", "relative")


@dataclass
class Bars:
    """One trace while its bars are being placed: `at` along the axis of positions, from `base` to `base + size`."""

    part: Part
    x: Axis
    y: Axis
    is_lying: bool
    at: list[float]
    sizes: list[float | None]
    widths: list[float]

    @property
    def key(self) -> tuple[str, str, bool]:
        """What stacks together."""
        return self.x.name, self.y.name, self.is_lying


def bar_marks(traces: Sequence[tuple[Part, Axis, Axis]], mode: str, gap: float, group_gap: float) -> list[list[Mark]]:
    """The marks of each trace, in the order given. mode, gap, group_gap: barmode, bargap and bargroupgap of the layout."""
    bars = [_read(part, x, y, mode) for part, x, y in traces]
    found = []
    ends: dict[tuple, float] = {}
    for i, one in enumerate(bars):
        beside = [other for other in bars if other.key == one.key]
        full = _spacing(beside) * (1 - gap)
        share = full / len(beside) if mode == "group" else full
        shift = (beside.index(one) - (len(beside) - 1) / 2) * share if mode == "group" else 0
        widths = one.widths or [share * (1 - group_gap)] * len(one.at)
        found.append(
            _marks(one, [at + shift for at in one.at], widths, ends if mode in ("stack", "relative") else None)
        )
        bars[i] = one
    return found


def _read(part: Part, x: Axis, y: Axis, mode: str) -> Bars:
    part.ignore(*UNSEEN, "text", "cliponaxis", "constraintext", "textfont", "insidetextanchor", "textangle")
    part.only(textposition="none", visible=True)
    is_lying = part.one_of("orientation", ("h", "v"), "v") == "h"
    at, sizes = (part.get("y"), part.get("x")) if is_lying else (part.get("x"), part.get("y"))
    axis = y if is_lying else x
    places = [float(axis.categories.index(one)) if isinstance(one, str) else float(one) for one in at]
    width = part.get("width", None)
    part.only(offset=None)
    if width is not None and mode == "group":
        raise ValueError(f"{part.where}: width cannot be drawn in a file for bars beside each other")
    return Bars(part, x, y, is_lying, places, list(sizes), each(width, len(places)) if width is not None else [])


def _spacing(bars: Sequence[Bars]) -> float:
    """The smallest distance of two positions; 1 for a single one."""
    places = sorted({at for one in bars for at in one.at})
    return min((b - a for a, b in pairwise(places)), default=1)


def _marks(one: Bars, at: list[float], widths: list[float], ends: dict | None) -> list[Mark]:
    n, part, clip = len(at), one.part, clip_of(one.x, one.y)
    bases = each(part.get("base", 0), n)
    opacity = part.get("opacity", 1)
    with part.part("marker") as marker:
        own = opacity * marker.get("opacity", 1)
        colours = each(marker.get("color"), n)
        with marker.part("line") as line:
            edge_width, edge = line.get("width", 0), line.get("color", None)
    across, along = (one.y, one.x) if one.is_lying else (one.x, one.y)
    found: list[Mark] = []
    for i, size in enumerate(one.sizes):
        if not size:
            continue
        start = bases[i]
        if ends is not None:
            place = (*one.key, round(at[i], 9), size < 0)
            start += ends.get(place, 0)
            ends[place] = start + size
        near, far = along.place(start), along.place(start + size)
        if near is None or far is None:
            raise ValueError(f"{part.where}: a bar from {start} to {start + size} has no place on {along.name}")
        low, high = across.at(at[i] - widths[i] / 2), across.at(at[i] + widths[i] / 2)
        ring = box(near, low, far, high) if one.is_lying else box(low, near, high, far)
        border = Paint.of(edge, own) if edge and edge_width else None
        found.append(Area((ring,), Paint.of(colours[i], own), border, edge_width, clip))
    return found
