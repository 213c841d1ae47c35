"""Pairwise and permutation log-rank tests: properties, edges, and independence of rows and random states."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.estimators.comparisons import holm, pairwise_logrank, permutation_logrank
from analytics.core.estimators.logrank import logrank

observations = st.lists(
    st.tuples(st.integers(1, 12).map(float), st.booleans(), st.sampled_from("abc"), st.sampled_from("xy")),
    min_size=1,
    max_size=25,
)
some = settings(max_examples=40, deadline=None)


def columns(rows):
    return tuple(np.array(column) for column in zip(*rows, strict=True))


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, math.nan]) == pytest.approx([0.03, 0.06, 0.06, math.nan], nan_ok=True)
    assert holm([0.5, 0.9]).tolist() == [1, 1]
    assert not len(holm([]))


def test_one_group_has_no_pair():
    assert pairwise_logrank([1, 2], [1, 1], ["a", "a"]) == ()


def test_two_groups_have_the_test_itself():
    time, event, group = [1, 2, 3, 4, 5], [1, 1, 0, 1, 1], list("aabbb")
    (pair,) = pairwise_logrank(time, event, group)

    assert (pair.first, pair.second) == ("a", "b")
    assert pair.test == logrank(time, event, group).test
    assert pair.p_holm == pair.test.p


def test_four_cases_by_hand():
    #  Six ways to deal two of four; scores 1-1/4, 1-7/12, 1-13/12, 1-25/12: the first two together are one of two extremes.
    found = permutation_logrank([1, 2, 3, 4], [1, 1, 1, 1], list("aabb"))

    assert (found.exact, found.arrangements, found.as_extreme) == (True, 6, 2)
    assert found.p == pytest.approx(1 / 3)


def test_draws_have_their_seed_and_leave_the_global_state():
    rng = np.random.default_rng(7)
    time, event, group = rng.integers(1, 400, 60), rng.random(60) < 0.6, rng.integers(0, 2, 60)
    np.random.seed(1)
    state = np.random.get_state()[1].copy()
    found = permutation_logrank(time, event, group, permutations=999)

    assert (np.random.get_state()[1] == state).all()
    assert found == permutation_logrank(time, event, group, permutations=999)
    assert found.seed == 20250302
    assert found.p == (found.as_extreme + 1) / 1000
    order = rng.permutation(60)
    assert permutation_logrank(time[order], event[order], group[order], permutations=999) == found
    assert permutation_logrank(time * 2.5, event, group, permutations=999) == found
    asymptotic = logrank(time, event, group).test.p
    assert found.p == pytest.approx(asymptotic, abs=0.08)


def test_many_permutations_are_dealt_in_parts():
    rng = np.random.default_rng(8)
    time, event, group = rng.integers(1, 400, 3000), rng.random(3000) < 0.6, rng.integers(0, 3, 3000)
    found = permutation_logrank(time, event, group, permutations=3000)

    assert found.p == pytest.approx(logrank(time, event, group).test.p, abs=0.05)


@pytest.mark.parametrize(
    ("time", "event", "group"),
    [([], [], []), ([1, 2], [1, 1], ["a", "a"]), ([1, 2, 3], [0, 0, 0], list("aab")), ([2, 2], [1, 1], list("ab"))],
)
def test_nothing_to_permute(time, event, group):
    assert math.isnan(permutation_logrank(time, event, group).p)


def test_no_permutation_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        permutation_logrank([1, 2], [1, 1], ["a", "b"], permutations=0)


@some
@given(observations)
def test_rows_may_come_in_any_order(rows):
    time, event, group, strata = columns(rows)
    turned = columns(rows[::-1])
    found = permutation_logrank(time, event, group, strata=strata, permutations=200)
    again = permutation_logrank(*turned[:3], strata=turned[3], permutations=200)

    assert repr(found) == repr(again)
    assert math.isnan(found.p) or 0 < found.p <= 1
