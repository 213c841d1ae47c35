"""Restricted means, comparisons, landmarks, changing exposures, follow-up and optimism held to R."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.core.estimators.comparisons import pairwise_logrank, permutation_logrank
from analytics.core.estimators.cox import cox
from analytics.core.estimators.follow_up import completeness
from analytics.core.estimators.kaplan_meier import kaplan_meier, survival_at
from analytics.core.estimators.landmark import changed_by, landmark, mantel_byar, simon_makuch, time_dependent
from analytics.core.estimators.logrank import logrank
from analytics.core.estimators.optimism import optimism
from analytics.core.estimators.restricted_mean import difference, ratio, restricted_mean
from tests.reference.expected import DATA, answers, table

R = json.loads((Path(__file__).parent / "answers" / "small_sample.json").read_text(encoding="utf-8"))


def rows(name):
    """The data set as the R script prepared it."""
    if name == "transplant_death":
        transplant = pd.read_csv(DATA / "transplant.csv")
        return transplant.assign(death=(transplant["status"] == 1).astype(int))
    if name == "kato_lb":
        kato = table("kato_synthetic")
        return kato.assign(lb=(kato["disease_burden"] == "LB").astype(int))
    if name == "kato_moved":
        kato = table("kato_synthetic")
        return kato.assign(moved=kato["post_hsct_day"].notna().astype(int))
    return table(name) if name in ("bmt_km", "kato_synthetic") else pd.read_csv(DATA / f"{name}.csv")


def named(answer):
    return "-".join(str(answer[key]) for key in ("data", "time", "group", "change", "potential") if answer.get(key))


def close(value, rel=1e-8):
    return pytest.approx(math.nan if value is None else value, rel=rel, abs=1e-12, nan_ok=True)


def mean_of(data, answer):
    entry = None if answer.get("entry") is None else data[answer["entry"]]
    tau = None if answer["tau"] == "individual" else answer["tau"]
    return restricted_mean(data[answer["time"]], data[answer["event"]], tau=tau, entry=entry)


@pytest.mark.parametrize("answer", R["means"], ids=named)
def test_restricted_mean(answer):
    data, group = rows(answer["data"]), answer.get("group")
    parts = {"all": data} if group is None else {str(label): part for label, part in data.groupby(group)}
    found = {label: mean_of(part, answer) for label, part in parts.items()}

    assert found.keys() == answer["groups"].keys()
    for label, expected in answer["groups"].items():
        assert found[label].n == expected["n"]
        assert found[label].estimate == close(expected["estimate"])
        assert found[label].std_error == close(expected["std_error"])
    if len(found) == 2:
        second, first = found.values()
        for contrast, key in ((difference(first, second), "difference"), (ratio(first, second), "ratio")):
            for name, value in answer[key].items():
                assert getattr(contrast, name) == close(value), (key, name)


@pytest.mark.parametrize("key", ["efs_burden", "efs_hsct", "os_burden", "efs_not_censored_at_hsct"])
def test_survrm2(key):
    analysis = answers("kato_synthetic")[key]
    expected, data = analysis["rmst_difference"], table("kato_synthetic")
    first, second = (
        restricted_mean(part[analysis["time"]], part[analysis["status"]], tau=expected["tau"])
        for label in expected["contrast"].split(" - ")
        for part in [data[data[analysis["group"]].astype(str) == label]]
    )
    found = difference(first, second)

    assert (found.estimate, found.std_error) == (close(expected["diff"]), close(expected["se"]))
    assert (found.lower, found.upper) == (close(expected["ci"][0]), close(expected["ci"][1]))
    assert (found.p, ratio(first, second).estimate) == (close(expected["p"]), close(expected["ratio"]))


@pytest.mark.parametrize(("name", "key"), [("bmt_km", "km_dfs"), ("bmt_km", "km_os"), ("kato_synthetic", "efs_all")])
def test_restricted_means_of_the_curves(name, key):
    analysis, data = answers(name)[key], table(name)
    for label, expected in analysis["strata"].items():
        part = data if analysis["group"] is None else data[data[analysis["group"]].astype(str) == label]
        found = restricted_mean(part[analysis["time"]], part[analysis["status"]], tau=expected["rmst"]["tau"])

        assert (found.estimate, found.std_error) == (close(expected["rmst"]["rmst"]), close(expected["rmst"]["se"]))
        assert [found.lower, found.upper] == [close(limit) for limit in expected["rmst"]["ci_wald"]]


@pytest.mark.parametrize("answer", R["pairs"], ids=named)
def test_pairwise(answer):
    data = rows(answer["data"])
    strata = None if answer.get("strata") is None else data[answer["strata"]]
    found = pairwise_logrank(
        data[answer["time"]], data[answer["event"]], data[answer["group"]], strata=strata, rho=answer["rho"]
    )

    assert [(str(pair.first), str(pair.second)) for pair in found] == list(
        zip(answer["first"], answer["second"], strict=True)
    )
    assert [pair.test.statistic for pair in found] == [close(value) for value in answer["statistic"]]
    assert [pair.test.p for pair in found] == [close(value) for value in answer["p"]]
    assert [pair.p_holm for pair in found] == [close(value) for value in answer["p_holm"]]


def test_pairwise_of_the_transplants():
    expected, data = answers("bmt_km")["logrank_dfs"]["pairwise"], table("bmt_km")
    found = pairwise_logrank(data["dfs_time"], data["dfs"], data["group"])

    assert [f"{pair.first} vs {pair.second}" for pair in found] == expected["pairs"]
    assert [pair.test.p for pair in found] == [close(value) for value in expected["p"]]
    assert [pair.p_holm for pair in found] == [close(value) for value in expected["p_holm"]]


@pytest.mark.parametrize("answer", R["permutations"], ids=named)
def test_every_arrangement(answer):
    data = rows(answer["data"]).iloc[np.array(answer["rows"]) - 1]
    strata = None if answer.get("strata") is None else data[answer["strata"]]
    found = permutation_logrank(data[answer["time"]], data[answer["event"]], data[answer["group"]], strata=strata)

    assert found.exact
    assert (found.arrangements, found.as_extreme) == (answer["arrangements"], answer["as_extreme"])
    assert found.p == close(answer["p"])


@pytest.mark.parametrize("answer", R["draws"], ids=named)
def test_permutations_within_monte_carlo_error(answer):
    data = rows(answer["data"])
    strata = None if answer.get("strata") is None else data[answer["strata"]]
    found = permutation_logrank(data[answer["time"]], data[answer["event"]], data[answer["group"]], strata=strata)
    error = math.sqrt(answer["p"] * (1 - answer["p"]) * (1 / answer["B"] + 1 / found.arrangements))

    assert found.p == pytest.approx(answer["p"], abs=4 * error)


@pytest.mark.parametrize("key", ["logrank_burden", "logrank_hsct"])
def test_permutation_test_of_coin(key):
    """coin's own scores differ a little where times are tied."""
    analysis, data = answers("kato_synthetic")[key], table("kato_synthetic")
    found = permutation_logrank(data[analysis["time"]], data[analysis["status"]], data[analysis["group"]])

    assert found.p == pytest.approx(analysis["permutation"]["p_approx"], abs=0.005)


