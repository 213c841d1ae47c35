"""A forest plot laid out as a table: covariates and levels, n and events, hazard ratios of each alone and of all together.

Every mark is of one size: the interval says how sure an estimate is. An interval that leaves the axis ends in an arrow. On a
phone the words stand above their marks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics.figures import below
from analytics.figures.choices import USUAL, Choices
from analytics.figures.forest_caption import DAGGER, FIRTH, said
from analytics.figures.forest_rows import ALONE, ESTIMATE, HEAD, REFERENCE, TOGETHER, Forest, Ratio, Row, forests
from analytics.figures.frame import BOTTOM, TOP, line_of, page
from analytics.figures.ratio_axis import RatioAxis, printed_with_limits, ratio_axis
from analytics.figures.sizes import WIDE, Size
from analytics.figures.text import fitted, safe, width, wrapped
from analytics.figures.theme import LIGHT, STRONG, Theme
from analytics.figures.words import Words

LABEL, COUNT, EVENTS = 134, 26, 54  # px of the columns left of the plot
EDGE = 12  # px left of the plot where nothing stands there
INDENT = 10
BETWEEN = 5  # px between two covariates
ARROW = 12  # px
LOOKS = {ALONE: ("circle-open", "2px,2px"), TOGETHER: ("square", "solid")}


@dataclass
class Table:
    """The rows while they are being written: `y` px down from the top of the plot is where the next one begins."""

    size: Size
    theme: Theme
    words: Words
    axis: RatioAxis
    left: int
    right: int
    y: float = 0
    notes: list[dict] = field(default_factory=list)
    traces: list[dict] = field(default_factory=list)
    shapes: list[dict] = field(default_factory=list)
    unity: list[tuple[float, float]] = field(default_factory=list)  # from, to: where the line of no effect is drawn

    @property
    def is_wide(self) -> bool:
        """Whether the words stand beside the marks."""
        return self.size is WIDE

    def colour(self, kind: str) -> str:
        """The colour of a kind's marks and numbers."""
        return self.theme.text(self.theme.series[0 if kind == TOGETHER else 1])

    def write(self, text: str, *, shift: float, at: float = 0, anchor: str = "left", **look) -> None:
        """Safe text on the current line, `shift` px from the share `at` of the plot's width."""
        font = {"size": self.size.small, "color": self.theme.ink_soft, **look}
        place = {"xref": "paper", "x": at, "xanchor": anchor, "xshift": round(shift)}
        upright = {"yref": "y", "y": round(self.y, 1), "yanchor": "top"}
        self.notes.append({"text": text, "font": font, **place, **upright, "align": "left", "showarrow": False})

    def down(self, px: float) -> None:
        """Go `px` down."""
        self.y += px


def forest_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, choices: Choices = USUAL
) -> dict:
    """The figure of a regression's Result, as {"data": […], "layout": {…}} of plotly.js."""
    words = words or Words()
    found = forests(result)
    ratios = [ratio for forest in found for row in forest.rows for ratio in row.ratios]
    left = LABEL + COUNT + EVENTS if size is WIDE else EDGE
    right = _ratio_column(ratios, size, words)
    axis = ratio_axis(ratios, size.width - left - right, size.small)
    table = Table(size, theme, words, axis, left, right)
    if found:
        _legend(table, {ratio.kind for ratio in ratios})
        _heads(table)
    else:
        _emptiness(table)
    for forest in found:
        _forest(table, forest)
    sheet = below.Sheet(size, theme, words, left, right)
    below.caption(sheet, result, said(result, found, words, is_clipped=any(_is_clipped(one, axis) for one in ratios)))
    return _put_together(result, table, sheet)


def _ratio_column(ratios: list[Ratio], size: Size, words: Words) -> int:
    """Px right of the plot, for the printed ratios and their head."""
    texts = [words.ratio_head, words.reference, *(_printed(ratio) for ratio in ratios)]
    return round(max(width(text, size.small) for text in texts) + 14)


def _printed(ratio: Ratio) -> str:
    return printed_with_limits(ratio) + (f" {DAGGER}" if ratio.estimator == FIRTH else "")


def _is_clipped(ratio: Ratio, axis: RatioAxis) -> bool:
    return any(edge is not None and not axis.holds(edge) for edge in (ratio.lower, ratio.upper, ratio.hr))


