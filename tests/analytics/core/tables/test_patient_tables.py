"""Tables of characteristics, response and toxicity: denominators, groups, what is missing, what is refused."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.core import patient_table_words as words
from analytics.core.columns.declarations import column
from analytics.core.columns.table import case_table
from analytics.core.tables.differences import categorical_difference, categorical_test, numeric_difference, numeric_test
from analytics.core.tables.response import MEASURES, response_table
from analytics.core.tables.table_one import USUAL, table_one
from analytics.core.tables.toxicity import COUNTED, toxicity_table
from tests.analytics.core.worlds import INFUSED
from tests.reference.twelve_patients import case_rows, tables, tables_of


@pytest.fixture(scope="module")
def cases():
    """The twelve patients: eleven infused, P06 not."""
    return case_table(tables())


def frame(**columns):
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})


def row(table, name):
    return next(one for one in table["rows"] if one["column"] == name)


def test_everything_is_plain_json(cases):
    for table in (
        table_one(cases, "BOR", p_values=True),
        response_table(cases, ("BOR",)),
        toxicity_table(cases, "BOR"),
    ):
        assert json.loads(json.dumps(table, allow_nan=False)) == table


def test_denominators_are_those_with_a_value_and_the_rest_is_missing():
    made = table_one(frame(sex=["male", "female", "male", None], group=["a", "a", "b", "b"]), "group", columns=("sex",))
    found = row(made, "sex")

    assert made["heads"] == [
        {"value": "all", "label": "All cases", "n": 4},
        {"value": "a", "label": "a", "n": 2},
        {"value": "b", "label": "b", "n": 2},
    ]
    assert [(cell["x"], cell["n"]) for cell in found["levels"][0]["cells"]] == [(2, 3), (1, 2), (1, 1)]
    assert [(cell["x"], cell["n"]) for cell in found["missing"]] == [(1, 4), (0, 2), (1, 2)]
    assert found["levels"][0]["cells"][1]["percent"] == 50
    assert found["test"] is None, "no p value unless asked for"


def test_a_flag_shows_its_yes_and_a_long_list_only_what_occurs():
    made = table_one(frame(kmt2a=["yes", "no", "yes"], subtype=["NOS", "other", "NOS"]), columns=("kmt2a", "subtype"))

    assert [level["value"] for level in row(made, "kmt2a")["levels"]] == ["yes"]
    assert [level["value"] for level in row(made, "subtype")["levels"]] == ["NOS", "other"]
    assert made["group"] is None and row(made, "kmt2a")["smd"] is None


def test_missing_counts_those_asked_only():
    made = table_one(frame(prior_hsct_number=[1.0, np.nan, np.nan, np.nan], prior_hsct=["yes", "yes", "no", None]),
                     columns=("prior_hsct_number",))  # fmt: skip
    (cell,) = row(made, "prior_hsct_number")["cells"]

    assert (cell["n"], cell["missing"]) == (1, 2), "the one transplanted without a number, and the one not known"


def test_a_case_without_a_group_is_said():
    made = table_one(frame(sex=["male", "male"], group=["a", None]), "group", columns=("sex",))

    assert made["warnings"] == [words.GROUP_MISSING[0].format(n=1)]
    assert [head["n"] for head in made["heads"]] == [2, 1]


def test_given_levels_set_order_and_labels():
    made = table_one(
        frame(sex=["male"], burden=["high"]), "burden", levels=(("high", "Much"), ("low", "Little")), columns=("sex",)
    )

    assert [(head["label"], head["n"]) for head in made["heads"]] == [("All cases", 1), ("Much", 1), ("Little", 0)]


def test_a_test_that_cannot_be_made_is_said():
    made = table_one(frame(sex=["male", "male"], group=["a", "b"]), "group", columns=("sex",), p_values=True)

    assert row(made, "sex")["test"] == {"name": words.CHI_SQUARED, "p": None}
    assert words.NO_TEST.format(label="Sex at birth") in made["warnings"] and words.P_VALUES in made["warnings"]


@pytest.mark.parametrize("name", ["nothing", "BORE"])
def test_an_unknown_column_is_refused(cases, name):
    with pytest.raises(ValueError, match="no case column"):
        table_one(cases, columns=(name,))
    with pytest.raises(ValueError, match="lacks the column"):
        table_one(cases, name, columns=("sex",))


def test_an_empty_table_has_no_numbers(cases):
    made = table_one(cases.iloc[:0], "burden", p_values=True)

    assert made["n"] == 0 and len(made["rows"]) == len(USUAL) - 1
    assert row(made, "age_infusion")["cells"][0]["median"] is None


def test_order_of_rows_changes_no_table(cases):
    turned = cases.iloc[::-1]

    assert table_one(turned, "BOR", p_values=True) == table_one(cases, "BOR", p_values=True)
    assert response_table(turned) == response_table(cases) and toxicity_table(turned) == toxicity_table(cases)


def test_differences_at_their_edges():
    same, other = np.array([2.0, 2.0]), np.array([3.0, 3.0])
    assert numeric_difference(same, same) == 0 and np.isnan(numeric_difference(same, other))
    assert np.isnan(numeric_difference(same[:1], other))
    assert categorical_difference(np.array([[3, 3], [3, 3]])) == 0
    assert np.isnan(categorical_difference(np.array([[3, 0], [0, 3]])))
    assert np.isnan(categorical_difference(np.array([[3, 0], [1, 0]])))
    halves = categorical_difference(np.array([[8, 2], [2, 8], [0, 0]]))
    assert halves == pytest.approx(0.6 / 0.4)


def test_tests_at_their_edges():
    assert np.isnan(numeric_test([np.array([1.0]), np.empty(0)])[1])
    assert np.isnan(numeric_test([np.array([1.0, 1.0]), np.array([1.0])])[1])
    assert np.isnan(categorical_test(np.zeros((2, 2), dtype=int))[1])
    many = np.random.Generator(np.random.PCG64(1)).integers(0, 9, (12, 9))
    name, p = categorical_test(many)
    assert name == words.CHI_SQUARED and 0 <= p <= 1, "too large for the exact test"


def test_response_of_the_twelve(cases):
    all_ = response_table(cases, ())["rows"][0]
    found = {cell["measure"]: (cell["x"], cell["n"]) for cell in all_["cells"]}

    assert found == {
        "cr": (9, 11),
        "cri": (0, 11),
        "orr": (9, 11),
        "orr_evaluable": (9, 10),
        "confirmed": (9, 11),
        "mrd_negative": (9, 11),
        "mrd_negative_tested": (9, 9),
        "early_only": (0, 11),
    }
    assert response_table(cases, ())["warnings"] == [words.NOT_INFUSED[0].format(n=1)]


def test_subgroups_add_up_to_all(cases):
    made = response_table(cases, ("BOR", "sex"))
    all_, *rest = made["rows"]

    for name in ("BOR", "sex"):
        parts = [one for one in rest if one["column"] == name]
        assert sum(one["n"] for one in parts) == all_["n"] == 11
        for place in range(len(MEASURES)):
            assert sum(one["cells"][place]["x"] for one in parts) == all_["cells"][place]["x"]
    assert [one["level"] for one in rest if one["column"] == "sex"][-1] == words.MISSING
    assert next(one for one in rest if one["value"] == "CRi")["cells"][0]["lower"] is None


def crs(case, grade):
    occurred = 99 if grade is None else int(grade > 0)
    episode = [("crs_episode", {"crs_seq": 1, "crs_grade": grade})] if grade else []
    return case, [*INFUSED, ("crs", {"crs_occurred": occurred, "toci_given": 0}), *episode]


def test_every_row_of_toxicity_adds_up_to_the_infused():
    world = dict(
        [*(crs(f"C{place}", grade) for place, grade in enumerate([0, 0, 2, 3, 5, None])), ("P06", case_rows("P06"))]
    )
    made = toxicity_table(case_table(tables_of(world)), "tocilizumab")

    assert made["n"] == 6 and made["warnings"] == [words.NOT_INFUSED[0].format(n=1)]
    for name in COUNTED:
        levels = row(made, name)["levels"]
        assert [one["value"] for one in levels] == [*(value for value, _ in column(name).levels), None]
        for place, head in enumerate(made["heads"]):
            assert sum(one["cells"][place]["x"] for one in levels) == head["n"]
    graded = {one["value"]: one["cells"][0]["x"] for one in row(made, "crs_grade")["levels"]}
    assert graded == {"0": 2, "1": 0, "2": 1, "3": 1, "4": 0, "5": 1, None: 1}
    assert row(made, "crs_onset")["cells"][0]["missing"] == 4, "three episodes without a date, and one not reported"


def test_a_row_that_does_not_add_up_is_refused(cases):
    strange = cases.assign(crs_grade="7")

    with pytest.raises(RuntimeError, match="crs_grade: rows add up to"):
        toxicity_table(strange.assign(infused=True)).keys()
