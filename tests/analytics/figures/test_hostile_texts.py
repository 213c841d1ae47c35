"""Every text of every figure, written by somebody who means harm: nothing in it is markup, a formula or a template any more."""

import csv
import io
import re

import pytest

from analytics.figures.data import rows_of
from analytics.figures.figure import figure_of
from analytics.figures.sizes import SIZES
from analytics.figures.theme import LIGHT
from analytics.figures.words import Words
from analytics.taken import as_csv
from tests.analytics.figures.every import RESULTS

FREE = ("label", "level_label", "reference_label", "population_label", "restriction_label", "unit", "clock", "print")
HARM = '=1+1<img src=x onerror=alert(1)> <a href="javascript:x">y</a> $\\alpha$ %{customdata}'
OURS = re.compile(r"<br>|<extra></extra>|%\{(text|x|y)[^}]*\}")


def harmed(value):
    """The Result with harm in every place where free text stands."""
    if isinstance(value, list):
        return [harmed(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: HARM if name in FREE and isinstance(one, str) else harmed(one) for name, one in value.items()}


def texts_in(value):
    """All that is written. What belongs together is told by `legendgroup`, which nobody sees."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from texts_in(one if name != "legendgroup" else None)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from texts_in(one)


@pytest.mark.parametrize("name", RESULTS)
def test_nothing_in_a_figure_or_its_data_acts(name):
    result, choices = RESULTS[name]
    result = harmed(result)
    words = Words(outcome=HARM)
    for size in SIZES.values():
        figure = figure_of(result, words, LIGHT, size, choices)
        said = list(texts_in(figure))
        assert any("&lt;img" in one or "&lt;i" in one or "=1+1" in one for one in said), "the harm is there, as text"
        for one in said:
            left = OURS.sub("", one)
            assert not {"<", "$", "%{"} & {mark for mark in ("<", "$", "%{") if mark in left}, one
    written = list(csv.reader(io.StringIO(as_csv(*rows_of(result)).decode("utf-8-sig"))))
    assert not [cell for row in written for cell in row if re.match(r"[=+@]|-(?!\d)", cell)]