@pytest.mark.parametrize("answer", R["landmarks"], ids=named)
def test_landmark(answer):
    data = rows(answer["data"])
    change = data[answer["change"]].where(data[answer["happened"]] == 1)
    found = landmark(data[answer["time"]], data[answer["event"]], answer["at"])
    group = changed_by(change, answer["at"])[found.kept]

    assert len(found.time) == answer["n"]
    assert (found.event_before, found.censored_before) == (answer["event_before"], answer["censored_before"])
    assert group.sum() == answer["changed"]
    assert logrank(found.time, found.event, group).test.statistic == close(answer["chisq"])
    curves = [survival_at(kaplan_meier(found.time[g], found.event[g]), [100, 300]) for g in (~group, group)]
    assert [value for curve in curves for value in curve.survival] == [close(value) for value in answer["survival"]]
    assert [value for curve in curves for value in curve.std_error] == [close(value) for value in answer["std_error"]]


@pytest.mark.parametrize(
    ("name", "key"), [("bmt_km", "landmark_100_agvhd"), ("kato_synthetic", "landmark_90")], ids=["bmt", "kato"]
)
def test_committed_landmarks(name, key):
    analysis, data = answers(name)[key], table(name)
    found = landmark(data[analysis["time"]], data[analysis["status"]], analysis["L"])
    group = data[analysis["group"]].astype(str).to_numpy()[found.kept]

    assert found.event_before + found.censored_before == analysis["n_excluded"]
    for label, expected in analysis["km"].items():
        where = group == label
        at = survival_at(kaplan_meier(found.time[where], found.event[where]), [row["t"] for row in expected["at"]])

        assert (where.sum(), found.event[where].sum()) == (expected["n"], expected["events"])
        assert at.survival.tolist() == [close(row["surv"]) for row in expected["at"]]
        assert at.at_risk.tolist() == [row["n_risk"] for row in expected["at"]]


