"""Concordance and profile likelihood limits against R."""

import json

import numpy as np
import pandas as pd
import pytest

from analytics.core.estimators.concordance import concordance
from analytics.core.estimators.cox import cox
from analytics.core.estimators.profile import profile_limits
from tests.reference.expected import DATA, answers, table

ANSWERS = json.loads((DATA.parent / "answers/concordance.json").read_text(encoding="utf-8"))


def rows(name):
    return pd.read_csv(DATA / f"{name}.csv")


def of_heart(marker):
    heart = rows("heart")
    return concordance(heart["stop"], heart["event"], marker(heart), entry=heart["start"])


def of_model(name, time, event, columns, **words):
    data = rows(name)
    entry = data[words["entry"]] if words else None
    fit = cox(data[time], data[event], data[columns], entry=entry)
    return concordance(data[time], data[event], fit.linear_predictor, entry=entry)


def plain(name, time, event, marker):
    data = rows(name).dropna(subset=[marker.lstrip("-")])
    sign = -1 if marker.startswith("-") else 1
    return concordance(data[time], event(data), sign * data[marker.lstrip("-")])


FOUND = {
    "veteran_karno": lambda: plain("veteran", "time", lambda d: d["status"], "-karno"),
    "veteran_trt": lambda: plain("veteran", "time", lambda d: d["status"], "trt"),
    "mgus2_age": lambda: plain("mgus2", "futime", lambda d: d["death"], "age"),
    "ovarian_age": lambda: plain("ovarian", "futime", lambda d: d["fustat"], "age"),
    "hodg_score": lambda: plain("hodg", "time", lambda d: d["delta"], "-score"),
    "transplant_age": lambda: plain("transplant", "futime", lambda d: d["status"] == 1, "age"),
    "heart_age": lambda: of_heart(lambda d: d["age"]),
    "heart_transplant": lambda: of_heart(lambda d: d["transplant"]),
    "veteran_model": lambda: of_model("veteran", "time", "status", ["karno", "age", "trt"]),
    "heart_model": lambda: of_model("heart", "stop", "event", ["age", "year", "transplant"], entry="start"),
}


@pytest.mark.parametrize("name", FOUND)
def test_concordance_and_its_error_are_those_of_r(name):
    found, expected = FOUND[name](), ANSWERS[name]

    assert found.estimate == pytest.approx(expected["estimate"], rel=1e-8)
    assert found.std_error == pytest.approx(expected["std_error"], rel=1e-8)


def test_only_pairs_of_one_stratum_are_compared():
    kidney = rows("kidney")
    found, expected = (
        concordance(kidney["time"], kidney["status"], kidney["age"], strata=kidney["sex"]),
        ANSWERS["kidney_age_by_sex"],
    )

    assert found.estimate == pytest.approx(expected["estimate"], rel=1e-8)
    assert (found.concordant, found.discordant, found.tied) == tuple(
        expected[name] for name in ("concordant", "discordant", "tied")
    )


MODELS = {
    ("kato_synthetic", "cox_mv"): ("efs_days", "efs_event", lambda t: [t["disease_burden"] == "LB", t["hsct"]]),
    ("kato_synthetic", "cox_uni_lb"): ("efs_days", "efs_event", lambda t: [t["disease_burden"] == "LB"]),
    ("kato_synthetic", "cox_uni_hsct"): ("efs_days", "efs_event", lambda t: [t["hsct"]]),
    ("bmt_km", "cox_dfs"): (
        "dfs_time",
        "dfs",
        lambda t: [t[name] for name in ("g_amllow", "g_amlhigh", "age", "donor_age", "fab45")],
    ),
}


@pytest.mark.parametrize(("name", "key"), MODELS)
def test_profile_limits_and_concordance_of_models_are_those_of_r(name, key):
    time, event, columns = MODELS[name, key]
    data, expected = table(name), answers(name)[key]
    fit = cox(data[time], data[event], np.column_stack([np.asarray(one, float) for one in columns(data)]))
    limits = profile_limits(fit)
    agreement = concordance(data[time], data[event], fit.linear_predictor)

    np.testing.assert_allclose(limits.lower, np.atleast_1d(expected["profile_hr_lower"]), rtol=1e-6)
    np.testing.assert_allclose(limits.upper, np.atleast_1d(expected["profile_hr_upper"]), rtol=1e-6)
    assert agreement.estimate == pytest.approx(expected["concordance"], rel=1e-8)
    assert agreement.std_error == pytest.approx(expected["concordance_se"], rel=1e-8)


def by_counting(time, event, marker, entry):
    """Every pair, one by one."""
    good = pairs = 0.0
    for i in range(len(time)):
        for j in range(len(time)):
            later = time[i] < time[j] or (time[i] == time[j] and not event[j])
            if i != j and event[i] and later and entry[j] < time[i]:
                pairs += 1
                good += (marker[i] > marker[j]) + 0.5 * (marker[i] == marker[j])
    return good / pairs if pairs else float("nan")


def test_every_pair_is_counted_once_with_ties_and_late_entry():
    rng = np.random.default_rng(3)
    for size in (2, 3, 7, 40):
        time, event = rng.integers(1, 9, size), rng.random(size) < 0.6
        marker, entry = rng.integers(0, 4, size), np.minimum(rng.integers(0, 5, size), time - 0.5)

        found = concordance(time, event, marker, entry=entry)
        assert found.estimate == pytest.approx(by_counting(time, event, marker, entry), nan_ok=True)


def test_a_side_without_end_has_no_profile_limit():
    fit = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [[1], [1], [1], [0], [0], [0]])

    assert np.isnan(profile_limits(fit).upper).all()
