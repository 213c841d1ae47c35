"""A whole figure as marks, in the order in which they lie over each other."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.figures.files.axes import Axis, Drawn, Plot, axis_of, drawn_axis, key_of
from analytics.figures.files.bars import MODES, bar_marks
from analytics.figures.files.marks import Area, Mark, Paint, box
from analytics.figures.files.notes import Places, annotation_marks, shape_marks
from analytics.figures.files.reading import Part
from analytics.figures.files.traces import Run, scatter_marks

UNSEEN = ("hovermode", "hoverlabel", "dragmode", "meta", "showlegend", "modebar", "uirevision", "transition", "width")


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure of `width` × `height` px as marks, the lowest first."""

    width: float
    height: float
    marks: tuple[Mark, ...]


def picture_of(figure: dict, width: float) -> Picture:
    """The figure's marks at this width in px. Raises ValueError, with its place, for whatever cannot be drawn as plotly.js does."""
    with Part(figure["layout"], "layout") as layout:
        layout.ignore(*UNSEEN)
        height = layout.get("height")
        plot = _plot(layout, width, height)
        with layout.part("font") as look:
            look.ignore("family")
            font = (look.get("size"), look.get("color"))
        given = {name: layout.get(key_of(name)) for name in _axis_names(layout)}
        axes = {name: axis_of(name, one, plot) for name, one in given.items()}
        drawn = {
            name: drawn_axis(one, given[name], {k: v for k, v in axes.items() if k[0] != name[0]}, plot, font)
            for name, one in axes.items()
        }
        ground = _ground(layout, plot, width, height)
        traces = _traces(figure["data"], layout, axes, font)
        places = Places(plot, axes, width, height)
        shapes = [_shape(one, f"layout.shapes[{i}]", places) for i, one in enumerate(layout.get("shapes", ()))]
        notes = [
            mark
            for i, one in enumerate(layout.get("annotations", ()))
            for mark in _note(one, f"layout.annotations[{i}]", places, font)
        ]
    below = [mark for layer, marks in shapes if layer == "below" for mark in marks]
    above = [mark for layer, marks in shapes if layer == "above" for mark in marks]
    return Picture(width, height, (*ground, *below, *_under(drawn), *traces, *_over(drawn), *above, *notes))


def _axis_names(layout: Part) -> list[str]:
    """ "x", "y2", … of the axes in the layout."""
    keys = [key for key in layout.given if key.startswith(("xaxis", "yaxis"))]
    return [key[0] + key[5:] for key in keys]


def _plot(layout: Part, width: float, height: float) -> Plot:
    with layout.part("margin") as margin:
        margin.only(pad=0, autoexpand=margin.given.get("autoexpand", True))
        left, right, top, bottom = (margin.get(name) for name in ("l", "r", "t", "b"))
    return Plot(left, top, width - left - right, height - top - bottom)


def _ground(layout: Part, plot: Plot, width: float, height: float) -> list[Mark]:
    paper, ground = layout.get("paper_bgcolor"), layout.get("plot_bgcolor")
    found: list[Mark] = [Area((box(0, 0, width, height),), Paint.of(paper))]
    if ground != paper:
        inside = box(plot.left, plot.top, plot.left + plot.width, plot.top + plot.height)
        found.append(Area((inside,), Paint.of(ground)))
    return found


def _traces(data: list[dict], layout: Part, axes: dict[str, Axis], font: tuple[float, str]) -> list[Mark]:
    """Bars lie under everything else; the rest in its order."""
    mode = layout.one_of("barmode", MODES, "group")
    gap, group_gap = layout.get("bargap", 0.2), layout.get("bargroupgap", 0)
    bars, lines = [], []
    before: list[Run] = []
    for i, trace in enumerate(data):
        part = Part(trace, f"data[{i}]")
        kind = part.one_of("type", ("scatter", "bar"))
        x, y = (_axis(part, letter, axes) for letter in ("x", "y"))
        if kind == "bar":
            bars.append((part, x, y))
            continue
        with part:
            marks, before = scatter_marks(part, x, y, font, before)
        lines += marks
    found = [mark for marks in bar_marks(bars, mode, gap, group_gap) for mark in marks]
    for part, _x, _y in bars:
        with part:
            pass  # refuses what was not read
    return [*found, *lines]


def _axis(part: Part, letter: str, axes: dict[str, Axis]) -> Axis:
    name = part.get(f"{letter}axis", letter)
    if name not in axes:
        raise ValueError(f"{part.where}: the layout has no {key_of(name)}")
    return axes[name]


def _shape(given: dict, where: str, places: Places) -> tuple[str, list[Mark]]:
    with Part(given, where) as part:
        return shape_marks(part, places)


def _note(given: dict, where: str, places: Places, font: tuple[float, str]) -> list[Mark]:
    with Part(given, where) as part:
        return annotation_marks(part, places, font)


def _under(drawn: dict[str, Drawn]) -> list[Mark]:
    return [mark for one in drawn.values() for mark in one.under]


def _over(drawn: dict[str, Drawn]) -> list[Mark]:
    return [mark for one in drawn.values() for mark in one.over]