@pytest.mark.parametrize("answer", R["exposures"], ids=named)
def test_exposure_that_changes(answer):
    data = rows(answer["data"])
    change = data[answer["change"]].where(data[answer["happened"]] == 1)
    spells = time_dependent(data[answer["time"]], data[answer["event"]], change)
    fit = cox(spells.stop, spells.event, spells.exposed.astype(float), entry=spells.start)

    assert len(spells.row) == answer["rows"]
    assert (spells.stop - spells.start)[spells.exposed].sum() == answer["exposed_time"]
    assert mantel_byar(data[answer["time"]], data[answer["event"]], change).test.statistic == close(answer["score"])
    if abs(answer["coef"]) < 10:  # nobody of the invented cohort dies after the transplant: no finite estimate
        assert fit.terms[0].coef == close(answer["coef"], 1e-6)
        assert fit.terms[0].std_error == close(answer["std_error"], 1e-6)
    else:
        assert fit.infinite.all()
    for at, key in ((0, "survival"), (60, "beyond")):
        curves = simon_makuch(data[answer["time"]], data[answer["event"]], change, at=at)
        read = [value for curve in curves for value in survival_at(curve, [100, 300, 600]).survival]
        assert read == [close(value) for value in answer[key]]


def test_mantel_byar_of_heart_transplants():
    """The rows (start, stop] as published: one test, whoever made them."""
    heart = pd.read_csv(DATA / "heart.csv")
    found = logrank(heart["stop"], heart["event"], heart["transplant"], entry=heart["start"])

    assert found.test.statistic == close(R["mantel_byar_heart"])


@pytest.mark.parametrize("answer", R["follow_up"], ids=named)
def test_completeness_of_follow_up(answer):
    data = rows(answer["data"])
    found = completeness(data[answer["time"]], data[answer["event"]], np.full(len(data), answer["potential"]))

    assert (found.observed, found.potential) == (close(answer["observed"]), close(answer["could"]))
    assert found.complete == close(answer["complete"])


@pytest.mark.parametrize("answer", R["bootstraps"], ids=named)
def test_optimism_within_monte_carlo_error(answer):
    data = rows(answer["data"])
    found = optimism(data[answer["time"]], data[answer["event"]], data[answer["x"]], resamples=1000)

    assert found.apparent == close(answer["apparent"])
    assert found.optimism == pytest.approx(
        answer["optimism"], abs=4 * math.hypot(answer["mc_se"], found.monte_carlo_error)
    )
    assert found.failed == 0


def test_optimism_of_the_seed_cohort():
    expected, data = answers("kato_synthetic")["boot_c"], rows("kato_lb")
    found = optimism(data["efs_days"], data["efs_event"], data[["lb", "prior_hsct"]], resamples=4000)

    assert found.apparent == close(expected["apparent_c"])
    assert found.corrected == pytest.approx(
        expected["corrected_c"], abs=4 * math.hypot(expected["mc_se"], found.monte_carlo_error)
    )
