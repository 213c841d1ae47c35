"""The flow of patients as boxes and arrows: who went on, who left and why, with the counts as the Result holds them.

The boxes stand one under another. On a wide page those who left stand in boxes beside the arrows, on a phone as lines beside them.
What follows remission (transplant, relapse, death) stands side by side, or one under another.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics.figures.below import Sheet, caption
from analytics.figures.choices import USUAL, Choices
from analytics.figures.regions import Region, in_px, stacked, strong
from analytics.figures.sizes import WIDE, Size
from analytics.figures.text import NBSP, counted, safe, short, wrapped
from analytics.figures.theme import LIGHT, Theme
from analytics.figures.words import Words

MARGIN = 6
PAD = 6  # px inside a box
LEAST_GAP = 20  # px of an arrow
LAST_BOX = "remission"


@dataclass(frozen=True, slots=True)
class Grid:
    """Shares of the width. box: of the main boxes; arrow: between them; exits: of those who left; outcomes: of what follows."""

    box: tuple[float, float]
    arrow: float
    exits: tuple[float, float]
    outcomes: tuple[tuple[float, float], ...]


BESIDE = Grid((0, 0.5), 0.25, (0.56, 1), ((0, 0.31), (0.345, 0.655), (0.69, 1)))
BELOW = Grid((0, 1), 0.05, (0.12, 1), ((0.12, 1), (0.12, 1), (0.12, 1)))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text. is_name: of a box; is_soft: under way, or how a box divides."""

    text: str
    is_name: bool = False
    is_soft: bool = False


def flow_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, _choices: Choices = USUAL
) -> dict:
    """The figure of a flow table as {"data": […], "layout": {…}} of plotly.js."""
    words = words or Words()
    sheet = Sheet(size, theme, words, MARGIN, MARGIN, y=12)
    nodes = nodes_of(result)
    caption(sheet, result, _said(result, nodes, words))
    region = Region(0, 60, 8, x={"range": [0, 1], "visible": False, "fixedrange": True})
    drawing = _Drawing(sheet, region, nodes, BESIDE if size.name == "wide" else BELOW)
    if nodes:
        drawing.draw()
    else:
        soft = theme.ink_soft
        drawing.notes.append(region.note(sheet, safe(words.no_patients), 30, at=0.5, anchor="center", color=soft))
        drawing.y = 60
    region.height = drawing.y
    region.y = in_px(region.height)
    return stacked(result, sheet, [region], [], drawing.notes, drawing.shapes)


def nodes_of(result: dict) -> list[dict]:
    """The boxes of the Result; none of an empty cohort."""
    return list(result["table"]["nodes"]) if result["table"] else []


def _said(result: dict, nodes: list[dict], words: Words) -> list[str]:
    """The day at which states were looked at, and what a dash means."""
    if not nodes:
        return []
    day = result["table"]["day"]
    counts = [part["n"] for node in nodes for part in (node, *node["exits"], *node["next"])]
    said = [words.flow_day.format(day=day)] if day else []
    return [*said, words.withheld_note] if None in counts else said


