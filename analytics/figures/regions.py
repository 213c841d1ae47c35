"""Plots one under another over the sheet with the caption: places in px, axes of their own, and the whole put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from analytics.figures.below import Sheet
from analytics.figures.frame import BOTTOM, line_of, page
from analytics.figures.text import safe, width, wrapped
from analytics.figures.theme import STRONG

TITLE_GAP = 8  # px between a title and its plot
HEAD = 10  # px above the first title


@dataclass
class Region:
    """One plot, `height` px high, with `above` px over it and `under` px for its axis of x under it.

    place   0 for the first; the axes are called by it (`x` and `y`)
    x, y    its axes in plotly's words; their domains are given by the place
    """

    place: int
    height: float
    above: float = 0
    under: float = 0
    x: dict = field(default_factory=dict)
    y: dict = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        """What the names of its axes end in; 2 is the sheet's."""
        return "" if self.place == 0 else str(self.place + 2)

    @property
    def axes(self) -> dict[str, str]:
        """The axes of its traces."""
        return {"xaxis": f"x{self.suffix}", "yaxis": f"y{self.suffix}"}

    @property
    def yref(self) -> str:
        """Its axis of y, for notes and shapes."""
        return f"y{self.suffix}"

    def note(
        self, sheet: Sheet, text: str, y: float, *, shift: float = 0, at: float = 0, anchor: str = "left", **font
    ) -> dict:
        """Safe text in the middle of height `y` (in the axis's own numbers), `shift` px from the share `at` of the width."""
        return {
            "text": text,
            "font": {"size": sheet.size.small, "color": sheet.theme.ink, **font},
            "xref": "paper",
            "x": at,
            "xanchor": anchor,
            "xshift": round(shift),
            "yref": self.yref,
            "y": y,
            "yanchor": "middle",
            "align": anchor,
            "showarrow": False,
        }

    def title(self, sheet: Sheet, lines: Sequence[str], top: float) -> dict:
        """Lines upright above the plot; top: the upper end of its axis of y."""
        return {
            "text": "<br>".join(safe(line, 200) for line in lines),
            "font": {"size": sheet.size.type, "color": sheet.theme.ink},
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "xshift": 4 - sheet.left,
            "yref": self.yref,
            "y": top,
            "yanchor": "bottom",
            "yshift": TITLE_GAP,
            "align": "left",
            "showarrow": False,
        }


def title_lines(sheet: Sheet, title: str) -> list[str]:
    """A title in lines that fit the narrowest width."""
    return wrapped(title, sheet.size.type, sheet.size.width - 8)


def title_height(sheet: Sheet, lines: Sequence[str]) -> float:
    """Room for a title above its plot, px."""
    return HEAD + len(lines) * sheet.size.type * 1.3 + TITLE_GAP


def strong(sheet: Sheet) -> dict:
    """The font of a name."""
    return {"color": sheet.theme.ink, "weight": STRONG}


def in_px(height: float) -> dict:
    """An axis of y that counts px down from the top of its plot, unseen."""
    return {"range": [round(height, 1), 0], "visible": False, "fixedrange": True}


def seen(sheet: Sheet, ticks: Sequence[float], texts: Sequence[str] | None = None, title: str = "") -> dict:
    """An axis of x with ticks and a title; its range is the caller's."""
    theme = sheet.theme
    found = {
        **line_of(theme),
        "tickvals": list(ticks),
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": theme.rule,
        "tickfont": {"size": sheet.size.small},
        "showline": True,
        "showgrid": False,
    }
    if texts is not None:
        found["ticktext"] = list(texts)
    if title:
        found["title"] = {"text": safe(title), "standoff": 4, "font": {"size": sheet.size.type}}
    return found


def shares_axis(sheet: Sheet) -> dict:
    """An axis of x from 0 to 100 %, with as many ticks as its width has room for."""
    plot = sheet.size.width - sheet.left - sheet.right
    ticks = (0, 25, 50, 75, 100) if plot > 5.5 * width("100 %", sheet.size.small) else (0, 50, 100)
    return {**seen(sheet, ticks, [f"{one} %" for one in ticks]), "range": [-2, 102]}


def upright(sheet: Sheet, region: Region) -> list[dict]:
    """A faint line up from each tick, over the height of a plot in px; a grid of the axis would run on through the sheet."""
    return [
        {
            "type": "line",
            "xref": f"x{region.suffix}",
            "x0": tick,
            "x1": tick,
            "yref": region.yref,
            "y0": 0,
            "y1": round(region.height, 1),
            "layer": "below",
            "line": {"color": sheet.theme.rule, "width": 1},
        }
        for tick in region.x["tickvals"]
    ]


def grid(sheet: Sheet, ticks: Sequence[float], texts: Sequence[str] | None = None) -> dict:
    """An axis of y with faint lines across."""
    found = {
        **line_of(sheet.theme),
        "tickvals": list(ticks),
        "tickfont": {"size": sheet.size.small},
        "showline": False,
        "gridcolor": sheet.theme.rule,
        "griddash": "solid",
        "gridwidth": 1,
    }
    return found if texts is None else {**found, "ticktext": list(texts)}


def stacked(
    result: dict,
    sheet: Sheet,
    regions: Sequence[Region],
    traces: Sequence[dict],
    notes: Sequence[dict],
    shapes: Sequence[dict] = (),
) -> dict:
    """The figure as {"data": […], "layout": {…}}: the regions one under another, the sheet below."""
    top = regions[0].above
    inner = sum(region.above + region.height + region.under for region in regions) - top + sheet.y
    layout = {
        **page(result, sheet.theme, sheet.size, top + inner + BOTTOM),
        "margin": {"t": round(top), "b": BOTTOM, "l": sheet.left, "r": sheet.right, "pad": 0},
        "barmode": "overlay",
        "bargap": 0,
    }
    down = -top
    lowest = sheet.y / inner
    for region in regions:
        down += region.above
        # Domains that overlap by a rounding error would make plotly paint one ground over the other's ticks.
        domain = [round(1 - (down + region.height) / inner, 6), round(1 - down / inner, 6)]
        lowest = min(lowest, domain[0])
        layout[f"xaxis{region.suffix}"] = {**region.x, "anchor": region.yref}
        layout[f"yaxis{region.suffix}"] = {**region.y, "anchor": f"x{region.suffix}", "domain": domain}
        down += region.height + region.under
    layout["yaxis2"] = {
        "anchor": "x",
        "domain": [0, lowest],
        "range": [round(sheet.y, 1), 0],
        "visible": False,
        "fixedrange": True,
    }
    layout["annotations"] = [*notes, *sheet.notes]
    layout["shapes"] = [*shapes, *sheet.shapes]
    # An axis exists even when nothing is drawn on it.
    nothing = [
        {"type": "scatter", "mode": "markers", "x": [0], "y": [None], "hoverinfo": "skip", **region.axes}
        for region in regions
        if not any(trace.get("yaxis", "y") == region.yref for trace in traces)
    ]
    return {"data": [*traces, *nothing, *sheet.traces], "layout": layout}
