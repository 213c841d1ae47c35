"""A Kaplan-Meier figure for print and page: curves over their extended risk table, estimates and caption.

After Morris 2019 (KMunicate), doi:10.1136/bmjopen-2019-030215: at risk, events and censored under the axis, intervals always.
Where fewer than 5, or than 10 %, remain at risk the curve thins and greys; the Result says from when (`reliable_until`).
"""

from __future__ import annotations

from analytics.figures import below
from analytics.figures.choices import USUAL, Choices
from analytics.figures.curves import curve_traces, last_day, month, steps
from analytics.figures.placement import Name, Place, corners, placed
from analytics.figures.sizes import WIDE, Size
from analytics.figures.text import safe, width
from analytics.figures.theme import FONT, LIGHT, STRONG, Theme
from analytics.figures.words import Words

TOP, BOTTOM = 30, 4
EMPTY_MONTHS = 24
PERCENTS = (0, 25, 50, 75, 100)
STEPS = (3, 6, 12, 24, 36, 60, 120)


def survival_figure(
    result: dict, words: Words | None = None, theme: Theme = LIGHT, size: Size = WIDE, choices: Choices = USUAL
) -> dict:
    """The figure of a survival Result, stored or fresh, as {"data": […], "layout": {…}} of plotly.js.

    `layout.height` is fixed in px, the width is the page's, from `size.width` upward. Free text is escaped.
    """
    words = words or Words()
    groups = result["groups"]
    styles = theme.styles(len(groups))
    end = axis_end(groups)
    ticks = tick_months(result["analysis"]["tick_months"], end, size.columns)
    names = _names(groups, size) if len(groups) > 1 else {}
    sheet = below.Sheet(size, theme, words, below.left_margin(size, words), _right_margin(names, size, ticks, end))
    below.risk_table(sheet, groups, styles, ticks)
    below.estimates(sheet, groups, styles)
    below.caption(sheet, result)
    curves = [
        trace for one, style in zip(groups, styles, strict=True) for trace in curve_traces(one, style, theme, words)
    ]
    labels = _labels(groups, names, styles, sheet, end)
    layout = _layout(result, sheet, ticks, end)
    layout["annotations"] = [
        _outcome(sheet, words.outcome or result["endpoint"]["label"]),
        *labels,
        *_emptiness(groups, words, theme),
        *sheet.notes,
    ]
    layout["shapes"] = sheet.shapes
    # The axis in months exists even when no curve does.
    return {
        "data": [*curves, *sheet.traces] or [{"type": "scatter", "mode": "markers", "x": [0], "y": [None]}],
        "layout": layout,
    }


def as_plotly(figure: dict):
    """The figure as a `plotly.graph_objects.Figure`; raises ValueError where it breaks plotly's schema."""
    import plotly.graph_objects as go  # slow to load, and no page needs it

    return go.Figure(figure)


def axis_end(groups: list[dict]) -> float:
    """Where the axis ends, in months: at the longest observation."""
    longest = max((last_day(group) for group in groups), default=0)
    return max(month(longest), 1) if longest else EMPTY_MONTHS


