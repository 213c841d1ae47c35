"""Aalen-Johansen: what must hold whatever the data, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter

from analytics.core.estimators.cumulative_incidence import cumulative_incidence, incidence_at
from analytics.core.estimators.kaplan_meier import kaplan_meier

worlds = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=40)


def columns(world):
    return tuple(np.array(column, dtype="float64") for column in zip(*world, strict=True))


def same(first, second, scale=1.0):
    for name in ("incidence", "std_error", "lower", "upper", "event_free"):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(first.time * scale, second.time, rtol=1e-12)


@settings(max_examples=60, deadline=None)
@given(worlds, st.sampled_from(["aalen", "jackknife"]))
def test_incidences_and_event_free_survival_sum_to_one_at_every_time(world, variance):
    time, status, _ = columns(world)
    found = cumulative_incidence(time, status, variance=variance)

    np.testing.assert_allclose(found.incidence.sum(axis=1) + found.event_free, 1, atol=1e-12)
    assert (np.diff(found.incidence, axis=0) >= -1e-15).all()
    known = ~np.isnan(found.lower)
    assert (found.lower[known] <= found.incidence[known] + 1e-12).all()
    assert (found.upper[known] >= found.incidence[known] - 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(worlds, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_the_unit_of_time_matters(world, random):
    time, status, _ = columns(world)
    order = list(range(len(time)))
    random.shuffle(order)

    same(cumulative_incidence(time, status), cumulative_incidence(time[order], status[order]))
    same(cumulative_incidence(time, status), cumulative_incidence(time * 30.4375, status), 30.4375)


@settings(max_examples=40, deadline=None)
@given(worlds)
def test_one_cause_alone_is_one_minus_kaplan_meier_with_its_jackknife_error(world):
    """Greenwood's error is the jackknife's when all are observed from the start."""
    time, status, _ = columns(world)
    one = np.minimum(status, 1)
    found = cumulative_incidence(time, one, causes=[1], variance="jackknife")
    curve = kaplan_meier(time, one == 1)

    np.testing.assert_allclose(found.incidence[:, 0], 1 - curve.survival, atol=1e-12)
    alive = curve.survival > 0
    np.testing.assert_allclose(found.std_error[alive, 0], curve.std_error[alive], rtol=1e-9, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(worlds)
def test_the_jackknife_is_the_change_when_one_case_weighs_a_little_more(world):
    """The influence of a case by its definition, also for those who came late; tried by repeating all others many times."""
    time, status, late = columns(world)
    entry = np.minimum(late, time - 0.5)
    found = cumulative_incidence(time, status, entry=entry, variance="jackknife")
    if not found.causes:
        return
    many = 20_000
    squares = np.zeros_like(found.std_error)
    for row in range(len(time)):
        weights = np.full(len(time), many)
        weights[row] += 1
        more = weighted_incidence(time, status, entry, weights, found.causes)
        less = weighted_incidence(time, status, entry, np.full(len(time), many), found.causes)
        squares += ((more - less) * many) ** 2

    np.testing.assert_allclose(np.sqrt(squares), found.std_error, rtol=2e-3, atol=1e-3)


def weighted_incidence(time, status, entry, weights, causes):
    """The estimate with whole weights, time by time."""
    free, total, rows = 1.0, np.zeros(len(causes)), []
    for at in np.unique(time):
        n = weights[(entry < at) & (time >= at)].sum()
        own = np.array([weights[(time == at) & (status == cause)].sum() for cause in causes])
        total = total + free * own / n
        free *= 1 - weights[(time == at) & (status > 0)].sum() / n
        rows.append(total)
    return np.array(rows)


def test_without_ties_lifelines_finds_the_same():
    time, status = np.arange(1.0, 31), np.array([1, 0, 2] * 10)
    theirs = AalenJohansenFitter(calculate_variance=False).fit(time, status, event_of_interest=1)

    ours = incidence_at(cumulative_incidence(time, status), theirs.cumulative_density_.index[1:])
    np.testing.assert_allclose(ours.incidence[:, 0], theirs.cumulative_density_.to_numpy()[1:, 0], rtol=1e-12)


def test_a_time_with_every_kind_of_end_counts_all_of_them_against_those_at_risk():
    found = cumulative_incidence([5, 5, 5, 9], [1, 2, 0, 0])

    assert found.incidence[0].tolist() == [0.25, 0.25]
    assert found.event_free.tolist() == [0.5, 0.5]


def test_reading_at_chosen_times():
    found = incidence_at(cumulative_incidence([10, 20, 20, 30], [1, 2, 0, 0]), [5, 20, 99])

    assert found.at_risk.tolist() == [4, 3, 0]
    assert found.events.tolist() == [[0, 0], [1, 1], [0, 0]]
    assert found.censored.tolist() == [0, 1, 1]
    assert found.incidence.tolist() == [[0, 0], [0.25, 0.25], [0.25, 0.25]]
    assert np.isnan(found.lower[0]).all()


def test_a_cause_that_did_not_happen_stays_at_zero():
    found = cumulative_incidence([3, 4], [1, 0], causes=[1, 2])

    assert found.causes == (1, 2)
    assert found.incidence[:, 1].tolist() == [0, 0] and found.std_error[:, 1].tolist() == [0, 0]


def test_nobody():
    found = cumulative_incidence([], [], causes=[1, 2])

    assert found.n == 0 and found.incidence.shape == (0, 2)
    assert np.isnan(incidence_at(found, [1.0]).incidence).all()


@pytest.mark.parametrize(
    ("status", "options", "message"),
    [
        ([1, 0.5], {}, "status has values that are not whole numbers; expected 0"),
        ([1, -1], {}, "status has values that are not whole numbers; expected 0"),
        ([1, float("nan")], {}, "status has values that are not whole numbers; expected 0"),
        ([1, 2], {"variance": "greenwood"}, "variance is 'greenwood'; expected one of aalen, jackknife"),
        ([1, 2], {"limits": "wald"}, "limits are 'wald'; expected one of log-log, log, plain"),
        ([1, 2], {"confidence": 95}, "confidence is 95; expected a number between 0 and 1"),
        ([1], {}, "time and event must be vectors of one length"),
    ],
)
def test_what_cannot_be_used_is_refused(status, options, message):
    with pytest.raises(ValueError, match=message):
        cumulative_incidence([1, 2], status, **options)
