"""Dates as people type them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from registry.entry.dates import as_typed, echo, understood

DAY_0 = date(2025, 2, 14)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2025-03-14", (date(2025, 3, 14), "D")),
        ("2025/3/14", (date(2025, 3, 14), "D")),
        ("20250314", (date(2025, 3, 14), "D")),
        ("14 Mar 2025", (date(2025, 3, 14), "D")),
        ("14mar2025", (date(2025, 3, 14), "D")),
        ("14 September 2025", (date(2025, 9, 14), "D")),
        ("14.3.2025", (date(2025, 3, 14), "D")),
        ("2025年3月14日", (date(2025, 3, 14), "D")),
        ("２０２５－０３－１４", (date(2025, 3, 14), "D")),
        ("令和7年3月14日", (date(2025, 3, 14), "D")),
        ("R7.3.14", (date(2025, 3, 14), "D")),
        ("令和元年5月", (date(2019, 5, 1), "M")),
        ("H30", (date(2018, 1, 1), "Y")),
        ("2025-03", (date(2025, 3, 1), "M")),
        ("Mar 2025", (date(2025, 3, 1), "M")),
        ("2025", (date(2025, 1, 1), "Y")),
        ("day 28", (date(2025, 3, 14), "D")),
        ("d-5", (date(2025, 2, 9), "D")),
    ],
)
def test_what_people_type_is_understood(typed, meant):
    assert understood(typed, partial=True, day0=DAY_0) == meant


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("03/04/2025", "ambiguous_date"),
        ("3-4-25", "ambiguous_date"),
        ("2025-02-30", "not_a_date"),
        ("2025-13", "not_a_date"),
        ("soon", "not_a_date"),
        ("14 Foo 2025", "not_a_date"),
        ("0000-01-01", "not_a_date"),
        ("day 9999", "not_a_date"),
    ],
)
def test_what_cannot_be_understood_is_said(typed, code):
    with pytest.raises(ValidationError) as refusal:
        understood(typed, partial=True)

    assert refusal.value.code == code
    assert typed in refusal.value.messages[0]


def test_a_date_needed_to_the_day_refuses_a_month():
    with pytest.raises(ValidationError) as refusal:
        understood("2025-03", partial=False)

    assert refusal.value.code == "partial"


def test_a_stored_date_is_shown_as_far_as_it_is_known():
    assert [as_typed(date(2025, 3, 1), precision) for precision in "YMD"] == ["2025", "2025-03", "2025-03-01"]


def test_the_echo_names_the_day_of_the_study():
    assert echo(date(2025, 3, 14), "D", day0=DAY_0) == "14 Mar 2025 · day 28"
    assert echo(date(2025, 3, 1), "M", day0=DAY_0) == "Mar 2025, day unknown"
