"""Cumulative incidences as areas: every cause on the other, and what is free of all of them on top, to 100 %. A panel for each group."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from analytics.figures import below
from analytics.figures.curves import height, last_day, reliable_days
from analytics.figures.frame import BOTTOM, Frame, page_of, time_axis, title_note, y_axis
from analytics.figures.placement import apart
from analytics.figures.text import fitted, percent, safe
from analytics.figures.theme import STRONG, Theme, veiled

FULL, THIN = 0.5, 0.22  # opacity of an area, and where too few remain at risk
FREE, FREE_THIN = 0.12, 0.06
FREE_KEY = "0"  # of the share free of all causes
SEVERAL = 0.62  # height of one panel of several, as a share of a single one's
NAME = 22  # px above a panel of several, for the name of its group

Layer = tuple[str, list[float], list[float]]


def layers(group: dict) -> list[Layer]:
    """(key, lower edge, upper edge) of each area from the bottom up; the last is the share free of all causes, up to 1."""
    bottom = [0.0] * len(group["event_free"]["time"])
    found = []
    for cause in group["causes"]:
        top = [edge + (share or 0.0) for edge, share in zip(bottom, cause["curve"]["incidence"], strict=True)]
        found.append((str(cause["cause"]), bottom, top))
        bottom = top
    return [*found, (FREE_KEY, bottom, [1.0] * len(bottom))]


@dataclass(frozen=True, slots=True)
class Panel:
    """One group: its axis ("y", "y3", …), its height in px, and where it stands, as a share of the whole from below."""

    group: dict
    axis: str
    tall: float
    domain: tuple[float, float]

    @property
    def key(self) -> str:
        """The axis' key in the layout."""
        return self.axis.replace("y", "yaxis")


def stacked_panels(result: dict, frame: Frame, names: dict[str, str]) -> dict:
    """The figure of all groups with patients. names: key of an area → its name."""
    groups = [group for group in result["groups"] if group["n"]]
    panels, inner = _panels(groups, frame)
    colours = _colours(result, frame.sheet.theme)
    sheet = frame.sheet
    traces = [trace for panel in panels for trace in _traces(panel, frame, names, colours)]
    notes = [note for panel in panels for note in _names(panel, frame, names, colours)]
    if len(panels) > 1:
        notes += [_group_name(panel, frame) for panel in panels]
    share = sheet.y / (inner + sheet.y)
    layout = {
        **page_of(result, frame, frame.top + inner + sheet.y + BOTTOM),
        "xaxis": time_axis(frame),
        **{panel.key: {**y_axis(frame), "domain": list(panel.domain)} for panel in panels},
        "yaxis2": sheet.y_axis(share),
        "annotations": [title_note(frame), *notes, *sheet.notes],
        "shapes": sheet.shapes,
    }
    return {"data": [*traces, *sheet.traces], "layout": layout}


def _panels(groups: list[dict], frame: Frame) -> tuple[list[Panel], float]:
    """The panels from the top down, and the px that they take; the axis of time stands at the lowest."""
    plot, y = frame.sheet.size.plot, frame.sheet.y
    tall = plot if len(groups) == 1 else round(plot * SEVERAL)
    each = tall + (NAME if len(groups) > 1 else 0)
    inner = len(groups) * each
    panels = []
    for i, group in enumerate(groups):
        below_it = (len(groups) - 1 - i) * each
        axis = "y" if i == len(groups) - 1 else f"y{i + 3}"
        domain = ((y + below_it) / (y + inner), (y + below_it + tall) / (y + inner))
        panels.append(Panel(group, axis, tall, domain))
    return panels, inner


def _colours(result: dict, theme: Theme) -> dict[str, str]:
    """Key of an area → its colour: the causes' own, grey for who is free of them."""
    styles = theme.styles(len(result["causes"]))
    causes = {str(cause["code"]): colour for cause, (colour, _) in zip(result["causes"], styles, strict=True)}
    return {**causes, FREE_KEY: theme.ink_soft}


def _traces(panel: Panel, frame: Frame, names: dict[str, str], colours: dict[str, str]) -> list[dict]:
    """The areas and, over them, the upper edge of each cause."""
    group, theme = panel.group, frame.sheet.theme
    cut, end = reliable_days(group), last_day(group)
    found = []
    for key, lower, upper in layers(group):
        full, thin = (FREE, FREE_THIN) if key == FREE_KEY else (FULL, THIN)
        found.append(_area(panel, frame, (key, lower, upper), (0, cut), veiled(colours[key], full)))
        found.append(_area(panel, frame, (key, lower, upper), (cut, end), veiled(theme.greyed(colours[key]), thin)))
    found += [
        _edge(panel, frame, layer, names[layer[0]], colours[layer[0]])
        for layer in layers(group)
        if layer[0] != FREE_KEY and layer[1] != layer[2]
    ]
    return [trace for trace in found if trace["x"]]


