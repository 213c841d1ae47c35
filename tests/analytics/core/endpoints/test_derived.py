"""Derived fields of single rows, on the test vectors of the data dictionary."""

import numpy as np
import pandas as pd
import pytest

from analytics.core.cases import FORM_TABLES
from analytics.core.endpoints import derived

REMISSION = {
    "rsp_bm_done": 1,
    "rsp_bm_blast": 1,
    "rsp_pb_blast": 0,
    "rsp_cns": 1,
    "rsp_emd": 0,
    "rsp_anc": 1.0,
    "rsp_plt": 100,
    "rsp_transfused": 0,
}


def one(form, answers):
    columns = FORM_TABLES[form].numbers
    return pd.DataFrame([{**dict.fromkeys(columns, np.nan), **answers}], columns=list(columns)).astype("float64")


def answer(classes):
    return None if pd.isna(classes[0]) else classes[0]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "CR"),
        ({"rsp_plt": 99}, "CRi"),
        ({"rsp_transfused": 99}, "CRi"),
        ({"rsp_transfused": 1}, "CRi"),
        ({"rsp_emd": 98}, "CR"),
        ({"rsp_cns": 3}, "NR"),
        ({"rsp_bm_blast": 5}, "NR"),
        ({"rsp_bm_done": 0, "rsp_bm_blast": np.nan}, "NE"),
        ({"rsp_bm_blast": np.nan}, None),
        ({"rsp_bm_done": np.nan}, None),
        ({"rsp_bm_blast": np.nan, "rsp_pb_blast": 20}, "NR"),
        ({"rsp_anc": np.nan}, None),
        ({"rsp_anc": np.nan, "rsp_plt": 20}, "CRi"),
    ],
)
def test_response(changes, expected):
    assert answer(derived.response(one("response_assessment", {**REMISSION, **changes}))) == expected


@pytest.mark.parametrize(
    ("changes", "site", "expected", "from_site"),
    [
        ({}, 3, "CR", False),
        ({"rsp_anc": np.nan}, 1, "CR", True),
        ({"rsp_bm_blast": np.nan}, 3, "NR", True),
        ({"rsp_bm_blast": np.nan}, 5, None, False),
        ({"rsp_bm_done": 0}, 1, "NE", False),
    ],
)
def test_the_site_s_call_stands_in_only_where_nothing_can_be_derived(changes, site, expected, from_site):
    rows = one("response_assessment", {**REMISSION, **changes, "rsp_site": site})
    response, flag = derived.response_or_site_call(rows)

    assert (answer(response), flag[0]) == (expected, from_site)


@pytest.mark.parametrize(
    ("result", "value", "sensitivity", "expected"),
    [
        (0, np.nan, 1e-4, "MRD-CR"),
        (0, np.nan, 1e-3, "intermediate"),
        (0, np.nan, np.nan, None),
        (1, 2e-5, 1e-5, "intermediate"),
        (1, 1e-4, 1e-5, "failure"),
        (1, np.nan, 1e-5, None),
        (2, np.nan, 1e-5, "intermediate"),
        (3, np.nan, np.nan, "intermediate"),
        (99, np.nan, 1e-5, None),
    ],
)
def test_mrd_class(result, value, sensitivity, expected):
    answers = {"rsp_mrd_result": result, "rsp_mrd_value": value, "rsp_mrd_lod": sensitivity}

    assert answer(derived.mrd_class(one("response_assessment", {**answers, "rsp_mrd_method": 1}))) == expected
    assert answer(derived.mrd_class(one("response_assessment", {**answers, "rsp_mrd_method": 0}))) is None


@pytest.mark.parametrize(
    ("absolute", "percent", "leukaemic", "expected"),
    [
        (49, 9.9, 0, "not lost"),
        (50, 1, 0, "lost"),
        (1, 10, 0, "lost"),
        (200, np.nan, 0, "lost"),
        (200, 40, 1, "ignored"),
        (49, np.nan, 0, None),
    ],
)
def test_bcell_status(absolute, percent, leukaemic, expected):
    answers = {"b19_abs": absolute, "b19_pct": percent, "b19_is_blast": leukaemic}

    assert answer(derived.bcell_status(one("bcell_assessment", answers))) == expected


@pytest.mark.parametrize(
    ("blasts", "operator", "expected"),
    [
        (4.9, 1, "low"),
        (5, 1, "high"),
        (5, np.nan, "high"),
        (5, 2, "low"),  # "< 5"
        (5, 3, None),  # "≤ 5" asks for a query
        (5, 4, "high"),  # "> 5"
        (20, 2, None),  # "< 20" may be either
        (3, 4, None),  # "> 3" may be either
        (np.nan, 1, None),
    ],
)
def test_disease_burden(blasts, operator, expected):
    answers = {"pre_bm_done": 1, "pre_bm_blast": blasts, "pre_bm_blast_op": operator}

    assert answer(derived.burden_kato(one("pre_infusion_assessment", answers))) == expected
    assert answer(derived.burden_kato(one("pre_infusion_assessment", {**answers, "pre_bm_done": 0}))) is None
