"""The sensitivity table: the twelve patients' estimates, which rows are the same, what is left out and what is not split."""

from datetime import date

import pytest

from analytics.core import table_words as words
from analytics.core.columns.table import case_table
from analytics.core.tables.sensitivity import sensitivity
from tests.analytics.core.worlds import COLLECTED, GIVEN, dated
from tests.reference.twelve_answers import ESTIMATES
from tests.reference.twelve_patients import alive, dead, on, relapse, remission, tables, tables_of

DAY_0 = ("infusion", {"inf_seq": 1, "inf_date": on(0), "inf_date_p": "D"})


def rows_of(world):
    return {row["id"]: row for row in sensitivity(case_table(world)).rows}


@pytest.mark.parametrize("rule", ["EFS_A", "EFS_B", "EFS_C", "EFS_A_ITT", "EFS_C_ITT"])
def test_estimates_of_the_twelve_patients(rule):
    row = rows_of(tables())[f"{rule}:all"]
    n, events, _at_180, (survival, lower, upper, _at_risk) = ESTIMATES[rule]

    assert (row["n"], row["events"]) == (n, events)
    assert (row["survival"], row["lower"], row["upper"]) == pytest.approx((survival, lower, upper), abs=5e-5)


def test_without_imputed_dates_the_same_patients_are_named_as_the_same():
    rows = rows_of(tables())

    assert rows["EFS_A:all"]["same_cases_as"] is None
    assert rows["EFS_B:all"]["same_cases_as"] == "EFS_A:all"  # the same eleven, other times
    assert rows["EFS_B:all"]["same_times_as"] is None
    assert rows["EFS_A:exact"]["same_times_as"] == "EFS_A:all"  # no date is imputed
    assert rows["EFS_A_ITT:all"]["same_cases_as"] is None  # P06 as well


def infused(*events, oos=None, blasts=None, precision="D"):
    """An infused case, perhaps out of specification, with its marrow before infusion and a follow-up known to some precision."""
    infusion = ("infusion", {**DAY_0[1], "inf_oos": oos})
    before = {
        "pre_seq": 1,
        "pre_phase": 2,
        "pre_bm_done": 1,
        "pre_bm_blast": blasts,
        "pre_date": on(-5),
        "pre_date_p": "D",
    }
    marrow = [("pre_infusion_assessment", before)] if blasts is not None else []
    rows = [dated(*event) for event in events]
    for form, row in rows:
        if form == "follow_up":
            row["last_disease_date_p"] = precision
    return [COLLECTED, GIVEN, infusion, *marrow, *rows]


WORLD = {
    "A": infused(remission(28), alive(400, 400), oos=0, blasts=1),
    "B": infused(remission(28), relapse(200), oos=1, blasts=40),
    "C": infused(remission(28), alive(500, 500), blasts=2, precision="M"),
    "D": infused(remission(28), dead(90, 1, 0), oos=0, blasts=60),
    "E": infused(remission(28), relapse(300), oos=0),
}


def test_restrictions_leave_out_by_reason():
    rows = rows_of(tables_of(WORLD))

    assert {name: rows[f"EFS_A:{name}"]["n"] for name in words.RESTRICTIONS} == {
        "all": 5,
        "exact": 4,
        "in_specification": 4,
        "exact_in_specification": 3,
    }
    assert rows["EFS_A:exact_in_specification"]["left_out"] == {"out_of_specification": 1, "imputed": 1}


def test_infused_patients_are_split_by_every_definition_of_burden():
    row = rows_of(tables_of(WORLD))["EFS_A:all"]
    by_blasts = next(one for one in row["burden"] if one["column"] == "burden")

    assert [one["column"] for one in row["burden"]] == [
        "burden",
        "burden_50",
        "burden_prwcc",
        "burden_mrd",
        "burden_before_bridging",
    ]
    assert [(one["group"], one["n"], one["events"]) for one in by_blasts["groups"]] == [("low", 2, 0), ("high", 2, 2)]
    assert by_blasts["not_known"] == 1
    assert by_blasts["logrank"]["df"] == 1 and 0 < by_blasts["logrank"]["p"] < 1


def test_what_is_known_only_at_infusion_does_not_split_an_earlier_clock():
    found = sensitivity(case_table(tables_of(WORLD)))

    assert all(row["burden"] == [] for row in found.rows if row["population"] != "infused")
    assert words.BURDEN_KNOWN_LATER in found.warnings
    assert words.SPECIFICATION_NOT_KNOWN.format(n=1) in found.warnings  # C


def test_an_estimate_beyond_the_last_observation_is_marked():
    found = sensitivity(case_table(tables_of({"A": WORLD["A"], "F": infused(remission(28), alive(100, 100))})))
    late = sensitivity(case_table(tables_of({"F": infused(remission(28), alive(100, 100))})))

    assert not found.rows[0]["carried_on"]  # A is observed for 400 days
    assert late.rows[0]["carried_on"] and late.rows[0]["survival"] == 1
    assert words.CARRIED_ON.format(months=12) in late.warnings


def test_no_case_gives_rows_without_numbers():
    rows = rows_of(tables_of({}))

    assert {row["n"] for row in rows.values()} == {0}
    assert {row["survival"] for row in rows.values()} == {None}


def test_the_order_of_cases_changes_nothing():
    cases = case_table(tables_of(WORLD))

    assert sensitivity(cases.iloc[::-1]) == sensitivity(cases)
    assert date(2023, 3, 1).isoformat() == on(0)
