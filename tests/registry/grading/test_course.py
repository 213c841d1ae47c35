"""Age, dose and intervals: worked out by hand, and open where a date is not known to the day."""

import calendar
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import strategies as st

from registry.grading.course import age_inf_y, dose_kg, hsct_rel_gap, hsct_rel_gap_group, ship_to_inf, v2v_days
from registry.grading.dates import possible_days
from tests.registry.grading.answers import DAY_0, for_all, words


def test_dose_per_kilogram():
    found = dose_kg({"inf_dose_total": Decimal("150"), "inf_weight": 50})
    assert (found.value, words(found)) == (3, ["150 ×10⁶ cells at 50 kg"])


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ({"inf_dose_total": 150}, ("inf_weight",)),
        ({"inf_weight": 50}, ("inf_dose_total",)),
        ({"inf_dose_total": 150, "inf_weight": 0}, ("inf_weight",)),
        ({}, ("inf_dose_total", "inf_weight")),
    ],
)
def test_no_dose_per_kilogram_without_dose_and_weight(answers, missing):
    assert (dose_kg(answers).value, dose_kg(answers).missing) == (None, missing)


def test_age_at_infusion_is_days_over_365_25():
    assert age_inf_y({"birth_date": date(2012, 6, 3), "inf_date": DAY_0}).value == 12
    assert age_inf_y({"birth_date": DAY_0 - timedelta(days=3652), "inf_date": DAY_0}).value == Decimal(3652) / Decimal(
        "365.25"
    )


def test_vein_to_vein_and_shipping_in_whole_days():
    answers = {"aph_end_date": date(2024, 4, 1), "ship_date": date(2024, 4, 3), "inf_date": DAY_0}
    assert (v2v_days(answers).value, ship_to_inf(answers).value) == (63, 61)
    assert words(v2v_days(answers)) == ["2024-04-01 to 2024-06-03"]


@pytest.mark.parametrize(
    ("field", "item"), [(age_inf_y, "birth_date"), (v2v_days, "aph_end_date"), (ship_to_inf, "ship_date")]
)
def test_an_interval_needs_both_dates_to_the_day(field, item):
    assert field({"inf_date": DAY_0}).missing == (item,)
    assert field({item: date(2024, 4, 1)}).missing == ("inf_date",)
    assert field({item: date(2024, 4, 1), f"{item}_p": "M", "inf_date": DAY_0}).value is None
    assert field({item: date(2024, 4, 1), f"{item}_p": "D", "inf_date": DAY_0}).value is not None


def gap(relapse, *transplants, precision=None):
    prior = {"hsct_rel_date": relapse, "hsct_rel_date_p": precision}
    rows = [{"hsct_date": one} for one in transplants]
    return hsct_rel_gap(prior, rows), hsct_rel_gap_group(prior, rows)


def test_months_from_transplant_to_relapse():
    months, group = gap(date(2023, 7, 10), date(2023, 1, 10))
    assert (round(months.value, 2), group.value) == (Decimal("5.95"), "<=6")


def test_the_latest_transplant_counts():
    months, group = gap(date(2023, 7, 10), date(2021, 1, 10), date(2023, 1, 9), date(2019, 1, 1))
    assert (months.value, group.value) == (Decimal(182) / Decimal("30.4375"), "<=6")
    assert gap(date(2023, 7, 12), date(2023, 1, 10))[1].value == ">6"


def test_a_relapse_known_to_the_month_gives_a_group_where_all_its_days_agree():
    months, group = gap(date(2023, 6, 1), date(2023, 1, 10), precision="M")
    assert (months.value, months.missing, group.value) == (None, ("hsct_rel_date",), "<=6")
    months, group = gap(date(2023, 7, 1), date(2023, 1, 10), precision="M")
    assert (group.value, group.missing) == (None, ("hsct_rel_date",))


@pytest.mark.parametrize("transplants", [(), (None,), (date(2023, 1, 10), None)])
def test_an_undated_transplant_leaves_the_gap_open(transplants):
    months, group = gap(date(2023, 7, 10), *transplants)
    assert (months.value, group.value) == (None, None)
    assert months.missing == group.missing == ("hsct_date",)


def test_no_relapse_after_transplant_gives_no_gap():
    assert [one.value for one in gap(None, date(2023, 1, 10))] == [None, None]


@for_all(st.dates(date(1980, 1, 1), date(2030, 12, 31)), st.sampled_from(["D", "M", "Y", None]))
def test_a_partial_date_means_the_days_of_its_month_or_year(day, precision):
    first, last = possible_days({"inf_date": day, "inf_date_p": precision}, "inf_date")
    assert first <= day <= last
    assert (last - first).days in {"Y": (364, 365), "M": (calendar.monthrange(day.year, day.month)[1] - 1,)}.get(
        precision, (0,)
    )
