"""Firth's Cox regression under separation and other hardship, and the rule that says when it is shown."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.estimators.cox import cox
from analytics.core.estimators.firth_cox import firth_cox
from analytics.core.estimators.partial_likelihood import risk_sets
from analytics.core.estimators.separation import choose, separated

some = settings(max_examples=40, deadline=None)
small = st.lists(
    st.tuples(st.integers(1, 9), st.booleans(), st.integers(0, 2), st.integers(0, 1), st.integers(0, 8)),
    min_size=1,
    max_size=14,
)


def made(seed=1, n=60):
    rng = np.random.default_rng(seed)
    return rng.integers(1, 300, n), rng.random(n) < 0.5, np.column_stack((rng.integers(0, 2, n), rng.normal(size=n)))


def numbers(fit):
    return np.array([[t.coef, t.std_error, t.lower, t.upper, t.statistic, t.p] for t in fit.terms])


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_complete_separation_has_finite_estimates(ties):
    time, event, x = made()
    event = event & (x[:, 0] == 0)
    fit = firth_cox(time, event, x, ties=ties)

    assert fit.converged
    assert np.isfinite(numbers(fit)).all()
    assert fit.terms[0].hr < 0.2
    assert fit.terms[0].lower < fit.terms[0].hr < fit.terms[0].upper < 1
    assert math.isnan(cox(time, event, x).terms[0].coef)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_the_order_of_rows_and_the_units_change_nothing(ties):
    time, event, x = made(2)
    strata, entry = np.arange(60) % 2, time * 0.3
    fit = firth_cox(time, event, x, entry=entry, strata=strata, ties=ties)
    order = np.random.default_rng(0).permutation(60)
    turned = firth_cox(time[order], event[order], x[order], entry=entry[order], strata=strata[order], ties=ties)
    scaled = firth_cox(time * 7, event, x * [1, 1e4] + 5, entry=entry * 7, strata=strata, ties=ties)

    assert numbers(turned) == pytest.approx(numbers(fit), rel=1e-7)
    assert numbers(scaled)[0] == pytest.approx(numbers(fit)[0], rel=1e-6)
    assert scaled.terms[1].coef * 1e4 == pytest.approx(fit.terms[1].coef, rel=1e-6)
    assert (scaled.loglik, scaled.loglik_null) == pytest.approx((fit.loglik, fit.loglik_null))


def test_many_events_leave_little_to_the_penalty():
    time, event, x = made(3, 4000)
    penalised, plain = firth_cox(time, event, x), cox(time, event, x, ties="breslow")

    for one, other in zip(penalised.terms, plain.terms, strict=True):
        assert one.coef == pytest.approx(other.coef, abs=0.02 * other.std_error)


def test_limits_are_where_the_test_says():
    """The lower limit of a term at level 1 - p is a hazard ratio of 1."""
    time, event, x = made(4)
    fit = firth_cox(time, event, x)
    for place, term in enumerate(fit.terms):
        again = firth_cox(time, event, x, confidence=1 - term.p).terms[place]

        assert min(abs(math.log(again.lower)), abs(math.log(again.upper))) == pytest.approx(0, abs=1e-6)


def test_more_columns_than_events_are_answered_with_a_warning():
    time, event, _ = made(5, 30)
    x = np.random.default_rng(5).normal(size=(30, 5))
    event = np.where(np.cumsum(event) <= 4, event, False)
    fit = firth_cox(time, event, x)

    assert np.isfinite([term.coef for term in fit.terms]).all()
    assert any("0.8 events per covariate column" in warning for warning in fit.warnings)


def test_what_cannot_be_fitted_is_refused():
    time, event, x = made(6)
    for events, matrix, says in (
        (event & False, x, "No event among 60 cases"),
        (event, np.ones(60), "x1 tells nothing apart"),
        (event, np.column_stack((x, x.sum(axis=1))), "x3 tells nothing apart"),
        (event, np.zeros((60, 0)), "No covariate"),
    ):
        with pytest.raises(ValueError, match=says):
            firth_cox(time, events, matrix)
    with pytest.raises(ValueError, match="No case"):
        firth_cox([], [], np.zeros((0, 1)))
    with pytest.raises(ValueError, match="2 different names"):
        firth_cox(time, event, x, terms=["a", "a"])
    with pytest.raises(ValueError, match="confidence"):
        firth_cox(time, event, x, confidence=95)


def one_way(time, event, x, entry, stratum):
    """Separation by its definition, one risk set after the other."""
    ordered, varies = True, False
    for place in np.flatnonzero(event):
        risk = (time >= time[place]) & (entry < time[place]) & (stratum == stratum[place])
        ordered &= bool((x[risk] <= x[place]).all())
        varies |= len(np.unique(x[risk])) > 1
    return ordered and varies


@some
@given(small)
def test_separation_by_its_definition(rows):
    time, event, x, stratum, late = (np.array(column) for column in zip(*rows, strict=True))
    entry = np.minimum(late, time - 1)
    sets = risk_sets(time, event, x, entry=entry, strata=stratum)
    expected = one_way(time, event, x, entry, stratum) or one_way(time, event, -x, entry, stratum)

    assert separated(sets).tolist() == [expected]


@pytest.mark.parametrize(
    ("events", "columns", "names", "asked", "method", "beside"),
    [
        (20, 2, (), None, "cox", "firth"),
        (20, 3, (), None, "cox", "firth"),
        (20, 5, (), None, "firth", None),
        (10, 2, (), None, "cox", "firth"),
        (9, 2, (), None, "firth", None),
        (100, 2, ("burden",), None, "firth", None),
        (20, 2, (), "firth", "firth", "cox"),
        (12, 2, (), "firth", "firth", None),
    ],
)
def test_which_regression_is_shown(events, columns, names, asked, method, beside):
    found = choose(events, columns, names, asked=asked)

    assert (found.method, found.beside) == (method, beside)
    assert found.reason.endswith(".")
    assert all(name in found.reason for name in names)


def test_what_cannot_be_chosen_is_refused():
    for arguments in ((-1, 1), (3, 0)):
        with pytest.raises(ValueError, match="expected at least"):
            choose(*arguments)
    with pytest.raises(ValueError, match="asked"):
        choose(10, 1, asked="lasso")
