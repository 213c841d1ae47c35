"""The log-rank family held to R's survdiff."""

import pytest

from analytics.core.estimators.logrank import logrank
from tests.reference.expected import answers, selected, table

TESTS = [*selected("bmt_km", "logrank"), *selected("kato_synthetic", "logrank")]
WEIGHTS = {
    "logrank": (0, 0),
    "peto_peto_rho1": (1, 0),
    "fleming_harrington_0_1": (0, 1),
    "fleming_harrington_1_1": (1, 1),
    "fleming_harrington_05_05": (0.5, 0.5),
}


def close(value):
    return pytest.approx(value, rel=1e-10)


def run(name, key, **options):
    analysis, rows = answers(name)[key], table(name)
    strata = None if analysis["strata"] is None else rows[analysis["strata"]]
    return logrank(
        rows[analysis["time"]], rows[analysis["status"]], rows[analysis["group"]].astype(str), strata=strata, **options
    )


def test_the_reference_holds_the_tests_it_should():
    assert {key for _, key in TESTS} >= {"logrank_dfs", "logrank_dfs_strat_hosp", "logrank_burden", "logrank_hsct"}


FORMS = [(name, key, form) for name, key in TESTS for form in WEIGHTS if form in answers(name)[key]]


@pytest.mark.parametrize(("name", "key", "form"), FORMS)
def test_statistic_and_p(name, key, form):
    expected = answers(name)[key][form]
    rho, gamma = WEIGHTS[form]

    found = run(name, key, rho=rho, gamma=gamma).test

    assert (found.statistic, found.df, found.p) == (close(expected["chisq"]), expected["df"], close(expected["p"]))


OTHERS = {"gehan_wilcoxon": "gehan", "tarone_ware": "tarone-ware", "peto_modified_S": "peto"}


@pytest.mark.parametrize("form", OTHERS)
@pytest.mark.parametrize(("name", "key"), [one for one in TESTS if "gehan_wilcoxon" in answers(one[0])[one[1]]])
def test_weights_by_numbers_at_risk_and_peto_s_survival(name, key, form):
    expected = answers(name)[key][form]
    found = run(name, key, weights=OTHERS[form]).test

    assert (found.statistic, found.df, found.p) == (close(expected["chisq"]), expected["df"], close(expected["p"]))


@pytest.mark.parametrize("options", [{"weights": "wilcoxon"}, {"weights": "gehan", "rho": 1}])
def test_weights_that_cannot_be_are_refused(options):
    with pytest.raises(ValueError, match="expected one of fleming-harrington, gehan, tarone-ware, peto"):
        logrank([1, 2], [1, 1], ["a", "b"], **options)


@pytest.mark.parametrize(("name", "key"), TESTS)
def test_observed_and_expected(name, key):
    analysis = answers(name)[key]
    found = run(name, key)

    assert list(found.groups) == analysis["levels"]
    assert found.n.tolist() == analysis["n"]
    assert found.observed == close(analysis["logrank"]["observed"])
    assert found.expected == close(analysis["logrank"]["expected"])


@pytest.mark.parametrize(("name", "key"), TESTS)
def test_trend(name, key):
    expected = answers(name)[key]["trend"]
    found = run(name, key).trend

    assert (found.statistic, found.df, found.p) == (close(expected["chisq"]), expected["df"], close(expected["p"]))
