"""Proportions, odds ratios and tests of tables held to R's binom.test, prop.test, fisher.test and chisq.test."""

import json
import math
from pathlib import Path

import pytest

from analytics.core.estimators.contingency import (
    chi_square,
    conditional_odds_ratio,
    fisher_exact,
    sample_odds_ratio,
)
from analytics.core.estimators.proportions import clopper_pearson, wilson
from tests.reference.expected import answers as expected_answers

R = json.loads((Path(__file__).parent / "answers" / "proportions.json").read_text(encoding="utf-8"))
TABLES = {**R["two_by_two"], **R["larger"]}
PUBLISHED = {  # x of n: percent and limits
    (4, 6): (66.67, 22.28, 95.67),
    (65, 79): (82.28, 72.06, 89.96),
    (115, 125): (92.00, 85.78, 96.10),
    (71, 81): (87.65, 78.47, 93.92),
    (16, 123): (13.01, 7.62, 20.26),
    (56, 66): (84.85, 73.90, 92.49),
    (39, 42): (92.86, 80.52, 98.50),
    (27, 42): (64.29, 48.03, 78.45),
    (0, 20): (0, 0, 16.84),
    (20, 20): (100, 83.16, 100),
    (10, 15): (66.67, 38.38, 88.18),
    (9, 14): (64.29, 35.14, 87.24),
}


def close(value, rel=1e-8):
    return pytest.approx(math.nan if value is None else value, rel=rel, abs=1e-14, nan_ok=True)


@pytest.mark.parametrize("row", R["proportions"], ids=lambda row: f"{row['x']} of {row['n']}, {row['level']}")
def test_limits_of_a_proportion(row):
    for function, key in ((clopper_pearson, "clopper_pearson"), (wilson, "wilson")):
        found = function(row["x"], row["n"], row["level"])

        assert [found.lower, found.upper] == [close(limit) for limit in row[key]]


@pytest.mark.parametrize("pair", PUBLISHED)
def test_published_exact_limits(pair):
    found = clopper_pearson(*pair)

    assert tuple(round(100 * value, 2) for value in (found.estimate, found.lower, found.upper)) == PUBLISHED[pair]


def test_best_overall_response_of_the_seed_cohort():
    answer = expected_answers("kato_synthetic")["bor"]
    for function, key in ((clopper_pearson, "clopper_pearson"), (wilson, "wilson")):
        found = function(answer["x"], answer["n"])

        assert found.estimate == close(answer["estimate"], 1e-11)
        assert [found.lower, found.upper] == [close(limit, 1e-11) for limit in answer[key]]


@pytest.mark.parametrize("name", TABLES)
def test_exact_p(name):
    assert fisher_exact(TABLES[name]["table"]) == close(TABLES[name]["p"])


@pytest.mark.parametrize("name", [*expected_answers("bmt_km")["table1"]["categorical"]])
def test_exact_and_chi_squared_p_of_table_one(name):
    answer = expected_answers("bmt_km")["table1"]["categorical"][name]

    assert fisher_exact(answer["counts"]) == close(answer["p_fisher"])
    assert chi_square(answer["counts"]).test.p == close(answer["p_chisq_yates"])
    assert chi_square(answer["counts"], correction=False).test.p == close(answer["p_chisq"])


@pytest.mark.parametrize("name", TABLES)
def test_chi_squared(name):
    answer = TABLES[name]
    for form, correction in (("chi", False), ("yates", True)):
        if form in answer:
            found = chi_square(answer["table"], correction=correction).test

            assert found.statistic == close(answer[form]["statistic"])
            assert (found.df, found.p) == (answer[form]["df"], close(answer[form]["p"]))


@pytest.mark.parametrize("name", R["two_by_two"])
def test_conditional_odds_ratio(name):
    answer, found = R["two_by_two"][name], conditional_odds_ratio(R["two_by_two"][name]["table"])
    numbers = (found.estimate, found.lower, found.upper)

    assert numbers == tuple(close(answer["conditional"][key]) for key in ("estimate", "lower", "upper"))
    # fisher.test stops looking for its roots early: up to 1 % off.
    assert numbers == tuple(close(value, 1e-2) for value in answer["fisher_test"])


@pytest.mark.parametrize("name", R["two_by_two"])
def test_sample_odds_ratio(name):
    answer, found = R["two_by_two"][name]["sample"], sample_odds_ratio(R["two_by_two"][name]["table"])

    if answer:
        assert found.estimate == close(answer["estimate"])
        assert (found.lower, found.upper) == (close(answer["lower"]), close(answer["upper"]))
    else:
        assert math.isnan(found.lower)
        assert found.warnings
