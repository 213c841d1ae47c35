"""Numbers as people type them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from registry.dictionary.items import plain
from registry.entry.numbers import echo_amount, read_amount, understood_count, understood_quantity


@pytest.mark.parametrize(
    ("typed", "unit", "meant"),
    [
        ("150", "10^6", "150"),
        (" 0.5 ", "", "0.5"),
        ("４２．５", "kg", "42.5"),
        ("４２．５ｋｇ", "kg", "42.5"),
        ("42.5 kg", "kg", "42.5"),
        ("−3", "", "-3"),
        ("1e-4", "fraction", "0.0001"),
        ("0.01 %", "fraction", "0.0001"),
        ("10^-4", "fraction", "0.0001"),
        ("10⁻⁴", "fraction", "0.0001"),
        ("5 x 10^-5", "fraction", "0.00005"),
        ("100 per 10^6", "fraction", "0.0001"),
        ("1/10000", "fraction", "0.0001"),
        ("5 per 10^6", "%", "0.0005"),
        ("12 mg/L", "mg/dL", "1.2"),
        ("0.1 mg/L", "mg/dL", "0.01"),
        ("10 g/L", "mg/dL", "1000"),
        ("1.2e8", "10^6", "120"),
        ("2.5 x10^8", "10^6", "250"),
        ("2.5 x10^8", "10^9", "0.25"),
        ("150 ×10⁶", "10^6", "150"),
        ("３×１０＾８", "10^6", "300"),
        ("1200 /µL", "10^9/L", "1.2"),
        ("12万/μL", "10^9/L", "120"),
        ("2.5 ×10³/µL", "10^9/L", "2.5"),
        ("2.5e9", "10^9/L", "2.5"),
        ("1.2e3", "pg/mL", "1200"),
        ("0.3 fraction", "%", "30"),
        ("500 µg/L", "ng/mL", "500"),
    ],
)
def test_what_people_type_is_understood(typed, unit, meant):
    assert understood_quantity(typed, unit=unit) == Decimal(meant)


@pytest.mark.parametrize(
    ("typed", "unit", "code"),
    [
        ("1,5", "kg", "comma"),
        ("many", "kg", "not_a_number"),
        ("NaN", "kg", "not_a_number"),
        ("1 200", "kg", "not_a_number"),
        ("1e9999", "kg", "not_a_number"),
        ("1.2.3", "kg", "not_a_number"),
        ("9" * 61, "kg", "not_a_number"),
        ("😀", "kg", "not_a_number"),
        ("５ 😀", "kg", "unknown_unit"),
        ("5 %", "kg", "unknown_unit"),
        ("3 x10^6/kg", "10^6", "unknown_unit"),
        ("150 x106", "10^6", "unknown_unit"),
        ("8 mmol/L", "g/dL", "unknown_unit"),
        ("3 doses", "n", "unknown_unit"),
        ("1e2", "10^6", "unit_left_out"),
        ("1.2e3", "10^9/L", "unit_left_out"),
        ("10^-4", "%", "unit_left_out"),
    ],
)
def test_what_cannot_be_understood_is_said(typed, unit, code):
    with pytest.raises(ValidationError) as refusal:
        understood_quantity(typed, unit=unit)

    assert refusal.value.code == code
    assert typed in refusal.value.messages[0]


def test_a_unit_that_does_not_belong_names_those_that_do():
    with pytest.raises(ValidationError) as refusal:
        understood_quantity("3 x10^6/kg", unit="10^6")

    assert refusal.value.messages == [
        "The unit of “3 x10^6/kg” does not belong here. Units that can be typed here: ×10⁶, ×10⁸, ×10⁹, cells."
    ]


@pytest.mark.parametrize(
    ("typed", "unit", "words"),
    [
        ("12 mg/L", "mg/dL", "12 mg/L = 1.2 mg/dL"),
        ("1.2e8", "10^6", "1.2 ×10⁸ = 120 ×10⁶"),
        ("2.5 ×10^3/µL", "10^9/L", "2.5 ×10³/µL = 2.5 ×10⁹/L"),
        ("12万/μL", "10^9/L", "12 ×10⁴/µL = 120 ×10⁹/L"),
        ("0.03 %", "fraction", "0.03 % = 0.0003 fraction"),
        ("0.0003", "fraction", "0.0003 fraction = 0.03 %"),
        ("10^-4", "fraction", "10⁻⁴ = 0.01 %"),
        ("2 weeks", "d", "2 wk = 14 d"),
        ("42.5 kg", "kg", ""),
        ("150 ×10⁶", "10^6", ""),
        ("150", "10^6", ""),
    ],
)
def test_the_page_says_what_was_worked_out(typed, unit, words):
    assert echo_amount(read_amount(typed, unit=unit), unit) == words


@pytest.mark.parametrize("hundredths", [*range(1, 1000, 7), 33, 10**7 + 1])
def test_no_number_gains_a_float_s_tail(hundredths):
    typed = plain(Decimal(hundredths).scaleb(-2))

    assert understood_quantity(f"{typed} mg/L", unit="mg/dL") * 10 == Decimal(typed)
    assert understood_quantity(f"{typed} %", unit="fraction") * 100 == Decimal(typed)
    assert plain(understood_quantity(f"{typed} mg/L", unit="mg/dL")) == plain(Decimal(hundredths).scaleb(-3))


def test_half_a_transplant_is_no_count():
    with pytest.raises(ValidationError) as refusal:
        understood_count("1.5")

    assert refusal.value.code == "not_whole"


def test_a_count_of_days_may_be_typed_in_weeks():
    assert understood_count("2 weeks", unit="d") == 14
