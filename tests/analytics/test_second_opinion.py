"""lifelines beside our own kernel: it agrees on real data, and is not asked where it cannot answer."""

import numpy as np
import pytest

from analytics.catalogue import CATALOGUE
from analytics.core.run import run
from analytics.core.whole import whole_table
from analytics.second_opinion import coefficients, second_opinions
from tests.reference.expected import answers, table
from tests.reference.test_seed_cohort import forms_of
from tests.reference.twelve_patients import tables_of


@pytest.fixture(scope="module")
def cases():
    return whole_table(tables_of({row.patient: forms_of(row) for row in table("kato_synthetic").itertuples()}))


def test_it_gives_r_s_coefficients():
    expected = answers("bmt_km")["cox_dfs"]
    rows = table("bmt_km")
    found = coefficients(rows["dfs_time"], rows["dfs"], rows[expected["terms"]].to_numpy(dtype="float64"))

    np.testing.assert_allclose(found, expected["coef"], atol=1e-5)


@pytest.mark.parametrize("name", ["efs-a-regression", "efs-b-regression", "cir-regression"])
def test_it_agrees_with_our_kernel_on_the_seed_cohort(cases, name):
    analysis = next(one for one in CATALOGUE if one.name == name)
    result = second_opinions(run(analysis, cases), analysis, cases)
    models = [one.get("cause_specific", one) for one in result["models"]]
    asked = [one["second_opinion"] for one in models if not one["refused"]]

    assert asked and all(one["library"].startswith("lifelines ") for one in asked)
    compared = [one for one in asked if one["agrees"] is not None]
    assert compared and all(one["agrees"] for one in compared), compared


def test_it_is_not_asked_of_firth_s_regression(cases):
    analysis = next(one for one in CATALOGUE if one.name == "os-regression")
    result = second_opinions(run(analysis, cases), analysis, cases)
    firth = [one for one in result["models"] if one.get("estimator") == "firth-cox" and not one["beside"]]

    assert all(one["second_opinion"]["agrees"] is None for one in firth)
