"""The 42 invented patients through forms and catalogue: the seed study's published figures, and R's answers."""

import numpy as np
import pytest

from analytics.catalogue import CATALOGUE
from analytics.core.analysis import Filter, Groups
from analytics.core.endpoints.timeline import timeline
from analytics.core.run import run
from analytics.core.whole import whole_table
from tests.analytics.core.worlds import INFUSED, dated
from tests.reference.expected import answers, nan, table
from tests.reference.twelve_patients import alive, dead, no_response, on, relapse, remission, tables_of, therapy


def forms_of(row):
    """One patient as forms; transplants after infusion are in remission."""
    blasts = {"pre_seq": 1, "pre_phase": 2, "pre_bm_done": 1, "pre_bm_blast": row.bm_blasts_pct, "pre_bm_blast_op": 1}
    forms = [
        *INFUSED,
        ("pre_infusion_assessment", {**blasts, "pre_date": on(-10), "pre_date_p": "D"}),
        ("prior_therapy", {"prior_hsct": row.prior_hsct}),
        dated(*(no_response if row.best_response == "NR" else remission)(row.assessment_day)),
    ]
    if row.relapse_day == row.relapse_day:
        forms.append(dated(*relapse(row.relapse_day)))
    if row.post_hsct_day == row.post_hsct_day:
        forms.append(dated(*therapy(row.post_hsct_day, 1, 1, 1)))
    if row.death:
        forms.append(dated(*dead(row.death_day, 1, 0)))
    else:
        forms.append(dated(*alive(row.last_contact_day, row.last_contact_day)))
    return forms


@pytest.fixture(scope="module")
def everything():
    return whole_table(tables_of({row.patient: forms_of(row) for row in table("kato_synthetic").itertuples()}))


@pytest.fixture(scope="module")
def cases():
    return timeline(tables_of({row.patient: forms_of(row) for row in table("kato_synthetic").itertuples()}))


def result_of(name, cases):
    (analysis,) = (one for one in CATALOGUE if one.name == name)
    return {group["group"]: group for group in run(analysis, cases)["groups"]}


def of(name):
    return next(one for one in CATALOGUE if one.name == name)


def curves(result):
    return [(one["n"], one["events"], one["curve"], one["median"]) for one in result["groups"]]


def test_marrow_blasts_cut_at_5_percent_are_the_burden(everything):
    """Groups by cut points on the number are those of the derived category, to the last digit."""
    named = of("efs-b-by-disease-burden")
    cut = named.with_(groups=Groups("blasts_before", "Blasts", cuts=(5,)))

    assert curves(run(cut, everything)) == curves(run(named, everything))


@pytest.mark.parametrize("burden", ["low", "high"])
def test_a_filter_gives_the_curve_of_its_group(everything, burden):
    """Event-free survival of the low burden alone is the low curve of the comparison."""
    alone = run(of("efs-b").with_(filters=(Filter("burden", (burden,)),)), everything)
    both = run(of("efs-b-by-disease-burden"), everything)

    assert curves(alone) == [
        one for one, group in zip(curves(both), both["groups"], strict=True) if group["group"] == burden
    ]


GROUPS = {
    "os": ("os_all", {"all": "all"}),
    "efs-b": ("efs_all", {"all": "all"}),
    "efs-b-by-disease-burden": ("efs_burden", {"low": "LB", "high": "HB"}),
    "efs-b-by-prior-transplant": ("efs_hsct", {"no": "0", "yes": "1"}),
    "efs-a-by-prior-transplant": ("efs_not_censored_at_hsct", {"no": "0", "yes": "1"}),
}


