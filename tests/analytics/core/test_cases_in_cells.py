"""The cases behind a cell: as many as it says, for every cell of every table and every point of every proportion of the catalogue."""

from datetime import date
from urllib.parse import parse_qs

import pytest

from analytics.catalogue import CATALOGUE
from analytics.core.analysis import Analysis
from analytics.core.cases_counted import COUNTED, Counted
from analytics.core.cases_in_cells import cases_in_cells
from analytics.core.disclosure.numbers import numbers_of
from analytics.core.run import run
from analytics.explore.address import analysis_of
from analytics.figures.response import proportion_blocks, response_blocks
from analytics.figures.words import Words
from tests.reference.test_seed_cohort import everything  # noqa: F401 - the fixture

DAY = date(2025, 6, 30)
VIEWS = [analysis_of(query).analysis.with_(name=query) for query in (
    "method=characteristics&group=age_infusion&cuts=10,18&is.prior_hsct=no",
    "method=toxicity&group=infused&population=all",
    "method=proportion&outcome=crs_grade&counts=3&counts=4&group=burden",
)]  # fmt: skip
ASKED = [one for one in (*CATALOGUE, *VIEWS) if one.method in COUNTED and one.cohort == "tisagenlecleucel"]


def chosen(counted, words):
    return counted.chosen(**{name: values[0] for name, values in parse_qs(words).items()})


@pytest.mark.parametrize("analysis", ASKED, ids=lambda one: one.name)
def test_as_many_cases_as_every_cell_says(analysis: Analysis, everything):  # noqa: F811
    result = run(analysis, everything, cut=DAY)
    counted = cases_in_cells(analysis, everything, DAY)
    assert Counted.unpack(counted.pack()) == counted

    said = list(numbers_of(result))
    assert [(one.name, len(one.cases(counted))) for one in said] == [(one.name, one.shown) for one in said]
    assert sum(one.shown > 0 for one in said) > 1
    blocks = {"response": lambda one: response_blocks(one, Words()), "proportion": proportion_blocks}
    for block in blocks.get(analysis.method, lambda _: [])(result):
        for dot in block.dots:
            assert len(chosen(counted, dot.cases)) == int(dot.counts.split(" / ")[0])


def test_a_word_that_the_table_does_not_have_is_a_key_error(everything):  # noqa: F811
    counted = cases_in_cells(ASKED[0], everything, DAY)
    for words in (("none",), (next(iter(counted.rows)), "is.none"), (next(iter(counted.rows)), "", "none", "x")):
        with pytest.raises(KeyError):
            counted.chosen(*words)


def test_other_methods_count_nobody_in_cells(everything):  # noqa: F811
    assert cases_in_cells(next(one for one in CATALOGUE if one.name == "os"), everything, DAY) is None
