"""Colours and type of the figures, the same values as `static/css/tokens.css` (a test compares them)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Noto Sans JP", "Noto Sans CJK JP", '
    '"Hiragino Sans", "Yu Gothic UI", Meiryo, sans-serif'
)
DASHES = ("solid", "7px,3px", "2px,2px", "9px,3px,2px,3px", "4px,2px", "12px,3px")
TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
LINE_CONTRAST = 3  # WCAG 2.2, 1.4.11
STRONG = 600  # by font.weight: plotly.js makes of <b> a style attribute, which the strict policy blocks
BAND = 0.14
TAIL_BAND = 0.09


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one scheme, as #rrggbb."""

    name: str
    surface: str
    ink: str
    ink_soft: str
    rule: str
    series: tuple[str, ...]

    def styles(self, n: int) -> list[tuple[str, str]]:
        """Colour and dash of `n` groups, in their order; after six the colours come again with other dashes."""
        colours = list(islice(cycle(map(self.line, self.series)), n))
        return [(colour, DASHES[(i + i // len(self.series)) % len(DASHES)]) for i, colour in enumerate(colours)]

    def text(self, colour: str) -> str:
        """The colour moved towards the ink until it can be read as text on the surface."""
        return self._darker(colour, TEXT_CONTRAST)

    def line(self, colour: str) -> str:
        """The colour moved towards the ink until a line of it is seen on the surface; most are as they are."""
        return self._darker(colour, LINE_CONTRAST)

    def _darker(self, colour: str, least: float) -> str:
        for step in range(21):
            moved = mixed(colour, self.ink, step / 20)
            if contrast(moved, self.surface) >= least:
                return moved
        return self.ink

    def greyed(self, colour: str) -> str:
        """The colour of a curve where too few remain: half way to grey."""
        return mixed(colour, self.ink_soft, 0.65)


LIGHT = Theme(
    name="light",
    surface="#ffffff",
    ink="#16191d",
    ink_soft="#5a636e",
    rule="#dfe3e8",
    series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"),
)
DARK = Theme(
    name="dark",
    surface="#1a1d21",
    ink="#e9ecef",
    ink_soft="#9aa4af",
    rule="#2c3138",
    series=("#1a80ba", "#d96e1a", "#1aa881", "#d186b0", "#67bceb", "#e9a91a"),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def rgb(colour: str) -> tuple[int, int, int]:
    """#rrggbb as three numbers from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with this share of `other`."""
    pairs = zip(rgb(colour), rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def veiled(colour: str, opacity: float) -> str:
    """The colour as rgba()."""
    red, green, blue = rgb(colour)
    return f"rgba({red},{green},{blue},{opacity})"


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.2, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [part / 255 for part in rgb(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