@dataclass
class _Drawing:
    """The drawing while it is made: `y` px down from its top is where the next box begins."""

    sheet: Sheet
    region: Region
    nodes: list[dict]
    grid: Grid
    y: float = 0
    notes: list[dict] = field(default_factory=list)
    shapes: list[dict] = field(default_factory=list)

    def draw(self) -> None:
        """The main boxes with their exits between them, then what follows remission."""
        last = next(i for i, node in enumerate(self.nodes) if node["id"] == LAST_BOX)
        for node in self.nodes[: last + 1]:
            self._box(self._lines(node, self.grid.box, with_exits=False), self.grid.box)
            self._exits(node, is_last=node["id"] == LAST_BOX)
        outcomes = self.nodes[last + 1 :]
        if self.grid is BESIDE:
            self._side_by_side(outcomes)
        else:
            self._one_under_another(outcomes)
        self.y += 4

    def _px(self, span: tuple[float, float]) -> float:
        """The narrowest width of a span, px."""
        return (span[1] - span[0]) * (self.sheet.size.width - 2 * MARGIN)

    def _lines(self, node: dict, span: tuple[float, float], *, with_exits: bool) -> list[Line]:
        """What a box says: its name and n, where they came from, how they divide, who goes no further."""
        words, room = self.sheet.words, self._px(span) - 2 * PAD
        texts = [Line(self._counted(node["label"], node["n"]), is_name=True)]
        came = [one for one in self._sources(node) if one[1] != 0]
        if with_exits and len(came) > 1:
            steps = words.between.join(words.flow_part.format(label=label, n=counted(n)) for label, n in came)
            texts.append(Line(words.flow_came.format(steps=steps), is_soft=True))
        for partition in node["partitions"]:
            if len(partition["parts"]) > 1:
                parts = words.between.join(
                    words.flow_part.format(label=part["label"], n=part["n"]) for part in partition["parts"]
                )
                texts.append(Line(words.flow_parts.format(label=partition["label"], parts=parts), is_soft=True))
        if with_exits:
            texts += self._leaving(node)
        return self._wrapped(texts, room)

    def _sources(self, node: dict) -> list[tuple[str, int | None]]:
        return [
            (short(one["label"]), step["n"]) for one in self.nodes for step in one["next"] if step["id"] == node["id"]
        ]

    def _counted(self, label: str, n: int | None) -> str:
        """A label and how many, which no break of a line parts from its n."""
        return self.sheet.words.flow_n.replace(" {n}", NBSP + "{n}").format(label=label, n=counted(n))

    def _leaving(self, node: dict) -> list[Line]:
        return [Line(self._counted(one["reason"], one["n"]), is_soft=one["waiting"]) for one in node["exits"]]

    def _wrapped(self, texts: list[Line], room: float) -> list[Line]:
        size = self.sheet.size.small
        return [
            Line(line, one.is_name, one.is_soft)
            for one in texts
            for line in wrapped(one.text, size, room, bold=one.is_name)
        ]

    def _height(self, lines: list[Line]) -> float:
        return len(lines) * self.sheet.size.line + 2 * PAD

    def _box(self, lines: list[Line], span: tuple[float, float], height: float = 0) -> None:
        """A box with its lines, from `y` down; `y` is its lower edge then."""
        height = height or self._height(lines)
        self.shapes.append(self._rectangle(span, self.y, self.y + height))
        self._write(lines, span[0], self.y + PAD)
        self.y += height

    def _rectangle(self, span: tuple[float, float], top: float, bottom: float) -> dict:
        return {
            "type": "rect",
            "xref": "paper",
            "x0": span[0],
            "x1": span[1],
            "yref": self.region.yref,
            "y0": round(top, 1),
            "y1": round(bottom, 1),
            "line": {"color": self.sheet.theme.ink_soft, "width": 1},
        }

    def _write(self, lines: list[Line], at: float, top: float, inset: float = PAD) -> None:
        theme, line = self.sheet.theme, self.sheet.size.line
        for i, one in enumerate(lines):
            font = strong(self.sheet) if one.is_name else {"color": theme.ink_soft if one.is_soft else theme.ink}
            middle = top + (i + 0.5) * line
            self.notes.append(self.region.note(self.sheet, safe(one.text, 200), middle, at=at, shift=inset, **font))

    def _exits(self, node: dict, *, is_last: bool) -> None:
        """The arrow to the next box, and those who left beside it."""
        span = self.grid.exits
        lines = self._wrapped(self._leaving(node), self._px(span) - 2 * PAD)
        height = self._height(lines) if lines else 0
        top, gap = self.y, max(LEAST_GAP, height + 10)
        if lines:
            middle = top + gap / 2
            self._shaft(self.grid.arrow, span[0], middle)
            if self.grid is BESIDE:
                self.shapes.append(self._rectangle(span, middle - height / 2, middle + height / 2))
                self._head(span[0], middle, -6, 0)
            self._write(lines, span[0], middle - height / 2 + PAD, PAD if self.grid is BESIDE else 4)
        self.y = top + gap
        if not is_last:
            self._down(self.grid.arrow, top, self.y)
        else:
            self._upright(self.grid.arrow, top, self.y)

    def _down(self, at: float, top: float, bottom: float) -> None:
        self._upright(at, top, bottom)
        self._head(at, bottom, 0, -6)

    def _upright(self, at: float, top: float, bottom: float) -> None:
        self._line((at, at), (top, bottom))

    def _shaft(self, start: float, end: float, y: float) -> None:
        self._line((start, end), (y, y))

    def _line(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.shapes.append(
            {
                "type": "line",
                "xref": "paper",
                "x0": x[0],
                "x1": x[1],
                "yref": self.region.yref,
                "y0": round(y[0], 1),
                "y1": round(y[1], 1),
                "line": {"color": self.sheet.theme.ink_soft, "width": 1},
            }
        )

    def _head(self, at: float, y: float, from_x: float, from_y: float) -> None:
        """An arrow's head with its tip here, coming from so many px beside."""
        self.notes.append(
            {
                "text": "",
                "xref": "paper",
                "x": at,
                "yref": self.region.yref,
                "y": round(y, 1),
                "ax": from_x,
                "ay": from_y,
                "showarrow": True,
                "arrowhead": 2,
                "arrowsize": 1,
                "arrowwidth": 1,
                "arrowcolor": self.sheet.theme.ink_soft,
            }
        )

    def _side_by_side(self, outcomes: list[dict]) -> None:
        """A line across, from it an arrow to each; an arrow from one to the next where somebody went that way."""
        spans = self.grid.outcomes
        texts = [self._lines(node, span, with_exits=True) for node, span in zip(outcomes, spans, strict=True)]
        bus, height = self.y, max(map(self._height, texts))
        middles = [sum(span) / 2 for span in spans]
        reached = [middle for node, middle in zip(outcomes, middles, strict=True) if self._comes(LAST_BOX, node)]
        if reached:
            self._shaft(min(*reached, self.grid.arrow), max(*reached, self.grid.arrow), bus)
        top = bus + LEAST_GAP
        for middle in reached:
            self._down(middle, bus, top)
        for lines, span in zip(texts, spans, strict=True):
            self.y = top
            self._box(lines, span, height)
        for place, node in enumerate(outcomes[1:]):
            if self._comes(outcomes[place]["id"], node):
                left, right = spans[place][1], spans[place + 1][0]
                self._shaft(left, right, top + height / 2)
                self._head(right, top + height / 2, -6, 0)

    def _one_under_another(self, outcomes: list[dict]) -> None:
        """A line down beside them, from it an arrow to each that follows remission; an arrow from one to the next."""
        start = self.y
        for place, (node, span) in enumerate(zip(outcomes, self.grid.outcomes, strict=True)):
            if place:
                follows = self._comes(outcomes[place - 1]["id"], node)
                gap = LEAST_GAP if follows else LEAST_GAP / 2
                if follows:
                    self._down(sum(span) / 2, self.y, self.y + gap)
                self.y += gap
            lines = self._lines(node, span, with_exits=True)
            middle = self.y + self._height(lines) / 2
            if self._comes(LAST_BOX, node):
                self._upright(self.grid.arrow, start, middle)
                self._shaft(self.grid.arrow, span[0], middle)
                self._head(span[0], middle, -6, 0)
            self._box(lines, span)

    def _comes(self, origin: str, node: dict) -> bool:
        """Whether somebody came straight from that box."""
        box = next(one for one in self.nodes if one["id"] == origin)
        return any(step["id"] == node["id"] and step["n"] != 0 for step in box["next"])
