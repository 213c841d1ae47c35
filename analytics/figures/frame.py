"""What curves over a risk table share: layout, title, names at the curves' ends, and the whole put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.figures import below
from analytics.figures.axis import Axis
from analytics.figures.curves import Curve, corner_px
from analytics.figures.placement import Box, Name, Place, placed
from analytics.figures.sizes import Size
from analytics.figures.text import safe, width, wrapped
from analytics.figures.theme import FONT, STRONG, Theme
from analytics.figures.words import Words

TOP, BOTTOM = 30, 4
PERCENTS = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot over its sheet. title: of the y axis, upright above it; time: title of the x axis."""

    sheet: below.Sheet
    axis: Axis
    title: str
    time: str

    @property
    def lines(self) -> list[str]:
        """The title in lines that fit the narrowest width."""
        return wrapped(self.title, self.sheet.size.type, self.sheet.size.width - 8)

    @property
    def top(self) -> int:
        """Room above the plot in px."""
        return round(TOP + (len(self.lines) - 1) * self.sheet.size.type * 1.3)

    @property
    def plot_width(self) -> int:
        """Width of the plot at its narrowest, px."""
        return self.sheet.size.width - self.sheet.left - self.sheet.right


def as_plotly(figure: dict):  # type: ignore[no-untyped-def]
    """The figure as a `plotly.graph_objects.Figure`; raises ValueError where it breaks plotly's schema."""
    import plotly.graph_objects as go  # slow to load, and no page needs it

    return go.Figure(figure)


def put_together(
    result: dict, frame: Frame, traces: list[dict], notes: list[dict], shapes: Sequence[dict] = ()
) -> dict:
    """The figure as {"data": […], "layout": {…}}."""
    layout = _layout(result, frame)
    layout["annotations"] = [title_note(frame), *notes, *frame.sheet.notes]
    layout["shapes"] = [*shapes, *frame.sheet.shapes]
    # The axis of time exists even when no curve does.
    nothing = {"type": "scatter", "mode": "markers", "x": [0], "y": [None]}
    return {"data": [*traces, *frame.sheet.traces] or [nothing], "layout": layout}


def emptiness(frame: Frame, result: dict) -> dict:
    """What the figure says when there is no curve."""
    lines = wrapped(nothing_said(result, frame.sheet.words), frame.sheet.size.type, frame.plot_width - 8)
    place = {"xref": "paper", "x": 0.5, "yref": "y", "y": 62, "showarrow": False}
    return {**place, "text": "<br>".join(map(safe, lines)), "font": {"color": frame.sheet.theme.ink_soft}}


def nothing_said(result: dict, words: Words) -> str:
    """Why there is no curve: nobody, or in a released form too few."""
    return words.too_few if any(group["n"] != 0 for group in result["groups"]) else words.no_patients


def right_margin(names: list[list[str]], size: Size, axis: Axis) -> int:
    """Room for the names at the curves' ends, and for the last number of the table."""
    widest = max((width(line, size.small, bold=True) for lines in names for line in lines), default=0)
    return round(max(widest + 12 if names else 0, 14 if axis.ends_in_tick else 8))


def labels(
    frame: Frame, curves: list[Curve], names: list[list[str]], colours: list[str], taken: Sequence[Box] = ()
) -> list[dict]:
    """The names at the curves' ends as annotations, off the boxes that are taken."""
    size = frame.sheet.size
    wanted = [
        Name(
            corner_px(curve, frame.axis, frame.plot_width, size.plot),
            max(width(line, size.small, bold=True) for line in lines),
            len(lines) * size.line,
        )
        for curve, lines in zip(curves, names, strict=True)
    ]
    places = placed(wanted, frame.plot_width, size.plot, taken)
    return [
        _label(frame.axis.place(curve.end), lines, place, frame.sheet.theme.text(colour), size)
        for curve, lines, place, colour in zip(curves, names, places, colours, strict=True)
    ]


def _label(end: float, lines: list[str], place: Place, colour: str, size: Size) -> dict:
    shift = 7 if place.anchor == "left" else 0
    inside = min(max(place.y, 0), size.plot)  # plotly hides what is tied to a point off the axis
    return {
        "text": "<br>".join(safe(line) for line in lines),
        "font": {"size": size.small, "color": colour, "weight": STRONG},
        "xref": "x" if place.inside else "paper",
        "x": end if place.inside else 1,
        "xanchor": place.anchor,
        "xshift": shift,
        "yref": "y",
        "y": round(100 * (1 - inside / size.plot), 2),
        "yshift": round(inside - place.y),
        "yanchor": "middle",
        "align": place.anchor,
        "showarrow": False,
    }


def title_note(frame: Frame) -> dict:
    """The title of the y axis above everything, as an annotation."""
    sheet = frame.sheet
    return {
        "text": "<br>".join(safe(line, 120) for line in frame.lines),
        "font": {"size": sheet.size.type, "color": sheet.theme.ink},
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "xshift": 4 - sheet.left,
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "yshift": 8,
        "align": "left",
        "showarrow": False,
    }


def page(result: dict, theme: Theme, size: Size, height: float) -> dict:
    """The part of a layout that every figure has: its height in px, ground, type, and what it is."""
    return {
        "height": round(height),
        "paper_bgcolor": theme.surface,
        "plot_bgcolor": theme.surface,
        "font": {"family": FONT, "size": size.type, "color": theme.ink},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": theme.surface, "bordercolor": theme.rule, "font": {"color": theme.ink}},
        "dragmode": False,
        "meta": {"analysis": result["analysis"]["name"], "size": size.name, "theme": theme.name},
    }


def page_of(result: dict, frame: Frame, height: float) -> dict:
    """The same with the margins of the frame."""
    sheet = frame.sheet
    margin = {"t": frame.top, "b": BOTTOM, "l": sheet.left, "r": sheet.right, "pad": 0}
    return {**page(result, sheet.theme, sheet.size, height), "margin": margin}


def line_of(theme: Theme) -> dict:
    """How an axis is drawn."""
    return {"linecolor": theme.rule, "linewidth": 1, "fixedrange": True, "zeroline": False}


def time_axis(frame: Frame) -> dict:
    """The axis of time under the plot."""
    theme = frame.sheet.theme
    return {
        **line_of(theme),
        "anchor": "y",
        "range": frame.axis.range,
        "tickvals": list(frame.axis.ticks),
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": theme.rule,
        "showline": True,
        "showgrid": False,
        "title": {"text": safe(frame.time), "standoff": 4, "font": {"size": frame.sheet.size.type}},
    }


def y_axis(frame: Frame) -> dict:
    """The axis from 0 to 100 %."""
    theme = frame.sheet.theme
    return {
        **line_of(theme),
        "range": [0, 100],
        "tickvals": list(PERCENTS),
        "ticktext": [f"{one} %" for one in PERCENTS],
        "showline": False,
        "gridcolor": theme.rule,
        "griddash": "solid",
        "gridwidth": 1,
    }


def _layout(result: dict, frame: Frame) -> dict:
    sheet, plot = frame.sheet, frame.sheet.size.plot
    share = sheet.y / (sheet.y + plot)
    return {
        **page_of(result, frame, frame.top + plot + sheet.y + BOTTOM),
        "xaxis": time_axis(frame),
        "yaxis": {**y_axis(frame), "domain": [share, 1]},
        "yaxis2": sheet.y_axis(share),
    }
