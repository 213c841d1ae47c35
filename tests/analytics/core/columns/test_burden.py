"""Disease burden of whole columns agrees with the rules that grade one assessment while a site types."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from analytics.core.columns import burden, declarations
from analytics.core.columns.table import case_table
from analytics.core.endpoints import derived
from registry.grading import burden as registry
from tests.analytics.core.worlds import INFUSED
from tests.reference.twelve_patients import on, tables_of

ANSWERS = {
    "pre_bm_done": (None, 0, 1, 1, 1),
    "pre_bm_blast": (None, 0, "0.4", 3, 5, "5.1", 30, 50, 80),
    "pre_bm_blast_op": (None, 1, 1, 1, 2, 3, 4),
    "pre_cns": (None, 1, 1, 1, 2, 3, 98),
    "pre_emd": (None, 0, 0, 0, 1, 98),
    "pre_mrd_method": (None, 0, 1, 1, 2),
    "pre_mrd_result": (None, 0, 0, 1, 1, 2, 3, 99),
    "pre_mrd_value": (None, "0.00005", "0.01", "0.2"),
    "pre_mrd_lod": (None, "0.00001", "0.0001", "0.001", "0.05"),
}
RULES = {
    "burden_kato": (derived.burden_kato, registry.burden_kato),
    "burden_50": (lambda rows: burden.burden_50(rows, declarations.THREE), registry.burden_50),
    "burden_prwcc": (lambda rows: burden.burden_prwcc(rows, declarations.PRWCC), registry.burden_prwcc),
    "burden_mrd": (burden.burden_mrd, registry.burden_mrd2),
}


@pytest.fixture(scope="module")
def assessments():
    """1,500 assessments with answers drawn one by one, many of them missing."""
    draw = np.random.Generator(np.random.PCG64(20250302))
    return [{item: draw.choice(np.array(of, dtype=object)) for item, of in ANSWERS.items()} for _ in range(1_500)]


@pytest.mark.parametrize("name", RULES)
def test_the_rule_for_columns_is_the_rule_for_one(name, assessments):
    of_columns, of_one = RULES[name]
    found = of_columns(pd.DataFrame(assessments).astype("float64"))

    for answers, value in zip(assessments, found, strict=True):
        exact = {item: Decimal(one) if isinstance(one, str) else one for item, one in answers.items()}
        assert (None if pd.isna(value) else value) == of_one(exact).value, answers
    assert set(found.dropna()) == set(found.categories), "every class is met"


def assessed(*rows):
    """The columns of one infused case with these pre-infusion assessments: (day, phase, blasts, further answers)."""
    forms = [
        (
            "pre_infusion_assessment",
            {"pre_seq": n, "pre_date": on(day), "pre_date_p": "D", "pre_phase": phase, "pre_bm_done": 1, "pre_bm_blast_op": 1,
             "pre_bm_blast": blasts, **answers},
        )
        for n, (day, phase, blasts, answers) in enumerate(rows, start=1)
    ]  # fmt: skip
    return case_table(tables_of({"C1": [*INFUSED, *forms]})).iloc[0]


def test_the_latest_assessment_after_bridging_counts():
    case = assessed((-30, 1, 80, {}), (-9, 2, 60, {}), (-8, 2, 3, {}), (-2, 3, 20, {}))

    assert (case["blasts_before"], case["burden"], case["burden_50"]) == (3, "low", "low")
    assert (case["burden_before_bridging"], case["burden_50_before_bridging"]) == ("high", "high")


def test_an_assessment_after_the_infusion_does_not_count():
    case = assessed((-30, 1, 80, {}), (1, 2, 0, {}))

    assert (case["blasts_before"], case["burden"]) == (80, "high")


def test_without_a_marrow_the_other_answers_still_count():
    case = assessed((-5, 2, None, {"pre_bm_done": 0, "pre_cns": 3, "pre_emd": 0, "pre_mrd_method": 0}))

    assert pd.isna(case["burden"]) and pd.isna(case["blasts_before"])
    assert (case["burden_prwcc"], case["cns_before"], case["extramedullary_before"]) == ("high", "CNS3", "no")
    assert case["mrd_before"] == "not done"


def test_a_count_with_an_operator_is_not_shown_as_exact():
    case = assessed((-5, 2, 5, {"pre_bm_blast_op": 2}))

    assert pd.isna(case["blasts_before"]) and case["burden"] == "low"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"pre_mrd_method": 1, "pre_mrd_result": 0, "pre_mrd_lod": "0.0001"}, "negative"),
        ({"pre_mrd_method": 1, "pre_mrd_result": 0, "pre_mrd_lod": "0.001"}, "insensitive"),
        ({"pre_mrd_method": 1, "pre_mrd_result": 0}, "insensitive"),
        ({"pre_mrd_method": 1, "pre_mrd_result": 2}, "positive"),
        ({"pre_mrd_method": 1, "pre_mrd_result": 99}, None),
        ({}, None),
    ],
)
def test_mrd_before_infusion(answers, expected):
    found = assessed((-5, 2, 0, answers))["mrd_before"]

    assert (None if pd.isna(found) else found) == expected
