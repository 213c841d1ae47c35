"""Disease burden: the vectors, the row it rests on, and reports such as "<5"."""

from datetime import date, timedelta

import pytest
from hypothesis import strategies as st

from registry.grading.burden import burden_50, burden_kato, burden_mrd2, burden_prwcc, burden_row
from tests.registry.grading.answers import DAY_0, for_all, rules, without, words

EXACT, BELOW, AT_MOST, ABOVE = 1, 2, 3, 4


def marrow(blasts, operator=EXACT, **more):
    return {"pre_bm_done": 1, "pre_bm_blast": blasts, "pre_bm_blast_op": operator, **more}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(marrow(4.9), "low", id="4.9"),
        pytest.param(marrow(5), "high", id="5"),
        pytest.param(marrow(5, BELOW), "low", id="<5"),
        pytest.param(marrow(5, ABOVE), "high", id=">5"),
        pytest.param({"pre_bm_done": 0}, None, id="marrow not done"),
        pytest.param(marrow(5, AT_MOST), None, id="≤5"),
        pytest.param(marrow(20, BELOW), None, id="<20"),
        pytest.param(marrow(1, ABOVE), None, id=">1"),
        pytest.param(marrow(None), None, id="count missing"),
        pytest.param(marrow(3, None), "low", id="3 without an operator"),
    ],
)
def test_burden_kato(answers, expected):
    assert burden_kato(answers).value == expected


def test_a_report_on_both_sides_of_the_cut_is_queried_and_a_missing_one_is_not():
    assert rules(burden_kato(marrow(5, AT_MOST))) == ["burden_kato.operator"]
    assert rules(burden_kato(marrow(None))) == rules(burden_kato(marrow(5, BELOW))) == []


def test_the_burden_says_what_decided():
    assert words(burden_kato(marrow(5, BELOW))) == ["marrow blasts <5 % (below 5)"]
    assert words(burden_kato(marrow(5, ABOVE))) == ["marrow blasts >5 % (from 5)"]
    assert words(burden_kato(marrow(80))) == ["marrow blasts 80 % (from 5)"]
    assert not burden_kato(marrow(80)).provisional


CLEAR = marrow(0, pre_mrd_method=1, pre_mrd_result=0, pre_mrd_lod=1e-4, pre_cns=1, pre_emd=0)
PRWCC = {
    "nothing to find": ({}, "undetectable"),
    "blasts 5": ({"pre_bm_blast": 5}, "high"),
    "CNS3": ({"pre_cns": 3}, "high"),
    "extramedullary disease": ({"pre_emd": 1}, "high"),
    "blasts 4.9": ({"pre_bm_blast": 4.9}, "undetectable"),
    "CNS2": ({"pre_cns": 2}, "low"),
    "CNS not done": ({"pre_cns": 98}, "low"),
    "extramedullary disease not assessed": ({"pre_emd": 98}, "low"),
    "sensitivity 1e-3": ({"pre_mrd_lod": 1e-3}, "low"),
    "MRD positive": ({"pre_mrd_result": 1}, "low"),
    "MRD not done": ({"pre_mrd_method": 0, "pre_mrd_result": None}, "low"),
    "MRD result missing": ({"pre_mrd_result": None}, None),
    "MRD result unknown": ({"pre_mrd_result": 99}, None),
    "sensitivity missing": ({"pre_mrd_lod": None}, None),
    "CNS missing": ({"pre_cns": None}, None),
    "marrow not done": ({"pre_bm_done": 0, "pre_bm_blast": None}, None),
    "marrow not done, CNS3": ({"pre_bm_done": 0, "pre_bm_blast": None, "pre_cns": 3}, "high"),
}


@pytest.mark.parametrize("case", PRWCC)
def test_burden_prwcc(case):
    changed, expected = PRWCC[case]
    found = burden_prwcc({**CLEAR, **changed})
    assert (found.value, found.provisional) == (expected, True)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(marrow(50), "high", id="50"),
        pytest.param(marrow(49.9), "intermediate", id="49.9"),
        pytest.param(marrow(5), "intermediate", id="5"),
        pytest.param(marrow(4.9), "low", id="4.9"),
        pytest.param(marrow(0), "intermediate", id="0"),
        pytest.param(marrow(5, BELOW), None, id="<5, which may be 0"),
        pytest.param(marrow(50, ABOVE), "high", id=">50"),
        pytest.param(marrow(5, ABOVE), None, id=">5"),
        pytest.param(marrow(None), None, id="missing"),
        pytest.param({"pre_bm_done": 0}, None, id="marrow not done"),
    ],
)
def test_burden_50(answers, expected):
    assert burden_50(answers).value == expected


