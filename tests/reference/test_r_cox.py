"""Cox's regression held to R: coxph, cox.zph, concordance, residuals, survfit of the model."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.core.estimators import residuals
from analytics.core.estimators.concordance import concordance, concordance_of
from analytics.core.estimators.cox import cox
from analytics.core.estimators.design import CATEGORY, Covariate, design
from analytics.core.estimators.prediction import predicted_survival
from analytics.core.estimators.profile import profile_limits
from analytics.core.estimators.proportional_hazards import proportional_hazards
from tests.reference.expected import DATA

ANSWERS = json.loads((DATA.parent / "answers/cox.json").read_text(encoding="utf-8"))
MODELS = ANSWERS["models"]
TERMS = ("coef", "std_error", "robust_std_error", "lower", "upper", "statistic", "p")


def listed(value):
    """R writes a vector of one as a number."""
    return value if isinstance(value, list) else [value]


def close(found, expected, rel=1e-8):
    """Compare numbers; R's NA is NaN."""
    expected = np.array([np.nan if one is None else one for one in listed(expected)], dtype="float64")
    np.testing.assert_allclose(np.ravel(found), np.ravel(expected), rtol=rel, atol=1e-11)


def split_at_gvhd(rows):
    """Where GVHD happens a row becomes two: before it and after."""
    split = []
    for row in rows.to_dict("records"):
        change = row["agvhd_time"]
        if row["agvhd"] == 1 and change < row["dfs_time"]:
            split.append({**row, "start": 0, "stop": change, "dfs": 0, "gvhd": 0})
            split.append({**row, "start": change, "stop": row["dfs_time"], "gvhd": 1})
        else:
            split.append({**row, "start": 0, "stop": row["dfs_time"], "gvhd": 0})
    return pd.DataFrame(split)


def data(name):
    """The data set with the columns that R's script derives."""
    rows = pd.read_csv(DATA / f"{name.removesuffix('_half').replace('bmt_gvhd', 'bmt_km')}.csv")
    if name == "bmt_gvhd":
        return split_at_gvhd(rows)
    if name == "kato_synthetic":
        return rows.assign(lb=(rows["disease_burden"] == "LB").astype(int))
    if name.startswith("veteran"):
        return rows.assign(weight=(1 + np.arange(1, 138) % 3) / (2 if name.endswith("_half") else 1))
    if name == "mgus2":
        rows = rows.dropna(subset=["age", "sex", "hgb", "creat"]).reset_index(drop=True)
        begin = 12 * rows["age"]
        derived = {"weight": 0.5 + rows["id"] % 4 / 2, "centre": rows["id"] % 17}
        return rows.assign(begin=begin, end=begin + rows["futime"], **derived)
    if name == "transplant":
        rows = rows.dropna(subset=["age", "sex", "abo"]).reset_index(drop=True)
        return rows.assign(status=(rows["status"] == 1).astype(int))
    return rows


def column(rows, answer, name):
    return None if answer.get(name) is None else rows[answer[name]]


@pytest.fixture(scope="module")
def fitted():
    """name -> R's answer, our fit, its design; each fitted once."""
    known = {}

    def of(name):
        if name not in known:
            answer = MODELS[name]
            rows = data(answer["data"])
            made = design(
                rows,
                [
                    *(Covariate(one) for one in listed(answer["numbers"])),
                    *(Covariate(one, CATEGORY) for one in listed(answer["categories"])),
                ],
            )
            fit = cox(
                rows[answer["time"]],
                rows[answer["event"]],
                made.x,
                terms=made.names,
                ties=answer["ties"],
                weights=rows["weight"] if answer["weighted"] else None,
                **{option: column(rows, answer, option) for option in ("entry", "strata", "cluster")},
            )
            known[name] = answer, fit, made
        return known[name]

    return of


def test_the_answers_cover_what_they_should():
    assert {answer["data"] for answer in MODELS.values()} >= {
        "bmt_km",
        "veteran",
        "mgus2",
        "heart",
        "kidney",
        "ovarian",
    }
    assert sum("zph" in answer for answer in MODELS.values()) > 12


@pytest.mark.parametrize("name", MODELS)
def test_estimates(fitted, name):
    answer, fit, _made = fitted(name)

    assert (fit.n, fit.events) == (answer["n"], answer["events"])
    for quantity in TERMS:
        expected = answer.get(quantity)
        if expected is not None:
            close([getattr(term, quantity) for term in fit.terms], expected)
    close([fit.loglik, fit.loglik_null, fit.aic], [answer["loglik"], answer["loglik_null"], answer["aic"]])


