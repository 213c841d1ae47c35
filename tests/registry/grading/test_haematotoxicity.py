"""ICAHT, T-ICAHT and IEC-HS: the vectors, what is missing, and the marks of provisional thresholds."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import strategies as st

from registry.grading.haematotoxicity import icaht_early, icaht_late, t_icaht_early, t_icaht_late
from registry.grading.iechs import iechs
from registry.grading.thresholds import LIMITS
from tests.registry.grading.answers import for_all, rules, without, words

EARLY = [  # anc500_days, anc100_days, anc_never_rec, grade
    (0, 0, 0, 0), (3, 0, 0, 1), (6, 0, 0, 1), (7, 0, 0, 2), (13, 6, 0, 2),
    (14, 0, 0, 3), (10, 7, 0, 3), (20, 13, 0, 3), (20, 14, 0, 4), (31, 5, 1, 4),
]  # fmt: skip
PLATELETS_EARLY = [(0, 0, 0), (6, 0, 1), (7, 0, 2), (7, 1, 3), (20, 14, 4)]  # plt50_days, plt20_days, grade
PLATELETS_LATE = [(120, 0, 0), (99, 0, 1), (49, 0, 2), (15, 1, 3), (8, 14, 4)]  # late_plt_nadir, late_plt20_days, grade


def neutrophils(days500, days100, never=0):
    return {"anc500_days": days500, "anc100_days": days100, "anc_never_rec": never}


def platelets(days50, days20):
    return {"plt50_days": days50, "plt20_days": days20}


def late_platelets(nadir, days20):
    return {"late_plt_nadir": nadir, "late_plt20_days": days20}


@pytest.mark.parametrize(("days500", "days100", "never", "grade"), EARLY)
def test_early_icaht(days500, days100, never, grade):
    assert icaht_early(neutrophils(days500, days100, never)).value == grade


@pytest.mark.parametrize(("nadir", "grade"), [("1.6", 0), ("1.5", 1), ("1.0", 2), ("0.5", 3), ("0.1", 4)])
def test_late_icaht(nadir, grade):
    assert icaht_late({"late_anc_nadir": Decimal(nadir)}).value == grade
    assert icaht_late({"late_anc_nadir": float(nadir)}).value == grade


@pytest.mark.parametrize(("days50", "days20", "grade"), PLATELETS_EARLY)
def test_early_t_icaht(days50, days20, grade):
    assert t_icaht_early(platelets(days50, days20)).value == grade


@pytest.mark.parametrize(("nadir", "days20", "grade"), PLATELETS_LATE)
def test_late_t_icaht(nadir, days20, grade):
    assert t_icaht_late(late_platelets(nadir, days20)).value == grade


def test_platelets_at_a_late_limit_are_not_below_it():
    assert [t_icaht_late(late_platelets(nadir, 0)).value for nadir in (100, 50)] == [0, 1]


@pytest.mark.parametrize("scale", [icaht_early, icaht_late, t_icaht_early, t_icaht_late, iechs])
def test_no_answers_give_no_grade(scale):
    assert scale({}).value is None
    assert scale({}).missing


@pytest.mark.parametrize("item", ["anc500_days", "anc100_days", "anc_never_rec"])
def test_a_missing_count_leaves_early_icaht_open(item):
    found = icaht_early(without(neutrophils(0, 0), item))
    assert (found.value, found.missing) == (None, (item,))


def test_what_is_certain_without_the_missing_answer_is_graded():
    assert icaht_early({"anc_never_rec": 1}).value == 4
    assert icaht_early({"anc100_days": 14}).value == 4
    assert t_icaht_early({"plt20_days": 1}).value == 3
    assert t_icaht_early({"plt20_days": 0}).missing == ("plt50_days",)
    assert t_icaht_late({"late_plt20_days": 14}).value == 4
    assert t_icaht_late({"late_plt_nadir": 120}).missing == ("late_plt20_days",)


def test_the_grade_says_what_decided():
    assert words(icaht_early(neutrophils(14, 7))) == [
        "ANC at most 0.5 ×10⁹/L on 14 days (from 14)",
        "ANC at most 0.1 ×10⁹/L on 7 days (from 7)",
    ]
    assert words(t_icaht_late(late_platelets(49, 0))) == [
        "lowest platelets on days 31 to 100: 49 ×10⁹/L (below 50)"
    ]  # fmt: skip
    assert words(icaht_late({"late_anc_nadir": 2})) == ["no neutropenia that this scale grades"]


def test_icaht_is_marked_provisional_and_t_icaht_is_not():
    assert icaht_early(neutrophils(0, 0)).provisional
    assert icaht_late({"late_anc_nadir": 1}).provisional
    assert iechs({"iechs_dx": 0}).provisional
    assert not t_icaht_early(platelets(0, 0)).provisional
    assert not t_icaht_late(late_platelets(120, 0)).provisional


def test_a_threshold_is_a_value_that_can_be_set_and_confirmed():
    confirmed = {name: replace(one, provisional=False) for name, one in LIMITS.items()}
    confirmed["icaht_late.1.late_anc_nadir"] = replace(confirmed["icaht_late.1.late_anc_nadir"], value=Decimal("1.7"))
    found = icaht_late({"late_anc_nadir": Decimal("1.6")}, confirmed)
    assert (found.value, found.provisional) == (1, False)


DAYS = st.integers(0, 31)


@for_all(DAYS, DAYS, st.integers(0, 1), st.sampled_from(["anc500_days", "anc100_days", "anc_never_rec"]))
def test_more_neutropenia_never_lowers_the_grade(days500, days100, never, item):
    worse = range(2) if item == "anc_never_rec" else range(32)
    grades = [icaht_early({**neutrophils(days500, days100, never), item: one}).value for one in worse]
    assert grades == sorted(grades)


@for_all(st.lists(st.decimals(0, 30, places=2), min_size=2, max_size=5))
def test_a_lower_nadir_never_lowers_the_grade(nadirs):
    grades = [icaht_late({"late_anc_nadir": one}).value for one in sorted(nadirs, reverse=True)]
    assert grades == sorted(grades)


@for_all(DAYS, DAYS, st.sampled_from(["plt50_days", "plt20_days"]))
def test_more_thrombocytopenia_never_lowers_the_grade(days50, days20, item):
    grades = [t_icaht_early({**platelets(days50, days20), item: one}).value for one in range(32)]
    assert grades == sorted(grades)


@for_all(st.lists(st.integers(0, 300), min_size=2, max_size=5), st.integers(0, 70))
def test_lower_platelets_never_lower_the_grade(nadirs, days20):
    grades = [t_icaht_late(late_platelets(one, days20)).value for one in sorted(nadirs, reverse=True)]
    assert grades == sorted(grades)


IECHS = {
    "iechs_dx": 1,
    "iechs_grade": 3,
    "iechs_onset": date(2024, 6, 20),
    "crs_onset": date(2024, 6, 5),
    "peak_ferritin": 30000,
}


def test_iechs_is_the_sites_grade_with_its_supportive_findings():
    found = iechs({**IECHS, "iechs_fibrinogen": 149, "iechs_ast_uln": Decimal("5.1"), "iechs_hemophago": 1})
    assert (found.value, rules(found)) == (3, [])
    assert words(found) == [
        "graded by the site",
        "fibrinogen 149 mg/dL (below 150)",
        "AST or ALT 5.1 × ULN (above 5)",
        "haemophagocytosis",
    ]


def test_findings_at_their_limit_or_not_examined_do_not_support():
    found = iechs({**IECHS, "iechs_fibrinogen": 150, "iechs_ast_uln": 5, "iechs_hemophago": 98})
    assert words(found) == ["graded by the site"]


def test_iechs_is_never_diagnosed_from_findings():
    assert iechs({**IECHS, "iechs_dx": 0, "iechs_fibrinogen": 20, "iechs_hemophago": 1}).value == 0
    assert iechs({**IECHS, "iechs_dx": 99}).value is None
    assert iechs(without(IECHS, "iechs_grade")).missing == ("iechs_grade",)


def test_iechs_without_ferritin_or_before_crs_is_queried():
    assert rules(iechs(without(IECHS, "peak_ferritin"))) == ["iechs.ferritin"]
    assert rules(iechs({**IECHS, "iechs_onset": date(2024, 6, 4)})) == ["iechs.onset"]
    assert rules(iechs({**IECHS, "iechs_onset": date(2024, 6, 1), "iechs_onset_p": "M"})) == []
    assert rules(iechs(without(IECHS, "crs_onset"))) == []
