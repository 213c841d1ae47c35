"""`estimate` on files as a statistician brings them, against R's printed answers: the keys are the contract's."""

import json

import pandas as pd
import pytest

from analytics.core.estimate import Request, estimate
from tests.reference.expected import DATA, answers, nan, table

BMT, KATO = "bmt_km", "kato_synthetic"


@pytest.fixture
def ask(tmp_path):
    """Ask of a reference data set; `derived` are columns added to it."""

    def ask(name, method, *, derived=None, **options):
        file = DATA / f"{name}.csv"
        if derived is not None:
            file = tmp_path / f"{name}.csv"
            table(name).assign(**derived(table(name))).to_csv(file, index=False)
        return json.loads(json.dumps(estimate(Request(file, method, **options)), allow_nan=False))

    return ask


def close(found, expected, rel=1e-8):
    """R printed 13 digits; what is 0 to it may be a rounding to us."""
    assert nan(found) == pytest.approx(nan(expected), rel=rel, abs=1e-14, nan_ok=True)


def by_group(answer):
    return {group["group"]: group for group in answer["groups"]}


def test_kaplan_meier(ask):
    expected = answers(BMT)["km_os"]
    times = tuple(float(row["t"]) for row in next(iter(expected["strata"].values()))["at"])
    found = by_group(ask(BMT, "kaplan-meier", time="os_time", status="death", group="group", at=times))

    for label, stratum in expected["strata"].items():
        for row, at in zip(stratum["at"], found[label]["at"], strict=True):
            close(at["survival"], row["surv"])
            close(at["std_error"], row["se"])
            assert at["at_risk"] == row["n_risk"]


def test_logrank_weighted_and_stratified(ask):
    expected = answers(BMT)
    plain = ask(BMT, "logrank", time="dfs_time", status="dfs", group="group", trend=True)
    weighted = ask(BMT, "logrank", time="dfs_time", status="dfs", group="group", rho=1.0, gamma=1.0)
    stratified = ask(BMT, "logrank", time="dfs_time", status="dfs", group="group", strata="hospital")

    close(plain["statistic"], expected["logrank_dfs"]["logrank"]["chisq"])
    close(plain["p"], expected["logrank_dfs"]["logrank"]["p"])
    close(weighted["statistic"], expected["logrank_dfs"]["fleming_harrington_1_1"]["chisq"])
    close(stratified["statistic"], expected["logrank_dfs_strat_hosp"]["logrank"]["chisq"])


def test_cumulative_incidence_and_gray(ask):
    expected = answers(BMT)["cif_group"]
    times = (100.0, 365.0, 730.0, 1095.0)
    found = by_group(ask(BMT, "cumulative-incidence", time="dfs_time", status="cr", group="group", at=times))
    tests = ask(BMT, "gray", time="dfs_time", status="cr", group="group")

    for label, stratum in expected["strata"].items():
        for cause in found[label]["causes"]:
            theirs = stratum["causes"][f"cause{cause['cause']}"]
            for place, row in enumerate(cause["at"]):
                close(row["incidence"], theirs["cif"][place])
                close(row["std_error"], theirs["se_aalen_cmprsk"][place])
                assert row["at_risk"] == stratum["n_risk"][place]
    for one, row in zip(tests["causes"], expected["gray"], strict=True):
        close(one["statistic"], row["chisq"])
        close(one["p"], row["p"])


def test_cox_with_everything_that_belongs_to_it(ask):
    expected = answers(BMT)["cox_dfs"]
    columns = ("g_amllow", "g_amlhigh", "age", "donor_age", "fab45")
    found = ask(BMT, "cox", time="dfs_time", status="dfs", covariates=columns)

    for place, term in enumerate(found["terms"]):
        for key, theirs in {
            "coef": "coef",
            "std_error": "se",
            "hr": "hr",
            "lower": "hr_lower",
            "upper": "hr_upper",
            "p": "p",
        }.items():
            close(term[key], expected[theirs][place], 1e-6)
    close(found["concordance"], expected["concordance"])
    close(found["concordance_std_error"], expected["concordance_se"])
    close(found["loglik_null"], expected["loglik"][0])
    close(found["loglik"], expected["loglik"][1])
    for ours, theirs in (("likelihood_ratio", "lr"), ("score", "score")):  # R rounds Wald's to two decimals
        close(found[ours]["statistic"], expected[theirs][0], 1e-6)
    assert found["proportional_hazards"]["global"]["df"] == 5


def test_cox_with_clusters(ask):
    expected = answers(BMT)["cox_dfs_cluster_hosp"]
    names = tuple(expected["terms"])
    found = ask(BMT, "cox", time="dfs_time", status="dfs", covariates=names, cluster="hospital")

    for place, term in enumerate(found["terms"]):
        close(term["robust_std_error"], expected["robust_se"][place], 1e-6)
        close(term["p"], expected["p"][place], 1e-6)


def test_firth(ask):
    expected = answers(KATO)["firth_mv"]
    found = ask(
        KATO,
        "firth-cox",
        derived=lambda rows: {"lb": (rows["disease_burden"] == "LB").astype(int)},
        time="efs_days",
        status="efs_event",
        covariates=("lb", "hsct"),
    )

    for place, term in enumerate(found["terms"]):
        for key, theirs in {"coef": "coef", "lower": "pl_hr_lower", "upper": "pl_hr_upper", "p": "pl_p"}.items():
            close(term[key], expected[theirs][place], 1e-5)


def test_fine_gray(ask):
    expected = answers(BMT)["finegray_relapse"]
    found = ask(BMT, "fine-gray", time="dfs_time", status="cr", covariates=tuple(expected["covariates"]))

    for place, term in enumerate(found["terms"]):
        close(term["coef"], expected["crr"]["coef"][place], 1e-5)
        close(term["std_error"], expected["crr"]["se"][place], 1e-5)


