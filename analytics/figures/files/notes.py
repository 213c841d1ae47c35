"""Annotations and shapes as marks. All rules of place are plotly.js'."""

from __future__ import annotations

import math

from analytics.figures.files.axes import Axis, Plot
from analytics.figures.files.lettering import BOLD_FROM, LINE, ascent, box_height, width_of
from analytics.figures.files.marks import Area, Clip, Letters, Mark, Paint, Point, Stroke, box, dash_of
from analytics.figures.files.reading import Part, lines_of

PAPER = "paper"
SHIFTS = {"center": 0, "middle": 0, "left": 0.5, "bottom": -0.5, "right": -0.5, "top": 0.5}
ARROW = (
    *("ax", "ay", "axref", "ayref", "arrowhead", "arrowsize", "arrowwidth", "arrowcolor", "arrowside"),
    *("standoff", "startstandoff", "startarrowhead", "startarrowsize"),
)
UNSEEN = ("hovertext", "captureevents", "name", "hoverlabel", "editable", "legendgroup", "showlegend", "label")
# plotly's arrow heads by number: their outline before a tip that points right, in widths of the line, and how much of the line they cover.
HEADS: dict[int, tuple[tuple[Point, ...], float]] = {
    0: ((), 0),
    1: (((-2.4, -3), (-2.4, 3), (0.6, 0)), 0.6),
    2: (((-3.7, -2.5), (-3.7, 2.5), (1.3, 0)), 1.3),
    3: (((-4.45, -3), (-1.65, -0.2), (-1.65, 0.2), (-4.45, 3), (1.55, 0)), 1.55),
}


class Places:
    """Where positions of annotations and shapes lie in a figure of `width` and `height` px."""

    def __init__(self, plot: Plot, axes: dict[str, Axis], width: float, height: float) -> None:
        self.plot, self.axes, self.width, self.height = plot, axes, width, height

    def axis(self, part: Part, letter: str) -> Axis | None:
        """The axis that xref or yref names; None for the paper."""
        reference = part.get(f"{letter}ref", PAPER)
        if reference == PAPER:
            return None
        if reference not in self.axes or reference[0] != letter:
            raise ValueError(f"{part.where}: {letter}ref {reference!r} cannot be drawn in a file")
        return self.axes[reference]

    def on_paper(self, letter: str, share: float) -> float:
        """The px of a share of the plot; y upward."""
        plot = self.plot
        return plot.left + plot.width * share if letter == "x" else plot.top + plot.height * (1 - share)


def annotation_marks(part: Part, places: Places, font: tuple[float, str]) -> list[Mark]:
    """The arrow and the lines of text of an annotation; nothing for one whose point is off its axis, as on the page."""
    part.ignore(*UNSEEN)
    part.only(visible=True, textangle=0, width=None, height=None, valign="middle", opacity=1)
    lines = lines_of(part.get("text", ""))
    with part.part("font") as look:
        look.ignore("family")
        size, colour = look.get("size", font[0]), look.get("color", font[1])
        is_bold = look.get("weight", 400) >= BOLD_FROM
    pad, edge = part.get("borderpad", 1), part.get("borderwidth", 1)
    back, border = part.get("bgcolor", "transparent"), part.get("bordercolor", "transparent")
    wide = max(width_of(line, size, is_bold) for line in lines)
    tall = box_height(len(lines), size) if any(lines) else 0
    outer = (_round(wide + 2 * (pad + edge)), _round(tall + 2 * (pad + edge)))
    has_arrow = part.get("showarrow", True)
    at = [_place(part, letter, places, outer, has_arrow) for letter in ("x", "y")]
    if any(one is None for one in at):
        part.ignore(*part.given)
        return []
    (x, head_x, tail_x), (y, head_y, tail_y) = at  # type: ignore[misc]
    left, top = _round(x - outer[0] / 2), _round(y - outer[1] / 2)
    around = (x - (outer[0] - edge) / 2, y - (outer[1] - edge) / 2, outer[0] - edge, outer[1] - edge)
    found = _arrow(part, (tail_x, tail_y), (head_x, head_y), around) if has_arrow else []
    if Paint.of(back).opacity or Paint.of(border).opacity:
        ring = box(left + edge / 2, top + edge / 2, left + outer[0] - edge / 2, top + outer[1] - edge / 2)
        found.append(Area((ring,), Paint.of(back), Paint.of(border), edge))
    align = part.one_of("align", ("left", "center", "right"), "center")
    inner = left + pad + edge + {"left": 0, "center": wide / 2, "right": wide}[align]
    first = top + pad + edge + ascent(size)
    paint = Paint.of(colour)
    return [
        *found,
        *(
            Letters(line, inner, first + i * LINE * size, size, paint, align, is_bold)
            for i, line in enumerate(lines)
            if line
        ),
    ]


