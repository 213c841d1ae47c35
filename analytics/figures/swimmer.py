"""A swimmer plot: one bar for each patient, the longest event-free first, with what happened on the way.

Up to 40 patients have tall bars and their pseudonyms, up to 120 lower ones; beyond that the bars thin without names, and of very
many only every second, third … is told, which the figure says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from analytics.core.courses_told import MOST_TOLD, whole_of
from analytics.figures.axis import Axis, months_axis
from analytics.figures.below import Sheet, caption
from analytics.figures.choices import USUAL, Choices
from analytics.figures.regions import Region, in_px, seen, stacked, title_height, title_lines
from analytics.figures.sizes import WIDE, Size
from analytics.figures.text import months, safe, width, wrapped
from analytics.figures.theme import LIGHT, Theme, mixed
from analytics.figures.words import Words

LEAST_NAME = 4  # letters of a pseudonym
KEY_SPACE = 18  # px between a mark and its meaning, and to the next one
ONGOING = "ongoing"


@dataclass(frozen=True, slots=True)
class Look:
    """How a mark is drawn. colour: place in the theme's series; -1 is the ink."""

    symbol: str
    colour: int
    is_open: bool = False


# Form and filling tell them apart without colour.
LOOKS = {
    "remission_mrd_negative": Look("circle", 2),
    "remission": Look("circle", 2, is_open=True),
    "no_response": Look("x", -1),
    "b_cells": Look("triangle-up", 4, is_open=True),
    "mrd": Look("triangle-left", 5),
    "transplant": Look("square", 3),
    "therapy": Look("square", 3, is_open=True),
    "relapse_positive": Look("diamond", 1),
    "relapse_negative": Look("diamond", 1, is_open=True),
    "relapse_dim": Look("triangle-down", 1),
    "relapse_unknown": Look("triangle-down", 1, is_open=True),
    "death": Look("cross", -1),
    ONGOING: Look("triangle-right", 0),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that are drawn, one in `step` patients, `pitch` px apart; named where there is room."""

    rows: list[dict]
    step: int
    pitch: float
    is_named: bool

    @property
    def mark(self) -> float:
        """Size of a mark in px."""
        return min(8.0, max(3.0, self.pitch * 0.75))

    @property
    def bar(self) -> float:
        """Height of a bar in px; thin ones touch, for gaps of less than a pixel would dazzle."""
        return round(self.pitch * 0.62, 2) if self.pitch >= 6 else self.pitch

    def middle(self, place: int) -> float:
        """Of a row, px down from the top of the plot."""
        return round((place + 0.5) * self.pitch + 4, 2)


def rows_of(table: dict | None) -> Rows:
    """What of the table is drawn, and how."""
    rows, step = (table["rows"], table.get("step", 1)) if table else ([], 1)
    thinned = max(1, math.ceil(len(rows) / MOST_TOLD))  # a table from before only some were told holds them all
    shown, step = rows[::thinned], step * thinned
    pitch = 15.0 if len(shown) <= 40 else 12.0 if len(shown) <= 120 else max(2.0, 1320 / len(shown))
    return Rows(shown, step, pitch, is_named=len(shown) <= 120)


def swimmer_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, _choices: Choices = USUAL
) -> dict:
    """The figure of a swimmer table as {"data": […], "layout": {…}} of plotly.js."""
    words = words or Words()
    table, shown = result["table"], rows_of(result["table"])
    names = short_names([row["case"] for row in shown.rows]) if shown.is_named else []
    font = min(size.small, shown.pitch / 1.3)
    left = round(max((width(name, font) for name in names), default=0)) + 12 if names else 14
    end = max((row["end"] for row in shown.rows), default=0.0)
    axis = months_axis(end, result["analysis"]["tick_months"], size.columns)
    sheet = Sheet(size, theme, words, left, 22)
    if table and shown.rows:
        _key(sheet, table)
    caption(sheet, result, _said(result, shown, words) if shown.rows else [])
    lines = title_lines(sheet, words.swimmer)
    height = round(len(shown.rows) * shown.pitch + 8) if shown.rows else 60
    clock = words.axis.format(clock=result["endpoint"]["clock"])
    ticks = seen(sheet, axis.ticks, title=clock)
    region = Region(
        0, height, title_height(sheet, lines), x={**ticks, "range": [0, round(axis.end * 1.05, 4)]}, y=in_px(height)
    )
    notes = [region.title(sheet, lines, 0)]
    if not shown.rows:
        notes.append(region.note(sheet, safe(words.no_patients), 30, at=0.5, anchor="center", color=theme.ink_soft))
    for place, name in enumerate(names):
        notes.append(
            region.note(sheet, safe(name), shown.middle(place), shift=4 - left, size=font, color=theme.ink_soft)
        )
    figure = stacked(result, sheet, [region], _traces(table, shown, axis, sheet), notes)
    if table and shown.rows:
        figure["layout"]["xaxis2"] = {"anchor": "y2", "range": [0, 1], "visible": False, "fixedrange": True}
    return figure


def short_names(names: list[str]) -> list[str]:
    """Pseudonyms cut to as few letters as tell them apart, at least four."""
    for letters in range(LEAST_NAME, max(map(len, names), default=LEAST_NAME)):
        cut = [name[:letters] for name in names]
        if len(set(cut)) == len(names):
            return cut
    return list(names)


def _said(result: dict, shown: Rows, words: Words) -> list[str]:
    table = result["table"]
    whole = whole_of(table)
    order = words.swimmer_order.format(rule=result["endpoint"]["label"])
    some = [words.swimmer_some.format(step=shown.step, n=whole["n"])] if shown.step > 1 else []
    about = [words.imputed_note.format(n=whole["imputed"])] if whole["imputed"] else []
    return [" ".join([words.swimmer_bars, order, *some, *about])]


def _traces(table: dict | None, shown: Rows, axis: Axis, sheet: Sheet) -> list[dict]:
    if table is None or not shown.rows:
        return []
    theme = sheet.theme
    pale = mixed(theme.series[0], theme.surface, 0.75)
    middle = mixed(theme.series[0], theme.surface, 0.35)
    labels = {**{mark["id"]: mark["label"] for mark in table["marks"]}, ONGOING: table["ongoing"]}
    found = [
        _bars(shown, [(0, row["end"]) for row in shown.rows], pale, axis),
        _bars(shown, [(0, min(row["free"], row["end"])) for row in shown.rows], middle, axis),
    ]
    for kind in labels:
        points = [(place, days) for place, row in enumerate(shown.rows) for days in _days_of(row, kind)]
        if points:
            found.append(_marks(kind, labels[kind], points, shown, axis, sheet))
    return found


def _days_of(row: dict, kind: str) -> list[float]:
    if kind == ONGOING:
        return [] if row["dead"] else [row["end"]]
    return [mark["days"] for mark in row["marks"] if mark["kind"] == kind]


def _bars(shown: Rows, spans: list[tuple[float, float]], colour: str, axis: Axis) -> dict:
    return {
        "type": "bar",
        "orientation": "h",
        "x": [axis.place(end - start) for start, end in spans],
        "base": [axis.place(start) for start, _ in spans],
        "y": [shown.middle(place) for place in range(len(spans))],
        "width": [shown.bar] * len(spans),
        "marker": {"color": colour, "line": {"width": 0}},
        "hoverinfo": "skip",
    }


def _marks(kind: str, label: str, points: list[tuple[int, float]], shown: Rows, axis: Axis, sheet: Sheet) -> dict:
    shift = shown.mark / 2 if kind == ONGOING else 0
    plot = sheet.size.width - sheet.left - sheet.right
    beyond = shift / plot * axis.end  # an arrow begins where its bar ends
    return {
        "type": "scatter",
        "mode": "markers",
        "name": safe(label),
        "x": [round(axis.place(days) + beyond, 4) for _, days in points],
        "y": [shown.middle(place) for place, _ in points],
        "customdata": [[days] for _, days in points],
        "text": [safe(f"{shown.rows[place]['case']}: {label}, {months(days, '')}", 200) for place, days in points],
        "hoverinfo": "text",
        "marker": marker_of(kind, shown.mark, sheet.theme),
        "cliponaxis": False,
    }


def marker_of(kind: str, size: float, theme: Theme) -> dict:
    """A mark in its form and colour, with a thin edge of the ground so that it stands out from its bar."""
    look = LOOKS[kind]
    colour = theme.ink if look.colour < 0 else theme.text(theme.series[look.colour])
    edge = colour if look.is_open else theme.surface
    fill = theme.surface if look.is_open else colour
    return {
        "symbol": look.symbol,
        "size": round(size, 1),
        "color": fill,
        "line": {"color": edge, "width": 1.2 if look.is_open else 0.6},
    }


def _key(sheet: Sheet, table: dict) -> None:
    """What the marks mean, under the axis, as many beside one another as fit."""
    size, line = sheet.size, sheet.size.line
    entries = [*((mark["id"], mark["label"]) for mark in table["marks"]), (ONGOING, table["ongoing"])]
    columns = 2 if size.name == "wide" else 1
    room = (size.width - sheet.left - sheet.right) / columns - KEY_SPACE
    for start in range(0, len(entries), columns):
        rows = [(kind, wrapped(label, size.small, room)) for kind, label in entries[start : start + columns]]
        top, tallest = sheet.y, max(len(lines) for _, lines in rows)
        for column, (kind, lines) in enumerate(rows):
            at = column / columns
            sheet.traces.append(_sample(kind, at, top + line / 2, sheet))
            for i, text in enumerate(lines):
                sheet.y = top + i * line
                sheet.write(safe(text), at=at, shift=KEY_SPACE - 8, color=sheet.theme.ink)
        sheet.y = top + tallest * line + 2
    sheet.down(4)


def _sample(kind: str, at: float, y: float, sheet: Sheet) -> dict:
    """A mark beside its meaning, at this share of the plot's width."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "key",
        "x": [at],
        "y": [round(y, 1)],
        "xaxis": "x2",
        "yaxis": "y2",
        "marker": marker_of(kind, 8, sheet.theme),
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
