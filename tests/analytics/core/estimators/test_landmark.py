"""Landmarks and changing exposures: ties on the day itself, nobody counted twice."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.estimators.kaplan_meier import kaplan_meier
from analytics.core.estimators.landmark import changed_by, landmark, mantel_byar, simon_makuch, time_dependent
from analytics.core.estimators.logrank import logrank

nan = math.nan
observations = st.lists(
    st.tuples(
        st.integers(1, 20).map(float),
        st.booleans(),
        st.one_of(st.just(nan), st.integers(0, 25).map(float)),
    ),
    min_size=1,
    max_size=30,
)


def test_the_landmark_itself_is_before_it():
    found = landmark([89, 90, 90, 91, 200], [1, 1, 0, 1, 0], 90)

    assert found.kept.tolist() == [False, False, False, True, True]
    assert found.time.tolist() == [1, 110]
    assert found.event.tolist() == [True, False]
    assert (found.event_before, found.censored_before, found.entered_after) == (2, 1, 0)


def test_who_comes_under_observation_later_is_left_out():
    found = landmark([100, 200, 300], [1, 0, 1], 90, entry=[0, 90, 91])

    assert found.kept.tolist() == [True, True, False]
    assert found.entered_after == 1


def test_groups_are_what_was_known_then():
    assert changed_by([89, 90, 91, nan], 90).tolist() == [True, True, False, False]


@pytest.mark.parametrize("at", [-1, nan, math.inf])
def test_an_unusable_landmark_is_refused(at):
    with pytest.raises(ValueError, match="landmark"):
        landmark([1], [1], at)


def test_rows_of_a_change():
    #         in between   day 0      never     day of event   after the end
    found = time_dependent([365, 50, 70, 80, 90], [1, 1, 0, 1, 0], [100, 0, nan, 80, 120])

    assert found.row.tolist() == [0, 0, 1, 2, 3, 4]
    assert found.start.tolist() == [0, 100, 0, 0, 0, 0]
    assert found.stop.tolist() == [100, 365, 50, 70, 80, 90]
    assert found.event.tolist() == [False, True, True, False, True, False]
    assert found.exposed.tolist() == [False, True, True, False, False, False]
    assert found.unused == 2


def test_late_entry_after_the_change_is_exposed_from_the_start():
    found = time_dependent([50, 50], [1, 1], [10, 30], entry=[20, 20])

    assert found.start.tolist() == [20, 20, 30]
    assert found.exposed.tolist() == [True, False, True]


def test_a_change_on_the_last_day_but_for_rounding():
    found = time_dependent([0.3], [1], [0.1 + 0.2])

    assert (found.exposed.tolist(), found.unused) == ([False], 1)


@pytest.mark.parametrize(
    ("time", "change", "says"),
    [([0], [nan], "time is 0"), ([5], [-1], "negative"), ([5, 6], [1], "expected one for each")],
)
def test_unusable_changes_are_refused(time, change, says):
    with pytest.raises(ValueError, match=says):
        time_dependent(time, [1] * len(time), change)


@settings(max_examples=60, deadline=None)
@given(observations)
def test_no_time_and_no_event_is_lost_or_counted_twice(rows):
    time, event, change = (np.array(column) for column in zip(*rows, strict=True))
    found = time_dependent(time, event, change)

    assert np.bincount(found.row, found.stop - found.start).tolist() == time.tolist()
    assert np.bincount(found.row, found.event).tolist() == event.astype(float).tolist()
    whole, split = kaplan_meier(time, event), kaplan_meier(found.stop, found.event, entry=found.start)
    np.testing.assert_allclose(split.survival[np.isin(split.time, whole.time)], whole.survival)


@settings(max_examples=30, deadline=None)
@given(observations)
def test_a_change_on_day_0_is_a_group(rows):
    time, event, change = (np.array(column) for column in zip(*rows, strict=True))
    fixed = np.where(np.isnan(change), nan, 0)
    found, expected = mantel_byar(time, event, fixed), logrank(time, event, ~np.isnan(change))

    assert found.test.statistic == pytest.approx(expected.test.statistic, nan_ok=True)


def test_a_case_moves_from_one_curve_to_the_other():
    without, with_change = simon_makuch([5, 10, 12], [1, 1, 1], [nan, 6, 3], at=4)

    assert without.at_risk.tolist() == [2, 1]  # the second until 6
    assert with_change.at_risk.tolist() == [2, 1]
