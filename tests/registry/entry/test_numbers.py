"""Numbers as people type them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from registry.entry.numbers import understood_count, understood_quantity


@pytest.mark.parametrize(
    ("typed", "unit", "meant"),
    [
        ("150", "10^6", "150"),
        (" 0.5 ", "", "0.5"),
        ("４２．５", "kg", "42.5"),
        ("42.5 kg", "kg", "42.5"),
        ("−3", "", "-3"),
        ("1e-4", "fraction", "0.0001"),
        ("0.01 %", "fraction", "0.0001"),
        ("10^-4", "fraction", "0.0001"),
        ("5 x 10^-5", "fraction", "0.00005"),
        ("100 per 10^6", "fraction", "0.0001"),
    ],
)
def test_what_people_type_is_understood(typed, unit, meant):
    assert understood_quantity(typed, unit=unit) == Decimal(meant)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1,5", "comma"),
        ("many", "not_a_number"),
        ("5 %", "not_a_number"),
        ("NaN", "not_a_number"),
        ("1e9999", "not_a_number"),
    ],
)
def test_what_cannot_be_understood_is_said(typed, code):
    with pytest.raises(ValidationError) as refusal:
        understood_quantity(typed, unit="kg")

    assert refusal.value.code == code
    assert typed in refusal.value.messages[0]


def test_half_a_transplant_is_no_count():
    with pytest.raises(ValidationError) as refusal:
        understood_count("1.5")

    assert refusal.value.code == "not_whole"
