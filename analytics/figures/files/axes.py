"""Axes: where a value lies in px, and the marks of the axis itself. All rules of place are plotly.js'."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analytics.figures.files.lettering import CAP, DESCENT, LINE, MIDDLE, ascent, width_of
from analytics.figures.files.marks import Anchor, Clip, Letters, Mark, Paint, Stroke
from analytics.figures.files.reading import Part, each, lines_of

UNSEEN = ("fixedrange", "hoverformat", "uirevision", "constrain", "layer", "rangemode")
LINE_COLOUR = "#444444"  # plotly's own
MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Plot:
    """The figure inside its margins, in px."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: from `low` at its left or lower end to `high`, over `length` px from `offset` on."""

    letter: str
    name: str
    offset: float
    length: float
    low: float
    high: float
    is_log: bool
    categories: tuple[str, ...] = ()

    def place(self, value: object) -> float | None:
        """The px of a datum; None for nothing, and for what a logarithm does not have."""
        if value is None:
            return None
        if isinstance(value, str):
            return self.at(float(self.categories.index(value))) if value in self.categories else None
        number = float(value)  # type: ignore[arg-type]
        if not math.isfinite(number) or (self.is_log and number <= 0):
            return None
        return self.at(math.log10(number) if self.is_log else number)

    def at(self, position: float) -> float:
        """The px of a position on the axis: a datum, or its logarithm."""
        share = (position - self.low) / (self.high - self.low)
        return self.offset + self.length * (share if self.letter == "x" else 1 - share)

    def shows(self, position: float) -> bool:
        """Whether the position lies in the range."""
        return min(self.low, self.high) - 1e-9 <= position <= max(self.low, self.high) + 1e-9


def key_of(name: str) -> str:
    """ "x2" → "xaxis2"."""
    return f"{name[0]}axis{name[1:]}"


def axis_of(name: str, given: dict, plot: Plot) -> Axis:
    """The axis as it measures. Its range must be given: a file does not choose one."""
    part = Part(given, key_of(name))
    kind = part.one_of("type", ("linear", "log", "category"), "linear")
    low, high = part.get("range")
    start, end = part.get("domain", [0, 1])
    if name[0] == "x":
        offset, length = plot.left + plot.width * start, plot.width * (end - start)
    else:
        offset, length = plot.top + plot.height * (1 - end), plot.height * (end - start)
    if low == high or length <= 0:
        raise ValueError(f"{part.where}: a range and a domain must have two ends")
    names = tuple(part.get("categoryarray", ())) if kind == "category" else ()
    return Axis(name[0], name, offset, length, float(low), float(high), kind == "log", names)


@dataclass(frozen=True, slots=True)
class Drawn:
    """An axis as seen: `under` the traces its grid, `over` them line, ticks, labels and title."""

    under: tuple[Mark, ...]
    over: tuple[Mark, ...]


def drawn_axis(axis: Axis, given: dict, across: dict[str, Axis], plot: Plot, font: tuple[float, str]) -> Drawn:
    """The marks of an axis. across: the axes of the other letter; font: size and colour of the figure's text."""
    with Part(given, key_of(axis.name)) as part:
        part.ignore(*UNSEEN, "range", "domain", "type", "overlaying", "categoryorder", "categoryarray", "autorange")
        anchor = across.get(part.get("anchor", "y" if axis.letter == "x" else "x"))
        side = part.one_of("side", ("bottom", "top", "left", "right"), "bottom" if axis.letter == "x" else "left")
        position = part.get("position", 0)
        if not part.get("visible", True):
            part.ignore(*given)
            return Drawn((), ())
        return _Maker(axis, part, anchor, side, position, plot, font).made()


