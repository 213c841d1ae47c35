"""The data behind figures: a tidy row for each thing drawn, the Result's own numbers, nobody's name."""

import csv
import io
import math
from types import SimpleNamespace

import pytest

from analytics.figures.data import TABLES, rows_of
from analytics.taken import csv_asked
from tests.analytics.figures.every import RESULTS
from tests.analytics.figures.reports import results
from tests.analytics.figures.samples import months, result_of


def table_of(result):
    """The rows as dictionaries."""
    columns, rows = rows_of(result)
    return [dict(zip(columns, row, strict=True)) for row in rows]


@pytest.mark.parametrize("name", RESULTS)
def test_every_row_fits_its_columns(name):
    columns, rows = rows_of(RESULTS[name][0])

    assert len(set(columns)) == len(columns)
    assert rows or name == "survival of nobody"
    for row in rows:
        assert len(row) == len(columns)
        assert all(cell is None or (type(cell) in (str, int, float) and cell != "") for cell in row), row


def test_nobody_has_no_row():
    assert {name: rows_of(result)[1] for name, result in results("nobody").items() if name == "flow"} == {"flow": []}
    assert rows_of(result_of(("All cases", [], [])))[1] == []


def test_a_curve_is_its_steps_with_greenwoods_error():
    table = table_of(result_of(("Low", months(2, 4), [1, 0]), ("High", months(3), [1])))

    assert [(row["group"], row["at_risk"], row["events"], row["censored"], row["survival"]) for row in table] == [
        ("Low", 2, 0, 0, 1.0),
        ("Low", 2, 1, 0, 0.5),
        ("Low", 1, 0, 1, 0.5),
        ("High", 1, 0, 0, 1.0),
        ("High", 1, 1, 0, 0.0),
    ]
    assert table[1]["time_days"] == months(2)[0] and table[1]["std_error"] == pytest.approx(0.5 * math.sqrt(1 / 2))
    assert table[0]["std_error"] == 0 and table[0]["lower"] == table[0]["upper"] == 1


def test_numbers_are_the_results():
    result = RESULTS["incidence"][0]
    cause = result["groups"][1]["causes"][0]
    mine = [row for row in table_of(result) if row["group"] == "High" and row["cause"] == cause["cause"]]
    for name in ("incidence", "std_error", "lower", "upper"):
        assert [row[name] for row in mine] == cause["curve"][name]

    forest = RESULTS["forest"][0]
    assert [row["hr"] for row in table_of(forest)] == [
        term["hr"] for model in forest["models"] for term in model["terms"]
    ]

    boxes = results("many")["flow"]["table"]["nodes"]
    assert {row["box"]: row["n"] for row in table_of(results("many")["flow"]) if row["what"] == "box"} == {
        node["id"]: node["n"] for node in boxes
    }


def test_a_model_that_was_refused_says_why():
    refused = [row for row in table_of(RESULTS["forest, separated"][0]) if row["refused"]]
    models = [one for one in RESULTS["forest, separated"][0]["models"] if one["refused"]]
    assert [row["refused"] for row in refused] == [one["refused"] for one in models]


def test_patients_are_numbered_not_named():
    result = results("many")["swimmer"]
    named = {row["case"] for row in result["table"]["rows"]}
    cells = {cell for row in rows_of(result)[1] for cell in row}

    assert named and not named & cells
    assert {row["patient"] for row in table_of(result)} == set(range(1, len(result["table"]["rows"]) + 1))


def test_funnel_points_have_their_limits():
    result = results("many")["completeness"]
    funnel = result["table"]["funnels"][0]
    points = [row for row in table_of(result) if row["measure"] == f"funnel.{funnel['measure']}"]

    assert [row["value"] for row in points] == [funnel["pooled"], *(one["share"] for one in funnel["sites"])]
    assert points[1]["lower_95"] == funnel["sites"][0]["lower_95"]


def test_a_new_method_must_be_told_here():
    with pytest.raises(ValueError, match="'tea-leaves'"):
        rows_of({"analysis": {"method": "tea-leaves"}})
    assert all(table.columns for table in TABLES.values())


def test_text_in_the_csv_cannot_be_taken_for_a_formula():
    result = result_of(('=HYPERLINK("x")', months(2), [1]), ("＋1、\n-2", months(3), [1]))
    content = csv_asked(SimpleNamespace(envelope=lambda: result))

    rows = list(csv.reader(io.StringIO(content.decode())))
    assert {row[0] for row in rows[1:]} == {'\'=HYPERLINK("x")', "'＋1、\n-2"}
    assert b"\r" not in content and not content.startswith(b"\xef\xbb\xbf")
    assert all(float(row[2]) >= 0 for row in rows[1:]), "numbers stay numbers"
