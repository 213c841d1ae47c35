"""Kaplan-Meier by hand, by its properties, and beside lifelines."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from analytics.core.estimators.follow_up import reverse_kaplan_meier
from analytics.core.estimators.kaplan_meier import (
    LIMITS,
    kaplan_meier,
    quantile,
    reliable_until,
    risk_table,
    survival_at,
)

observations = st.lists(
    st.tuples(st.one_of(st.just(0.5), st.integers(1, 60).map(float)), st.booleans()), min_size=1, max_size=60
)
some = settings(max_examples=150, deadline=None)


def columns(rows):
    return np.array([time for time, _ in rows]), np.array([event for _, event in rows])


def test_curve_by_hand():
    #  time      6    7    10
    #  at risk   5    2     1
    #  deaths    2    1     0
    curve = kaplan_meier([6, 6, 6, 7, 10], [1, 1, 0, 1, 0])

    assert curve.time.tolist() == [6, 7, 10]
    assert curve.at_risk.tolist() == [5, 2, 1]
    assert curve.events.tolist() == [2, 1, 0]
    assert curve.censored.tolist() == [1, 0, 1]
    assert curve.survival == pytest.approx([3 / 5, 3 / 10, 3 / 10])


def test_at_risk_is_counted_just_before_the_time():
    curve = kaplan_meier([3, 12, 12, 12, 12, 6, 6, 9], [1, 0, 0, 0, 0, 1, 1, 1])

    assert risk_table(curve, [0, 6, 9, 12]).at_risk.tolist() == [8, 7, 5, 4]


def test_events_and_censorings_are_counted_since_the_time_before():
    at = survival_at(kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0]), [4, 2])

    assert at.time.tolist() == [2, 4]
    assert at.events.tolist() == [1, 1]
    assert at.censored.tolist() == [1, 1]


def test_the_risk_table_counts_from_the_start():
    table = risk_table(kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0]), [0, 2, 4])

    assert table.events.tolist() == [0, 1, 2]
    assert table.censored.tolist() == [0, 1, 2]


def test_limits_are_not_given_where_they_are_not_defined():
    curve = kaplan_meier([5, 10, 20], [0, 1, 1])

    assert np.isnan(curve.lower).tolist() == [True, False, True]
    assert curve.survival.tolist() == [1, 0.5, 0]
    assert math.isnan(curve.std_error[-1])


def test_a_time_past_the_last_observation_carries_the_value_on_with_nobody_at_risk():
    at = survival_at(kaplan_meier([5, 10], [1, 0]), [100])

    assert (at.survival[0], at.at_risk[0]) == (0.5, 0)


def test_median_on_a_flat_stretch_is_its_middle():
    assert quantile(kaplan_meier([2, 4, 6, 8], [1, 1, 1, 1])).estimate == 5


def test_times_that_differ_by_rounding_are_one_time():
    curve = kaplan_meier([0.1 + 0.2, 0.3, 0.3, 0.5, 0.7], [1, 0, 1, 1, 0])

    assert curve.at_risk.tolist() == [5, 2, 1]
    assert curve.events.tolist() == [2, 1, 0]


def test_late_entry_leaves_the_earlier_risk_sets():
    #  entry 0 0 4; exit 3 6 8: at risk at 3: two, at 6: two, at 8: one
    curve = kaplan_meier([3, 6, 8], [1, 1, 1], entry=[0, 0, 4])

    assert curve.at_risk.tolist() == [2, 2, 1]
    assert curve.survival == pytest.approx([1 / 2, 1 / 4, 0])
    assert risk_table(curve, [3, 4, 5]).at_risk.tolist() == [2, 1, 2]


def test_no_observation_gives_an_empty_curve():
    curve = kaplan_meier([], [])

    assert (curve.n, len(curve.time)) == (0, 0)
    assert math.isnan(quantile(curve).estimate)
    assert math.isnan(survival_at(curve, [12]).survival[0])
    assert math.isnan(reliable_until(curve))


def test_the_curve_is_reliable_while_five_and_a_tenth_are_at_risk():
    assert reliable_until(kaplan_meier(np.arange(1, 9), np.ones(8))) == 4
    assert reliable_until(kaplan_meier(np.arange(1, 101), np.ones(100))) == 91
    assert math.isnan(reliable_until(kaplan_meier([1, 2], [1, 1])))


@pytest.mark.parametrize(
    ("time", "event", "options", "message"),
    [
        ([1, 2], [1], {}, "one length"),
        ([-1], [1], {}, "negative"),
        ([math.nan], [1], {}, "missing"),
        ([1], [2], {}, "other than 0 and 1"),
        ([1], [1], {"entry": [1]}, "before time"),
        ([1], [1], {"limits": "arcsin"}, "expected one of log-log"),
        ([1], [1], {"confidence": 95}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_estimated_is_refused(time, event, options, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(time, event, **options)


@some
@given(observations, st.sampled_from(LIMITS))
def test_survival_never_rises_and_stays_inside_its_limits(rows, limits):
    curve = kaplan_meier(*columns(rows), limits=limits)
    defined = ~np.isnan(curve.lower)

    assert (np.diff(curve.survival) <= 0).all()
    assert ((curve.survival >= 0) & (curve.survival <= 1)).all()
    assert (curve.lower[defined] <= curve.survival[defined] + 1e-12).all()
    assert (curve.survival[defined] <= curve.upper[defined] + 1e-12).all()
    assert curve.events.sum() + curve.censored.sum() == curve.n


@some
@given(observations, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    one, other = kaplan_meier(*columns(rows)), kaplan_meier(*columns(shuffled))

    for name in ("time", "at_risk", "events", "survival", "std_error", "lower", "upper"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@some
@given(observations)
def test_without_censoring_survival_is_the_share_still_alive(rows):
    time, _ = columns(rows)
    curve = kaplan_meier(time, np.ones(len(time)))

    assert curve.survival == pytest.approx([(time > t).mean() for t in curve.time])


@some
@given(observations)
def test_whole_days_and_their_sorted_fractions_are_counted_alike(rows):
    time, event = columns(rows)
    whole, scaled = kaplan_meier(time, event), kaplan_meier(time / 30.4375, event)

    np.testing.assert_array_equal(whole.survival, scaled.survival)
    np.testing.assert_array_equal(whole.at_risk, scaled.at_risk)


@some
@given(observations)
def test_follow_up_is_the_curve_of_the_other_status(rows):
    time, event = columns(rows)

    np.testing.assert_array_equal(reverse_kaplan_meier(time, event).survival, kaplan_meier(time, ~event).survival)


@some
@given(observations)
def test_survival_and_log_log_limits_beside_lifelines(rows):
    time, event = columns(rows)
    curve = kaplan_meier(time, event)
    other = KaplanMeierFitter().fit(time, event)
    defined = ~np.isnan(curve.lower)

    expected = other.survival_function_.loc[curve.time].to_numpy()[:, 0]
    limits = other.confidence_interval_.loc[curve.time].to_numpy()
    np.testing.assert_allclose(curve.survival, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(curve.lower[defined], limits[defined, 0], rtol=1e-7)
    np.testing.assert_allclose(curve.upper[defined], limits[defined, 1], rtol=1e-7)