def mrd(result, method=1, **more):
    return {"pre_mrd_method": method, "pre_mrd_result": result, **more}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(mrd(1, pre_mrd_value=0.01), "high", id="MRD 1e-2"),
        pytest.param(mrd(1, pre_mrd_value=0.0099), "low", id="MRD 9.9e-3"),
        pytest.param(mrd(1, pre_mrd_value=0.001) | marrow(6), "low", id="MRD 1e-3 with 6 % blasts"),
        pytest.param(mrd(1) | marrow(6), None, id="positive, value missing"),
        pytest.param(mrd(2) | marrow(5), "high", id="not quantifiable, 5 % blasts"),
        pytest.param(mrd(2) | marrow(4.9), "low", id="not quantifiable, 4.9 % blasts"),
        pytest.param(mrd(2), None, id="not quantifiable, no marrow"),
        pytest.param(mrd(None, method=0) | marrow(60), "high", id="MRD not done, 60 % blasts"),
        pytest.param(mrd(0, pre_mrd_lod=1e-4), "low", id="negative"),
        pytest.param(mrd(0, pre_mrd_lod=0.01), "low", id="negative at 1e-2"),
        pytest.param(mrd(0), None, id="negative, sensitivity missing"),
        pytest.param(mrd(3, pre_mrd_lod=0.05) | marrow(30), "high", id="negative at 5e-2, 30 % blasts"),
        pytest.param(mrd(99) | marrow(30), None, id="result unknown"),
        pytest.param(marrow(30), None, id="nothing about MRD"),
    ],
)
def test_burden_mrd2(answers, expected):
    assert burden_mrd2(answers).value == expected


def row(phase, before, blasts, done=1, seq=1):
    """An assessment so many days before infusion."""
    day = DAY_0 - timedelta(days=before)
    return {"pre_seq": seq, "pre_phase": phase, "pre_date": day, "pre_bm_done": done, "pre_bm_blast": blasts}


BRIDGED, DEPLETED, FIRST = row(2, 10, 1), row(3, 1, 2), row(1, 40, 3)


def test_a_marrow_after_bridging_goes_before_one_after_lymphodepletion_and_that_before_an_earlier_one():
    assert burden_row([FIRST, DEPLETED, BRIDGED], DAY_0) is BRIDGED
    assert burden_row([FIRST, DEPLETED], DAY_0) is DEPLETED
    assert burden_row([FIRST], DAY_0) is FIRST
    assert burden_row([], DAY_0) is None


def test_of_one_phase_the_latest_counts_and_of_one_day_the_later_number():
    later, same_day = row(2, 5, 4), row(2, 10, 5, seq=2)
    assert burden_row([later, BRIDGED], DAY_0) is later
    assert burden_row([same_day, BRIDGED], DAY_0) is same_day


def test_a_row_without_a_marrow_is_passed_over_if_another_has_one():
    dry = row(2, 5, None, done=0)
    assert burden_row([dry, FIRST], DAY_0) is FIRST
    assert burden_row([dry], DAY_0) is dry


def test_a_row_after_the_infusion_or_without_a_phase_is_not_used():
    after, unphased = row(2, -1, 50), without(BRIDGED, "pre_phase")
    assert burden_row([after, unphased, FIRST], DAY_0) is FIRST
    same_day = row(2, 0, 50)
    assert burden_row([same_day, FIRST], DAY_0) is same_day
    month_of_infusion = {**BRIDGED, "pre_date": date(2024, 6, 1), "pre_date_p": "M"}
    assert burden_row([month_of_infusion], DAY_0) is month_of_infusion


ROWS = st.builds(row, st.sampled_from([1, 2, 3]), st.integers(0, 60), st.integers(0, 100), st.integers(0, 1))


@for_all(st.lists(ROWS, min_size=1, max_size=5), st.randoms())
def test_the_order_of_the_rows_does_not_matter(rows, chance):
    numbered = [{**one, "pre_seq": place} for place, one in enumerate(rows)]
    shuffled = list(numbered)
    chance.shuffle(shuffled)
    assert burden_row(numbered, DAY_0) is burden_row(shuffled, DAY_0)


@for_all(st.lists(st.integers(0, 100), min_size=2, max_size=6), st.sampled_from([EXACT, BELOW, ABOVE]))
def test_more_blasts_never_lower_the_burden(counts, operator):
    classes = [burden_kato(marrow(one, operator)).value for one in sorted(counts)]
    places = [("low", "high").index(one) for one in classes if one]
    assert places == sorted(places)
