"""The restricted mean by hand, by its properties, and beside lifelines."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import restricted_mean_survival_time

from analytics.core.estimators.restricted_mean import common_tau, difference, ratio, restricted_mean
from analytics.core.estimators.times import observed

observations = st.lists(st.tuples(st.integers(1, 30).map(float), st.booleans()), min_size=1, max_size=40)
some = settings(max_examples=50, deadline=None)


def test_three_cases_by_hand():
    #  S is 1 until 1, 2/3 until 2, 1/3 until 4 (censored): 1 + 2/3 + 2/3
    #  variance: at 1 1/(3*2) (2/3 + 2/3)^2, at 2 1/(2*1) (2/3)^2
    found = restricted_mean([1, 2, 4], [1, 1, 0])

    assert found.tau == 4
    assert found.estimate == pytest.approx(7 / 3)
    assert found.std_error == pytest.approx(math.sqrt((4 / 3) ** 2 / 6 + (2 / 3) ** 2 / 2))
    assert (found.n, found.n_events) == (3, 2)


def test_nobody_had_the_event():
    found = restricted_mean([5, 9, 12], [0, 0, 0], tau=10)

    assert (found.estimate, found.std_error, found.lower, found.upper) == (10, 0, 10, 10)


def test_nobody_at_all():
    found = restricted_mean([], [])

    assert found.n == 0
    assert all(math.isnan(value) for value in (found.tau, found.estimate, found.std_error))


def test_a_horizon_beyond_observation_is_refused_while_some_live():
    with pytest.raises(ValueError, match=r"tau is 13, but the last observed time is 12 .* no later than that"):
        restricted_mean([5, 12], [1, 0], tau=13)

    assert restricted_mean([5, 12], [1, 1], tau=13).estimate == pytest.approx(8.5)  # the curve is 0 from 12 on
    assert restricted_mean([1, 3 * 0.1], [1, 0], tau=0.3).tau == 0.3


@pytest.mark.parametrize("tau", [0, -1, math.nan, math.inf])
def test_an_unusable_horizon_is_refused(tau):
    with pytest.raises(ValueError, match="expected a number above 0"):
        restricted_mean([1, 2], [1, 1], tau=tau)


def test_the_default_of_a_comparison_is_what_all_groups_reach():
    groups = [observed([1, 9], [1, 0]), observed([4, 7], [0, 1]), observed([], [])]

    assert common_tau(groups) == 7
    assert math.isnan(common_tau([]))


def test_contrasts_need_one_horizon_and_some_variance():
    first, second = restricted_mean([1, 5], [1, 0], tau=4), restricted_mean([2, 5], [1, 0], tau=5)
    with pytest.raises(ValueError, match="tau is 4 in one group and 5 in the other"):
        difference(first, second)

    same = restricted_mean([5, 9], [0, 0], tau=4)
    for contrast in (difference(same, same), ratio(same, same)):
        assert math.isnan(contrast.p)
        assert math.isnan(contrast.lower)


@some
@given(observations)
def test_rows_may_come_in_any_order_and_any_unit(rows):
    time, event = (np.array(column) for column in zip(*rows, strict=True))
    found = restricted_mean(time, event)
    turned, scaled = restricted_mean(time[::-1], event[::-1]), restricted_mean(time * 7, event)

    assert turned == found
    assert scaled.estimate == pytest.approx(7 * found.estimate)
    assert scaled.std_error == pytest.approx(7 * found.std_error)


@some
@given(observations)
def test_lifelines_has_the_same_area(rows):
    time, event = (np.array(column) for column in zip(*rows, strict=True))
    curve = KaplanMeierFitter().fit(time, event)

    expected = restricted_mean_survival_time(curve, t=time.max())
    assert restricted_mean(time, event).estimate == pytest.approx(expected)
