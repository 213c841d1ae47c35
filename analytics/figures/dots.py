"""Rows of dots with intervals on an axis from 0 to 100 %: a label, what is counted, the estimate in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.core.cases_counted import CELLS_KEY
from analytics.figures.below import Sheet, caption, with_limits
from analytics.figures.regions import Region, in_px, shares_axis, stacked, strong, title_height, title_lines, upright
from analytics.figures.sizes import Size
from analytics.figures.text import safe, width, wrapped
from analytics.figures.theme import Theme
from analytics.figures.words import Words

GAP = 12  # px between columns
INDENT = 10


@dataclass(frozen=True, slots=True)
class Dot:
    """One row. counts: as printed, "31 / 42", and where that is no sentence, as said. estimate and limits: shares from 0 to 1, None where not defined."""

    label: str
    counts: str
    estimate: float | None
    lower: float | None
    upper: float | None
    is_open: bool = False  # what must be read with a note
    said: str = ""
    cases: str = ""  # words of the address of the cases it counts, of analytics.core.cases_counted.cell

    @property
    def printed(self) -> str:
        """The estimate with its limits."""
        return with_limits(self.estimate, self.lower, self.upper)


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under a head; "" for none."""

    head: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Heads:
    """What the columns of numbers hold."""

    counts: str
    estimate: str


def dots_figure(
    result: dict,
    words: Words,
    theme: Theme,
    size: Size,
    title: str,
    heads: Heads,
    blocks: Sequence[Block],
    said: Sequence[str],
) -> dict:
    """Blocks of dots over the caption. On a phone a label stands above its row, else beside it."""
    dots = [dot for block in blocks for dot in block.dots]
    counts, printed = (
        _widest([dot.counts for dot in dots], heads.counts, size),
        _widest([dot.printed for dot in dots], heads.estimate, size),
    )
    right = round(GAP + counts + GAP + printed + 4)
    beside = size.name == "wide"
    left = round(_label_width(dots, blocks, size) + 4 + GAP) if beside else 14
    sheet = Sheet(size, theme, words, left, right)
    caption(sheet, result, said)
    lines = title_lines(sheet, title)
    rows = _Rows(sheet, Region(0, 0, above=title_height(sheet, lines)), GAP + counts, beside)
    if dots:
        rows.heads(heads)
    else:
        rows.nobody()
    for block in blocks:
        rows.block(block)
    rows.region.height = rows.y + 4
    rows.region.x, rows.region.y = shares_axis(sheet), in_px(rows.region.height)
    notes = [rows.region.title(sheet, lines, 0), *rows.notes]
    return stacked(result, sheet, [rows.region], rows.traces(), notes, upright(sheet, rows.region))


def _widest(texts: Sequence[str], head: str, size: Size) -> float:
    return max((width(text, size.small) for text in (*texts, head)), default=0)


def _label_width(dots: Sequence[Dot], blocks: Sequence[Block], size: Size) -> float:
    """Of the labels beside their rows; longer ones are broken into lines."""
    most = 0.34 * size.width
    widest = max((width(dot.label, size.small) + INDENT for dot in dots), default=0)
    return min(max(widest, 60), most)


class _Rows:
    """The rows while they are being set: `y` px down from the top of the plot is where the next one begins."""

    def __init__(self, sheet: Sheet, region: Region, to_counts: float, beside: bool):
        self.sheet, self.region, self.beside = sheet, region, beside
        self.to_counts, self.to_printed = to_counts, to_counts + GAP
        self.indent = 0
        self.y: float = 2
        self.notes: list[dict] = []
        self.drawn: list[tuple[Dot, float]] = []

    def heads(self, heads: Heads) -> None:
        """The heads of the columns of numbers."""
        self._numbers(heads.counts, heads.estimate, self.y + self.sheet.size.line / 2, self.sheet.theme.ink_soft)
        self.y += self.sheet.size.line + 2

    def nobody(self) -> None:
        """That there is nothing to draw."""
        words = self.sheet.words.no_patients
        self.notes.append(
            self.region.note(self.sheet, safe(words), 20, at=0.5, anchor="center", color=self.sheet.theme.ink_soft)
        )
        self.y += 36

    def block(self, block: Block) -> None:
        """A head over its rows."""
        self.indent = INDENT if block.head else 0
        if block.head and block.dots:
            self.y += 4
            for line in wrapped(block.head, self.sheet.size.small, self.sheet.size.width - 8, bold=True):
                self._text(line, 4 - self.sheet.left, strong(self.sheet))
            self.y += 0 if self.beside else 2
        for dot in block.dots:
            self._row(dot)

    def _row(self, dot: Dot) -> None:
        size = self.sheet.size
        room = (self.sheet.left - 4 - GAP if self.beside else size.width - 8) - self.indent
        lines = wrapped(dot.label, size.small, room)
        if self.beside:
            self.y += 2
            middle = self.y + len(lines) * size.line / 2
            for line in lines:
                self._text(line, 4 - self.sheet.left + self.indent, {})
            self.y += 2
        else:
            for line in lines:
                self._text(line, 4 - self.sheet.left + self.indent, {})
            middle = self.y + size.line / 2
            self.y += size.line + 4
        self._numbers(dot.counts, dot.printed, middle, self.sheet.theme.ink)
        self.drawn.append((dot, middle))

    def _text(self, line: str, shift: float, font: dict) -> None:
        self.notes.append(
            self.region.note(self.sheet, safe(line, 200), self.y + self.sheet.size.line / 2, shift=shift, **font)
        )
        self.y += self.sheet.size.line

    def _numbers(self, counts: str, printed: str, middle: float, colour: str) -> None:
        for text, shift, anchor in (
            (counts, GAP + self.to_counts - GAP, "right"),
            (printed, GAP + self.to_printed - GAP + 0, "left"),
        ):
            self.notes.append(
                self.region.note(self.sheet, safe(text), middle, at=1, shift=shift, anchor=anchor, color=colour)
            )

    def traces(self) -> list[dict]:
        """Intervals as lines, estimates as dots over them."""
        theme, there = self.sheet.theme, [(dot, y) for dot, y in self.drawn if dot.estimate is not None]
        colour = theme.series[0]
        x: list[float | None] = []
        y: list[float | None] = []
        for dot, at in there:
            if dot.lower is not None and dot.upper is not None:
                x += [100 * dot.lower, 100 * dot.upper, None]
                y += [at, at, None]
        lines = {
            "type": "scatter",
            "mode": "lines",
            "name": "limits",
            "x": x,
            "y": y,
            "line": {"color": colour, "width": 1.5},
            "hoverinfo": "skip",
            "cliponaxis": False,
        }
        marks = {
            "type": "scatter",
            "mode": "markers",
            "name": "estimate",
            "x": [100 * dot.estimate for dot, _ in there if dot.estimate is not None],
            "y": [at for _, at in there],
            "text": [safe(f"{dot.label}: {dot.counts}, {dot.printed}", 200) for dot, _ in there],
            "hoverinfo": "text",
            "marker": {
                "size": 7,
                "symbol": ["circle-open" if dot.is_open else "circle" for dot, _ in there],
                "color": colour,
                "line": {"color": colour, "width": 1.5},
            },
            "cliponaxis": False,
        }
        if any(dot.cases for dot, _ in there):
            marks |= {"legendgroup": CELLS_KEY, "customdata": [dot.cases for dot, _ in there]}
        return [lines, marks] if there else []
