"""Units accepted at entry: every factor is exact, there and back."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.dictionary.units import ALSO_WRITTEN, SIZES, accepted, converted, recognised
from registry.models import FORMS

UNITS = sorted({item.unit for form in FORMS for item in form.items().values() if item.unit})
PAIRS = [(typed, unit) for unit in UNITS for typed in accepted(unit)]


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_of_the_dictionary_is_known_and_stays_as_it_is(unit):
    assert any(unit in sizes for sizes in SIZES.values())
    assert next(iter(accepted(unit).items())) == (unit, 1)
    assert recognised(unit, unit) == unit


@pytest.mark.parametrize(
    ("typed", "unit", "factor"),
    [
        ("mg/L", "mg/dL", "0.1"),
        ("g/L", "mg/dL", "100"),
        ("g/L", "g/dL", "0.1"),
        ("µg/L", "ng/mL", "1"),
        ("mg/dL", "ng/mL", "10000"),
        ("10^8", "10^6", "100"),
        ("10^9", "10^6", "1000"),
        ("10^6", "10^9", "0.001"),
        ("/µL", "10^9/L", "0.001"),
        ("10^4/µL", "10^9/L", "10"),
        ("10^9/L", "/µL", "1000"),
        ("%", "fraction", "0.01"),
        ("fraction", "%", "100"),
        ("wk", "d", "7"),
        ("µkat/L", "U/L", "60"),
        ("g", "kg", "0.001"),
    ],
)
def test_the_factors_are_those_of_the_textbook(typed, unit, factor):
    assert accepted(unit)[typed] == Decimal(factor)


@pytest.mark.parametrize(
    ("typed", "unit", "meant"),
    [
        ("MG/L", "mg/dL", "mg/L"),
        ("㎎/㎗", "mg/dL", "mg/dL"),
        ("g/L", "mg/dL", "g/L"),
        ("G/L", "10^9/L", "10^9/L"),
        ("ug/mL", "mg/dL", "µg/mL"),
        ("μg/mL", "mg/dL", "µg/mL"),
        ("mcg/L", "ng/mL", "µg/L"),
        ("万/μL", "10^9/L", "10^4/µL"),
        ("/mm3", "/µL", "/µL"),
        ("m2", "m²", "m²"),
        ("mL/min/1.73 m^2", "mL/min/1.73m²", "mL/min/1.73m²"),
        ("kg", "mg/dL", None),
        ("/kg", "10^6", None),
        ("mmol/L", "g/dL", None),
        ("mg", "n", None),
    ],
)
def test_a_unit_is_recognised_however_it_is_written(typed, unit, meant):
    assert recognised(typed, unit) == meant


def test_no_spelling_means_two_units_of_one_quantity():
    for unit in UNITS:
        spellings = [spelling for one in accepted(unit) for spelling in (one, *ALSO_WRITTEN.get(one, ()))]
        for spelling in spellings:
            assert [one for one in accepted(unit) if recognised(spelling, unit) == one], (unit, spelling)
        meant = {one: recognised(one, unit) for one in accepted(unit)}
        assert all(one == found for one, found in meant.items())


@given(st.decimals(min_value=0, max_value=10**9, places=6, allow_nan=False), st.sampled_from(PAIRS))
def test_a_conversion_is_exact_there_and_back(number, pair):
    typed, unit = pair
    stored = converted(number, accepted(unit)[typed])

    assert Fraction(stored) == Fraction(number) * Fraction(accepted(unit)[typed])
    assert Fraction(stored) / Fraction(accepted(unit)[typed]) == Fraction(number)
    if typed in UNITS and unit in accepted(typed):
        assert Fraction(accepted(typed)[unit]) * Fraction(accepted(unit)[typed]) == 1
