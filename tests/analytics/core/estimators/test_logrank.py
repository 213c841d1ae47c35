"""The log-rank test by hand, by its properties, and beside lifelines."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines.statistics import multivariate_logrank_test

from analytics.core.estimators.logrank import logrank

observations = st.lists(
    st.tuples(st.one_of(st.just(0.5), st.integers(1, 30).map(float)), st.booleans(), st.sampled_from("abc")),
    min_size=2,
    max_size=60,
)
some = settings(max_examples=100, deadline=None)


def columns(rows):
    time, event, group = zip(*rows, strict=True)
    return np.array(time), np.array(event), np.array(group)


def test_two_groups_by_hand():
    #  time 1: one of a (2 + 2 at risk) dies: expected of a 1/2, variance 1/4
    #  time 2: one of b (1 + 2 at risk) dies: expected of a 1/3, variance 2/9
    found = logrank([1, 3, 2, 3], [1, 0, 1, 0], ["a", "a", "b", "b"])

    assert found.observed.tolist() == [1, 1]
    assert found.expected == pytest.approx([5 / 6, 7 / 6])
    assert found.test.statistic == pytest.approx((1 - 5 / 6) ** 2 / (1 / 4 + 2 / 9))
    assert found.test.df == 1


def test_one_group_or_no_event_has_no_test():
    for found in (logrank([1, 2], [1, 1], ["a", "a"]), logrank([1, 2], [0, 0], ["a", "b"])):
        assert math.isnan(found.test.statistic)
        assert math.isnan(found.test.p)


def test_late_entry_leaves_the_earlier_risk_sets():
    late = logrank([3, 6, 8, 9], [1, 1, 1, 0], ["a", "a", "b", "b"], entry=[0, 0, 4, 4])

    assert late.expected == pytest.approx([1 + 1 / 3, 2 / 3 + 1])


def test_missing_groups_are_refused():
    with pytest.raises(ValueError, match="missing labels"):
        logrank([1, 2], [1, 1], ["a", None])
    with pytest.raises(ValueError, match="one label for each time"):
        logrank([1, 2], [1, 1], ["a"])


@some
@given(observations)
def test_observed_and_expected_have_one_sum(rows):
    found = logrank(*columns(rows))

    assert found.observed.sum() == pytest.approx(found.expected.sum())


@some
@given(observations, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    one, other = logrank(*columns(rows)), logrank(*columns(random.sample(rows, len(rows))))

    np.testing.assert_allclose(one.expected, other.expected, rtol=1e-12)
    assert other.test.statistic == pytest.approx(one.test.statistic, rel=1e-9, abs=1e-9, nan_ok=True)


@some
@given(observations)
def test_one_stratum_is_no_stratum(rows):
    time, event, group = columns(rows)
    plain, stratified = logrank(time, event, group), logrank(time, event, group, strata=np.ones(len(time)))

    assert stratified.test.statistic == pytest.approx(plain.test.statistic, nan_ok=True)


@some
@given(observations)
def test_statistic_beside_lifelines(rows):
    time, event, group = columns(rows)
    found = logrank(time, event, group)
    assume(found.test.df == len(set(group)) - 1 and found.test.df > 0)
    other = multivariate_logrank_test(time, group, event)

    assert found.test.statistic == pytest.approx(other.test_statistic, rel=1e-6, abs=1e-9)
