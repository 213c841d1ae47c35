"""Concordance corrected for optimism: the fits of resamples are those of repeated rows; seeds, order and failures."""

import math
from functools import partial

import numpy as np
import pytest

from analytics.core.estimators import ascent, maximum
from analytics.core.estimators.optimism import optimism
from analytics.core.estimators.partial_likelihood import risk_sets
from analytics.core.estimators.penalised import point
from analytics.core.estimators.resampled import concordances, fit, rows_of
from analytics.core.estimators.times import observed


def made(n=40, seed=1):
    rng = np.random.default_rng(seed)
    x = np.column_stack((rng.integers(0, 2, n), rng.normal(size=n)))
    return rng.integers(1, 60, n).astype(float), rng.random(n) < 0.6, x, rng.integers(0, 2, n)


def in_order(late):
    """Rows in order of stratum and time, with late entry or without."""
    time, event, x, stratum = made()
    entry = np.floor(time * np.random.default_rng(2).random(len(time)) * 0.6) if late else None
    order = np.lexsort((~event, time, stratum))
    entry = None if entry is None else entry[order]
    return time[order], event[order], x[order], stratum[order], entry


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("firth", [False, True])
def test_a_resample_is_its_rows_repeated(late, firth):
    time, event, x, stratum, entry = in_order(late)
    drawn = np.random.default_rng(3).multinomial(len(time), np.full(len(time), 1 / len(time)), 12).astype(float)
    found = fit(rows_of(observed(time, event, entry), x, stratum), drawn, firth=firth)

    for resample in range(12):
        again = np.repeat(np.arange(len(time)), drawn[resample].astype(int))
        sets = risk_sets(
            time[again],
            event[again],
            x[again],
            entry=None if entry is None else entry[again],
            strata=stratum[again],
            ties="breslow" if firth else "efron",
        )
        expected = ascent.maximise(partial(point, sets), np.zeros(2)) if firth else maximum.maximise(sets)
        assert found.converged[resample]
        assert found.coef[resample] == pytest.approx(expected.beta, abs=1e-5)


@pytest.mark.parametrize("late", [False, True])
def test_concordance_counts_every_pair(late):
    time, event, x, stratum, entry = in_order(late)
    rng = np.random.default_rng(4)
    weight, marker = rng.integers(0, 3, (5, len(time))).astype(float), rng.integers(0, 4, (5, len(time))).astype(float)
    found = concordances(rows_of(observed(time, event, entry), x, stratum), weight, marker)

    begin = np.zeros(len(time)) if entry is None else entry
    goes_on = (time[None] > time[:, None]) | ((time[None] == time[:, None]) & ~event[None])
    pairs = event[:, None] & goes_on & (begin[None] < time[:, None]) & (stratum[None] == stratum[:, None])
    for resample in range(5):
        both = pairs * weight[resample][:, None] * weight[resample][None]
        mine = marker[resample]
        agree = (mine[:, None] > mine[None]) + (mine[:, None] == mine[None]) / 2
        assert found[resample] == pytest.approx((both * agree).sum() / both.sum())


def test_the_seed_decides_and_the_order_of_rows_does_not():
    time, event, x, stratum = made()
    order = np.random.default_rng(5).permutation(len(time))
    np.random.seed(1)
    state = np.random.get_state()[1].copy()
    found = optimism(time, event, x, strata=stratum)
    turned = optimism(time[order], event[order], x[order], strata=stratum[order])

    assert (np.random.get_state()[1] == state).all()
    assert turned == found
    assert (found.resamples, found.seed) == (200, 20250302)
    assert optimism(time, event, x, strata=stratum, seed=1).optimism != found.optimism
    assert found.corrected == found.apparent - found.optimism


def test_resamples_without_a_finite_estimate_are_penalised():
    time, event, x, _ = made()
    event = event & ((x[:, 0] == 0) | (np.cumsum(event & (x[:, 0] == 1)) == 1))  # one event with x = 1
    found = optimism(time, event, x)

    assert 20 < found.penalised < 180
    assert found.failed == 0
    assert f"{found.penalised} of 200 resamples" in found.warnings[0]
    assert np.isfinite(found.corrected)


def test_a_separated_model_is_penalised_throughout():
    time, event, x, _ = made()
    found = optimism(time, event & (x[:, 0] == 0), x)

    assert np.isfinite(found.corrected)
    assert found.failed == 0


def test_resamples_that_cannot_be_fitted_are_counted():
    time, event, x, _ = made(8, 3)
    rare = np.zeros(8)
    rare[0] = 1
    found = optimism(time, event | True, np.column_stack((rare, x[:, 1])))

    assert found.failed > 20
    assert "not reliable" in found.warnings[-1]


def test_a_model_that_cannot_be_fitted_has_no_concordance():
    for event in (np.zeros(5, dtype=bool), np.ones(5, dtype=bool)):
        found = optimism([1, 2, 3, 4, 5], event, np.ones(5))
        assert math.isnan(found.apparent)
        assert found.warnings
    with pytest.raises(ValueError, match="at least 2"):
        optimism([1, 2], [1, 1], [0, 1], resamples=1)
    with pytest.raises(ValueError, match="missing"):
        optimism([1, 2], [1, 1], [0, math.nan])
