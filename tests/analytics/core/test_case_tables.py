"""The door of the core: what is typed, and what is refused with which words."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from analytics.core.cases import FORM_TABLES, TABLES, checked, empty_tables


def world(**tables):
    """Empty tables with one case, and the given rows."""
    made = empty_tables()
    made["cases"] = pd.DataFrame([{"case": "C1", "site": "A", "cohort": "x", "stratum": None}])
    for name, rows in tables.items():
        made[name] = pd.DataFrame(rows).reindex(columns=list(TABLES[name]))
    return made


def test_empty_tables_are_typed():
    tables = checked(empty_tables())

    assert tables.keys() == TABLES.keys()
    for name, form in FORM_TABLES.items():
        assert all(tables[name][column].dtype == "datetime64[ns]" for column in form.dates)
        assert all(tables[name][column].dtype == "float64" for column in form.numbers)


@pytest.mark.parametrize("given", ["2023-03-01", date(2023, 3, 1), pd.Timestamp("2023-03-01")])
def test_dates_arrive_as_text_date_or_timestamp(given):
    tables = checked(world(infusion=[{"case": "C1", "course_no": 1, "inf_seq": 1, "inf_date": given}]))

    assert tables["infusion"]["inf_date"].tolist() == [pd.Timestamp("2023-03-01")]


def test_empty_text_is_missing():
    row = {"case": "C1", "course_no": "1", "rsp_date": "", "rsp_date_p": "", "rsp_bm_blast": ""}
    (found,) = checked(world(response_assessment=[row]))["response_assessment"].to_dict("records")

    assert pd.isna(found["rsp_date"]) and pd.isna(found["rsp_bm_blast"])
    assert found["course_no"] == 1


def test_decimals_become_floats():
    row = {"case": "C1", "course_no": 1, "rsp_bm_blast": Decimal("4.9")}

    assert checked(world(response_assessment=[row]))["response_assessment"]["rsp_bm_blast"].tolist() == [4.9]


def test_checked_tables_pass_the_door_again():
    once = checked(world(death=[{"case": "C1", "death_date": "2024-01-31", "death_date_p": "D", "death_cause": 1}]))

    pd.testing.assert_frame_equal(checked(once)["death"], once["death"])


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (world(death=[{"case": "C9", "death_date": "2024-01-01"}]), "death: C9 is not in the table of cases"),
        (
            world(death=[{"case": "C1", "death_date": "31.01.2024"}]),
            "death: death_date is '31.01.2024', which is not a",
        ),
        (world(death=[{"case": "C1", "death_date": "2024-02-30"}]), "'2024-02-30', which is not a date"),
        (world(death=[{"case": "C1", "death_cause": "ALL"}]), "death: death_cause is 'ALL', which is not a number"),
        (world(death=[{"case": "C1", "death_date_p": "W"}]), "death_date_p is 'W'; expected one of D, M, Y"),
        ({**world(), "death": pd.DataFrame({"case": []})}, "death: columns are missing: death_cause"),
        ({"cases": world()["cases"]}, "tables are missing: adverse_event"),
        ({**world(), "cases": pd.concat([world()["cases"]] * 2)}, "cases: C1 is listed more than once"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(tables, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        checked(tables)
