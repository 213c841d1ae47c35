"""Logistic regression held to R: glm and its profile likelihood, brglm2 and the penalised one."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.core.estimators.logistic import logistic
from tests.reference.expected import DATA, table

R = json.loads((Path(__file__).parent / "answers" / "logistic.json").read_text(encoding="utf-8"))
R.pop("made_by")


def rows(name):
    """The data set as the R script prepared it."""
    if name == "kato":
        kato = table("kato_synthetic")
        return kato.assign(
            lb=(kato["disease_burden"] == "LB").astype(int), cr=(kato["best_response"] == "CR").astype(int)
        )
    if name == "ovarian_separated":
        ovarian = pd.read_csv(DATA / "ovarian.csv")
        never = ovarian["age"] < 50
        return ovarian.assign(never=never.astype(int), fustat=ovarian["fustat"].mask(never, 0))
    data = pd.read_csv(DATA / f"{name}.csv")
    if name == "mgus2":
        data = data.dropna(subset=["hgb", "age", "mspike"])
        return data.assign(male=(data["sex"] == "M").astype(int))
    return data.assign(before=(data["prior"] > 0).astype(int)) if name == "veteran" else data


# A separated table has no ordinary estimate.
FORMS = [(name, form) for name in R for form in ("plain", "firth") if form in R[name]]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_odds_ratios(name, form):
    answer, firth = R[name], form == "firth"
    data, x = rows(answer["data"]), np.atleast_1d(answer["x"]).tolist()
    fit = logistic(data[answer["y"]], data[x], terms=x, firth=firth)

    assert fit.converged
    for key in ("coef", "std_error", "lower", "upper", "statistic", "p"):
        found = np.array([getattr(term, key) for term in fit.terms])
        # Where a statistic is nearly 0 it is a difference of two large numbers.
        assert found == pytest.approx(np.atleast_1d(answer[form][key]), rel=1e-6, abs=1e-8), key
    assert fit.beta[0] == pytest.approx(answer[form]["intercept"], rel=1e-6)
    if not firth:
        assert fit.loglik == pytest.approx(answer[form]["loglik"], rel=1e-8)
