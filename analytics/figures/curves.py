"""The curve of one group as traces: band, reliable part, thin grey tail, censor ticks."""

from __future__ import annotations

from itertools import pairwise

from analytics.figures.text import DAYS_PER_MONTH, limits, percent, safe
from analytics.figures.theme import BAND, TAIL_BAND, Theme, veiled
from analytics.figures.words import Words

LINE, TAIL_LINE = 2, 1
CENSOR_TICK = {"symbol": "line-ns-open", "size": 7}


def month(days: float) -> float:
    """Days as a place on the axis."""
    return round(days / DAYS_PER_MONTH, 4)


def height(share: float) -> float:
    """A share as a place on the axis from 0 to 100 %."""
    return round(100 * share, 4)


def reliable_days(group: dict) -> float:
    """Until when the curve is drawn in full; 0 when there never were enough patients."""
    return group["reliable_until"] or 0


def last_day(group: dict) -> float:
    """The last day on which somebody of the group was observed, or to which the Result is shown."""
    return group.get("shown_until", group["curve"]["time"][-1]) if group["n"] else 0


def steps(curve: dict, start: float, end: float) -> list[int]:
    """Positions of the curve's points with start <= time <= end and a value."""
    return [
        i
        for i, (day, value) in enumerate(zip(curve["time"], curve["survival"], strict=True))
        if start <= day <= end and value is not None
    ]


def curve_traces(group: dict, style: tuple[str, str], theme: Theme, words: Words) -> list[dict]:
    """All traces of one group, those further back first; none for a group without patients."""
    if not group["n"]:
        return []
    colour, dash = style
    grey, cut, end = theme.greyed(colour), reliable_days(group), last_day(group)
    traces = [
        _band(group, 0, cut, veiled(colour, BAND)),
        _band(group, cut, end, veiled(grey, TAIL_BAND)),
        _line(group, steps(group["curve"], 0, cut), {"color": colour, "width": LINE, "dash": dash}, words),
        _line(group, steps(group["curve"], cut, end), {"color": grey, "width": TAIL_LINE, "dash": dash}, words),
        _censored(group, colour, grey, cut),
    ]
    return [trace for trace in traces if len(trace["x"]) > (trace["mode"] == "lines")]


def _line(group: dict, points: list[int], line: dict, words: Words) -> dict:
    curve = group["curve"]
    label = safe(group["label"])
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label,
        "legendgroup": group["group"],
        "x": [month(curve["time"][i]) for i in points],
        "y": [height(curve["survival"][i]) for i in points],
        "line": {"shape": "hv", **line},
        "text": [_hover(curve, i, words) for i in points],
        "cliponaxis": False,
        "hovertemplate": f"{label}<br>%{{text}}<extra></extra>",
    }


def _hover(curve: dict, i: int, words: Words) -> str:
    interval = limits(curve["lower"][i], curve["upper"][i], "")
    survival = percent(curve["survival"][i], "–") + (f" ({interval})" if interval.strip("–") else "")
    months = f"{curve['time'][i] / DAYS_PER_MONTH:.1f}"
    return safe(words.hover.format(months=months, survival=survival, at_risk=curve["at_risk"][i]), 200)


def _band(group: dict, start: float, end: float, fill: str) -> dict:
    """The confidence band as closed polygons in steps; where limits are not defined there is none."""
    curve = group["curve"]
    x: list = []
    y: list = []
    for run in _runs(curve, start, end):
        if x:
            x, y = [*x, None], [*y, None]
        edges = [month(edge) for pair in run for edge in pair[:2]]
        x += [*edges, *reversed(edges), edges[0]]
        upper = [height(value) for _, _, _, value in run for _ in (0, 1)]
        lower = [height(value) for _, _, value, _ in run for _ in (0, 1)]
        y += [*upper, *reversed(lower), upper[0]]
    return {
        "type": "scatter",
        "mode": "lines",
        "legendgroup": group["group"],
        "x": x,
        "y": y,
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": fill,
        "hoverinfo": "skip",
    }


def _runs(curve: dict, start: float, end: float) -> list[list[tuple]]:
    """Unbroken runs of steps (from, to, lower, upper) between start and end where both limits are defined and differ."""
    runs: list[list[tuple]] = [[]]
    limits_of = list(zip(curve["time"], curve["lower"], curve["upper"], strict=True))
    for (day, lower, upper), (following, _, _) in pairwise(limits_of):
        first, last = max(day, start), min(following, end)
        if first >= last:
            continue
        if lower is None or upper is None or lower == upper:
            runs.append([])
        else:
            runs[-1].append((first, last, lower, upper))
    return [run for run in runs if run]


def _censored(group: dict, colour: str, grey: str, cut: float) -> dict:
    curve = group["curve"]
    points = [i for i in steps(curve, 0, last_day(group)) if curve["censored"][i]]
    colours = [colour if curve["time"][i] <= cut else grey for i in points]
    return {
        "type": "scatter",
        "mode": "markers",
        "legendgroup": group["group"],
        "x": [month(curve["time"][i]) for i in points],
        "y": [height(curve["survival"][i]) for i in points],
        "marker": {**CENSOR_TICK, "color": colours, "line": {"width": 1, "color": colours}},
        "hoverinfo": "skip",
    }
