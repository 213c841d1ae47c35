"""Gray's test: by hand, by what must hold whatever the data, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analytics.core.estimators.gray import gray

worlds = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 2), st.sampled_from("abc")),
    min_size=6,
    max_size=50,
)
some = settings(max_examples=40, deadline=None)


def columns(world):
    time, status, group = zip(*world, strict=True)
    return np.array(time, dtype="float64"), np.array(status), np.array(group)


def same(first, second):
    assert [one.cause for one in first] == [one.cause for one in second]
    for one, other in zip(first, second, strict=True):
        assert one.test.df == other.test.df
        assert one.test.statistic == pytest.approx(other.test.statistic, rel=1e-7, abs=1e-9, nan_ok=True)


def test_one_event_by_hand():
    # One event among two of a and two of b, nobody gone before: observed 1, expected 1/2, variance 1/4.
    (found,) = gray([1, 2, 2, 2], [1, 0, 0, 0], ["a", "a", "b", "b"])

    assert found.cause == 1 and found.test.df == 1
    assert found.test.statistic == pytest.approx((1 - 1 / 2) ** 2 / (1 / 4))


@some
@given(worlds, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_the_unit_of_time_nor_the_names_of_groups_matter(world, random):
    time, status, group = columns(world)
    order = list(range(len(time)))
    random.shuffle(order)
    renamed = np.array([{"a": "z", "b": "y", "c": "x"}[one] for one in group])

    found = gray(time, status, group)
    same(found, gray(time[order], status[order], group[order]))
    same(found, gray(time / 30.4375, status, group))
    same(found, gray(time, status, renamed))


@some
@given(worlds)
def test_one_stratum_is_no_stratum_and_groups_alike_give_nothing(world):
    time, status, group = columns(world)
    same(gray(time, status, group), gray(time, status, group, strata=np.ones(len(time))))

    twice = gray(np.tile(time, 2), np.tile(status, 2), np.repeat(["a", "b"], len(time)))
    assert all(one.test.statistic == pytest.approx(0, abs=1e-9) for one in twice if one.test.df)


@some
@given(worlds, st.sampled_from([0, 1, 0.5]))
def test_the_statistic_is_never_negative(world, rho):
    time, status, group = columns(world)
    for one in gray(time, status, group, rho=rho):
        assert math.isnan(one.test.statistic) or one.test.statistic >= -1e-9
        assert (one.test.df == 0) == math.isnan(one.test.p)


@some
@given(worlds)
def test_a_stratum_without_the_cause_adds_nothing(world):
    time, status, group = columns(world)
    assume((status == 1).any())
    more = gray(
        np.concatenate((time, time)),
        np.concatenate((status, np.zeros(len(time)))),
        np.concatenate((group, group)),
        strata=np.repeat([0, 1], len(time)),
    )
    same(gray(time, status, group), more)


def test_one_group_has_no_test_and_no_event_no_cause():
    (found,) = gray([1, 2], [1, 0], ["a", "a"])

    assert math.isnan(found.test.statistic) and math.isnan(found.test.p) and found.test.df == 0
    assert gray([1, 2], [0, 0], ["a", "b"]) == ()
    assert gray([], [], []) == ()


def test_a_group_censored_before_the_first_event_is_not_compared():
    with_early = gray([1, 2, 3, 4, 5, 6], [0, 1, 1, 0, 1, 0], ["c", "a", "b", "a", "b", "a"])[0].test
    without = gray([2, 3, 4, 5, 6], [1, 1, 0, 1, 0], ["a", "b", "a", "b", "a"])[0].test

    assert with_early.df == without.df == 1
    assert with_early.statistic == pytest.approx(without.statistic)


@pytest.mark.parametrize(
    ("status", "group", "options", "message"),
    [
        ([1, 0.5], ["a", "b"], {}, "whole number"),
        ([1, 2], ["a", None], {}, "group has missing labels"),
        ([1, 2], ["a"], {}, "group must have one label for each time"),
        ([1, 2], ["a", "b"], {"strata": ["a"]}, "strata must have one label for each time"),
        ([1, 2], ["a", "b"], {"rho": math.nan}, "rho is nan; expected a finite number"),
        ([1], ["a"], {}, "vectors of one length"),
    ],
)
def test_what_cannot_be_used_is_refused(status, group, options, message):
    with pytest.raises(ValueError, match=message):
        gray([1, 2], status, group, **options)
