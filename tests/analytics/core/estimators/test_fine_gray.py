"""Fine and Gray's regression: what must hold whatever the data, the other convention, and what is refused."""

import numpy as np
import pytest

from analytics.core.estimators.cox import cox
from analytics.core.estimators.fine_gray import fine_gray, predicted_incidence
from tests.reference.expected import answers, table


def cohort(size=120, seed=1, unit=1.0):
    rng = np.random.default_rng(seed)
    x = np.column_stack((rng.normal(size=size), rng.random(size) < 0.5))
    time = np.ceil(rng.exponential(np.exp(-0.5 * x[:, 0])) * 12)
    return unit * time, rng.integers(0, 3, size), x


def same(first, second, tolerance=1e-9):
    np.testing.assert_allclose(first.beta, second.beta, rtol=tolerance)
    np.testing.assert_allclose(first.covariance, second.covariance, rtol=tolerance)
    assert first.loglik == pytest.approx(second.loglik, rel=tolerance)


@pytest.mark.parametrize("key", ["finegray_relapse", "finegray_nrm"])
def test_the_finegray_convention_is_that_of_finegray_and_coxph(key):
    expected, rows = answers("bmt_km")[key], table("bmt_km")
    x = rows[expected["covariates"]]
    fit = fine_gray(rows["dfs_time"], rows["cr"], x, cause=expected["cause"], convention="finegray")
    route = expected["finegray_coxph_breslow"]

    np.testing.assert_allclose(fit.beta, route["coef"], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diagonal(fit.covariance)), route["robust_se"], rtol=1e-6)
    np.testing.assert_allclose(np.sqrt(np.diagonal(fit.model_covariance)), route["naive_se"], rtol=1e-6)


def test_row_order_does_not_matter():
    time, status, x = cohort()
    order = np.random.default_rng(2).permutation(len(time))

    same(fine_gray(time, status, x), fine_gray(time[order], status[order], x[order]))


def test_units_of_time_do_not_matter_and_those_of_covariates_scale():
    time, status, x = cohort()
    first = fine_gray(time, status, x)

    same(first, fine_gray(time / 12, status, x))
    np.testing.assert_allclose(fine_gray(time, status, 10 * x + 3).beta, first.beta / 10, rtol=1e-9)


def test_without_competing_events_it_is_cox_by_breslow():
    time, status, x = cohort()
    fit = fine_gray(time, status == 1, x)

    np.testing.assert_allclose(fit.beta, cox(time, status == 1, x, ties="breslow").beta, rtol=1e-6)
    assert any("nothing competes" in sentence for sentence in fit.warnings)


def test_without_censoring_whoever_had_another_event_stays_at_risk_to_the_end():
    time, status, x = cohort()
    status = np.where(status == 0, 1, status)
    stays = np.where(status == 1, time, time.max() + 1)
    expected = cox(stays, status == 1, x, ties="breslow")

    np.testing.assert_allclose(fine_gray(time, status, x).beta, expected.beta, rtol=1e-6)


def test_clusters_of_one_change_nothing_and_few_clusters_are_named():
    time, status, x = cohort()
    alone = fine_gray(time, status, x, cluster=np.arange(len(time)))
    few = fine_gray(time, status, x, cluster=np.arange(len(time)) % 5)

    np.testing.assert_allclose(alone.robust_covariance, alone.covariance, rtol=1e-12)
    assert few.terms[0].robust_std_error != few.terms[0].std_error
    assert any("5 clusters" in sentence for sentence in few.warnings)


def test_a_stratum_of_its_own_baseline_adds_its_own_likelihood():
    time, status, x = cohort()
    half = np.arange(len(time)) % 2
    fit = fine_gray(time, status, x, baseline_strata=half)
    parts = [fine_gray(time[half == one], status[half == one], x[half == one]) for one in (0, 1)]

    assert fit.loglik_null == pytest.approx(sum(part.loglik_null for part in parts), rel=1e-12)
    assert len(fit.hazard) == 2


def test_predicted_incidences_rise_and_lie_between_0_and_1():
    time, status, x = cohort()
    found = predicted_incidence(fine_gray(time, status, x), x[:5], np.arange(0, time.max() + 2))

    assert (np.diff(found, axis=1) >= 0).all()
    assert (found[:, 0] == 0).all()
    assert (found < 1).all()


def test_separated_groups_have_no_ratio_and_a_sentence():
    time, status, x = cohort()
    apart = np.where(status == 1, 0.0, x[:, 1])
    fit = fine_gray(time, status, np.column_stack((x[:, 0], apart)), terms=["age", "arm"])

    assert np.isnan([fit.terms[1].coef, fit.terms[1].std_error, fit.terms[1].p]).all()
    assert np.isfinite(fit.terms[0].coef)
    assert any(sentence.startswith("arm: the groups are separated") for sentence in fit.warnings)
    assert any("arm: no event where it is 1" in sentence for sentence in fit.warnings)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cause": 7}, "No event of cause 7"),
        ({"cause": 0}, "expected whole numbers from 1"),
        ({"x": np.ones((120, 1))}, "x1 tells nothing apart"),
        ({"x": np.zeros((120, 0))}, "No covariate"),
        ({"x": np.full((120, 1), np.nan)}, "x has missing"),
        ({"x": np.zeros((7, 1))}, "one row for each time"),
        ({"terms": ["a", "a"]}, "2 different names"),
        ({"convention": "stata"}, "convention is 'stata'"),
        ({"confidence": 95}, "confidence is 95"),
        ({"cluster": [1]}, "cluster must have one label"),
    ],
)
def test_what_cannot_be_used_is_refused(change, message):
    time, status, x = cohort()
    with pytest.raises(ValueError, match=message):
        fine_gray(**{"time": time, "status": status, "x": x} | change)


def test_nobody_is_refused():
    with pytest.raises(ValueError, match="No case"):
        fine_gray([], [], np.zeros((0, 1)))
