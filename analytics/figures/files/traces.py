"""Traces as marks: scatter with lines, fills, markers, texts and error bars."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from analytics.figures.files.axes import Axis, clip_of
from analytics.figures.files.lettering import LINE
from analytics.figures.files.marks import Anchor, Area, Clip, Letters, Mark, Paint, Point, Stroke, dash_of
from analytics.figures.files.reading import Part, each, lines_of
from analytics.figures.files.symbols import symbol

UNSEEN = (
    *("type", "xaxis", "yaxis", "name", "legendgroup", "showlegend", "hoverinfo", "hovertemplate", "hovertext"),
    *("customdata", "ids", "meta", "uid", "hoverlabel", "hoveron", "legendrank", "selectedpoints"),
)
SHAPES = ("linear", "hv", "vh")
MODES = {"lines", "markers", "text", "none"}
POSITIONS = tuple(f"{v} {h}" for v in ("top", "middle", "bottom") for h in ("left", "center", "right"))
ANCHORS: dict[str, Anchor] = {
    "left": "right",
    "right": "left",
    "center": "center",
}  # the text lies to that side of its point
Run = list[Point]


def scatter_marks(
    part: Part, x: Axis, y: Axis, font: tuple[float, str], before: list[Run]
) -> tuple[list[Mark], list[Run]]:
    """(marks, line) of a scatter trace; the line is what a following "tonexty" fills down to: `before` is that of the last one."""
    part.ignore(*UNSEEN)
    part.only(stackgroup=None, connectgaps=False, visible=True)
    modes = set(part.get("mode").split("+"))
    if not modes <= MODES:
        raise ValueError(f"{part.where}: mode {part.given['mode']!r} cannot be drawn in a file")
    opacity, clip = part.get("opacity", 1), clip_of(x, y)
    xs, ys = part.get("x"), part.get("y")
    if len(xs) != len(ys):
        raise ValueError(f"{part.where}: {len(xs)} x and {len(ys)} y")
    points = [_point(x.place(one), y.place(other)) for one, other in zip(xs, ys, strict=True)]
    edge_clip = clip if part.get("cliponaxis", True) else None
    runs = _runs(points, part, modes)
    marks = [
        *_fill(part, runs, before, clip, opacity),
        *_errors(part, x, y, xs, ys, edge_clip, opacity),
        *_line(part, runs, modes, clip, opacity),
        *_markers(part, points, modes, clip, edge_clip, opacity),
        *_texts(part, points, modes, clip, edge_clip, font, opacity),
    ]
    return marks, runs


def _point(x: float | None, y: float | None) -> Point | None:
    return None if x is None or y is None else (x, y)


def _runs(points: list[Point | None], part: Part, modes: set[str]) -> list[Run]:
    """The points in unbroken runs, with the corners that the line's shape adds."""
    if "lines" not in modes:
        return []
    with Part({"shape": part.given.get("line", {}).get("shape")}, f"{part.where}.line") as line:
        shape = line.one_of("shape", SHAPES, "linear")
    runs: list[Run] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [_cornered(run, shape) for run in runs if run]


def _cornered(run: Run, shape: str) -> Run:
    if shape == "linear":
        return run
    found = run[:1]
    for (x, y), (next_x, next_y) in pairwise(run):
        found += [(next_x, y) if shape == "hv" else (x, next_y), (next_x, next_y)]
    return found


def _fill(part: Part, runs: list[Run], before: list[Run], clip: Clip, opacity: float) -> list[Mark]:
    kind = part.one_of("fill", ("none", "toself", "tonexty"), "none")
    if kind == "none":
        part.ignore("fillcolor")
        return []
    paint = Paint.of(part.get("fillcolor"), opacity)
    if kind == "toself":
        rings = [tuple(run) for run in runs]
    elif len(runs) == 1 and len(before) == 1:
        rings = [(*runs[0], *reversed(before[0]))]
    elif not runs:
        rings = []
    else:
        raise ValueError(f"{part.where}: fill 'tonexty' can be drawn in a file between two unbroken lines only")
    return [Area(tuple(rings), paint, clip=clip)] if rings else []


def _line(part: Part, runs: list[Run], modes: set[str], clip: Clip, opacity: float) -> list[Mark]:
    if "lines" not in modes:
        part.ignore("line")
        return []
    with part.part("line") as line:
        line.ignore("shape", "simplify")
        width = line.get("width", 2)
        if not width:
            line.ignore("color", "dash")
            return []
        paint, dash = Paint.of(line.get("color"), opacity), dash_of(line.get("dash", "solid"), width)
    return [Stroke((tuple(run),), paint, width, dash, clip) for run in runs if len(run) > 1]


def _seen(clip: Clip, edge_clip: Clip | None) -> Callable[[Point | None], bool]:
    """Whether a point is drawn: one outside of the axes is not, though what is not clipped may reach over them."""
    return lambda point: point is not None and (edge_clip is not None or clip.holds(point))


