"""Cumulative incidences, Gray's tests and Fine-Gray regressions held to R on nine data sets; r/competing_risks.R asked."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.core.estimators.cumulative_incidence import cumulative_incidence, incidence_at
from analytics.core.estimators.fine_gray import fine_gray
from analytics.core.estimators.gray import gray
from tests.reference.expected import DATA, answers

CLOSED_FORM, ITERATED = 1e-8, 1e-6
ANSWERS = json.loads((DATA.parent / "answers/competing_risks.json").read_text(encoding="utf-8"))


def close(found, expected, tolerance=CLOSED_FORM, near=1e-12):
    """Equal to R's numbers; where R has NA, not defined here either."""
    numbers = np.array(expected, dtype="float64")
    np.testing.assert_allclose(np.asarray(found, dtype="float64"), numbers, rtol=tolerance, atol=near)


def with_causes(name):
    """The data set with the columns that r/competing_risks.R derives."""
    rows = pd.read_csv(DATA / f"{name.split('_in_')[0]}.csv")
    number = np.arange(1, len(rows) + 1)
    match name:
        case "bmt_km":
            return rows.assign(time=rows["dfs_time"], cause=rows["cr"])
        case "bmt_km_in_months":
            return rows.assign(time=np.ceil(rows["dfs_time"] / 60), cause=rows["cr"])
        case "kato_synthetic":
            cause = np.where(rows["efs_event"] == 0, 0, 1 + (rows["efs_event_type"] == "death"))
            return rows.assign(time=rows["efs_days"], cause=cause, low=rows["disease_burden"] == "LB")
        case "mgus2" | "mgus2_in_years":
            since = 12 * rows["age"]
            rows = rows.assign(cause=rows["event"], male=rows["sex"] == "M", since=since, until=since + rows["etime"])
            return rows.assign(time=np.ceil(rows["etime"] / 12) if name.endswith("years") else rows["etime"])
        case "transplant":
            return rows.assign(time=rows["futime"], cause=rows["status"], male=rows["sex"] == "m")
        case "hodg":
            return rows.assign(cause=np.where(rows["delta"] == 1, 1 + (rows["score"] >= 80), 0))
        case "alloauto":
            return rows.assign(cause=np.where(rows["delta"] == 1, 1 + number % 2, 0))
        case "veteran" | "veteran_in_months":
            time = np.ceil(rows["time"] / 30) if name.endswith("months") else rows["time"]
            return rows.assign(time=time, cause=np.where(rows["status"] == 1, 1 + (number % 3 == 0), 0))
        case "kidney":
            return rows.assign(cause=np.where(rows["status"] == 1, 1 + (rows["id"] % 4 == 0), 0))
    raise AssertionError(name)


def curves():
    """(data and column, group) of every curve."""
    return [(name, group) for name, groups in ANSWERS["incidence"].items() for group in groups]


def own_rows(name, group):
    data, column = name.split(" ")
    rows = with_causes(data)
    return rows[rows[column].astype(str) == group], ANSWERS["incidence"][name][group]


def test_the_answers_are_of_at_least_six_data_sets():
    asked = [one["question"] for kind in ("gray", "fine_gray") for one in ANSWERS[kind]]

    assert len({one["data"].split("_in_")[0] for one in asked}) >= 8
    assert sum(one["data"].endswith(("_months", "_years")) for one in asked) >= 6
    assert sum(bool(one["strata"]) for one in asked) >= 8
    assert len(curves()) >= 20


@pytest.mark.parametrize(("name", "group"), curves())
def test_incidences_with_the_variance_of_cmprsk(name, group):
    rows, expected = own_rows(name, group)
    found = incidence_at(cumulative_incidence(rows["time"], rows["cause"], variance="aalen"), expected["time"])

    close(found.incidence.T, expected["incidence"])
    close(found.std_error.T**2, expected["aalen"])


@pytest.mark.parametrize(("name", "group"), curves())
def test_incidences_with_the_jackknife_and_the_limits_of_survfit(name, group):
    rows, expected = own_rows(name, group)
    for limits, numbers in expected["limits"].items():
        curve = cumulative_incidence(rows["time"], rows["cause"], variance="jackknife", limits=limits)
        found = incidence_at(curve, expected["time"])

        close(found.incidence.T, expected["incidence"])
        close(found.std_error.T, expected["jackknife"])
        close(found.lower.T, numbers["lower"])
        close(found.upper.T, numbers["upper"])


