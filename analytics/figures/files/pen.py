"""Marks on paper by matplotlib's object interface: no pyplot, no window, no state that stays. Call it from one thread at a time."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Circle, PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox, Transform, TransformedBbox

from analytics.figures.files.frame import Picture
from analytics.figures.files.lettering import FAMILIES, drawable, file_of
from analytics.figures.files.marks import Area, Clip, Letters, Mark, Point, Stroke

POINT = 72 / 96  # of a CSS px
CREATOR = "CAR-T registry"
OTHERS = (
    b"'Noto Sans', 'Noto Sans CJK JP', 'Hiragino Sans', Meiryo, sans-serif"  # for viewers of an SVG without our fonts
)
SETTINGS: Any = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "registry",  # the same ids each time
    "pdf.fonttype": 42,  # TrueType, embedded
    "pdf.compression": 6,
    "path.simplify": False,
    "lines.scale_dashes": False,
    "text.parse_math": False,
    "text.usetex": False,
    "text.hinting": "none",
    "axes.unicode_minus": True,
    "font.family": list(FAMILIES),
}


def written(picture: Picture, kind: str, about: Any, resolution: int) -> bytes:
    """The file of a picture."""
    _own_fonts()
    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning here is a figure that is not as it should be
        return _saved(_paper(picture), kind, about, resolution)


def bound(pictures: Iterable[Picture], about: Any) -> bytes:
    """One PDF with a page for each picture."""
    _own_fonts()
    out = io.BytesIO()
    with matplotlib.rc_context(SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("error")
        with PdfPages(out, metadata=_metadata(about)) as pages:
            for picture in pictures:
                paper = _paper(picture)
                FigureCanvasPdf(paper)
                pages.savefig(paper)
    return out.getvalue()


def _paper(picture: Picture) -> Figure:
    paper = Figure(figsize=(picture.width / 96, picture.height / 96), dpi=72, frameon=False)
    to_paper = Affine2D().scale(1 / picture.width, -1 / picture.height).translate(0, 1) + paper.transFigure
    for depth, mark in enumerate(picture.marks):
        for artist in _artists(mark, to_paper):
            artist.set_zorder(depth)
            if mark.clip:
                artist.set_clip_box(_clip(mark.clip, to_paper))
                artist.set_clip_on(True)
            paper.add_artist(artist, clip=False)
    return paper


def _metadata(about: Any) -> dict[str, Any]:
    """What a PDF says of itself; no day, so that the same figure is the same bytes."""
    said = {"Title": about.title, "Subject": about.sentence, "Creator": CREATOR, "Producer": CREATOR}
    return {**said, "CreationDate": None}


def _saved(paper: Figure, kind: str, about: Any, resolution: int) -> bytes:
    out = io.BytesIO()
    if kind == "png":
        said = {"Title": about.title, "Description": about.sentence, "Software": CREATOR}
        FigureCanvasAgg(paper).print_figure(out, format="png", dpi=resolution, metadata=said)
    elif kind == "pdf":
        FigureCanvasPdf(paper).print_figure(out, format="pdf", metadata=_metadata(about))
    else:
        said = {"Title": about.title, "Description": about.sentence, "Creator": CREATOR, "Date": None}
        FigureCanvasSVG(paper).print_figure(out, format="svg", metadata=said)
        ours = ", ".join(f"'{one}'" for one in FAMILIES).encode()
        return out.getvalue().replace(ours, ours + b", " + OTHERS)
    return out.getvalue()


def _artists(mark: Mark, to_paper: Transform) -> Iterable:
    if isinstance(mark, Letters):
        return [_text(mark, to_paper)]
    return [_stroke(mark, to_paper)] if isinstance(mark, Stroke) else [_area(mark, to_paper)]


def _dash(lengths: tuple[float, ...]) -> Any:
    return (0, tuple(one * POINT for one in lengths)) if lengths else "solid"


def _stroke(mark: Stroke, to_paper: Transform) -> PathPatch:
    return PathPatch(
        _path(mark.runs, is_closed=False),
        fill=False,
        edgecolor=mark.paint.colour,
        alpha=mark.paint.opacity,
        linewidth=mark.width * POINT,
        linestyle=_dash(mark.dash),
        capstyle="butt",
        joinstyle="miter",
        transform=to_paper,
    )


def _area(mark: Area, to_paper: Transform) -> PathPatch | Circle:
    colours = {
        "facecolor": (mark.fill.colour, mark.fill.opacity) if mark.fill else "none",
        "edgecolor": (mark.edge.colour, mark.edge.opacity) if mark.edge else "none",
        "linewidth": mark.edge_width * POINT if mark.edge else 0,
        "linestyle": _dash(mark.edge_dash),
        "joinstyle": "miter",
        "transform": to_paper,
    }
    if mark.circle:
        x, y, radius = mark.circle
        return Circle((x, y), radius, **colours)
    return PathPatch(_path(mark.rings, is_closed=True), **colours)


def _path(runs: Iterable[tuple[Point, ...]], *, is_closed: bool) -> Path:
    points: list[Point] = []
    codes: list[Any] = []
    for run in runs:
        points += run
        codes += [Path.MOVETO, *[Path.LINETO] * (len(run) - 1)]
        if is_closed:
            points.append(run[0])
            codes.append(Path.CLOSEPOLY)
    path = Path(points, codes)
    path.should_simplify = False
    return path


def _text(mark: Letters, to_paper: Transform) -> Text:
    return Text(
        mark.x,
        mark.y,
        drawable(mark.text),
        color=mark.paint.colour,
        alpha=mark.paint.opacity,
        fontsize=mark.size * POINT,
        fontweight=700 if mark.is_bold else 400,
        fontfamily=list(FAMILIES),
        horizontalalignment=mark.anchor,
        verticalalignment="baseline",
        rotation=mark.angle,
        rotation_mode="anchor",
        parse_math=False,
        transform=to_paper,
    )


def _clip(clip: Clip, to_paper: Transform) -> TransformedBbox:
    return TransformedBbox(Bbox.from_bounds(clip.left, clip.top, clip.width, clip.height), to_paper)


def _own_fonts() -> None:
    """Put the fonts that come with the packages before any of the system with the same names."""
    known = font_manager.fontManager.ttflist
    if known and known[0].fname == str(file_of(FAMILIES[1], is_bold=False)):
        return
    for family in FAMILIES:
        for is_bold in (False, True):
            weight = 700 if is_bold else 400
            file = str(file_of(family, is_bold))
            known.insert(0, font_manager.FontEntry(file, 0, family, "normal", "normal", weight, "normal", "scalable"))
