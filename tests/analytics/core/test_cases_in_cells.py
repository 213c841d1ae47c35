"""The cases behind a cell: as many as it says, for every cell of every table and every point of every proportion of the catalogue."""

from datetime import date
from urllib.parse import parse_qs

import pytest

from analytics.catalogue import CATALOGUE
from analytics.core.analysis import Analysis
from analytics.core.cases_counted import COUNTED, Counted, cell
from analytics.core.cases_in_cells import cases_in_cells
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


def numbers(result):
    """(words of a cell, the number that it says) of everything that a Result counts."""
    method, table = result["analysis"]["method"], result.get("table")
    if method == "proportion":
        for one in result["groups"]:
            group = ("group", f"is.{one['group']}")
            yield cell("outcome", "yes", *group), one["x"]
            yield cell("outcome", "missing", *group), one["not_known"]
            yield cell("group", group[1]), one["n"] + one["not_known"]
    elif method == "flow":
        for box in table["nodes"]:
            yield cell(box["id"]), box["n"] if box["exits"] or box["next"] else 0
            yield from ((cell(box["id"], f"left.{place}"), one["n"]) for place, one in enumerate(box["exits"]))
            yield from ((cell(box["id"], f"next.{one['id']}"), one["n"]) for one in box["next"])
    elif method == "response":
        for row in table["rows"]:
            of = (row["column"], "missing" if row["value"] is None else f"is.{row['value']}") if row["column"] else ()
            yield cell(*(of or ("in",))), row["n"]
            for one in row["cells"]:
                yield cell(one["measure"], "yes", *of), one["x"]
                yield cell(one["measure"], "", *of), one["n"]
    else:
        yield from numbers_by_group(table)


def numbers_by_group(table):
    """Of Table 1 and the table of toxicity."""
    groups = [() if one["value"] == "all" else ("group", f"is.{one['value']}") for one in table["heads"]]
    for row in table["rows"]:
        for place, group in enumerate(groups):
            for one in row.get("levels", ()):
                word = "missing" if one["value"] is None else f"is.{one['value']}"
                yield cell(row["column"], word, *group), one["cells"][place]["x"]
            if "missing" in row:
                yield cell(row["column"], "missing", *group), row["missing"][place]["x"]
            if "cells" in row:
                yield cell(row["column"], "in", *group), row["cells"][place]["n"]
                yield cell(row["column"], "missing", *group), row["cells"][place]["missing"]


def chosen(counted, words):
    return counted.chosen(**{name: values[0] for name, values in parse_qs(words).items()})


@pytest.mark.parametrize("analysis", ASKED, ids=lambda one: one.name)
def test_as_many_cases_as_every_cell_says(analysis: Analysis, everything):  # noqa: F811
    result = run(analysis, everything, cut=DAY)
    counted = cases_in_cells(analysis, everything, DAY)
    assert Counted.unpack(counted.pack()) == counted

    said = list(numbers(result))
    assert [(words, len(chosen(counted, words))) for words, _ in said] == said
    assert sum(n > 0 for _, n in said) > 1
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