def _markers(
    part: Part, points: list[Point | None], modes: set[str], clip: Clip, edge_clip: Clip | None, opacity: float
) -> list[Mark]:
    if "markers" not in modes:
        part.ignore("marker")
        return []
    n = len(points)
    with part.part("marker") as marker:
        own = opacity * marker.get("opacity", 1)
        names, sizes = each(marker.get("symbol", "circle"), n), each(marker.get("size", 6), n)
        if isinstance(marker.given.get("size"), list) and "opacity" not in marker.given:
            raise ValueError(f"{marker.where}: sizes by point need an opacity; a file cannot choose it")
        colours = each(marker.get("color"), n) if n and any(points) else [marker.get("color", None)] * n
        with marker.part("line") as line:
            widths, edges = each(line.get("width", 0), n), each(line.get("color", None), n)
    is_seen = _seen(clip, edge_clip)
    return [
        symbol(
            names[i],
            point,
            sizes[i],
            Paint.of(colours[i], own),
            Paint.of(edges[i], own) if edges[i] else None,
            widths[i],
            edge_clip,
        )
        for i, point in enumerate(points)
        if point is not None and is_seen(point)
    ]


def _texts(
    part: Part,
    points: list[Point | None],
    modes: set[str],
    clip: Clip,
    edge_clip: Clip | None,
    font: tuple[float, str],
    opacity: float,
) -> list[Mark]:
    if "text" not in modes:
        part.ignore("text", "textfont", "textposition")  # "text" alone is for the hover
        return []
    n = len(points)
    texts, where = each(part.get("text"), n), each(part.get("textposition", "middle center"), n)
    with part.part("textfont") as look:
        look.ignore("family")
        sizes, colours = each(look.get("size", font[0]), n), each(look.get("color", font[1]), n)
        weights = each(look.get("weight", 400), n)
    sizes_of_markers = each(part.given.get("marker", {}).get("size", 6), n) if "markers" in modes else [0] * n
    is_seen = _seen(clip, edge_clip)
    found: list[Mark] = []
    for i, point in enumerate(points):
        if point is None or not is_seen(point) or texts[i] in (None, ""):
            continue
        if where[i] not in POSITIONS:
            raise ValueError(f"{part.where}: textposition {where[i]!r} cannot be drawn in a file")
        paint = Paint.of(colours[i], opacity)
        found += _text(lines_of(texts[i]), point, where[i], sizes_of_markers[i], sizes[i], paint, weights[i], edge_clip)
    return found


def _text(
    lines: list[str],
    point: Point,
    where: str,
    marker: float,
    size: float,
    paint: Paint,
    weight: int,
    clip: Clip | None,
) -> list[Letters]:
    """A text by its point: as far from the middle of a marker as plotly.js puts it."""
    vertical, horizontal = where.split()
    away = marker / 2 / 0.8 + 1 if marker else 0
    sign = {"top": -1, "middle": 0, "bottom": 1}[vertical]
    tall = (len(lines) - 1) * LINE + 1
    x = point[0] + {"left": -1, "center": 0, "right": 1}[horizontal] * away
    y = point[1] + size * 0.75 + sign * away + (sign - 1) * tall * size / 2
    anchor = ANCHORS[horizontal]
    return [
        Letters(line, x, y + i * LINE * size, size, paint, anchor, weight >= 550, clip=clip)
        for i, line in enumerate(lines)
    ]


def _errors(part: Part, x: Axis, y: Axis, xs: list, ys: list, clip: Clip | None, opacity: float) -> list[Mark]:
    """Error bars: a line through the point, with caps."""
    found: list[Mark] = []
    for axis, own, other, name in ((x, xs, ys, "error_x"), (y, ys, xs, "error_y")):
        if name not in part.given:
            continue
        across = y if axis is x else x
        with part.part(name) as error:
            error.only(type="data", visible=True)
            up = error.get("array")
            down = error.get("arrayminus") if error.get("symmetric", "arrayminus" not in error.given) is False else up
            error.ignore("arrayminus")
            paint, width = Paint.of(error.get("color"), opacity), error.get("thickness", 2)
            cap = error.get("width", 4)
        for value, beside, plus, minus in zip(own, other, up, down, strict=True):
            place = across.place(beside)
            if value is None or plus is None or minus is None or place is None:
                continue
            low, high = axis.place(value - minus), axis.place(value + plus)
            if low is None or high is None:
                raise ValueError(f"{part.where}.{name}: an end of a bar lies outside of the axis")
            pairs = [((low, place), (high, place))]
            pairs += [((end, place - cap), (end, place + cap)) for end in (low, high) if cap]
            runs = tuple(pair if axis is x else tuple((b, a) for a, b in pair) for pair in pairs)
            found.append(Stroke(runs, paint, width, clip=clip))
    return found
