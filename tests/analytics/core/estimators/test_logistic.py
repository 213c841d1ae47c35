"""Logistic regression: the odds ratio of a table, separation, refusals, order and units."""

import math

import numpy as np
import pytest

from analytics.core.estimators.contingency import sample_odds_ratio
from analytics.core.estimators.logistic import logistic


def made(n=60, seed=1):
    rng = np.random.default_rng(seed)
    x = np.column_stack((rng.integers(0, 2, n), rng.normal(size=n)))
    return rng.random(n) < 0.3 + 0.3 * x[:, 0], x


def test_one_yes_or_no_covariate_is_the_table():
    y, x = made()
    (term,) = logistic(y, x[:, 0]).terms
    table = [
        [np.sum(y & (x[:, 0] == 1)), np.sum(~y & (x[:, 0] == 1))],
        [np.sum(y & (x[:, 0] == 0)), np.sum(~y & (x[:, 0] == 0))],
    ]

    assert term.odds_ratio == pytest.approx(sample_odds_ratio(table).estimate)


def test_firth_of_a_table_adds_half_to_each_cell():
    y, x = np.repeat([1, 0, 1, 0], [7, 0, 3, 9]), np.repeat([1, 1, 0, 0], [7, 0, 3, 9])
    (term,) = logistic(y, x, firth=True).terms

    assert term.odds_ratio == pytest.approx(7.5 * 9.5 / (0.5 * 3.5))
    assert np.isfinite([term.lower, term.upper]).all()


def test_separation_gives_no_ordinary_odds_ratio():
    y, x = np.repeat([1, 0, 1, 0], [7, 0, 3, 9]), np.repeat([1, 1, 0, 0], [7, 0, 3, 9])
    fit = logistic(y, x, terms=["burden"])

    assert math.isnan(fit.terms[0].odds_ratio)
    assert fit.terms[0].p < 0.01
    assert fit.warnings[0].startswith("burden: the outcomes are separated")


@pytest.mark.parametrize("firth", [False, True])
def test_the_order_of_rows_and_the_units_change_nothing(firth):
    y, x = made()
    order = np.random.default_rng(2).permutation(len(y))
    fit, turned = logistic(y, x, firth=firth), logistic(y[order], x[order], firth=firth)
    scaled = logistic(y, x * [1, 1e5] + 3, firth=firth)

    for one, two, three in zip(fit.terms, turned.terms, scaled.terms, strict=True):
        assert (two.coef, two.lower, two.p) == pytest.approx((one.coef, one.lower, one.p))
        assert three.p == pytest.approx(one.p)
    assert scaled.terms[1].coef * 1e5 == pytest.approx(fit.terms[1].coef)
    assert scaled.loglik == pytest.approx(fit.loglik)


def test_what_cannot_be_fitted_is_refused():
    y, x = made()
    for outcome, matrix, says in (
        (y | True, x, "same outcome"),
        (y, np.ones(60), "x1 tells nothing apart"),
        (y, np.column_stack((x, x.sum(axis=1))), "x3 tells nothing apart"),
        (y, np.zeros((60, 0)), "No covariate"),
        (y + 1, x, "other than 0 and 1"),
        (y, x[:5], "same rows"),
        (y, np.where(x > 2, np.nan, x) * np.nan, "missing"),
        ([], np.zeros((0, 1)), "No case"),
    ):
        with pytest.raises(ValueError, match=says):
            logistic(outcome, matrix)