def _area(panel: Panel, frame: Frame, layer: Layer, span: tuple[float, float], fill: str) -> dict:
    """The polygon in steps between the two edges, over a span of days."""
    key, lower, upper = layer
    times = panel.group["event_free"]["time"]
    steps = [
        (max(day, span[0]), min(following, span[1]), i)
        for i, (day, following) in enumerate(pairwise(times))
        if max(day, span[0]) < min(following, span[1])
    ]
    x = [frame.axis.place(day) for start, stop, _ in steps for day in (start, stop)]
    top = [height(upper[i]) for _, _, i in steps for _ in (0, 1)]
    bottom = [height(lower[i]) for _, _, i in steps for _ in (0, 1)]
    return {
        "type": "scatter",
        "mode": "lines",
        "legendgroup": f"{panel.group['group']}/{key}",
        "x": [*x, *reversed(x), *x[:1]],
        "y": [*top, *reversed(bottom), *top[:1]],
        "yaxis": panel.axis,
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": fill,
        "hoverinfo": "skip",
    }


def _edge(panel: Panel, frame: Frame, layer: Layer, name: str, colour: str) -> dict:
    """The upper edge of a cause, which says the incidence of that cause alone."""
    key, lower, upper = layer
    times, end = panel.group["event_free"]["time"], last_day(panel.group)
    points = [i for i, day in enumerate(times) if day <= end]
    words = frame.sheet.words
    hover = words.hover_days if frame.axis.unit == 1 else words.hover_share
    return {
        "type": "scatter",
        "mode": "lines",
        "name": safe(name),
        "legendgroup": f"{panel.group['group']}/{key}",
        "x": [frame.axis.place(times[i]) for i in points],
        "y": [height(upper[i]) for i in points],
        "yaxis": panel.axis,
        "line": {"shape": "hv", "color": colour, "width": 1},
        "customdata": [times[i] for i in points],
        "text": [
            safe(hover.format(time=frame.axis.said(times[i]), share=percent(upper[i] - lower[i], "–")), 200)
            for i in points
        ],
        "cliponaxis": False,
        "hovertemplate": f"{safe(name)}<br>%{{text}}<extra></extra>",
    }


def _names(panel: Panel, frame: Frame, names: dict[str, str], colours: dict[str, str]) -> list[dict]:
    """The names of the areas right of the plot, each at the middle of its area's end, none over another."""
    size, theme = frame.sheet.size, frame.sheet.theme
    last = sum(day <= last_day(panel.group) for day in panel.group["event_free"]["time"]) - 1
    shown = [layer for layer in layers(panel.group) if layer[1][last] != layer[2][last] or layer[0] == FREE_KEY]
    lines = [below.name_lines(names[key], size, len(shown)) for key, _, _ in shown]
    middles = [(1 - (lower[last] + upper[last]) / 2) * panel.tall for _, lower, upper in shown]
    wanted = [(middle, len(text) * size.line) for middle, text in zip(middles, lines, strict=True)]
    return [
        {
            "text": "<br>".join(safe(line) for line in text),
            "font": {"size": size.small, "color": theme.text(colours[key]), "weight": STRONG},
            "xref": "paper",
            "x": 1,
            "xanchor": "left",
            "xshift": 7,
            "yref": panel.axis,
            "y": round(100 * (1 - min(max(y, 0), panel.tall) / panel.tall), 2),
            "yshift": round(min(max(y, 0), panel.tall) - y),
            "yanchor": "middle",
            "align": "left",
            "showarrow": False,
        }
        for (key, _, _), text, y in zip(shown, lines, apart(wanted, panel.tall), strict=True)
    ]


def _group_name(panel: Panel, frame: Frame) -> dict:
    """The name of a panel's group above it, with its number of patients."""
    sheet, words = frame.sheet, frame.sheet.words
    text = f"{' '.join(panel.group['label'].split())}, {words.n.format(n=panel.group['n'])}"
    return {
        "text": safe(fitted(text, sheet.size.small, frame.plot_width, bold=True), 120),
        "font": {"size": sheet.size.small, "color": sheet.theme.ink, "weight": STRONG},
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "xshift": 1,
        "yref": panel.axis,
        "y": 100,
        "yanchor": "bottom",
        "yshift": 3,
        "showarrow": False,
    }
