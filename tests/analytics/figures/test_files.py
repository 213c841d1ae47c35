"""Figures as files: every kind in every format, text as text, the right size, the same bytes, nothing drawn that is not understood."""

import copy
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zlib
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from analytics.core.analysis import METHODS
from analytics.figures.data import TABLES
from analytics.figures.figure import FIGURES
from analytics.figures.files import FORMATS, About, drawn, width_px
from analytics.figures.files.frame import picture_of
from analytics.figures.files.lettering import drawable, width_of
from analytics.figures.files.marks import Letters
from analytics.figures.imprint import imprinted
from analytics.figures.sizes import COMPACT, SIZES, WIDE
from analytics.figures.theme import DARK, LIGHT
from tests.analytics.figures.every import RESULTS, figure

ROOT = Path(__file__).resolve().parents[3]
SVG = "{http://www.w3.org/2000/svg}"
ABOUT = About(
    title="Survival $x$ <script>alert(1)</script> 生存",
    analysis="os",
    dataset="tisagenlecleucel live revision 12",
    hash="a1b2c3d4" * 8,
    code="1.0",
    audience="exact, internal",
    alt="12 months: 80 % (59–91) & more.",
)


def file(name, kind, size=WIDE, **words):
    return drawn(figure(name, size, **words), kind, width_px("", size.name), ABOUT)


def texts(svg):
    """Every text of an SVG, in the order in which it is drawn."""
    return ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_figure_of_the_registry_is_tried_here():
    assert {result["analysis"]["method"] for result, _ in RESULTS.values()} >= set(FIGURES) - {
        "landmark",  # drawn as survival
        "time-dependent",  # drawn as a forest
    }
    assert set(METHODS) == set(TABLES)


@pytest.mark.parametrize(("size", "theme"), [("wide", LIGHT), ("compact", DARK)])
@pytest.mark.parametrize("name", RESULTS)
def test_every_figure_can_be_drawn_in_a_file(name, size, theme):
    shown = imprinted(figure(name, SIZES[size], theme), "Exact", SIZES[size], theme)

    picture = picture_of(shown, width_px("", size))

    assert sum(isinstance(mark, Letters) for mark in picture.marks) > 1


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", ["survival, hostile", "flow"])
def test_every_format_of_some(name, kind):
    assert len(file(name, kind, COMPACT)) > 5000


def test_free_text_is_shown_as_typed_and_nothing_executes():
    for name in ("survival, hostile", "incidence, hostile", "completeness, hostile"):
        svg = file(name, "svg")
        root = ElementTree.fromstring(svg)
        names = {one.tag.removeprefix(SVG) for one in root.iter()}
        assert not names & {"script", "a", "foreignObject", "image", "animate", "set"}
        assert not [
            key
            for one in root.iter()
            for key in one.attrib
            if key.lower().startswith("on") or "href" in key.lower() and not one.attrib[key].startswith("#")
        ]
    shown = " ".join(texts(file("survival, hostile", "svg")))
    assert "<b>Low</b> & <a href=" in shown and "$\\alpha$" in shown and "高腫瘍量（骨髄芽球" in shown


def test_thirty_groups_have_their_names_and_tables():
    shown = texts(file("survival of thirty groups", "svg", COMPACT))
    assert sum("Hospital" in one for one in shown) >= 60


def test_an_svg_is_text_in_its_own_size():
    root = ElementTree.fromstring(file("survival", "svg"))

    assert float(root.get("width").removesuffix("pt")) == pytest.approx(174 / 25.4 * 72, abs=0.01)
    assert not list(root.iter(f"{SVG}use")), "glyphs are text, not outlines"
    families = {one.get("style").partition("font-family: ")[2].partition(";")[0] for one in root.iter(f"{SVG}text")}
    assert all(one.startswith("'DejaVu Sans', 'IPAexGothic'") and one.endswith("sans-serif") for one in families)
    said = "".join(root.itertext())
    assert ABOUT.title in said and ABOUT.sentence in said


@pytest.mark.parametrize(("size", "width", "mm"), [(WIDE, "", 174), (COMPACT, "", 85), (WIDE, "page", 190)])
def test_a_png_has_300_dots_an_inch(size, width, mm):
    shown = figure("survival", size)
    image = Image.open(io.BytesIO(drawn(shown, "png", width_px(width, size.name), ABOUT)))

    assert image.width == pytest.approx(mm / 25.4 * 300, abs=1)
    assert image.height == pytest.approx(shown["layout"]["height"] / 96 * 300, abs=1)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert image.info["Title"] == ABOUT.title and image.info["Description"] == ABOUT.sentence
    assert len(set(image.convert("L").tobytes())) > 20, "something is drawn"


def test_a_pdf_has_the_size_of_the_column_and_embeds_its_fonts():
    pdf = file("survival, hostile", "pdf", COMPACT)
    found = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", pdf)
    plain = pdf + b"".join(_inflated(pdf))

    height = figure("survival, hostile", COMPACT)["layout"]["height"]
    assert (float(found[1]), float(found[2])) == pytest.approx((85 / 25.4 * 72, height * 0.75), abs=0.01)
    for name in (rb"DejaVuSans", rb"DejaVuSans-Bold", rb"IPAexGothic"):
        assert re.search(rb"/BaseFont /[A-Z]{6}\+" + name + rb"\b", plain), name
    assert b"/FontFile2" in plain and b"/Type3" not in plain
    assert b"/JavaScript" not in plain and b"/URI" not in plain and b"CreationDate" not in plain
    assert "exact, internal".encode("utf-16-be") in pdf or b"exact, internal" in pdf


