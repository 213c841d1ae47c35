"""From a figure's dictionary to the bytes of a file. Nothing heavy is loaded before the first figure is drawn."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from analytics.figures.files.frame import Picture, picture_of
from analytics.figures.sizes import COMPACT, SIZES, WIDE

SVG, PDF, PNG = "svg", "pdf", "png"
FORMATS = (SVG, PDF, PNG)
RESOLUTION = 300  # dots an inch of a PNG
PX_PER_MM = 96 / 25.4  # a CSS px is 1/96 inch
# Widths in mm: a journal's column, its text over both columns, its whole page.
WIDTHS = {"column": 85, "text": 174, "page": 190}
USUAL = {COMPACT.name: "column", WIDE.name: "text"}

_ONE_AT_A_TIME = threading.Lock()  # matplotlib is not safe between threads


@dataclass(frozen=True, slots=True)
class About:
    """What the file says of itself in its metadata: no person, no free text of a case.

    title: of the analysis; analysis: its name; dataset: cohort, kind, revision; hash: of the dataset; code: its version;
    audience: who may have it, in words; alt: what the figure shows, for those who cannot see it
    """

    title: str
    analysis: str
    dataset: str
    hash: str
    code: str
    audience: str
    alt: str = ""

    @property
    def sentence(self) -> str:
        """Everything but the title in one line."""
        said = f"{self.alt} " if self.alt else ""
        return f"{said}{self.analysis}; {self.dataset}; SHA-256 {self.hash}; code {self.code}; {self.audience}"


def width_px(name: str, size: str) -> float:
    """The width in px of a file by the name of its width, "" for the size's usual one. Raises ValueError for an unknown or too narrow one."""
    chosen = name or USUAL[size]
    if chosen not in WIDTHS:
        raise ValueError(f"width {name!r} is unknown; expected one of {', '.join(WIDTHS)}")
    found = WIDTHS[chosen] * PX_PER_MM
    if found < SIZES[size].width:
        raise ValueError(f"width {chosen!r} is too narrow for the size {size!r}")
    return found


def drawn(figure: dict, kind: str, width: float, about: About) -> bytes:
    """The file of a figure at a width in px; the same bytes each time.

    kind: one of FORMATS. Raises ValueError for a figure with something that a file cannot draw as the page does.
    """
    if kind not in FORMATS:
        raise ValueError(f"format {kind!r} is unknown; expected one of {', '.join(FORMATS)}")
    with _ONE_AT_A_TIME:
        from analytics.figures.files.pen import written  # loads matplotlib

        return written(picture_of(figure, width), kind, about, RESOLUTION)


def bound(pictures: Iterable[Picture], about: About) -> bytes:
    """One PDF with a page for each picture; the same bytes each time."""
    with _ONE_AT_A_TIME:
        from analytics.figures.files import pen

        return pen.bound(pictures, about)