def test_restricted_mean(ask):
    expected = answers(KATO)["efs_burden"]["rmst_difference"]
    found = ask(
        KATO, "restricted-mean", time="efs_days", status="efs_event", group="disease_burden", tau=float(expected["tau"])
    )

    assert found["options"]["contrast"] == expected["contrast"].replace(" - ", " against ")
    close(found["difference"]["estimate"], expected["diff"])
    close(found["ratio"]["estimate"], expected["ratio"])
    close(found["difference"]["p"], expected["p"], 1e-6)


def test_proportion(ask, tmp_path):
    expected = answers(KATO)["bor"]
    file = tmp_path / "bor.csv"
    pd.DataFrame({"x": [expected["x"]], "n": [expected["n"]]}).to_csv(file, index=False)
    (row,) = estimate(Request(file, "proportion", x="x", n="n"))["groups"]

    close(row["estimate"], expected["estimate"])
    assert [row["lower"], row["upper"]] == pytest.approx(expected["clopper_pearson"], rel=1e-8)
    assert [row["wilson_lower"], row["wilson_upper"]] == pytest.approx(expected["wilson"], rel=1e-8)


def test_reverse_kaplan_meier(ask):
    expected = next(iter(answers(BMT)["km_os_all"]["strata"].values()))["reverse_km_median_followup"]
    (found,) = ask(BMT, "reverse-kaplan-meier", time="os_time", status="death")["groups"]

    close(found["median"]["estimate"], expected["estimate"])
    assert [found["median"]["lower"], found["median"]["upper"]] == expected["ci_loglog"]


def test_logrank_with_other_weights(ask):
    expected = answers(BMT)["logrank_dfs"]
    for weights, form in {"gehan": "gehan_wilcoxon", "tarone-ware": "tarone_ware", "peto": "peto_modified_S"}.items():
        found = ask(BMT, "logrank", time="dfs_time", status="dfs", group="group", weights=weights)
        close(found["statistic"], expected[form]["chisq"])
        assert found["options"]["weights"] == weights


def test_fine_gray_with_clusters_has_robust_errors(ask):
    found = ask(BMT, "fine-gray", time="dfs_time", status="cr", covariates=("age", "mtx"), cluster="hospital")

    assert all(term["robust_std_error"] > 0 for term in found["terms"])


def test_from_a_landmark(ask):
    expected = answers(KATO)["landmark_90"]
    asked = {"time": "efs_days", "status": "efs_event", "group": "disease_burden", "landmark": 90.0}
    curves = by_group(ask(KATO, "kaplan-meier", at=(90.0, 275.0), **asked))
    test = ask(KATO, "logrank", **asked)

    assert sum(group["n"] for group in curves.values()) == 42 - expected["n_excluded"]
    for label, stratum in expected["km"].items():
        for row, at in zip(stratum["at"], curves[label]["at"], strict=False):
            close(at["survival"], row["surv"])
            assert at["at_risk"] == row["n_risk"]
    close(test["statistic"], expected["logrank"]["chisq"])


def test_an_exposure_that_begins_after_time_zero(ask):
    """GVHD as it happens; R's answer from rows (start, stop]."""
    expected = answers(BMT)["cox_tv_gvhd"]
    others = tuple(name for name in expected["terms"] if name != "gvhd")
    found = ask(
        BMT,
        "cox",
        derived=lambda rows: {"gvhd": rows["agvhd_time"].where(rows["agvhd"] == 1)},
        time="dfs_time",
        status="dfs",
        covariates=others,
        change="gvhd",
    )
    coef = {term["term"]: term["coef"] for term in found["terms"]}

    assert (found["n"], found["events"]) == (expected["n"], expected["events"])
    for name, theirs in zip(expected["terms"], expected["coef"], strict=True):
        close(coef[name], theirs, 1e-6)


def test_odds_ratio(ask):
    """R 4.2.2: fisher.test and chisq.test of 8 of 27 against 12 of 15."""
    found = ask(KATO, "odds-ratio", status="efs_event", group="disease_burden")

    assert found["options"]["contrast"] == "LB against HB"
    assert found["odds_ratio"]["estimate"] == pytest.approx(0.1120440546, rel=1e-3)  # fisher.test stops early
    close(found["fisher"]["p"], 0.00318067463812058)
    close(found["chi_squared"]["statistic"], 7.8930303030303)
    close(found["sample_odds_ratio"]["estimate"], (8 / 19) / (12 / 3))


def test_concordance_corrected_for_optimism(ask):
    expected = answers(KATO)["boot_c"]
    found = ask(
        KATO,
        "cox",
        derived=lambda rows: {"lb": (rows["disease_burden"] == "LB").astype(int)},
        time="efs_days",
        status="efs_event",
        covariates=("lb", "hsct"),
        resamples=1000,
    )["optimism"]

    close(found["apparent"], expected["apparent_c"])
    error = 4 * (found["monte_carlo_error"] ** 2 + expected["mc_se"] ** 2) ** 0.5
    assert abs(found["corrected"] - expected["corrected_c"]) < error


def test_completeness_of_follow_up(tmp_path):
    """Two events are complete; of the others 100 days each were possible, 50 and 100 seen."""
    file = tmp_path / "in.csv"
    file.write_text("t,s,p\n10,1,100\n20,1,100\n50,0,100\n100,0,100\n", encoding="utf-8")
    (group,) = estimate(Request(file, "reverse-kaplan-meier", time="t", status="s", potential="p"))["groups"]

    close(group["completeness"]["complete"], (10 + 20 + 50 + 100) / (10 + 20 + 100 + 100))
