"""Firth's Cox regression held to coxphf's committed answers, and to its own definition maximised in R by optim."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.core.estimators.firth_cox import firth_cox, wald_limits
from tests.reference.expected import DATA, table
from tests.reference.expected import answers as expected_answers

R = json.loads((Path(__file__).parent / "answers" / "firth.json").read_text(encoding="utf-8"))
R.pop("made_by")


def rows(name):
    """The data set as the R script prepared it."""
    if name == "ovarian_separated":
        ovarian = pd.read_csv(DATA / "ovarian.csv")
        never = ovarian["age"] < 50
        return ovarian.assign(never=never.astype(int), fustat=ovarian["fustat"].mask(never, 0))
    if name == "mgus":
        return pd.read_csv(DATA / "mgus2.csv").dropna(subset=["hgb", "age"]).head(300)
    if name == "hodg":
        hodg = pd.read_csv(DATA / "hodg.csv")
        return hodg.assign(allo=(hodg["gtype"] == 1).astype(int), hodgkin=(hodg["dtype"] == 2).astype(int))
    if name == "kato":
        kato = table("kato_synthetic")
        return kato.assign(lb=(kato["disease_burden"] == "LB").astype(int))
    return pd.read_csv(DATA / ("bmt_km.csv" if name == "bmt" else f"{name}.csv"))


def fit_of(answer):
    data = rows(answer["data"])
    return firth_cox(
        data[answer["time"]],
        data[answer["event"]],
        data[answer["x"]],
        terms=answer["x"],
        entry=None if answer.get("entry") is None else data[answer["entry"]],
        strata=None if answer.get("strata") is None else data[answer["strata"]],
        ties=answer["ties"],
    )


def column(fit, name):
    return np.array([getattr(term, name) for term in fit.terms])


def close(values):
    return pytest.approx(np.array(values), rel=1e-6)


@pytest.mark.parametrize("name", R)
def test_the_definition_maximised_in_r(name):
    answer, fit = R[name], fit_of(R[name])

    assert fit.converged
    # optim ends within a hundred-thousandth of a standard error of the maximum.
    assert np.abs(column(fit, "coef") - answer["coef"]) == pytest.approx(0, abs=1e-5 * min(answer["std_error"]))
    assert column(fit, "std_error") == pytest.approx(np.array(answer["std_error"]), rel=1e-5)
    assert (fit.loglik, fit.loglik_null) == (close(answer["loglik"]), close(answer["loglik_null"]))
    for key in ("lower", "upper", "statistic", "p"):
        assert column(fit, key) == close(answer[key]), key


@pytest.mark.parametrize(
    ("name", "key", "terms"),
    [("kato_synthetic", "firth_mv", None), ("bmt_km", "firth", ["g_amllow", "g_amlhigh", "age", "fab45"])],
)
def test_coxphf(name, key, terms):
    answer = expected_answers(name)[key]
    if terms is None:
        data = rows("kato")
        fit = firth_cox(data["efs_days"], data["efs_event"], data[["lb", "prior_hsct"]])
    else:
        data = table(name)
        fit = firth_cox(data["dfs_time"], data["dfs"], data[terms], terms=terms)

    assert column(fit, "coef") == close(answer["coef"])
    assert column(fit, "std_error") == close(answer["se"])
    assert column(fit, "lower") == close(answer["pl_hr_lower"])
    assert column(fit, "upper") == close(answer["pl_hr_upper"])
    assert column(fit, "p") == close(answer["pl_p"])
    assert wald_limits(fit)[0] == close(answer["wald_hr_lower"])
    assert wald_limits(fit)[1] == close(answer["wald_hr_upper"])
    assert [fit.loglik_null, fit.loglik] == close(answer["loglik"])
