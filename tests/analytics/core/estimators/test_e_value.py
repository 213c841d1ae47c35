"""The E-value: published examples and its symmetry."""

import math

import pytest

from analytics.core.estimators.e_value import e_value


def test_published_example():
    """VanderWeele & Ding 2017: risk ratio 3.9 (1.8 to 8.7) has 7.26 and 3.0."""
    found = e_value(3.9, 1.8, 8.7, common_outcome=False)

    assert round(found.estimate, 2) == 7.26
    assert round(found.limit, 2) == 3.0


def test_a_common_outcome_makes_the_ratio_smaller():
    found = e_value(3.9, 1.8, 8.7)

    assert found.risk_ratio == pytest.approx((1 - 0.5 ** math.sqrt(3.9)) / (1 - 0.5 ** math.sqrt(1 / 3.9)))
    assert found.estimate < 7.26


def test_protection_is_the_mirror_of_harm():
    harm, help_ = e_value(4, 2, 8), e_value(1 / 4, 1 / 8, 1 / 2)

    assert help_.estimate == pytest.approx(harm.estimate)
    assert help_.limit == pytest.approx(harm.limit)


def test_an_interval_that_holds_1_needs_no_confounder():
    assert e_value(1.5, 0.8, 2.6).limit == 1
    assert e_value(1, 0.5, 2).estimate == 1


@pytest.mark.parametrize("numbers", [(0, 0, 1), (-1, -2, 1), (2, 3, 4), (2, 1, 1.5), (math.inf, 1, math.inf)])
def test_what_is_no_hazard_ratio_is_refused(numbers):
    with pytest.raises(ValueError, match="hazard ratio"):
        e_value(*numbers)
    assert math.isnan(e_value(math.nan, math.nan, math.nan).estimate)
