"""What Chromium has drawn: every text with the start of its baseline, every line and area with its place, in CSS px."""

import base64
import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from analytics.figures.files.lettering import FAMILIES, file_of

FACES = "".join(
    f"@font-face{{font-family:'{family}';font-weight:{weight};src:url(data:font/ttf;base64,{base64.b64encode(file_of(family, weight == 700).read_bytes()).decode()})}}"
    for family in FAMILIES
    for weight in (400, 700)
)
# The page's figure in the file's fonts: what differs then is geometry.
FONT = ", ".join(f"'{one}'" for one in FAMILIES)
READY = f"""async () => {{
  for (const family of {json.dumps(FAMILIES)}) for (const weight of [400, 600, 700])
    await document.fonts.load(`${{weight}} 12px '${{family}}'`, "A漢");
}}"""
DRAWN = """(place) => {
  const root = document.querySelector(place), origin = root.querySelector("svg").getBoundingClientRect();
  const at = (element, point) => {
    const moved = new DOMPoint(point.x, point.y).matrixTransform(element.getScreenCTM());
    return [moved.x - origin.x, moved.y - origin.y];
  };
  const hidden = (one) => one.closest("defs, .draglayer, .hoverlayer, .modebar, .zoomlayer, .cursor-move") ||
    getComputedStyle(one).visibility === "hidden" || getComputedStyle(one).display === "none";
  const texts = [], shapes = [];
  for (const text of root.querySelectorAll("text")) {
    const lines = text.querySelectorAll("tspan.line");
    for (const one of lines.length ? lines : [text]) {
      if (hidden(text) || !one.textContent.trim() || !one.getNumberOfChars()) continue;
      const style = getComputedStyle(one);
      texts.push({ text: one.textContent, at: at(one, one.getStartPositionOfChar(0)), colour: style.fill,
        size: parseFloat(style.fontSize) * one.getScreenCTM().a || parseFloat(style.fontSize), bold: style.fontWeight >= 550 });
    }
  }
  for (const one of root.querySelectorAll("path, rect.bg")) {
    const style = getComputedStyle(one), box = one.getBBox();
    if (hidden(one)) continue;
    let opacity = 1;
    for (let up = one; up && up !== root; up = up.parentElement) opacity *= getComputedStyle(up).opacity;
    const paint = (kind) => style[kind] === "none" ? "" : style[kind].replace(/rgba?\\((\\d+), (\\d+), (\\d+).*/, "$1,$2,$3");
    const seen = (kind) => opacity * style[kind + "Opacity"] * (/rgba\\(.*, 0\\)/.test(style[kind]) ? 0 : 1);
    const width = parseFloat(style.strokeWidth) * Math.abs(one.getScreenCTM().a);
    const stroke = width && seen("stroke") ? paint("stroke") : "", fill = box.width && box.height && seen("fill") ? paint("fill") : "";
    if (!stroke && !fill || one.getAttribute("d") === "M0,0Z") continue;
    const scale = Math.abs(one.getScreenCTM().a), isArrow = one.closest(".annotation-arrow-g");
    const dashes = style.strokeDasharray === "none" || isArrow ? [] : style.strokeDasharray.split(",").map(parseFloat);
    const dash = (dashes.length % 2 ? [...dashes, ...dashes] : dashes).map((length) => (length * scale).toFixed(1)).join(" ");
    let ends = [box, { x: box.x + box.width, y: box.y + box.height }];
    if (isArrow && style.strokeDasharray.startsWith("0px")) { // the head hides the line's end
      const [, before, seen] = style.strokeDasharray.split(",").map(parseFloat);
      ends = [before, before + seen].map((length) => one.getPointAtLength(length));
    }
    const [first, last] = ends.map((end) => at(one, end)); // a rotated one swaps them
    const [left, right] = [first[0], last[0]].sort((a, b) => a - b), [top, bottom] = [first[1], last[1]].sort((a, b) => a - b);
    if (one.tagName === "path" && right - left > origin.width - 2 && bottom - top > origin.height - 2) continue; // the ground
    shapes.push({ stroke, fill, width: stroke ? width : 0, dash: stroke ? dash : "", veil: fill ? seen("fill") : 0, box: [left, top, right, bottom] });
  }
  return { texts, shapes };
}"""


@dataclass
class Seen:
    """texts: {text, at, colour, size, bold}; shapes: {stroke, fill, width, dash, veil, box}."""

    texts: list
    shapes: list


def plotly_js():
    """The script that the pages load, from its wheel."""
    (found,) = (one for one in find_spec("plotly").submodule_search_locations)
    return (Path(found) / "package_data/plotly.min.js").read_text(encoding="utf-8")


def prepare(page):
    """A page with plotly.js and the fonts of the files."""
    page.set_content(
        f"<style>{FACES} body {{ margin: 0; font-family: {FONT} }}</style><div id='page'></div><div id='file'></div>"
    )
    page.add_script_tag(content=plotly_js())
    page.evaluate(READY)


def seen_of_page(page, figure, width):
    """The figure as plotly.js draws it at a width."""
    layout = {**figure["layout"], "width": width, "font": {**figure["layout"]["font"], "family": FONT}}
    page.evaluate(
        "async ([data, layout]) => { Plotly.purge('page'); await Plotly.newPlot('page', data, layout, {displayModeBar: false}) }",
        [figure["data"], layout],
    )
    return Seen(**page.evaluate(DRAWN, "#page"))


def seen_of_file(page, svg):
    """An SVG file as Chromium draws it."""
    page.evaluate(
        """(text) => { const read = new DOMParser().parseFromString(text, "image/svg+xml");
        document.querySelector("#file").replaceChildren(document.adoptNode(read.documentElement)) }""",
        svg.decode(),
    )
    return Seen(**page.evaluate(DRAWN, "#file"))


def differences(page, file, tolerance):
    """What one shows and the other does not, or elsewhere by more than `tolerance` px; in words."""
    found = _unmatched(page.texts, file.texts, lambda one: (one["text"], one["bold"]), "at", tolerance, "text")
    paints = lambda one: (one["stroke"], one["fill"], round(one["width"], 1), round(one["veil"], 1), one["dash"])  # noqa: E731
    return found + _unmatched(page.shapes, file.shapes, paints, "box", tolerance, "shape")


def _unmatched(ones, others, key, place, tolerance, kind):
    left = list(others)
    found = []
    for one in ones:
        near = [other for other in left if key(other) == key(one)]
        best = min(near, key=lambda other: _away(one[place], other[place]), default=None)
        if best is None or _away(one[place], best[place]) > tolerance:
            found.append(f"{kind} {key(one)} at {_rounded(one[place])}: in the file {best and _rounded(best[place])}")
        if best is not None:
            left.remove(best)
    return found + [f"{kind} {key(one)} at {_rounded(one[place])}: only in the file" for one in left]


def _away(one, other):
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def _rounded(numbers):
    return tuple(round(one, 1) for one in numbers)