def _legend(table: Table, kinds: set[str]) -> None:
    """A sample of each kind's line with its name, where there are both."""
    if len(kinds) < 2:
        return
    shift = 4.0 - table.left
    for kind, name in ((ALONE, table.words.each_alone), (TOGETHER, table.words.all_together)):
        middle = round(table.y + table.size.line / 2, 1)
        table.shapes.append(
            {
                "type": "line",
                "xref": "paper",
                "xsizemode": "pixel",
                "xanchor": 0,
                "x0": round(shift),
                "x1": round(shift) + 20,
                "yref": "y",
                "y0": middle,
                "y1": middle,
                "line": {"color": table.colour(kind), "width": 2, "dash": LOOKS[kind][1]},
            }
        )
        table.write(safe(name), shift=shift + 25, color=table.colour(kind), weight=STRONG)
        shift += 25 + width(name, table.size.small, bold=True) + 16
    table.down(table.size.line + BETWEEN)


def _heads(table: Table) -> None:
    """The names of the columns; on a phone only that of the ratios."""
    words = table.words
    if table.is_wide:
        table.write(safe(words.n_head), shift=-EVENTS - 4, anchor="right")
        table.write(safe(words.events), shift=-10, anchor="right")
    table.write(safe(words.ratio_head), at=1, shift=8)
    table.down(table.size.line + 2)


def _emptiness(table: Table) -> None:
    table.down(20)
    table.write(safe(table.words.no_patients), at=0.5, shift=(table.right - table.left) / 2, anchor="center")
    table.down(40)


def _forest(table: Table, forest: Forest) -> None:
    """One hazard: its name where there are two, its rows."""
    if forest.hazard:
        table.down(BETWEEN)
        table.write(
            safe(table.words.hazards[forest.hazard]), shift=4 - table.left, color=table.theme.ink, size=table.size.type
        )
        table.down(table.size.line + 4)
    began = table.y
    for row in forest.rows:
        if not row.is_inner:
            table.down(BETWEEN)
        (_wide_row if table.is_wide else _compact_row)(table, row)
    if table.is_wide and any(row.ratios for row in forest.rows):
        table.unity.append((began, table.y))


def _wide_row(table: Table, row: Row) -> None:
    """Label, n and events left of the plot, ratios right of it, each beside its mark."""
    size, theme = table.size, table.theme
    indent = INDENT if row.is_inner else 0
    is_counted = row.n is not None
    room = LABEL - 8 - indent if is_counted else table.left - 12
    lines = _lines(row.name(table.words), size, room, is_bold=not row.is_inner)
    top = table.y
    for line in lines:
        table.write(safe(line), shift=4 + indent - table.left, **_look(row, theme))
        table.down(size.line)
    table.y = top
    if is_counted:
        table.write(str(row.n), shift=-EVENTS - 4, anchor="right", color=theme.ink)
        table.write("–" if row.events is None else str(row.events), shift=-10, anchor="right", color=theme.ink)
    _ratios(table, row)
    table.y = top + max(len(lines), len(row.ratios), 1) * size.line + 2


def _counts(row: Row, words: Words) -> str:
    """ "n 25, events 12"; n alone where the events are withheld; nothing where neither is known."""
    if row.n is None:
        return ""
    return words.n.format(n=row.n) if row.events is None else words.counts.format(n=row.n, events=row.events)


def _compact_row(table: Table, row: Row) -> None:
    """Label with n and events on lines of their own, below them the marks with their ratios."""
    size, words, theme = table.size, table.words, table.theme
    indent = INDENT if row.is_inner else 0
    counts = _counts(row, words)
    label = words.as_reference.format(level=row.label) if row.kind == REFERENCE else row.name(words)
    room = size.width - 16 - indent - (width(counts, size.small) + 8 if counts else 0)
    if counts:
        table.write(safe(counts), at=1, shift=table.right - 4, anchor="right")
    elif row.kind == ESTIMATE and not row.ratios:
        table.write("–", at=1, shift=8)
    for line in _lines(label, size, room, is_bold=not row.is_inner):
        table.write(safe(line), shift=4 + indent - table.left, **_look(row, theme))
        table.down(size.line)
    if row.ratios:
        began = table.y
        _ratios(table, row)
        table.down(len(row.ratios) * size.line + 2)
        table.unity.append((began, table.y))


def _lines(label: str, size: Size, room: float, *, is_bold: bool) -> list[str]:
    """The label in at most three lines."""
    lines = wrapped(" ".join(label.split()), size.small, room, bold=is_bold)
    if len(lines) > 3:
        lines = [*lines[:2], lines[2] + "…"]
    return [fitted(line, size.small, room, bold=is_bold) for line in lines]


def _look(row: Row, theme: Theme) -> dict:
    return {"color": theme.ink, "weight": STRONG} if not row.is_inner else {"color": theme.ink}


def _ratios(table: Table, row: Row) -> None:
    """The marks of the row and their printed ratios; the line goes on where it began."""
    top, words = table.y, table.words
    if row.kind == REFERENCE:
        table.write(safe(words.reference), at=1, shift=8)
    elif row.kind != HEAD and not row.ratios:
        table.write("–", at=1, shift=8)
    for ratio in row.ratios:
        table.write(safe(_printed(ratio)), at=1, shift=8, color=table.colour(ratio.kind))
        _marks(table, row, ratio)
        table.down(table.size.line)
    table.y = top


