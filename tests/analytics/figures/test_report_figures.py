"""What every figure of a report keeps, whatever the data hold: plotly's schema, no text over another or off the page, no markup."""

import json

import pytest

from analytics.core.disclosure.release import release
from analytics.figures.choices import Choices
from analytics.figures.figure import alt_text, figure_of
from analytics.figures.frame import as_plotly
from analytics.figures.sizes import COMPACT, SIZES, WIDE
from analytics.figures.theme import THEMES, contrast
from analytics.figures.words import Words
from tests.analytics.figures.boxes import outside, overlapping
from tests.analytics.figures.reports import NAMES, WORLDS, results

NOT_RELEASED = ("swimmer", "sensitivity", "completeness")  # a line for each patient, or hospitals by name
EVERY = [(world, name) for world in WORLDS for name in NAMES]
LONG = Words(
    **{
        name: f"{word} 日本語でも長い説明が続く場合"
        for name, word in {"swimmer": "x", "response": "y", "toxicity": "z"}.items()
    }
)


def drawn(world, name, size=WIDE, theme="light", words=None, own=""):
    return figure_of(results(world)[name], words or Words(), THEMES[theme], size, Choices(own=own))


def texts(figure):
    for note in figure["layout"]["annotations"]:
        yield note["text"]
    for trace in figure["data"]:
        for key in ("text", "hovertext", "name"):
            given = trace.get(key, "")
            yield from given if isinstance(given, list) else [given]


@pytest.mark.parametrize(("world", "name"), EVERY)
@pytest.mark.parametrize(("size", "theme"), [("wide", "light"), ("compact", "dark")])
def test_the_figure_keeps_plotly_s_schema_and_is_strict_json(world, name, size, theme):
    figure = drawn(world, name, SIZES[size], theme)

    as_plotly(json.loads(json.dumps(figure, allow_nan=False)))
    assert figure["layout"]["meta"] == {"analysis": name, "size": size, "theme": theme}


@pytest.mark.parametrize(("world", "name"), EVERY)
@pytest.mark.parametrize("size", [WIDE, COMPACT], ids=lambda size: size.name)
def test_no_text_lies_over_another_or_off_the_page(world, name, size):
    figure = drawn(world, name, size)

    assert not overlapping(figure, size.width)
    assert not outside(figure, size.width)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [WIDE, COMPACT], ids=lambda size: size.name)
def test_long_japanese_words_do_not_overlap_either(name, size):
    figure = drawn("twelve", name, size, words=LONG)

    assert not overlapping(figure, size.width) and not outside(figure, size.width)


@pytest.mark.parametrize("name", NAMES)
def test_free_text_is_shown_and_never_obeyed(name):
    for text in texts(drawn("hostile", name)):
        assert "<script" not in text and "<b>" not in text and "$x$" not in text and "%{y}" not in text


def test_a_hostile_hospital_is_named_as_it_is_typed():
    assert any("&lt;b&gt;A&lt;/b&gt;" in text for text in texts(drawn("hostile", "enrolment")))


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_cohort_says_so(name):
    figure = drawn("nobody", name)

    assert "No patient can be analysed yet." in list(texts(figure))
    assert alt_text(results("nobody")[name], Words()) == "No patient can be analysed yet."


@pytest.mark.parametrize("name", NAMES)
def test_dataset_and_n_stand_under_it(name):
    result = results("twelve")[name]
    said = " ".join(texts(drawn("twelve", name))).replace("\u00a0", " ")

    assert f"tisagenlecleucel, live revision 12 (a1b2c3d4), 2025-11-25; n {result['n']}" in said


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read_in_both_themes(name, theme):
    figure = drawn("twelve", name, theme=theme)
    colours = {note["font"]["color"] for note in figure["layout"]["annotations"] if note["text"]}

    assert min(contrast(colour, THEMES[theme].surface) for colour in colours) >= 4.5


@pytest.mark.parametrize("name", NAMES)
def test_who_cannot_see_it_is_told_its_numbers(name):
    text = alt_text(results("many")[name], Words())

    assert text.endswith(".") and any(one.isdigit() for one in text)
    assert "{" not in text and "None" not in text


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NOT_RELEASED])
@pytest.mark.parametrize("size", [WIDE, COMPACT], ids=lambda size: size.name)
def test_the_released_form_is_drawn_with_dashes_for_what_is_withheld(name, size):
    result = release(results("many")[name], "others", sites=30)
    figure = figure_of(result, Words(), size=size)

    as_plotly(json.loads(json.dumps(figure, allow_nan=False)))
    assert not any("None" in text for text in texts(figure))
    assert "None" not in alt_text(result, Words())
    assert not overlapping(figure, size.width) and not outside(figure, size.width)