def tick_months(declared: int, end: float, most: int) -> list[int]:
    """Months of the ticks: the closest of 3, 6, 12 … that the Result has counts for and that leaves at most `most` columns."""
    fitting = [step for step in STEPS if step % declared == 0 and end // step + 1 <= most]
    step = fitting[0] if fitting else max(declared, STEPS[-1])
    return list(range(0, int(end) + 1, step))


def _names(groups: list[dict], size: Size) -> dict[int, list[str]]:
    """Lines of the name of each group that has a curve."""
    return {i: below.name_lines(group["label"], size, len(groups)) for i, group in enumerate(groups) if group["n"]}


def _right_margin(names: dict[int, list[str]], size: Size, ticks: list[int], end: float) -> int:
    """Room for the names at the curves' ends, and for the last number of the table."""
    widest = max((width(line, size.small, bold=True) for lines in names.values() for line in lines), default=0)
    return round(max(widest + 12 if names else 0, 14 if ticks[-1] > 0.93 * end else 8))


def _labels(
    groups: list[dict], names: dict[int, list[str]], styles: list, sheet: below.Sheet, end: float
) -> list[dict]:
    """The names at the curves' ends as annotations."""
    size, theme = sheet.size, sheet.theme
    plot_width = size.width - sheet.left - sheet.right
    curves = [
        Name(
            corners(
                [
                    (
                        month(group["curve"]["time"][p]) / end * plot_width,
                        (1 - group["curve"]["survival"][p]) * size.plot,
                    )
                    for p in steps(group["curve"], 0, last_day(group))
                ]
            ),
            max(width(line, size.small, bold=True) for line in names[i]),
            len(names[i]) * size.line,
        )
        for i, group in enumerate(groups)
        if i in names
    ]
    places = placed(curves, plot_width, size.plot)
    return [
        _label(groups[i], names[i], place, theme.text(styles[i][0]), size)
        for i, place in zip(names, places, strict=True)
    ]


def _label(group: dict, lines: list[str], place: Place, colour: str, size: Size) -> dict:
    end = month(last_day(group))
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


def _outcome(sheet: below.Sheet, title: str) -> dict:
    """The title of the y axis, upright above it."""
    return {
        "text": safe(title),
        "font": {"size": sheet.size.type, "color": sheet.theme.ink},
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "xshift": 4 - sheet.left,
        "yref": "y",
        "y": 100,
        "yanchor": "bottom",
        "yshift": 8,
        "showarrow": False,
    }


def _emptiness(groups: list[dict], words: Words, theme: Theme) -> list[dict]:
    """What the figure says when there is no curve."""
    if any(group["n"] for group in groups):
        return []
    place = {"xref": "paper", "x": 0.5, "yref": "y", "y": 50, "showarrow": False}
    return [{**place, "text": safe(words.no_patients), "font": {"color": theme.ink_soft}}]


def _layout(result: dict, sheet: below.Sheet, ticks: list[int], end: float) -> dict:
    size, theme = sheet.size, sheet.theme
    share = sheet.y / (sheet.y + size.plot)
    line = {"linecolor": theme.rule, "linewidth": 1, "fixedrange": True, "zeroline": False}
    return {
        "height": round(TOP + size.plot + sheet.y + BOTTOM),
        "margin": {"t": TOP, "b": BOTTOM, "l": sheet.left, "r": sheet.right, "pad": 0},
        "paper_bgcolor": theme.surface,
        "plot_bgcolor": theme.surface,
        "font": {"family": FONT, "size": size.type, "color": theme.ink},
        "showlegend": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": theme.surface, "bordercolor": theme.rule, "font": {"color": theme.ink}},
        "dragmode": False,
        "meta": {"analysis": result["analysis"]["name"], "size": size.name, "theme": theme.name},
        "xaxis": {
            **line,
            "anchor": "y",
            "range": [0, round(end * 1.01, 4)],
            "tickvals": ticks,
            "ticks": "outside",
            "ticklen": 4,
            "tickcolor": theme.rule,
            "showline": True,
            "showgrid": False,
            "title": {
                "text": safe(sheet.words.axis.format(clock=result["endpoint"]["clock"])),
                "standoff": 4,
                "font": {"size": size.type},
            },
        },
        "yaxis": {
            **line,
            "domain": [share, 1],
            "range": [0, 100],
            "tickvals": list(PERCENTS),
            "ticktext": [f"{one} %" for one in PERCENTS],
            "showline": False,
            "gridcolor": theme.rule,
            "griddash": "solid",
            "gridwidth": 1,
        },
        "yaxis2": {
            "anchor": "x",
            "domain": [0, share],
            "range": [round(sheet.y, 1), 0],
            "visible": False,
            "fixedrange": True,
        },
    }
