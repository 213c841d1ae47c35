"""Where every letter of a figure stands, in the fonts of the files, which run wider than those of most pages."""

from itertools import combinations

from analytics.figures.files.frame import picture_of
from analytics.figures.files.lettering import width_of
from analytics.figures.files.marks import Letters

TALL, DEEP = 0.74, 0.05  # of capitals and digits, in ems


def overlapping(figure, width):
    """Pairs of texts that lie over each other, and texts that leave the figure, at a width in px."""
    picture = picture_of(figure, width)
    boxes = [_box(mark) for mark in picture.marks if isinstance(mark, Letters) and mark.text.strip()]
    pairs = [(one[4], other[4]) for one, other in combinations(boxes, 2) if _meet(one, other)]
    outside = [
        box[4] for box in boxes if box[0] < -0.5 or box[2] > width + 0.5 or box[1] < -0.5 or box[3] > picture.height
    ]
    return pairs + outside


def _box(mark):
    wide = width_of(mark.text, mark.size, mark.is_bold)
    left = mark.x - {"left": 0, "center": wide / 2, "right": wide}[mark.anchor]
    return left, mark.y - TALL * mark.size, left + wide, mark.y + DEEP * mark.size, mark.text


def _meet(one, other):
    return one[0] < other[2] - 0.5 and other[0] < one[2] - 0.5 and one[1] < other[3] - 0.5 and other[1] < one[3] - 0.5


def said_in(figure):
    """Every text that a figure may show, on the page or while the mouse is on it."""
    data, layout = figure["data"], figure["layout"]
    found = [note["text"] for note in layout["annotations"]]
    found += [str(one[name]) for one in data for name in ("name", "hovertemplate") if name in one]
    found += [str(text) for one in data for text in one.get("text", ())]
    return [*found, *(axis["title"]["text"] for key, axis in layout.items() if "axis" in key and "title" in axis)]