def _marks(table: Table, row: Row, ratio: Ratio) -> None:
    """The interval as a line, cut at the ends of the axis where an arrow says so, and the estimate on it."""
    if ratio.hr is None:
        return
    axis, colour = table.axis, table.colour(ratio.kind)
    symbol, dash = LOOKS[ratio.kind]
    y = round(table.y + table.size.line / 2, 1)
    if ratio.lower is not None or ratio.upper is not None:
        lower, upper = ratio.lower or axis.lower, axis.upper if ratio.upper is None else ratio.upper
        table.traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "legendgroup": ratio.kind,
                "x": [axis.place(lower), axis.place(upper)],
                "y": [y, y],
                "line": {"color": colour, "width": 1.5, "dash": dash},
                "hoverinfo": "skip",
            }
        )
        if lower < axis.lower or ratio.lower == 0:
            table.notes.append(_arrow(axis.place(axis.lower), y, ARROW, colour))
        if ratio.upper is None or upper > axis.upper:
            table.notes.append(_arrow(axis.place(axis.upper), y, -ARROW, colour))
    if axis.holds(ratio.hr):
        name = safe(" ".join(row.label.split()))
        table.traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "legendgroup": ratio.kind,
                "x": [axis.place(ratio.hr)],
                "y": [y],
                "marker": {"symbol": symbol, "size": 8, "color": colour, "line": {"width": 1.5, "color": colour}},
                "cliponaxis": False,
                "hovertemplate": f"{name}<br>{safe(_printed(ratio))}<extra></extra>",
            }
        )


def _arrow(x: float, y: float, tail: int, colour: str) -> dict:
    """An arrow head at (x, y); its tail begins `tail` px from it."""
    place = {
        "text": "",
        "xref": "x",
        "x": x,
        "yref": "y",
        "y": y,
        "axref": "pixel",
        "ax": tail,
        "ayref": "pixel",
        "ay": 0,
    }
    return {**place, "showarrow": True, "arrowhead": 2, "arrowsize": 1, "arrowwidth": 1.5, "arrowcolor": colour}


def _unity(table: Table) -> list[dict]:
    """The line of no effect beside the marks."""
    x = [place for _ in table.unity for place in (0, 0, None)]
    y = [edge for began, ended in table.unity for edge in (round(began, 1), round(ended, 1), None)]
    line = {"color": table.theme.ink_soft, "width": 1}
    common = {"type": "scatter", "mode": "lines", "name": "1", "hoverinfo": "skip"}
    return [{**common, "x": x[:-1], "y": y[:-1], "line": line}] if x else []


def _put_together(result: dict, table: Table, sheet: below.Sheet) -> dict:
    size, theme, words = table.size, table.theme, table.words
    endpoint = words.outcome or result["endpoint"]["label"]
    title = wrapped(words.hazard_title.format(endpoint=endpoint), size.type, size.width - 8)
    top = round(TOP + (len(title) - 1) * size.type * 1.3)
    share = sheet.y / (sheet.y + table.y)
    heading = {
        "text": "<br>".join(safe(line, 120) for line in title),
        "font": {"size": size.type, "color": theme.ink},
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "xshift": 4 - table.left,
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "yshift": 6,
        "align": "left",
        "showarrow": False,
    }
    layout = {
        **page(result, theme, size, top + table.y + sheet.y + BOTTOM),
        "margin": {"t": top, "b": BOTTOM, "l": table.left, "r": table.right, "pad": 0},
        "xaxis": {
            **line_of(theme),
            "anchor": "y",
            "range": table.axis.range,
            "tickvals": [table.axis.place(tick) for tick in table.axis.ticks],
            "ticktext": [f"{tick:g}" for tick in table.axis.ticks],
            "tickfont": {"size": size.small},
            "ticks": "outside",
            "ticklen": 4,
            "tickcolor": theme.rule,
            "showline": True,
            "showgrid": False,
            "title": {"text": safe(words.ratio_axis), "standoff": 4, "font": {"size": size.type}},
        },
        "yaxis": {
            **line_of(theme),
            "domain": [share, 1],
            "range": [round(table.y, 1), 0],
            "visible": False,
            "showgrid": False,
        },
        "yaxis2": sheet.y_axis(share),
        "annotations": [heading, *table.notes, *sheet.notes],
        "shapes": [*table.shapes, *sheet.shapes],
    }
    nothing = {"type": "scatter", "mode": "markers", "x": [0], "y": [None]}
    return {"data": [*_unity(table), *table.traces] or [nothing], "layout": layout}
