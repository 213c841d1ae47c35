"""Response, MRD class and B-cell status: the vectors and what is missing."""

import pytest

from registry.grading.bcells import CONFIRMED_RULE, LossRule, bca_status, bca_statuses
from registry.grading.response import mrd_class, resp_derived
from tests.registry.grading.answers import RESPONSE, without, words

RESPONSES = {
    "remission with recovered counts": ({}, "CR"),
    "platelets 99": ({"rsp_plt": 99}, "CRi"),
    "ANC 0.99": ({"rsp_anc": 0.99}, "CRi"),
    "transfused": ({"rsp_transfused": 1}, "CRi"),
    "transfused unknown": ({"rsp_transfused": 99}, "CRi"),
    "blasts 1, CNS3": ({"rsp_cns": 3}, "NR"),
    "CNS2": ({"rsp_cns": 2}, "CR"),
    "CNS not examined": ({"rsp_cns": 98}, "CR"),
    "blasts 5": ({"rsp_bm_blast": 5}, "NR"),
    "blasts in the blood": ({"rsp_pb_blast": 0.1}, "NR"),
    "residual extramedullary disease": ({"rsp_emd": 1}, "NR"),
    "extramedullary disease not assessed": ({"rsp_emd": 98}, "CR"),
    "marrow not done": ({"rsp_bm_done": 0, "rsp_bm_blast": None}, "NE"),
}


@pytest.mark.parametrize("case", RESPONSES)
def test_response(case):
    changed, expected = RESPONSES[case]
    assert resp_derived({**RESPONSE, **changed}).value == expected


@pytest.mark.parametrize("item", RESPONSE)
def test_a_missing_component_leaves_a_complete_remission_open(item):
    found = resp_derived(without(RESPONSE, item))
    assert (found.value, found.missing) == (None, (item,))


def test_a_sign_of_disease_decides_whatever_is_missing():
    assert resp_derived({"rsp_bm_done": 1, "rsp_cns": 3}).value == "NR"


def test_the_response_says_what_decided_and_that_count_cut_offs_are_provisional():
    found = resp_derived({**RESPONSE, "rsp_plt": 99, "rsp_anc": 0.5})
    assert words(found) == ["ANC 0.5 ×10⁹/L (below 1)", "platelets 99 ×10⁹/L (below 100)"]
    assert words(resp_derived({**RESPONSE, "rsp_bm_blast": 40})) == ["marrow blasts 40 % (from 5)"]
    assert found.provisional


MRD = {
    "negative, lod 1e-4": ({"result": 0, "lod": 1e-4}, "MRD-CR"),
    "negative, lod 1e-3": ({"result": 0, "lod": 1e-3}, "intermediate"),
    "positive 2e-5": ({"result": 1, "value": 2e-5}, "intermediate"),
    "positive 1e-4": ({"result": 1, "value": 1e-4}, "failure"),
    "positive, not quantifiable": ({"result": 2}, "intermediate"),
    "negative, insufficient sensitivity": ({"result": 3}, "intermediate"),
    "not done": ({"method": 0}, None),
    "method missing": ({"method": None, "result": 0, "lod": 1e-4}, None),
    "result missing": ({}, None),
    "result unknown": ({"result": 99}, None),
    "negative, lod missing": ({"result": 0}, None),
    "positive, value missing": ({"result": 1}, None),
}


@pytest.mark.parametrize("case", MRD)
def test_mrd_class(case):
    answers, expected = MRD[case]
    assert mrd_class({f"rsp_mrd_{name}": one for name, one in {"method": 1, **answers}.items()}).value == expected


def test_the_mrd_class_says_what_decided():
    found = mrd_class({"rsp_mrd_method": 3, "rsp_mrd_result": 0, "rsp_mrd_lod": 1e-6})
    assert words(found) == ["negative with sensitivity 0.000001 (needed: 0.0001)"]


def cells(absolute, percent, leukaemic=0, **more):
    return {"b19_abs": absolute, "b19_pct": percent, "b19_is_blast": leukaemic, **more}


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        pytest.param(cells(49, 9.9), "not lost", id="49 per µL and 9.9 %"),
        pytest.param(cells(50, 0), "lost", id="50 per µL"),
        pytest.param(cells(0, 10), "lost", id="10 %"),
        pytest.param(cells(200, 30, leukaemic=1), "ignored", id="200 per µL but leukaemic"),
        pytest.param(cells(200, None), "lost", id="200 per µL, percentage missing"),
        pytest.param(cells(0, None), None, id="0 per µL, percentage missing"),
        pytest.param(cells(None, 1), None, id="1 %, count missing"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_bcell_status(sample, expected):
    assert bca_status(sample).value == expected


def test_haematogones_count_only_where_the_rule_says_so():
    sample = cells(0, 0, bm_hematogones=1)
    assert bca_status(sample).value == "not lost"
    assert bca_status(sample, LossRule(haematogones=True)).value == "lost"
    assert bca_status(cells(0, 0, bm_hematogones=98), LossRule(haematogones=True)).value == "not lost"


def statuses(*samples):
    return [one.value for one in bca_statuses(samples, CONFIRMED_RULE)]


def test_a_loss_counts_once_the_next_sample_confirms_it():
    assert statuses(cells(99, 1), cells(100, 0), cells(0, 1.1)) == ["not lost", "lost", None]
    assert statuses(cells(100, 0), cells(0, 0), cells(0, 0)) == ["not lost", "not lost", "not lost"]


def test_a_leukaemic_sample_confirms_nothing():
    assert statuses(cells(100, 0), cells(500, 50, leukaemic=1), cells(100, 0)) == ["lost", "ignored", None]
    assert statuses(cells(100, 0), cells(None, 0)) == [None, None]


def test_without_confirmation_each_sample_speaks_for_itself():
    assert [one.value for one in bca_statuses([cells(50, 0), cells(0, 0)])] == ["lost", "not lost"]
