"""The fonts of files, the same on every machine, and how wide and high text is in them.

DejaVu Sans comes with matplotlib, IPAexGothic (for Japanese; IPA Font License 1.0) with matplotlib-fontja; fonts of the system are
not looked at. A character that neither has is shown as a white square.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FAMILIES = ("DejaVu Sans", "IPAexGothic")
ASCENT, DESCENT = 0.928, 0.236  # of DejaVu Sans, in ems; browsers round both to px
LINE = 1.3  # distance of two lines in ems, as plotly.js sets them
CAP, MIDDLE = 0.7, 0.35  # height of a capital, and half of it, as plotly.js takes them
BOLD_FROM = 550  # font.weight
UNKNOWN = "□"


def file_of(family: str, is_bold: bool) -> Path:
    """The font's file; IPAexGothic has one weight."""
    if family == FAMILIES[1]:
        return _folder("matplotlib_fontja") / "fonts/ipaexg.ttf"
    return _folder("matplotlib") / f"mpl-data/fonts/ttf/DejaVuSans{'-Bold' if is_bold else ''}.ttf"


def _folder(package: str) -> Path:
    """Where a package lies, without loading it: matplotlib_fontja changes matplotlib's settings when it is loaded."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{package} is not installed; see requirements.txt")
    return Path(spec.origin).parent


@functools.cache
def _face(family: str, is_bold: bool) -> Any:
    from matplotlib.ft2font import FT2Font  # slow to load: only who draws pays for it

    return FT2Font(str(file_of(family, is_bold)))


@functools.cache
def _glyphs(family: str, is_bold: bool) -> dict[int, int]:
    return dict(_face(family, is_bold).get_charmap())


def family_of(character: str, is_bold: bool = False) -> str | None:
    """The first family that has the character; None if none has."""
    return next((one for one in FAMILIES if ord(character) in _glyphs(one, is_bold)), None)


def drawable(text: str) -> str:
    """The text with a white square for each character that no font has."""
    return "".join(one if family_of(one) else UNKNOWN for one in text)


@functools.cache
def _advance(character: str, is_bold: bool) -> float:
    """Width of a character in ems."""
    from matplotlib.ft2font import LoadFlags

    face = _face(family_of(character, is_bold) or FAMILIES[0], is_bold)
    return float(face.load_char(ord(character), flags=LoadFlags.NO_SCALE).horiAdvance / face.units_per_EM)


def width_of(text: str, size: float, is_bold: bool = False) -> float:
    """Width in px of one line at a type size in px."""
    return size * sum(_advance(one, is_bold) for one in drawable(text))


def ascent(size: float) -> int:
    """From the baseline up to the top of a line's box, in whole px as browsers have it."""
    return round(ASCENT * size)


def box_height(lines: int, size: float) -> float:
    """Height in px of the box around so many lines."""
    return ascent(size) + round(DESCENT * size) + (lines - 1) * LINE * size