@pytest.mark.parametrize("name", GROUPS)
def test_one_year_survival_is_that_of_r(cases, name):
    key, labels = GROUPS[name]
    strata = answers("kato_synthetic")[key]["strata"]

    for group, found in result_of(name, cases).items():
        expected = strata[labels[group]] if labels[group] in strata else next(iter(strata.values()))
        (year,) = (row for row in expected["at"] if row["t"] == 365)
        (at,) = (row for row in found["at"] if row["months"] == 12)
        median = next(row for row in expected["quantiles"] if row["p"] == 0.5)

        # EFS_B dates non-response on day 0, R's file on its assessment: nobody is censored in between, so that the
        # estimate at one year, its error and the later quantiles are the same numbers.
        assert (found["n"], found["events"]) == (expected["n"], expected["events"])
        assert at["survival"] == pytest.approx(year["surv"], rel=1e-9)
        assert at["std_error"] == pytest.approx(year["se"], rel=1e-9)
        assert (at["lower"], at["upper"]) == pytest.approx(tuple(year["ci_loglog"]), rel=1e-9)
        assert nan(found["median"]["estimate"]) == pytest.approx(nan(median["estimate"]), nan_ok=True)


def test_published_figures(cases):
    def at_one_year(name):
        return {
            group: round(100 * next(row["survival"] for row in found["at"] if row["months"] == 12))
            for group, found in result_of(name, cases).items()
        }

    assert at_one_year("os") == {"all": 82}
    assert at_one_year("efs-b") == {"all": 56}
    assert at_one_year("efs-b-by-disease-burden") == {"low": 80, "high": 24}
    assert at_one_year("efs-b-by-prior-transplant") == {"no": 24, "yes": 75}
    assert cases["BOR"].isin(["CR", "CRi"]).sum() == 39


def whole_result(name, cases):
    (analysis,) = (one for one in CATALOGUE if one.name == name)
    return run(analysis, cases)


def test_best_response_with_exact_limits(everything):
    """39 of 42, 80.5-98.5 %: R binom.test."""
    expected = answers("kato_synthetic")["bor"]
    (row,) = whole_result("best-response", everything)["groups"]

    assert (row["x"], row["n"]) == (expected["x"], expected["n"]) == (39, 42)
    assert [row["lower"], row["upper"]] == pytest.approx(expected["clopper_pearson"], rel=1e-8)


def test_the_seed_study_s_regression(everything):
    """Low burden and prior transplant, alone and together. Non-response stands on day 0 in rule B and on its assessment in R's
    file: the risk sets differ by it, and hazard ratios in the third digit."""
    expected = answers("kato_synthetic")
    models = {tuple(one["covariates"]): one for one in whole_result("efs-b-regression", everything)["models"]}

    for key, columns in (
        ("cox_uni_lb", ("burden",)),
        ("cox_uni_hsct", ("prior_hsct",)),
        ("cox_mv", ("burden", "prior_hsct")),
    ):
        found, theirs = models[columns], expected[key]
        assert (found["n"], found["events"], found["estimator"]) == (42, 20, "cox")
        assert [term["hr"] for term in found["terms"]] == pytest.approx(np.atleast_1d(theirs["hr"]).tolist(), rel=0.02)
        assert [term["p"] for term in found["terms"]] == pytest.approx(np.atleast_1d(theirs["p"]).tolist(), rel=0.06)
    assert models["burden", "prior_hsct"]["beside"]["estimator"] == "firth-cox"
    assert models["burden", "prior_hsct"]["optimism"]["corrected"] == pytest.approx(0.69, abs=0.01)


def test_what_cannot_be_fitted_is_refused_in_words(everything):
    """The invented patients have no age, antibody or subtype."""
    models = {tuple(one["covariates"]): one for one in whole_result("efs-a-regression", everything)["models"]}

    assert models[("kmt2a",)]["refused"] == "No case can be used: no regression is fitted."
    assert models[("kmt2a",)]["terms"] == []


def test_who_is_censored_by_the_rule_itself_is_not_lost_to_follow_up(everything):
    """Rule B stops at a transplant in remission: that is no missing follow-up."""
    cut, uncut = (whole_result(name, everything)["follow_up"]["completeness"] for name in ("efs-b", "efs-a"))

    assert cut["complete"] >= uncut["complete"] and cut["lost"] < uncut["lost"]
