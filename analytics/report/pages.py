"""Sheets of A4 on which text, tables and figures are set from top to bottom, as the marks that figures in files are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from analytics.figures.files.frame import Picture, picture_of
from analytics.figures.files.lettering import width_of
from analytics.figures.files.marks import Area, Clip, Letters, Mark, Paint, Stroke
from analytics.figures.text import pieces

WIDTH, HEIGHT = 794, 1123  # px of A4 at 96 an inch
LEFT, TOP, BOTTOM = 66, 66, 72
INNER = WIDTH - 2 * LEFT
INK, SOFT, RULE, WARN = (Paint(colour) for colour in ("#16191d", "#5a636e", "#dfe3e8", "#9a6200"))
BODY, SMALL, HEAD, TITLE = 11.5, 9.5, 15, 21
LINE = 1.42
GAP = 9  # px between two columns
NARROWEST = 44  # px of a column


def wrapped(text: str, size: float, widest: float, is_bold: bool = False) -> list[str]:
    """Text in lines of at most `widest` px, measured in the fonts of files; a word too long for a line is broken."""
    lines, line = [], ""
    for piece in (part for word in pieces(text) for part in _broken(word, size, widest, is_bold)):
        if line and width_of((line + piece).rstrip(), size, is_bold) > widest:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def _broken(word: str, size: float, widest: float, is_bold: bool) -> list[str]:
    if width_of(word.rstrip(), size, is_bold) <= widest:
        return [word]
    found, part = [], ""
    for character in word:
        if part and width_of(part + character, size, is_bold) > widest:
            found.append(part)
            part = ""
        part += character
    return [*found, part]


@dataclass
class Paper:
    """Pages that fill from the top; `at` is the place of the next line in px."""

    pages: list[list[Mark]] = field(default_factory=lambda: [[]])
    at: float = TOP

    @property
    def page(self) -> int:
        """Number of the page that is being filled, from 1."""
        return len(self.pages)

    def turn(self) -> None:
        """Go on at the top of a new page."""
        self.pages.append([])
        self.at = TOP

    def room(self, height: float) -> None:
        """Turn the page unless so much fits on this one; what fits on none stays."""
        if self.at + height > HEIGHT - BOTTOM and self.at > TOP:
            self.turn()

    def down(self, height: float) -> None:
        """Leave so much free."""
        self.at += height

    def write(
        self,
        text: str,
        size: float = BODY,
        paint: Paint = INK,
        *,
        is_bold: bool = False,
        left: float = LEFT,
        widest: float = INNER,
    ) -> None:
        """A paragraph."""
        for line in wrapped(text, size, widest, is_bold):
            self.room(size * LINE)
            self.put(line, left, size, paint, is_bold)
            self.down(size * LINE)

    def put(self, text: str, x: float, size: float, paint: Paint, is_bold: bool = False, shift: float = 0) -> None:
        """One line with its left end at x; nothing moves."""
        self.pages[-1].append(Letters(text, x, self.at + shift + size, size, paint, is_bold=is_bold))

    def rule(self, paint: Paint = RULE, width: float = 1) -> None:
        """A line across the page."""
        self.pages[-1].append(Stroke((((LEFT, self.at), (LEFT + INNER, self.at)),), paint, width))

    def draw(self, figure: dict) -> None:
        """A figure over the whole width."""
        picture = picture_of(figure, INNER)
        self.room(picture.height)
        self.pages[-1] += [moved(mark, LEFT, self.at) for mark in picture.marks]
        self.down(picture.height)

    def pictures(self) -> list[Picture]:
        """The pages as they are drawn."""
        return [Picture(WIDTH, HEIGHT, tuple(marks)) for marks in self.pages]


def moved(mark: Mark, right: float, down: float) -> Mark:
    """The mark at another place."""
    clip = mark.clip and Clip(mark.clip.left + right, mark.clip.top + down, mark.clip.width, mark.clip.height)
    if isinstance(mark, Letters):
        return replace(mark, x=mark.x + right, y=mark.y + down, clip=clip)
    if isinstance(mark, Stroke):
        return replace(mark, runs=tuple(_shifted(run, right, down) for run in mark.runs), clip=clip)
    circle = mark.circle and (mark.circle[0] + right, mark.circle[1] + down, mark.circle[2])
    return replace(mark, rings=tuple(_shifted(ring, right, down) for ring in mark.rings), clip=clip, circle=circle)


def _shifted(points: Sequence[tuple[float, float]], right: float, down: float) -> tuple[tuple[float, float], ...]:
    return tuple((x + right, y + down) for x, y in points)


def table(paper: Paper, sheet: object) -> None:
    """A table; its head comes again on each page, and a row is never broken."""
    widths = column_widths(sheet)
    heads = _lines((sheet.first, *sheet.heads), widths, is_bold=False)  # type: ignore[attr-defined]
    first = _height(heads) + 2 * SMALL * LINE
    paper.room(first + 24)
    if sheet.caption:  # type: ignore[attr-defined]
        paper.write(sheet.caption, SMALL + 0.5, is_bold=True)  # type: ignore[attr-defined]
    _row(paper, heads, widths, SOFT)
    for row in sheet.rows:  # type: ignore[attr-defined]
        cells = (row.label,) if row.is_head else (row.label, *row.cells)
        spans = [INNER] if row.is_head else widths
        lines = _lines(cells, spans, is_bold=row.is_head)
        before = paper.page
        paper.room(_height(lines))
        if paper.page != before:
            _row(paper, heads, widths, SOFT)
        _row(paper, lines, spans, INK, is_bold=row.is_head, shift=8 if row.is_inner else 0)
    if sheet.note:  # type: ignore[attr-defined]
        paper.write(sheet.note, SMALL - 0.5, SOFT)
    paper.down(10)


def column_widths(sheet: object) -> list[float]:
    """The width of each column: what its longest cell needs, and where that is too much in all, a fair part of it."""
    rows = [(sheet.first, *sheet.heads), *((row.label, *row.cells) for row in sheet.rows if not row.is_head)]  # type: ignore[attr-defined]
    columns = max(map(len, rows))
    needed = [
        max((width_of(str(row[i]), SMALL) for row in rows if i < len(row)), default=0) + GAP + (8 if i == 0 else 0)
        for i in range(columns)
    ]
    if sum(needed) <= INNER:
        return needed
    least = min(NARROWEST, INNER / columns)
    # The widest columns give first: find the width above which a column is wrapped.
    low, high = least, max(needed)
    for _step in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if sum(min(one, middle) for one in needed) > INNER else (middle, high)
    found = [min(one, low) for one in needed]
    scale = min(1, INNER / sum(found))
    return [one * scale for one in found]


def _lines(cells: Sequence[object], widths: Sequence[float], *, is_bold: bool) -> list[list[str]]:
    return [wrapped(str(cell), SMALL, widths[i] - GAP, is_bold) for i, cell in enumerate(cells)]


def _height(lines: Sequence[Sequence[str]]) -> float:
    return max(map(len, lines)) * SMALL * LINE + 5


def _row(
    paper: Paper,
    cells: Sequence[Sequence[str]],
    widths: Sequence[float],
    paint: Paint,
    *,
    is_bold: bool = False,
    shift: float = 0,
) -> None:
    left = LEFT + shift
    for lines, width in zip(cells, widths, strict=False):
        for i, line in enumerate(lines):
            paper.put(line, left, SMALL, paint, is_bold, shift=i * SMALL * LINE + 1)
        left += width
        if shift:
            left, shift = left - shift, 0
    paper.down(_height(cells))
    paper.rule()


def filled(left: float, top: float, right: float, bottom: float, paint: Paint) -> Area:
    """A rectangle's edge."""
    return Area((((left, top), (right, top), (right, bottom), (left, bottom)),), None, paint, 1)