def _place(
    part: Part, letter: str, places: Places, outer: tuple[int, int], has_arrow: bool
) -> tuple[float, float, float] | None:
    """(middle of the text, head, tail) in px along one letter; None for a point outside of its axis."""
    axis, value = places.axis(part, letter), part.get(letter)
    size = outer[0] if letter == "x" else outer[1]
    shift = part.get(f"{letter}shift", 0) * (1 if letter == "x" else -1)
    tail_reference = part.get(f"a{letter}ref", "pixel")
    tail_value = part.get(f"a{letter}", -10 if letter == "x" else -30)
    is_on_axis = has_arrow and tail_reference == part.given.get(f"{letter}ref")
    if axis is not None:
        if not axis.shows(float(value)) and not (is_on_axis and axis.shows(float(tail_value))):
            return None
        base, fraction = axis.at(float(value)), 0.5
    else:
        base = places.on_paper(letter, value)
        fraction = value if letter == "x" else 1 - value
    anchor = part.get(f"{letter}anchor", "auto")
    if not has_arrow:
        part.ignore(*ARROW)
        return base + size * _shift(fraction, anchor) + shift, base, base
    text_shift = size * _shift(0.5, anchor)
    edge = places.width if letter == "x" else places.height
    head = base if axis is not None else min(max(base, 1), edge - 1)
    if is_on_axis:
        tail = axis.at(float(tail_value)) if axis is not None else places.on_paper(letter, tail_value)
        return tail + text_shift + shift, head + shift, tail + shift
    if tail_reference != "pixel":
        raise ValueError(f"{part.where}: a{letter}ref {tail_reference!r} cannot be drawn in a file")
    tail = base + tail_value
    before, beyond = -max(tail - 3, tail + text_shift), min(tail + 3, tail + text_shift) - edge
    tail += max(before, 0) or -max(beyond, 0)  # kept where it can be seen
    return tail + text_shift + shift, head + shift, tail + shift


def _shift(fraction: float, anchor: str) -> float:
    """By how much of its size the middle of a text lies from its point."""
    if anchor == "auto":
        anchor = "left" if fraction < 1 / 3 else "right" if fraction > 2 / 3 else "center"
    return SHIFTS[anchor]


def _arrow(part: Part, tail: Point, head: Point, text: tuple[float, float, float, float]) -> list[Mark]:
    """The line from the edge of the text's box to the head, and the head."""
    part.only(arrowside="end", startarrowhead=1, startarrowsize=1, startstandoff=0)
    width, scale = part.get("arrowwidth", 2), part.get("arrowsize", 1)
    paint = Paint.of(part.get("arrowcolor"))
    outline, covered = HEADS[part.one_of("arrowhead", HEADS, 1)]
    start = _leaving(tail, head, text)
    length, unit = math.dist(start, head), width * scale
    back = part.get("standoff", 0) + covered * unit
    if length == 0:
        return []
    ux, uy = (head[0] - start[0]) / length, (head[1] - start[1]) / length
    end = (head[0] - ux * back, head[1] - uy * back)
    line = Stroke(((start, end),), paint, width)
    ring = tuple((end[0] + (a * ux - b * uy) * unit, end[1] + (a * uy + b * ux) * unit) for a, b in outline)
    return [line, Area((ring,), paint)] if ring else [line]


def _leaving(tail: Point, head: Point, text: tuple[float, float, float, float]) -> Point:
    """Where the line from the tail leaves the box of the text; the tail itself when it does not lie in the box."""
    left, top, width, height = text
    (x, y), (to_x, to_y) = tail, head
    if not (left <= x <= left + width and top <= y <= top + height):
        return tail
    shares = []
    for start, end, low, high in ((x, to_x, left, left + width), (y, to_y, top, top + height)):
        if end != start:
            shares.append(((high if end > start else low) - start) / (end - start))
    share = min((one for one in shares if one >= 0), default=0)
    return (x + (to_x - x) * share, y + (to_y - y) * share)


def shape_marks(part: Part, places: Places) -> tuple[str, list[Mark]]:
    """(layer, marks) of a line or rectangle; layer is "below" or "above" the traces."""
    part.ignore(*UNSEEN)
    part.only(visible=True, opacity=part.given.get("opacity", 1))
    kind = part.one_of("type", ("line", "rect"))
    layer = part.one_of("layer", ("above", "below"), "above")
    x0, x1 = _ends(part, "x", places)
    y0, y1 = _ends(part, "y", places)
    opacity = part.get("opacity", 1)
    with part.part("line") as line:
        width = line.get("width", 2)
        edge = Paint.of(line.get("color"), opacity) if width else None
        dash = dash_of(line.get("dash", "solid"), width)
        line.ignore("color")
    fill = part.get("fillcolor", "transparent")
    part.ignore("fillrule")
    clip = _clip(part, places)
    if kind == "line":
        return layer, [Stroke((((x0, y0), (x1, y1)),), edge, width, dash, clip)] if edge else []
    ring = box(x0, y0, x1, y1)
    return layer, [Area((ring,), Paint.of(fill, opacity), edge, width, clip, dash)]


def _ends(part: Part, letter: str, places: Places) -> tuple[float, float]:
    """Both ends of a shape in px along one letter."""
    axis = places.axis(part, letter)
    mode = part.one_of(f"{letter}sizemode", ("scaled", "pixel"), "scaled")
    values = [part.get(f"{letter}{i}") + 0 for i in (0, 1)]
    part.only(**{f"{letter}{i}shift": 0 for i in (0, 1)})
    if mode == "pixel":
        anchor = part.get(f"{letter}anchor")
        base = _datum(axis, anchor, part) if axis else places.on_paper(letter, anchor)
        sign = 1 if letter == "x" else -1
        return base + sign * values[0], base + sign * values[1]
    part.ignore(f"{letter}anchor")
    if axis is None:
        return places.on_paper(letter, values[0]), places.on_paper(letter, values[1])
    return _datum(axis, values[0], part), _datum(axis, values[1], part)


def _datum(axis: Axis, value: float, part: Part) -> float:
    place = axis.place(value)
    if place is None:
        raise ValueError(f"{part.where}: {value!r} has no place on {axis.name}")
    return place


def _clip(part: Part, places: Places) -> Clip | None:
    """A shape is cut where its axes end; on paper it is not."""
    x, y = places.axis(part, "x"), places.axis(part, "y")
    if x is None and y is None:
        return None
    left, width = (x.offset, x.length) if x else (0, places.width)
    top, height = (y.offset, y.length) if y else (0, places.height)
    return Clip(left, top, width, height)


def _round(value: float) -> int:
    """As JavaScript rounds: half upward."""
    return math.floor(value + 0.5)