@pytest.mark.parametrize("name", MODELS)
def test_tests_of_all_terms(fitted, name):
    answer, fit, _made = fitted(name)

    for quantity in ("likelihood_ratio", "score", "robust_score"):
        if expected := answer.get(quantity):
            found = getattr(fit, quantity)
            close([found.statistic, found.df, found.p], [expected["statistic"], expected["df"], expected["p"]])
    close(fit.wald.statistic, answer["wald"])


@pytest.mark.parametrize("name", [name for name in MODELS if "profile" in MODELS[name]])
def test_profile_limits(fitted, name):
    answer, fit, _made = fitted(name)
    found = profile_limits(fit)

    close(found.lower, answer["profile"]["lower"], rel=1e-6)
    close(found.upper, answer["profile"]["upper"], rel=1e-6)


@pytest.mark.parametrize(("name", "transform"), [(n, t) for n in MODELS for t in MODELS[n].get("zph", ())])
def test_proportional_hazards(fitted, name, transform):
    answer, fit, made = fitted(name)
    expected = answer["zph"][transform]
    found = proportional_hazards(fit, transform, made.covariates)
    tests = [*found.tests, found.overall]

    close([one.statistic for one in tests], expected["statistic"])
    assert [one.df for one in tests] == expected["df"]
    close([one.p for one in tests], expected["p"])


@pytest.mark.parametrize("name", MODELS)
def test_residuals_of_rows(fitted, name):
    answer, fit, _made = fitted(name)
    expected = answer["residuals"]
    rows = slice(len(expected["martingale"]))

    close(residuals.martingale(fit)[rows], expected["martingale"])
    close(residuals.deviance(fit)[rows], expected["deviance"])
    close(residuals.dfbeta(fit)[rows], np.ravel(expected["dfbeta"]).tolist())


@pytest.mark.parametrize("name", MODELS)
def test_residuals_of_events(fitted, name):
    answer, fit, _made = fitted(name)
    found = residuals.schoenfeld(fit)

    # R too goes by stratum and time; the order of tied events is nobody's.
    for ours, expected in ((found.residual, "schoenfeld"), (found.scaled, "scaled_schoenfeld")):
        values = np.reshape(answer["residuals"][expected], (-1, len(fit.terms)))
        ended = found.time[len(values) - 1] if len(values) < len(found.time) else np.inf
        first = np.r_[True, found.time[1 : len(values)] != found.time[: len(values) - 1]]
        blocks = np.cumsum(first)
        for block in range(1, blocks[-1] + 1):
            where = blocks == block
            if found.time[: len(values)][where][0] != ended:
                close(np.sort(ours[: len(values)][where], axis=0), np.sort(values[where], axis=0).ravel().tolist())


@pytest.mark.parametrize("name", MODELS)
def test_concordance_of_the_model(fitted, name):
    answer, fit, _made = fitted(name)
    found, expected = concordance_of(fit), answer["concordance"]

    close([found.estimate, found.std_error], [expected["estimate"], expected["std_error"]])
    close(
        [found.concordant, found.discordant, found.tied],
        [expected["concordant"], expected["discordant"], expected["tied_marker"]],
    )


@pytest.mark.parametrize("name", ANSWERS["concordance"])
def test_concordance_of_a_marker(name):
    answer = ANSWERS["concordance"][name]
    rows = data(answer["data"])
    found = concordance(
        rows[answer["time"]],
        rows[answer["event"]],
        rows[listed(answer["numbers"])[0]],
        weights=rows["weight"] if answer["weighted"] else None,
        protective=True,
        **{option: column(rows, answer, option) for option in ("entry", "strata", "cluster")},
    )

    close([found.estimate, found.std_error], [answer["estimate"], answer["std_error"]])
    close([found.concordant, found.discordant, found.tied], answer["counts"][:3])


@pytest.mark.parametrize("name", MODELS)
def test_predicted_survival_at_r_s_means(fitted, name):
    answer, fit, _made = fitted(name)
    expected = answer["prediction"]
    for limits, prefix in (("log", ""), ("log-log", "loglog_")):
        curves = [
            predicted_survival(fit, listed(answer["means"]), stratum=stratum, limits=limits)
            for stratum in fit.sets.strata
        ]

        def all_of(quantity, curves=curves):
            return np.concatenate([np.ravel(getattr(curve, quantity)) for curve in curves])

        close(all_of("time"), expected["time"])
        for quantity in ("hazard", "survival", "std_error"):
            close(all_of(quantity), expected[quantity])
        for quantity in ("lower", "upper"):
            close(all_of(quantity), expected[prefix + quantity])


@pytest.mark.parametrize("name", [name for name in MODELS if "new" in MODELS[name]])
def test_predicted_survival_of_a_case(fitted, name):
    answer, fit, made = fitted(name)
    found = predicted_survival(fit, [answer["new"][term] for term in made.names], limits="log")

    for quantity in ("survival", "std_error", "lower", "upper"):
        close(getattr(found, quantity), answer["for_new"][quantity])