def _inflated(pdf):
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(stream)
        except zlib.error:
            continue


AGAIN = """
import hashlib, json, sys
from analytics.figures.files import About, drawn
shown, width, about = json.load(sys.stdin)
print(*(hashlib.sha256(drawn(shown, kind, width, About(**about))).hexdigest() for kind in ("svg", "pdf", "png")))
"""


def test_the_same_figure_is_the_same_bytes_in_every_process():
    shown, width = figure("survival, hostile"), width_px("", "wide")
    here = " ".join(hashlib.sha256(drawn(shown, kind, width, ABOUT)).hexdigest() for kind in FORMATS)

    there = subprocess.run(
        [sys.executable, "-c", AGAIN],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        input=json.dumps([shown, width, asdict(ABOUT)]),
        capture_output=True,
        text=True,
        check=True,
    )

    assert there.stdout.strip() == here


def test_a_character_that_no_font_has_is_a_white_square():
    assert drawable("Ω 漢 \u0e01 \U0001f984") == "Ω 漢 □ □"
    assert width_of("AA", 10) == pytest.approx(2 * width_of("A", 10)) and width_of("漢", 10) == 10
    assert width_of("A", 10, is_bold=True) > width_of("A", 10)


def test_a_width_has_a_name_and_room_for_the_size():
    assert width_px("column", "compact") == pytest.approx(321.26, abs=0.01)
    for name, size in (("poster", "wide"), ("column", "wide")):
        with pytest.raises(ValueError, match=name):
            width_px(name, size)
    with pytest.raises(ValueError, match="gif"):
        drawn(figure("survival"), "gif", 600, ABOUT)


def test_the_imprint_stands_below_and_moves_nothing():
    plain = figure("survival")
    longer = imprinted(plain, "Exact numbers. " * 12, WIDE, LIGHT)

    first, second = (picture_of(one, 657.6) for one in (plain, longer))
    letters = [mark for mark in second.marks if isinstance(mark, Letters)]
    assert set(first.marks[1:]) < set(second.marks), "the ground apart, all is where it was"
    below = [mark for mark in letters if mark.y > first.height]
    assert len(below) > 1 and max(mark.y for mark in below) < second.height - 2
    assert plain["layout"]["height"] == first.height, "the figure handed in is as before"


CHANGES = {
    "a new kind of trace": (lambda it: it["data"][0].update(type="pie"), r"data\[0\]: type 'pie'"),
    "an attribute of a trace": (lambda it: it["data"][0].update(stackgaps="interpolate"), r"data\[0\]: stackgaps"),
    "a spline": (lambda it: it["data"][2]["line"].update(shape="spline"), "shape 'spline'"),
    "a symbol": (lambda it: marker(it).update(symbol="hexagram"), "'hexagram'"),
    "a gradient": (lambda it: marker(it).update(gradient={"type": "radial"}), "marker: gradient"),
    "a named colour": (lambda it: it["data"][2]["line"].update(color="red"), "colour 'red'"),
    "no colour": (lambda it: it["data"][2]["line"].pop("color"), "color is missing"),
    "an array that is too short": (lambda it: marker(it).update(size=[5, 5]), "an array of 2"),
    "an odd dash": (lambda it: it["data"][2]["line"].update(dash="wavy"), "dash 'wavy'"),
    "x without y": (lambda it: it["data"][2].update(y=[1]), "1 y"),
    "an image": (lambda it: it["layout"].update(images=[{"source": "x"}]), "layout: images"),
    "a legend": (lambda it: it["layout"].update(legend={"x": 1}), "layout: legend"),
    "no range": (lambda it: it["layout"]["xaxis"].pop("range"), "xaxis: range is missing"),
    "an axis of dates": (lambda it: it["layout"]["xaxis"].update(type="date"), "type 'date'"),
    "minor ticks": (lambda it: it["layout"]["xaxis"].update(minor={}), "xaxis: minor"),
    "a tick without a text": (lambda it: it["layout"]["xaxis"].update(tickvals=[2.5]), "2.5 needs a ticktext"),
    "turned labels": (lambda it: it["layout"]["xaxis"].update(tickangle=45), "tickangle 45"),
    "an axis that is not there": (lambda it: it["data"][0].update(xaxis="x7"), "no xaxis7"),
    "a title without a place": (lambda it: it["layout"]["xaxis"]["title"].pop("standoff"), "standoff is missing"),
    "bold by a tag": (lambda it: it["layout"]["annotations"][0].update(text="<b>OS</b>"), "tag '<b>'"),
    "a turned note": (lambda it: it["layout"]["annotations"][0].update(textangle=90), r"annotations\[0\]: textangle"),
    "a note on an axis's domain": (lambda it: it["layout"]["annotations"][0].update(xref="x domain"), "'x domain'"),
    "a shape of curves": (lambda it: it["layout"]["shapes"][0].update(type="path"), "type 'path'"),
}


def marker(shown):
    """The marker of the first trace that has one."""
    return next(one["marker"] for one in shown["data"] if "marker" in one)


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_file_cannot_draw_is_refused_by_name(change):
    act, said = CHANGES[change]
    shown = copy.deepcopy(figure("survival"))
    picture_of(shown, 657.6)
    act(shown)

    with pytest.raises(ValueError, match=said):
        picture_of(shown, 657.6)
