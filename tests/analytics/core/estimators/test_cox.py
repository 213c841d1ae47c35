"""Cox's regression by its properties, in bad weather, and beside lifelines."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter

from analytics.core.estimators.concordance import concordance
from analytics.core.estimators.cox import cox
from analytics.core.estimators.logrank import logrank
from analytics.core.estimators.partial_likelihood import information, moments, risk_sets, score, slope_of_information
from analytics.core.estimators.prediction import predicted_survival
from analytics.core.estimators.proportional_hazards import proportional_hazards

observations = st.lists(
    st.tuples(st.integers(1, 12), st.booleans(), st.sampled_from((0, 1)), st.integers(-3, 3)), min_size=12, max_size=40
)
some = settings(max_examples=40, deadline=None)


def made(seed=7, size=80):
    """Times with ties, events, two covariates, late entries, strata, weights."""
    rng = np.random.default_rng(seed)
    time = rng.integers(2, 20, size).astype(float)
    x = np.column_stack([rng.integers(0, 2, size), rng.normal(size=size)])
    entry = np.where(rng.random(size) < 0.5, 0.0, np.floor(time * rng.random(size)))
    return time, rng.random(size) < 0.7, x, entry, rng.integers(0, 3, size), rng.random(size) + 0.5


def by_definition(time, event, x, entry, strata, weights, beta, ties):
    """The log partial likelihood, term by term."""
    risk, total = weights * np.exp(x @ beta), 0.0
    for stratum in np.unique(strata):
        for moment in np.unique(time[event & (strata == stratum)]):
            at_risk = (strata == stratum) & (entry < moment) & (time >= moment)
            dead = at_risk & event & (time == moment)
            count = int(dead.sum())
            total += float((weights * (x @ beta))[dead].sum())
            for gone in range(count):
                share = gone / count if ties == "efron" else 0
                total -= weights[dead].mean() * math.log(risk[at_risk].sum() - share * risk[dead].sum())
    return total


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_the_likelihood_and_its_derivatives_are_those_of_the_definition(ties):
    time, event, x, entry, strata, weights = made()
    beta, step = np.array([0.3, -0.2]), 1e-5
    sets = risk_sets(time, event, x, entry=entry, strata=strata, weights=weights, ties=ties)
    at = moments(sets, beta)
    held = np.array([[2.0, 0.3], [0.3, 1.0]])

    def loglik(where):
        return by_definition(time, event, x, entry, strata, weights, where, ties)

    def slope(of):
        return np.array([(of(beta + step * one) - of(beta - step * one)) / (2 * step) for one in np.eye(2)])

    assert at.loglik == pytest.approx(loglik(beta), rel=1e-12)
    np.testing.assert_allclose(score(sets, at), slope(loglik), atol=1e-6)
    np.testing.assert_allclose(information(sets, at), -slope(lambda b: score(sets, moments(sets, b))), atol=1e-6)
    np.testing.assert_allclose(
        slope_of_information(sets, at, held),
        slope(lambda b: np.trace(held @ information(sets, moments(sets, b)))),
        atol=1e-5,
    )


@some
@given(observations, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_the_unit_of_time_matters(rows, random):
    def fit(rows, unit=1.0):
        time, event, group, number = map(np.array, zip(*rows, strict=True))
        return cox(time * unit, event, np.column_stack([group, number]))

    try:
        one = fit(rows)
    except ValueError as refused:
        with pytest.raises(ValueError, match=str(refused)[:20]):
            fit(random.sample(rows, len(rows)))
        return
    assume(not one.infinite.any())
    for other in (fit(random.sample(rows, len(rows))), fit(rows, 30.4375)):
        np.testing.assert_allclose(other.beta, one.beta, rtol=1e-7, atol=1e-7)
        assert other.loglik == pytest.approx(one.loglik, rel=1e-10, abs=1e-10)


def test_the_score_test_of_a_group_is_the_logrank_test_where_no_times_tie():
    rng = np.random.default_rng(3)
    time, event, group = rng.permutation(60) + 1.0, rng.random(60) < 0.7, rng.integers(0, 2, 60)

    assert cox(time, event, group).score.statistic == pytest.approx(logrank(time, event, group).test.statistic)


def test_a_row_cut_in_two_changes_nothing():
    time, event, x, entry, _strata, _weights = made()
    cut = (entry + time) / 2
    whole = cox(time, event, x, entry=entry)
    parts = cox(
        np.r_[cut, time],
        np.r_[np.zeros(len(time)), event],
        np.r_[x, x],
        entry=np.r_[entry, cut],
        subject=np.tile(np.arange(len(time)), 2),
    )

    np.testing.assert_allclose(parts.beta, whole.beta, rtol=1e-9)
    assert (parts.subjects, parts.n, parts.events) == (len(time), 2 * len(time), whole.events)


def test_clusters_of_one_are_rows():
    time, event, x, entry, strata, _weights = made()
    half = np.full(len(time), 0.5)
    plain = cox(time, event, x, entry=entry, strata=strata, cluster=np.arange(len(time)))
    sampled = cox(time, event, x, entry=entry, strata=strata, weights=half)

    errors = [[term.robust_std_error for term in fit.terms] for fit in (plain, sampled)]
    np.testing.assert_allclose(errors[0], errors[1], rtol=1e-9)


def test_separated_groups_get_no_number_and_a_sentence():
    rng = np.random.default_rng(0)
    group = np.arange(42) % 3 == 0
    event = (rng.random(42) < 0.5) & ~group
    fit = cox(rng.integers(1, 500, 42), event, np.column_stack([group, rng.normal(size=42)]), terms=["low", "age"])

    assert math.isnan(fit.terms[0].hr) and math.isnan(fit.wald.p)
    assert math.isfinite(fit.terms[1].hr) and fit.likelihood_ratio.statistic > 0
    assert any("separated" in sentence for sentence in fit.warnings)
    assert any("no event where it is 1" in sentence for sentence in fit.warnings)
    assert math.isnan(proportional_hazards(fit).overall.p)
    assert np.isnan(predicted_survival(fit).survival).all()


def test_few_events_and_few_clusters_are_said():
    fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 1], [3, 1, 2, 5, 4, 1], cluster=[1, 1, 1, 2, 2, 2])

    assert any(sentence.startswith("5.0 events per covariate") for sentence in fit.warnings)
    assert any("2 clusters" in sentence for sentence in fit.warnings)


@pytest.mark.parametrize(
    ("words", "options", "message"),
    [
        (([], [], np.zeros((0, 1))), {}, "No case"),
        (([1, 2], [0, 0], [1, 2]), {}, "No event"),
        (([1, 2, 3], [0, 1, 0], [[1, 2], [2, 1], [3, 3]]), {}, "more columns than events"),
        (([1, 2, 3], [1, 1, 0], [1, 1, 1]), {}, "tells nothing apart"),
        (([1, 2, 3], [1, 1, 0], [[1, 2], [2, 4], [0, 0]]), {}, "tells nothing apart"),
        (([1, 2, 3], [1, 1, 0], [1, np.nan, 1]), {}, "missing"),
        (([-1, 2, 3], [1, 1, 0], [1, 2, 1]), {}, "negative"),
        (([1, 2, 3], [1, 2, 0], [1, 2, 1]), {}, "other than 0 and 1"),
        (([1, 2, 3], [1, 1, 0], [1, 2, 1]), {"entry": [1, 0, 0]}, "before time"),
        (([1, 2, 3], [1, 1, 0], [1, 2, 1]), {"weights": [1, 0, 1]}, "positive"),
        (([1, 2, 3], [1, 1, 0], [1, 2, 1]), {"strata": ["a", None, "b"]}, "missing labels"),
        (([1, 2, 3], [1, 1, 0], [1, 2, 1]), {"ties": "exact"}, "expected one of"),
        (([2, 3, 4], [0, 1, 1], [1, 2, 1]), {"entry": [0, 1, 0], "subject": [7, 7, 8]}, "subject 7 overlap"),
    ],
)
def test_what_cannot_be_fitted_is_refused(words, options, message):
    with pytest.raises(ValueError, match=message):
        cox(*words, **options)


@some
@given(observations)
def test_concordance_counts_every_pair(rows):
    time, event, marker, _number = map(np.array, zip(*rows, strict=True))
    good = pairs = 0.0
    for i in np.flatnonzero(event):
        later = (time > time[i]) | ((time == time[i]) & ~event)
        pairs += later.sum()
        good += (marker[i] > marker[later]).sum() + (marker[i] == marker[later]).sum() / 2

    found = concordance(time, event, marker)
    assert found.estimate == pytest.approx(good / pairs if pairs else math.nan, nan_ok=True)


def test_rounding_does_not_order_equal_patients():
    marker = np.array([0.3, 0.1 + 0.2, 0.3, 1.0])

    assert concordance([1, 2, 3, 4], [1, 1, 1, 0], marker).tied == 3


def test_lifelines_finds_the_same_model():
    time, event, x, entry, _strata, _weights = made(size=120)
    rows = pd.DataFrame(x, columns=["a", "b"]).assign(time=time, event=event, entry=entry)
    theirs = CoxPHFitter().fit(rows, "time", "event", entry_col="entry", fit_options={"precision": 1e-11})

    np.testing.assert_allclose(cox(time, event, x, entry=entry).beta, theirs.params_, atol=1e-5)
