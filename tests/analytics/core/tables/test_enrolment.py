"""Enrolment by month: the twelve patients by hand, dates known to the year or not at all, and hospitals."""

from datetime import date

import pytest

from analytics.core.tables.enrolment import enrolment
from analytics.core.whole import whole_table
from tests.analytics.core.worlds import INFUSED
from tests.reference.twelve_patients import on, tables, tables_of


def enrolled(world, cut=None):
    return enrolment(whole_table(world, cut))


def steps(found):
    return {step["id"]: step for step in found.steps}


def decided(day, precision="D"):
    return "patient", {"decision_date": day, "decision_date_p": precision}


def collected(day, shipped=1, precision="D"):
    row = {"aph_seq": 1, "aph_shipped": shipped, "aph_start_date": day, "aph_start_date_p": precision}
    return "leukapheresis", row


def test_the_twelve_patients_by_hand():
    """Day 0 is 2023-03-01; decision and collection are so many days before it (twelve_patients.py)."""
    found = enrolled(tables())
    by = steps(found)

    # Decided: P03 70 days before (21 Dec), P12 66 (25 Dec), P06 72 (from -60: 19 Dec); all others in January.
    # Collected: P06 60 days before (31 Dec); all others in January. Infused: all but P06 on 1 March.
    assert found.months == ("2022-12", "2023-01", "2023-02", "2023-03")
    assert by["decided"]["by_month"] == [3, 9, 0, 0] and by["decided"]["cumulative"] == [3, 12, 12, 12]
    assert by["collected"]["by_month"] == [1, 11, 0, 0] and by["collected"]["n"] == 12
    assert by["infused"]["by_month"] == [0, 0, 0, 11] and by["infused"]["n"] == 11
    assert found.registered == 12 and not found.warnings


def test_sites_add_up_to_the_months_of_all():
    world = tables()
    world["cases"]["site"] = ["A", "B", "B"] * 4
    found = enrolled(world)

    assert [(one["site"], one["registered"]) for one in found.sites] == [("A", 4), ("B", 8)]
    for place, step in enumerate(found.steps):
        counted = dict.fromkeys(found.months, 0)
        for site in found.sites:
            for one in site["steps"][place]["by_month"]:
                counted[one["month"]] += one["n"]
        assert list(counted.values()) == step["by_month"]
        assert sum(site["steps"][place]["n"] for site in found.sites) == step["n"]


def test_a_year_alone_is_counted_in_the_month_put_in_its_place_and_said():
    found = enrolled(tables_of({"C1": [decided("2022-01-01", "Y")], "C2": [decided("2022-05-01", "M")]}))
    (decision, *_others) = found.steps

    assert found.months == ("2022-05", "2022-06", "2022-07")  # a year is 1 July, a month its 15th
    assert (decision["by_month"], decision["uncertain"]) == ([1, 0, 1], 1)
    assert found.warnings == (
        "Accepted: of 1 case only the year is known; it is counted in the month put in its place.",
    )


def test_who_has_no_date_is_in_no_month_and_is_said():
    """An infused case was accepted and collected, though nobody recorded when."""
    found = enrolled(tables_of({"C1": list(INFUSED[1:]), "C2": [decided("2023-03-09")]}))
    by = steps(found)

    assert (by["decided"]["n"], by["decided"]["undated"], by["decided"]["by_month"]) == (2, 1, [1])
    assert (by["collected"]["n"], by["collected"]["undated"], by["collected"]["by_month"]) == (1, 1, [0])
    assert (by["infused"]["n"], by["infused"]["undated"], by["infused"]["by_month"]) == (1, 0, [1])
    assert "Accepted: 1 case without a date is counted in no month." in found.warnings


def test_cells_that_were_never_shipped_are_collected():
    found = enrolled(tables_of({"C1": [collected("2023-02-03", shipped=0)]}))

    assert steps(found)["collected"]["by_month"] == [1] and found.months == ("2023-02",)


def test_what_comes_after_the_cut_has_not_happened():
    found = enrolled(tables(), date(2023, 1, 31))

    assert steps(found)["infused"]["n"] == 0 and found.months == ("2022-12", "2023-01")
    assert on(0) == "2023-03-01"


def test_a_registered_case_without_any_date_has_no_month():
    found = enrolled(tables_of({"C1": []}))

    assert found.registered == 1 and found.months == () and [step["n"] for step in found.steps] == [0, 0, 0]


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(ValueError, match="lacks enrol_collected"):
        enrolment(whole_table(tables()).drop(columns="enrol_collected"))
