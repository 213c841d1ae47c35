"""Words and numbers as figures and sentences set them."""

import re
from pathlib import Path

import pytest

from analytics.figures.text import fitted, limits, months, p_value, percent, safe, short, width, wrapped
from analytics.figures.theme import DARK, LIGHT, THEMES, Theme, contrast

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Low (< 5 %)", "Low (&lt; 5 %)"),
        ("<b>bold</b> & <br>", "&lt;b&gt;bold&lt;/b&gt; &amp; &lt;br&gt;"),
        ("$\\alpha$", "&#36;\\alpha&#36;"),
        ("%{x}", "&#37;{x}"),
        ("two\nlines\x00", "two lines"),
        ("腫瘍量", "腫瘍量"),
    ],
)
def test_what_was_typed_is_shown_as_typed(typed, shown):
    assert safe(typed) == shown


def test_an_endless_label_ends():
    assert len(safe("x" * 500)) == 60 and safe("x" * 500).endswith("…")


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.8, "80 %"),
        (0.245, "25 %"),
        (0.8049999, "80 %"),
        (1, "100 %"),
        (0.999, "> 99 %"),
        (0.001, "< 1 %"),
        (0, "0 %"),
        (None, "–"),
    ],
)
def test_a_share_is_a_whole_percentage(share, shown):
    assert percent(share, "–").replace("\u00a0", " ") == shown


def test_limits_are_numbers_or_missing():
    assert limits(0.604, 0.913, "–") == "60–91"
    assert limits(None, None, "") == ""
    assert limits(1.0, 1.0, "") == ""  # before the first event: no interval
    assert limits(0.2, None, "NR") == "20–NR"


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.0055, "= 0.005"),
        (0.00126, "= 0.001"),
        (0.0004, "< 0.001"),
        (0.0203, "= 0.020"),
        (0.2098, "= 0.21"),
        (0.995, "> 0.99"),
        (None, ""),
    ],
)
def test_p_values_as_in_journals(p, shown):
    assert p_value(p).replace("\u00a0", " ") == shown


def test_days_become_months():
    assert (months(30.4375 * 9, "NR"), months(None, "NR")) == ("9.0", "NR")


def test_lines_break_between_words_and_between_japanese_characters():
    assert wrapped("No prior transplant", 10, 70) == ["No prior", "transplant"]
    assert "".join(wrapped("移植歴のない患者。", 10, 35)) == "移植歴のない患者。"
    assert all(width(line, 10) <= 50 for line in wrapped("移植歴のない患者。", 10, 50))
    assert not any(line.startswith("。") for line in wrapped("移植歴のない患者。", 10, 40))


def test_labels_are_shortened():
    assert short("Low (< 5 % marrow blasts)") == "Low" and short("低腫瘍量（5％未満）") == "低腫瘍量"
    assert short("(unknown)") == "(unknown)"
    assert width(fitted("A very long name of a hospital", 10, 60), 10) <= 60
    assert fitted("KYO", 10, 60) == "KYO"


def tokens(block):
    """Custom properties of a block of the style sheet."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def test_the_theme_has_the_colours_of_the_style_sheet():
    light, dark = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8").split("prefers-color-scheme: dark")
    for theme, found in ((LIGHT, tokens(light)), (DARK, {**tokens(light), **tokens(dark)})):
        series = tuple(found[f"series-{i}"] for i in range(1, 7))
        expected = Theme(theme.name, found["surface"], found["ink"], found["ink-soft"], found["rule"], series)
        assert theme == expected


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_series_colours_become_readable_text(theme):
    assert all(contrast(theme.text(colour), theme.surface) >= 4.5 for colour in theme.series)


def test_after_six_groups_colour_and_dash_still_tell_them_apart():
    assert len(set(LIGHT.styles(18))) == 18
    assert all(contrast(colour, one.surface) >= 3 for one in THEMES.values() for colour, _dash in one.styles(6))
    assert [colour for colour, _dash in LIGHT.styles(4)] == list(LIGHT.series[:4]), (
        "those that are seen stay as they are"
    )