@pytest.mark.parametrize("sex", ANSWERS["late_entry"])
def test_incidences_on_the_scale_of_age_with_late_entry(sex):
    rows = with_causes("mgus2")
    rows = rows[(rows["sex"] == sex) & (rows["until"] > rows["since"])]
    expected = ANSWERS["late_entry"][sex]
    curve = cumulative_incidence(rows["until"], rows["cause"], entry=rows["since"], variance="jackknife")
    found = incidence_at(curve, expected["time"])

    close(found.incidence.T, expected["incidence"])
    close(found.std_error.T, expected["jackknife"])


def shown(answer):
    asked = answer["question"]
    return " ".join(str(part) for part in asked.values() if part)


@pytest.mark.parametrize("answer", ANSWERS["gray"], ids=shown)
def test_gray(answer):
    asked = answer["question"]
    rows = with_causes(asked["data"])
    strata = rows[asked["strata"]].to_numpy() if asked["strata"] else None
    found = gray(rows["time"], rows["cause"], rows[asked["group"]].to_numpy(), strata=strata, rho=asked["rho"])

    assert [one.cause for one in found] == [one["cause"] for one in answer["tests"]]
    for one, expected in zip(found, answer["tests"], strict=True):
        assert one.test.df == expected["df"]
        close([one.test.statistic, one.test.p], [expected["statistic"], expected["p"]])


@pytest.mark.parametrize("answer", ANSWERS["fine_gray"], ids=shown)
def test_fine_gray(answer):
    asked = answer["question"]
    rows = with_causes(asked["data"]).dropna(subset=asked["covariates"])
    groups = rows[asked["strata"]].to_numpy() if asked["strata"] else None
    x = rows[asked["covariates"]].to_numpy(dtype="float64")
    fit = fine_gray(rows["time"], rows["cause"], x, cause=asked["cause"], terms=asked["covariates"], strata=groups)

    assert (fit.n, fit.events) == (answer["n"], answer["events"])
    assert [term.term for term in fit.terms] == asked["covariates"]
    close(fit.beta, answer["coef"], ITERATED)
    close([fit.loglik, fit.loglik_null], [answer["loglik"], answer["loglik_null"]], ITERATED)
    close(fit.likelihood_ratio.statistic, answer["likelihood_ratio"], ITERATED)
    close(fit.covariance, answer["variance"], ITERATED)
    close([term.std_error for term in fit.terms], np.sqrt(np.diagonal(answer["variance"])), ITERATED)
    close(fit.wald.statistic, answer["wald"], ITERATED)


@pytest.mark.parametrize("key", ["finegray_relapse", "finegray_nrm"])
def test_fine_gray_as_first_written_down(key):
    """The answers that came with the data set, by crr as it stops by itself."""
    expected = answers("bmt_km")[key]
    rows = with_causes("bmt_km")
    fit = fine_gray(rows["time"], rows["cause"], rows[expected["covariates"]], cause=expected["cause"])

    assert (fit.n, fit.events) == (expected["n"], expected["events"])
    for name, key in {"coef": "coef", "std_error": "se", "hr": "shr", "lower": "lower", "upper": "upper"}.items():
        close([getattr(term, name) for term in fit.terms], expected["crr"][key], 1e-5, near=2e-6)
    close([fit.loglik, fit.loglik_null], [expected["crr"]["loglik"], expected["crr"]["loglik_null"]], 1e-7)


@pytest.mark.parametrize("key", ["finegray_relapse", "finegray_nrm"])
def test_the_other_convention_is_that_of_finegray_with_coxph(key):
    expected = answers("bmt_km")[key]
    rows = with_causes("bmt_km")
    x = rows[expected["covariates"]]
    fit = fine_gray(rows["time"], rows["cause"], x, cause=expected["cause"], convention="finegray")

    close(fit.beta, expected["finegray_coxph_breslow"]["coef"], ITERATED, near=1e-9)
    close([term.std_error for term in fit.terms], expected["finegray_coxph_breslow"]["robust_se"], ITERATED)
    close(np.sqrt(np.diagonal(fit.model_covariance)), expected["finegray_coxph_breslow"]["naive_se"], ITERATED)


def test_gray_as_first_written_down():
    for name, key in (("bmt_km", "cif_group"), ("kato_synthetic", "cif")):
        analysis = answers(name)[key]
        rows = with_causes(name)
        found = gray(rows["time"], rows["cause"], rows[analysis["group"]].to_numpy())
        for one, expected in zip(found, analysis["gray"], strict=True):
            close([one.test.statistic, one.test.p], [expected["chisq"], expected["p"]], 1e-10)
