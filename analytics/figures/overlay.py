"""Published estimates beside a curve: open symbols with their intervals at their months, numbered, with a key. No curve is redrawn."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.figures.axis import Axis
from analytics.figures.below import with_limits
from analytics.figures.choices import FAILURE, Benchmark
from analytics.figures.curves import height
from analytics.figures.frame import Frame
from analytics.figures.placement import Box, spread
from analytics.figures.text import safe
from analytics.figures.theme import STRONG
from analytics.figures.words import Words

DISTANCES = (10, 16)  # px between two points of about the same month: with numbers of one digit, of two
NUMBER_SPACE = 15  # px above a point's interval for its number
MARKER = {"symbol": "circle-open", "size": 7}
KEY = "benchmark"


def numbered(overlay: Sequence[Benchmark]) -> list[tuple[int, Benchmark]]:
    """The points with their numbers, from left to right."""
    return list(enumerate(sorted(overlay, key=lambda point: point.months), start=1))


def inside(points: list[tuple[int, Benchmark]], axis: Axis) -> list[tuple[int, Benchmark]]:
    """Those that the axis reaches."""
    return [(number, point) for number, point in points if point.months <= axis.end * 1.01]


def marks(
    frame: Frame, overlay: Sequence[Benchmark], colours: dict[str, str], direction: str
) -> tuple[list[dict], list[dict], list[Box]]:
    """(traces, numbers as annotations, boxes in px that they take). colours: group → its colour; the others are ink."""
    points = inside(numbered(overlay), frame.axis)
    traces, notes, boxes = [], [], []
    for (number, point), x in zip(points, _across(frame, [point for _, point in points]), strict=True):
        colour = frame.sheet.theme.text(colours.get(point.group, frame.sheet.theme.ink_soft))
        estimate, lower, upper = directed(point, direction)
        place = round(x / frame.plot_width * frame.axis.end, 4)
        traces += _traces(frame, number, point, place, colour, direction)
        top = max(one for one in (estimate, upper) if one is not None)
        notes.append(_number(frame, number, place, top, colour))
        lowest = min(one for one in (estimate, lower) if one is not None)
        tall = frame.sheet.size.plot
        boxes.append(Box(x - 7, (1 - top) * tall - NUMBER_SPACE, x + 7, (1 - lowest) * tall + 4))
    return traces, notes, boxes


def directed(point: Benchmark, direction: str) -> tuple[float, float | None, float | None]:
    """Estimate, lower and upper limit in the direction of the figure."""
    if direction != FAILURE:
        return point.estimate, point.lower, point.upper
    lower, upper = (None if one is None else 1 - one for one in (point.upper, point.lower))
    return 1 - point.estimate, lower, upper


def _across(frame: Frame, points: list[Benchmark]) -> list[float]:
    """Px from the axis of each point; those of one month stand side by side."""
    most, distance = len(points) - 1, DISTANCES[len(points) > 9]
    wanted = [point.months / frame.axis.end * frame.plot_width for point in points]
    return [min(place, frame.plot_width - (most - i) * distance) for i, place in enumerate(spread(wanted, distance))]


def _traces(frame: Frame, number: int, point: Benchmark, place: float, colour: str, direction: str) -> list[dict]:
    estimate, lower, upper = directed(point, direction)
    common = {"type": "scatter", "legendgroup": KEY, "cliponaxis": False}
    dot = {
        **common,
        "mode": "markers",
        "name": safe(f"{number} {point.cohort}"),
        "x": [place],
        "y": [height(estimate)],
        "marker": {**MARKER, "color": colour, "line": {"width": 1.5, "color": colour}},
        "hovertemplate": f"{safe(line_of(number, point, frame.sheet.words, direction), 300)}<extra></extra>",
    }
    if lower is None or upper is None:
        return [dot]
    bar = {
        **common,
        "mode": "lines",
        "x": [place, place],
        "y": [height(lower), height(upper)],
        "line": {"color": colour, "width": 1},
        "hoverinfo": "skip",
    }
    return [bar, dot]


def _number(frame: Frame, number: int, place: float, top: float, colour: str) -> dict:
    return {
        "text": str(number),
        "font": {"size": frame.sheet.size.small, "color": colour, "weight": STRONG},
        "xref": "x",
        "x": place,
        "xanchor": "center",
        "yref": "y",
        "y": height(top),
        "yanchor": "bottom",
        "yshift": 2,
        "showarrow": False,
    }


def key(overlay: Sequence[Benchmark], axis: Axis, words: Words, direction: str) -> list[str]:
    """The lines of the caption that say what the numbers are; nothing without points."""
    points = numbered(overlay)
    if not points:
        return []
    drawn = inside(points, axis)
    beyond = [str(number) for number, _ in points if (number, _) not in drawn]
    said = [words.benchmarks]
    said += [line_of(number, point, words, direction) for number, point in points]
    return [*said, words.beyond_axis.format(numbers=", ".join(beyond))] if beyond else said


def line_of(number: int, point: Benchmark, words: Words, direction: str) -> str:
    """One point in words: who, how many, when, how much, and what must be known about it."""
    who = f"{point.cohort} ({point.citation})"
    month = words.at.format(months=f"{point.months:g}")
    n = words.benchmark_n.format(n=point.n) if point.n is not None else words.benchmark_no_n
    parts = [who, point.subgroup, n, f"{month} {with_limits(*directed(point, direction))}", point.rule, point.note]
    said = words.benchmark_between.join(part for part in parts if part)
    return words.benchmark.format(number=number, parts=said)
