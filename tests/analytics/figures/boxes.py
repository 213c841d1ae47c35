"""Where the texts of a figure lie in px at its narrowest width, by plotly's rules; which of them overlap or leave the page."""

import html
import re
from dataclasses import dataclass
from itertools import combinations

from analytics.figures.text import width

LINE = 1.3
TOUCH = 1.0  # px that two boxes may share: the widths are estimates on the safe side


@dataclass(frozen=True)
class Box:
    text: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other):
        return (
            min(self.right, other.right) - max(self.left, other.left) > TOUCH
            and min(self.bottom, other.bottom) - max(self.top, other.top) > TOUCH
        )


def boxes(figure, page):
    """Every annotation, tick label and axis title of the figure on a page of so many px."""
    layout = figure["layout"]
    margin = layout["margin"]
    plot = (margin["l"], margin["t"], page - margin["l"] - margin["r"], layout["height"] - margin["t"] - margin["b"])
    found = [_note(note, layout, plot) for note in layout["annotations"] if note["text"]]
    for name, axis in layout.items():
        if re.fullmatch(r"[xy]axis\d*", name) and axis.get("visible", True):
            found += _axis(name, axis, layout, plot)
    return found


def overlapping(figure, page):
    """Pairs of texts that overlap."""
    found = boxes(figure, page)
    return [(one.text, other.text) for one, other in combinations(found, 2) if one.overlaps(other)]


def outside(figure, page):
    """Texts that leave the page."""
    height = figure["layout"]["height"]
    return [
        one.text
        for one in boxes(figure, page)
        if one.left < -TOUCH or one.right > page + TOUCH or one.top < -TOUCH or one.bottom > height + TOUCH
    ]


def _place(reference, value, layout, plot):
    left, top, across, down = plot
    letter = reference[0]
    if reference == "paper":
        return value
    axis = layout[f"{letter}axis{reference[1:]}"]
    low, high = axis["range"]
    start, end = axis.get("domain", [0, 1])
    share = start + (value - low) / (high - low) * (end - start)
    return left + share * across if letter == "x" else top + (1 - share) * down


def _note(note, layout, plot):
    left, _top, across, _down = plot
    x = left + note["x"] * across if note["xref"] == "paper" else _place(note["xref"], note["x"], layout, plot)
    x += note.get("xshift", 0)
    y = _place(note["yref"], note["y"], layout, plot) - note.get("yshift", 0)
    return _box(note["text"], note["font"], x, y, note["xanchor"], note["yanchor"])


def _box(text, font, x, y, x_anchor, y_anchor):
    lines = [html.unescape(line) for line in text.split("<br>")]
    wide = max(width(line, font["size"], bold=font.get("weight", 400) >= 550) for line in lines)
    tall = len(lines) * font["size"] * LINE
    left = {"left": x, "center": x - wide / 2, "right": x - wide}[x_anchor]
    top = {"top": y, "middle": y - tall / 2, "bottom": y - tall}[y_anchor]
    return Box(" / ".join(lines), left, top, left + wide, top + tall)


def _axis(name, axis, layout, plot):
    left, top, across, down = plot
    size = axis.get("tickfont", {}).get("size", layout["font"]["size"])
    anchor = layout[f"{axis['anchor'][0]}axis{axis['anchor'][1:]}"]
    start, end = anchor.get("domain", [0, 1])
    texts = axis.get("ticktext") or [str(one) for one in axis.get("tickvals", [])]
    found = []
    for value, text in zip(axis.get("tickvals", []), texts, strict=True):
        at = _place(f"{name[0]}{name[5:]}", value, layout, plot)
        if name[0] == "x":
            found.append(_box(text, {"size": size}, at, top + (1 - start) * down + 7, "center", "top"))
        else:
            found.append(_box(text, {"size": size}, left + start * across - 3, at, "right", "middle"))
    title = axis.get("title", {})
    if title.get("text"):
        below = top + (1 - start) * down + 7 + size * LINE + title["standoff"]
        found.append(_box(title["text"], title["font"], left + across / 2, below, "center", "top"))
    return found