class _Maker:
    """What one axis draws, step by step."""

    def __init__(
        self, axis: Axis, part: Part, anchor: Axis | None, side: str, position: float, plot: Plot, font: tuple
    ) -> None:
        self.axis, self.part, self.anchor, self.plot = axis, part, anchor, plot
        self.size, self.colour = font
        self.flip = 1 if side in ("bottom", "right") else -1
        colour, width = part.get("linecolor", None), part.get("linewidth", None)
        self.has_line = part.get("showline", bool(colour or width))
        self.line = Paint.of(colour or LINE_COLOUR)
        self.width = max(width or 1, 1) if self.has_line else 0
        self.place = self._main_line(side, position)
        self.has_ticks = bool(part.one_of("ticks", ("", "outside"), ""))
        self.tick = part.get("ticklen", 5) if self.has_ticks else 0

    def made(self) -> Drawn:
        """Grid; line, ticks, labels, title."""
        values = self.part.get("tickvals", ())
        positions = [self._position(value) for value in values]
        shown = [(i, one) for i, one in enumerate(positions) if one is not None and self.axis.shows(one)]
        under = self._grid([one for _, one in shown])
        over = [*self._line(), *self._ticks([one for _, one in shown])]
        labels = self._labels(values, shown)
        return Drawn(tuple(under), (*over, *labels, *self._title(labels)))

    def _position(self, value: object) -> float | None:
        if isinstance(value, str):
            return float(self.axis.categories.index(value)) if value in self.axis.categories else None
        number = float(value)  # type: ignore[arg-type]
        return (math.log10(number) if number > 0 else None) if self.axis.is_log else number

    def _main_line(self, side: str, position: float) -> float:
        half = self.width / 2
        if self.anchor is None:
            plot = self.plot
            start, length = (plot.left, plot.width) if self.axis.letter == "y" else (plot.top, plot.height)
            share = position if self.axis.letter == "y" else 1 - position
            return start + length * share + half % 1
        near = self.anchor.offset - half
        far = self.anchor.offset + self.anchor.length + half
        return far if side in ("bottom", "right") else near

    def _grid(self, positions: list[float]) -> list[Mark]:
        """A line for each tick but those on the edges of the plot. plotly's own line at zero must be switched off."""
        has_grid = self.part.get("showgrid", True)
        self.part.only(griddash="solid", zeroline=False)
        if has_grid and "zeroline" not in self.part.given:
            raise ValueError(f"{self.part.where}: zeroline is missing; a file cannot choose it")
        if not has_grid or not positions or self.anchor is None:
            self.part.ignore("gridcolor", "gridwidth")
            return []
        paint, width = Paint.of(self.part.get("gridcolor")), self.part.get("gridwidth", 1)
        start, end = self.anchor.offset, self.anchor.offset + self.anchor.length
        places = [self.axis.at(one) for one in positions]
        inside = [one for one in places if 1 < one - self.axis.offset < self.axis.length - 1]
        return [Stroke((self._across(one, start, end),), paint, width) for one in inside]

    def _across(self, place: float, start: float, end: float) -> tuple:
        return ((place, start), (place, end)) if self.axis.letter == "x" else ((start, place), (end, place))

    def _along(self, start: float, end: float, place: float) -> tuple:
        return ((start, place), (end, place)) if self.axis.letter == "x" else ((place, start), (place, end))

    def _line(self) -> list[Mark]:
        self.part.only(mirror=False)
        if not self.has_line:
            return []
        start, end = self.axis.offset, self.axis.offset + self.axis.length
        return [Stroke((self._along(start, end, self.place),), self.line, self.width)]

    def _ticks(self, positions: list[float]) -> list[Mark]:
        self.part.ignore("ticklen")
        width, paint = self.part.get("tickwidth", 1), Paint.of(self.part.get("tickcolor", LINE_COLOUR))
        if not self.has_ticks or not positions:
            return []
        start = self.place + self.flip * self.width / 2
        end = start + self.flip * self.tick
        return [Stroke((self._across(self.axis.at(one), start, end),), paint, width) for one in positions]

    def _labels(self, values: list, shown: list[tuple[int, float]]) -> list[Letters]:
        part = self.part
        part.only(tickmode="array", tickangle=0)
        part.ignore("tickformat", "automargin")
        texts = each(part.get("ticktext", ()) or [_number(value) for value in values], len(values))
        with part.part("tickfont") as font:
            size, colour = font.get("size", self.size), font.get("color", self.colour)
            bold = font.get("weight", 400) >= 550
            font.ignore("family")
        away = self.tick + self.width / 2 + (0.2 * size if self.has_ticks or self.has_line else 0)
        if not part.get("showticklabels", True):
            return []
        return [
            letters
            for i, position in shown
            for letters in self._label(lines_of(texts[i]), self.axis.at(position), away, size, Paint.of(colour), bold)
        ]

    def _label(self, lines: list[str], at: float, away: float, size: float, paint: Paint, bold: bool) -> list[Letters]:
        anchor: Anchor
        if self.axis.letter == "x":
            rise = (len(lines) - 1) * size * LINE if self.flip < 0 else 0
            first = self.place + self.flip * away + size * (1 if self.flip > 0 else -0.2) - rise
            x, anchor = at, "center"
        else:
            first = at + size * MIDDLE - (len(lines) - 1) * size * LINE / 2
            x, anchor = self.place + self.flip * away, "left" if self.flip > 0 else "right"
        return [Letters(line, x, first + i * size * LINE, size, paint, anchor, bold) for i, line in enumerate(lines)]

    def _title(self, labels: list[Letters]) -> list[Mark]:
        given = self.part.get("title", {})
        if isinstance(given, str):
            given = {"text": given}
        with Part(given, f"{self.part.where}.title") as title:
            lines = lines_of(title.get("text", ""))
            with title.part("font") as font:
                size, colour = font.get("size", round(1.2 * self.size, 4)), font.get("color", self.colour)
                bold = font.get("weight", 400) >= 550
                font.ignore("family")
            standoff = title.get("standoff", None)
        if not any(lines):
            return []
        if standoff is None:
            raise ValueError(f"{self.part.where}.title: standoff is missing; a file cannot choose it")
        if len(lines) > 1:
            raise ValueError(f"{self.part.where}.title: only one line can be drawn in a file")
        across = self.place + self.flip * (self._depth(labels) + standoff + size * CAP)
        middle = self.axis.offset + self.axis.length / 2
        x, y, angle = (middle, across, 0) if self.axis.letter == "x" else (across, middle, 90)
        return [Letters(lines[0], x, y, size, Paint.of(colour), "center", bold, angle)]

    def _depth(self, labels: list[Letters]) -> float:
        """How far the labels reach from the axis."""
        if not labels:
            return 0
        if self.axis.letter == "x":
            if self.flip > 0:
                return max(one.y + round(DESCENT * one.size) for one in labels) - self.place
            return self.place - min(one.y - ascent(one.size) for one in labels)
        widest = max(width_of(one.text, one.size, one.is_bold) for one in labels)
        return widest + abs(labels[0].x - self.place)


def _number(value: str | float) -> str:
    """A tick's value as plotly writes it without a format: whole numbers; others need their text."""
    if isinstance(value, str):
        return value
    if value != int(value) or abs(value) >= 10_000:
        raise ValueError(f"the tick {value!r} needs a ticktext; a file cannot choose one")
    return str(int(value)).replace("-", MINUS)


def clip_of(x: Axis, y: Axis) -> Clip:
    """The rectangle of two axes."""
    return Clip(x.offset, y.offset, x.length, y.length)
