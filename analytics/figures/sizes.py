"""The two sizes of a figure in px: for a panel or a page, and for a phone or a journal's column of 85 mm (321 px)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Widths are the narrowest at which nothing overlaps; heights are fixed.

    left        margin that holds the words of the table under the axis
    columns     most columns of that table
    estimates   most months for which estimates are printed
    name_width  widest name at a curve's end
    name_beside widest name beside its estimates; a wider one stands on a line of its own above them
    """

    name: str
    width: int
    plot: int
    left: int
    columns: int
    estimates: int
    name_width: int
    name_beside: int
    type: float
    small: float

    @property
    def line(self) -> int:
        """Distance of two lines of small type."""
        return round(self.small * 1.42)


WIDE = Size("wide", 480, 250, 70, 10, 3, 104, 150, 12, 11)
COMPACT = Size("compact", 300, 210, 58, 5, 2, 66, 46, 11, 10)
SIZES = {size.name: size for size in (WIDE, COMPACT)}
