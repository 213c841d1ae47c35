"""The colours of the pages can be read: contrast of every pair that is used, in both themes."""

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).parents[3] / "static/css/tokens.css").read_text(encoding="utf-8")
GROUNDS = ("paper", "surface")


def colours(theme):
    """Token → #rrggbb of one theme."""
    light, dark = SHEET.split("@media screen and (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    if theme == "dark":
        found.update(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark.split("@media")[0]))
    return found


def luminance(colour):
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Contrast ratio (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_by_hand():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


PAIRS = [
    *((text, ground) for text in ("ink", "ink-soft", "accent", "good", "warn", "bad") for ground in GROUNDS),
    *((text, "accent-soft") for text in ("ink", "ink-soft", "accent", "good", "warn", "bad")),
    *(("ink", f"{tone}-soft") for tone in ("good", "warn", "bad")),
    *((tone, f"{tone}-soft") for tone in ("good", "warn", "bad")),
    ("on-accent", "accent"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(theme, text, ground):
    found = colours(theme)

    assert contrast(found[text], found[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", [*GROUNDS, "accent-soft"])
def test_the_borders_of_controls_can_be_seen(theme, ground):
    found = colours(theme)

    assert contrast(found["edge"], found[ground]) >= 3
