"""Properties of the released form: of random counts, and of every stored shape."""

import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.catalogue import CATALOGUE
from analytics.core.disclosure.blocks import Sum, found_out, withheld
from analytics.core.disclosure.counts import alike, shown
from analytics.core.disclosure.policy import EXACT, OTHERS, POLICIES, PUBLIC
from analytics.core.disclosure.release import METHODS, RefusedError, release
from analytics.core.run import run
from tests.analytics.core.disclosure import cohorts

POLICY = POLICIES[OTHERS]


@given(st.integers(0, 10_000), st.sampled_from(list(POLICIES.values())))
def test_a_shown_count_stands_for_all_that_are_shown_alike(count, policy):
    printed = shown(count, policy)
    if 0 < count < policy.k:
        assert printed is None
        return
    low, high = alike(count, policy)
    assert low <= count <= high
    assert all(shown(one, policy) == printed for one in range(low, high + 1))
    assert count == 0 or high - low + 1 >= 3


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 30), min_size=2, max_size=6))
def test_no_small_part_of_a_known_total_is_found_out(counts):
    total = sum(counts)
    hidden = withheld(counts, [Sum(tuple(range(len(counts))))], POLICY)
    for place, count in enumerate(counts):
        if not 0 < count < POLICY.k or total < POLICY.k + 1:
            continue
        others = [i for i in range(len(counts)) if i != place]
        least = total - sum(total if i in hidden else alike(counts[i], POLICY)[1] for i in others)
        most = total - sum(0 if i in hidden else alike(counts[i], POLICY)[0] for i in others)
        assert most - max(1, least) + 1 >= POLICY.k, (counts, hidden)


def test_the_fewest_are_withheld_beside_a_small_one():
    counts, whole = [25, 14, 3], Sum((0, 1, 2))
    assert withheld(counts, [whole], POLICY) == {2}, "two rounded neighbours hide it"
    assert found_out([39, 1], [Sum((0, 1))], {1}, POLICY) == [1], "39 is shown as 40: from 38 on"
    assert withheld([39, 1], [Sum((0, 1))], POLICY) == {0, 1}


@cache
def catalogue():
    """Every analysis of the cohort, regressions apart, with its Result."""
    table = cohorts.table_of(0, 42)
    return [(one, run(one, table)) for one in CATALOGUE if one.cohort == cohorts.COHORT and not one.covariates]


@pytest.mark.parametrize("audience", list(POLICIES))
def test_every_analysis_is_released_or_refused_in_words(audience):
    for analysis, result in catalogue():
        try:
            form = release(result, audience, sites=9, is_cut=True)
        except RefusedError as refusal:
            assert str(refusal)
            continue
        assert analysis.method in METHODS
        json.dumps(form, allow_nan=False)
        assert form["disclosure"]["policy"] == POLICIES[audience].version
        assert not form["excluded"] and not form["data_quality"]
        assert form["warnings"]


def test_what_may_not_be_released_says_why():
    result = run(CATALOGUE[0], cohorts.table_of(0, 42))
    for words, asked in (
        ("Fewer than 3 sites", {"audience": OTHERS, "sites": 2}),
        ("frozen data cut", {"audience": PUBLIC, "sites": 9}),
    ):
        with pytest.raises(RefusedError, match=words):
            release(result, asked["audience"], sites=asked["sites"])
    unknown = {**result, "analysis": {**result["analysis"], "method": "swimmer"}}
    with pytest.raises(RefusedError, match="not released"):
        release(unknown, OTHERS, sites=9)
    by_site = {**result, "analysis": {**result["analysis"], "groups": {"column": "site"}}}
    with pytest.raises(RefusedError, match="one by one"):
        release(by_site, OTHERS, sites=9)
    with pytest.raises(ValueError, match="no policy"):
        release(result, "everybody", sites=9)
    assert release(result, EXACT) is result
