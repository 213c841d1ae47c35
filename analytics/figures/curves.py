"""The curve of one group or cause as traces: band, reliable part, thin grey tail, censor ticks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from analytics.figures.axis import Axis
from analytics.figures.placement import corners
from analytics.figures.text import limits, percent, safe
from analytics.figures.theme import BAND, TAIL_BAND, Theme, veiled

LINE, TAIL_LINE = 2, 1
MOST_BANDS = 6  # curves; more bands cover each other
ASIDE = 0.025  # of the axis: two squares of 7 px side by side on a phone
POINTS_ROOM = 1.07  # by which the axis is longer where such squares stand, for the last ones
CENSOR_TICK = {"symbol": "line-ns-open", "size": 7}

Shares = list[float | None]


@dataclass(frozen=True, slots=True)
class Curve:
    """A step curve to be drawn; times in days, shares from 0 to 1, one value for each time.

    reliable  until when it is drawn in full; 0 when there never were enough patients
    end       the last day on which somebody was observed, or to which the Result is shown
    at_risk   of each time; empty where the Result does not say
    """

    key: str
    label: str
    time: list[float]
    share: Shares
    lower: Shares
    upper: Shares
    at_risk: list[int] | list[int | None]
    censored: list[int]
    reliable: float
    end: float
    is_points: bool = False  # estimates at single times, nothing known between them

    def points(self, start: float, end: float) -> list[int]:
        """Positions of the points with start <= time <= end and a value."""
        return [
            i
            for i, (day, value) in enumerate(zip(self.time, self.share, strict=True))
            if start <= day <= end and value is not None
        ]

    @property
    def path(self) -> list[tuple[float, float]]:
        """(day, share) of every point that is drawn."""
        return [(self.time[i], self.share[i] or 0.0) for i in self.points(0, self.end)]


def survival_curve(group: dict) -> Curve:
    """The curve of one group with patients of a survival Result; of a released form without one, its estimates at fixed months."""
    rows, is_points = group["curve"], not group["curve"]["time"]
    if is_points:
        known = _known_estimates(group)
        rows = {name: [row[name] for row in known] for name in ("time", "survival", "lower", "upper")}
    return Curve(
        group["group"],
        group["label"],
        rows["time"],
        rows["survival"],
        rows["lower"],
        rows["upper"],
        group["curve"]["at_risk"],
        group["curve"]["censored"],
        reliable_days(group),
        last_day(group),
        is_points,
    )


def _known_estimates(group: dict) -> list[dict]:
    """The estimates at fixed months that are told."""
    return [row for row in group["at"] if row["survival"] is not None]


def is_drawn(group: dict) -> bool:
    """Whether the group has a curve, or at least estimates: patients, and in a released form enough of them."""
    return bool(group["n"] and (group["curve"]["time"] or _known_estimates(group)))


def reliable_days(group: dict) -> float:
    """Until when the curve is drawn in full; 0 when there never were enough patients."""
    return group["reliable_until"] or 0


def last_day(group: dict) -> float:
    """The last day on which somebody of the group was observed, or to which the Result is shown."""
    if not group["n"]:
        return 0
    if "shown_until" not in group:
        return float(group["curve"]["time"][-1])
    if "curve" in group and not group["curve"]["time"]:
        return max((float(row["time"]) for row in _known_estimates(group)), default=0)
    return float(group["shown_until"])


def height(share: float | None) -> float | None:
    """A share as a place on the axis from 0 to 100 %."""
    return None if share is None else round(100 * share, 4)


def corner_px(curve: Curve, axis: Axis, width: float, tall: float) -> tuple[tuple[float, float], ...]:
    """Corner points of the curve in px of a plot so wide and tall, y downward."""
    return corners([(axis.place(day) / axis.end * width, (1 - share) * tall) for day, share in curve.path])


def curve_traces(
    curve: Curve,
    style: tuple[str, str],
    axis: Axis,
    theme: Theme,
    hover: str,
    *,
    with_band: bool = True,
    aside: float = 0,
) -> list[dict]:
    """All traces of one curve, those further back first.

    hover: words with {time}, {share} and {at_risk}; aside: of an axis' length, where single estimates stand beside others'
    """
    if curve.is_points:
        return _estimates(curve, style, axis, theme, hover, round(aside * axis.end, 4))
    colour, dash = style
    grey = theme.greyed(colour)
    bands = [
        _band(curve, axis, 0, curve.reliable, veiled(colour, BAND)),
        _band(curve, axis, curve.reliable, curve.end, veiled(grey, TAIL_BAND)),
    ]
    traces = [
        *(bands if with_band else ()),
        _line(curve, axis, (0, curve.reliable), {"color": colour, "width": LINE, "dash": dash}, hover),
        _line(curve, axis, (curve.reliable, curve.end), {"color": grey, "width": TAIL_LINE, "dash": dash}, hover),
        _censored(curve, axis, colour, grey),
    ]
    return [trace for trace in traces if len(trace["x"]) > (trace["mode"] == "lines")]


def asides(n: int) -> list[float]:
    """How far aside of their month the estimates of each of `n` curves stand, as shares of the axis."""
    return [round((i - (n - 1) / 2) * ASIDE, 4) if n <= MOST_BANDS else 0 for i in range(n)]


def _estimates(curve: Curve, style: tuple[str, str], axis: Axis, theme: Theme, hover: str, aside: float) -> list[dict]:
    """Estimates at single times with their intervals, where there is no curve between them: a released form tells no more."""
    colour, label = theme.text(style[0]), safe(curve.label)
    points = curve.points(0, curve.end)
    common = {"type": "scatter", "legendgroup": curve.key, "cliponaxis": False}
    bars = [
        {
            **common,
            "mode": "lines",
            "x": [round(axis.place(curve.time[i]) + aside, 4)] * 2,
            "y": [height(curve.lower[i]), height(curve.upper[i])],
            "line": {"color": colour, "width": 1},
            "hoverinfo": "skip",
        }
        for i in points
        if curve.lower[i] is not None and curve.upper[i] is not None
    ]
    dots = {
        **common,
        "mode": "markers",
        "name": label,
        "x": [round(axis.place(curve.time[i]) + aside, 4) for i in points],
        "y": [height(curve.share[i]) for i in points],
        "marker": {"symbol": "square", "size": 7, "color": colour},
        "text": [_hover(curve, i, axis, hover) for i in points],
        "hovertemplate": f"{label}<br>%{{text}}<extra></extra>",
    }
    return [*bars, dots] if points else []


def _line(curve: Curve, axis: Axis, span: tuple[float, float], line: dict, hover: str) -> dict:
    label = safe(curve.label)
    points = curve.points(*span)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label,
        "legendgroup": curve.key,
        "x": [axis.place(curve.time[i]) for i in points],
        "y": [height(curve.share[i]) for i in points],
        "line": {"shape": "hv", **line},
        "text": [_hover(curve, i, axis, hover) for i in points],
        "customdata": [curve.time[i] for i in points],  # days: a step that is pointed at leads to its cases
        "cliponaxis": False,
        "hovertemplate": f"{label}<br>%{{text}}<extra></extra>",
    }


def _hover(curve: Curve, i: int, axis: Axis, hover: str) -> str:
    interval = limits(curve.lower[i], curve.upper[i], "")
    share = percent(curve.share[i], "–") + (f" ({interval})" if interval.strip("–") else "")
    at_risk = curve.at_risk[i] if curve.at_risk else ""
    at_risk = "–" if at_risk is None else at_risk
    return safe(hover.format(time=axis.said(curve.time[i]), share=share, at_risk=at_risk), 200)


def _band(curve: Curve, axis: Axis, start: float, end: float, fill: str) -> dict:
    """The confidence band as closed polygons in steps; where limits are not defined there is none."""
    x: list = []
    y: list = []
    for run in _runs(curve, start, end):
        if x:
            x, y = [*x, None], [*y, None]
        edges = [axis.place(edge) for pair in run for edge in pair[:2]]
        x += [*edges, *reversed(edges), edges[0]]
        upper = [height(value) for _, _, _, value in run for _ in (0, 1)]
        lower = [height(value) for _, _, value, _ in run for _ in (0, 1)]
        y += [*upper, *reversed(lower), upper[0]]
    return {
        "type": "scatter",
        "mode": "lines",
        "legendgroup": curve.key,
        "x": x,
        "y": y,
        "line": {"width": 0},
        "fill": "toself",
        "fillcolor": fill,
        "hoverinfo": "skip",
    }


def _runs(curve: Curve, start: float, end: float) -> list[list[tuple]]:
    """Unbroken runs of steps (from, to, lower, upper) between start and end where both limits are defined and differ."""
    runs: list[list[tuple]] = [[]]
    limits_of = list(zip(curve.time, curve.lower, curve.upper, strict=True))
    for (day, lower, upper), (following, _, _) in pairwise(limits_of):
        first, last = max(day, start), min(following, end)
        if first >= last:
            continue
        if lower is None or upper is None or lower == upper:
            runs.append([])
        else:
            runs[-1].append((first, last, lower, upper))
    return [run for run in runs if run]


def _censored(curve: Curve, axis: Axis, colour: str, grey: str) -> dict:
    points = [i for i in curve.points(0, curve.end) if curve.censored and curve.censored[i]]
    colours = [colour if curve.time[i] <= curve.reliable else grey for i in points]
    return {
        "type": "scatter",
        "mode": "markers",
        "legendgroup": curve.key,
        "x": [axis.place(curve.time[i]) for i in points],
        "y": [height(curve.share[i]) for i in points],
        "marker": {**CENSOR_TICK, "color": colours, "line": {"width": 1, "color": colours}},
        "hoverinfo": "skip",
    }
