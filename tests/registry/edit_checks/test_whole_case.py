"""The checks over a whole case: each one silent where it should be, and speaking where it should."""

from datetime import date

import pytest

from registry.edit_checks.case import ROW_CHECKS, Record, possible_days
from tests.registry.edit_checks.rows import DAY_0, day, rows_of, rules

INFUSED = (("cart_course", {"infused": 1}), ("infusion", {"inf_date": DAY_0}))


def relapse(number, kind=1):
    return "relapse", {"rel_date": day(number), "rel_kind": kind}


def response(number, site):
    return "response_assessment", {"rsp_date": day(number), "rsp_site": site}


def contact(number, status=1, **answers):
    return "follow_up", {"fup_date": day(number), "vital_status": status, **answers}


def died(number):
    return "death", {"death_date": day(number)}


def born(when, precision="D"):
    return "patient", {"birth_date": when, "birth_date_p": precision}


def scored(scale, **scores):
    return "baseline_disease", {"ps_scale": scale, **scores}


def tocilizumab(given, number):
    return "crs", {"crs_occurred": 1, "toci_given": given, "toci_first_date": day(number)}


SCALE, AGE, START = "baseline_disease.ps_score_dec.scale", "patient.birth_date.age", "follow_up.fup_date.start"

CHECKS = [  # rule, forms with which it is silent, forms with which it speaks
    (SCALE, [scored(1, ps_score_dec=90)], [scored(1, ps_score_dec=85)]),
    (SCALE, [scored(3, ps_score_dec=5)], [scored(3, ps_score_dec=6)]),
    ("pre_infusion_assessment.ps_score_inf.scale",
     [scored(2), ("pre_infusion_assessment", {"ps_score_inf": 80})],
     [scored(2), ("pre_infusion_assessment", {"ps_score_inf": 85})]),
    ("follow_up.ps_fup.scale", [scored(3), contact(30, ps_fup=1)], [scored(3), contact(30, ps_fup=80)]),
    (AGE, [*INFUSED, born(date(1984, 6, 4))], [*INFUSED, born(date(1984, 5, 1))]),
    (AGE, [*INFUSED, born(DAY_0)], [*INFUSED, born(day(1))]),
    (AGE, [*INFUSED, born(date(1984, 1, 1), "Y")], [*INFUSED, born(date(1983, 1, 1), "Y")]),
    (AGE, [born(date(1950, 1, 1))], [*INFUSED, born(date(1950, 1, 1))]),
    ("X15", [*INFUSED, response(28, 1)], [("cart_course", {"infused": 0}), response(28, 1)]),
    ("X15", [("cart_course", {"infused": 0}), contact(28)], [("cart_course", {"infused": 0}), ("crs", {"crs_occurred": 0})]),
    ("X34", [*INFUSED, response(28, 1), relapse(90)], [*INFUSED, response(28, 3), relapse(90)]),
    ("X34", [*INFUSED, response(28, 2), relapse(90)], [*INFUSED, response(91, 2), relapse(90)]),
    ("X34", [*INFUSED, relapse(90, kind=6)], [*INFUSED, relapse(90, kind=2)]),
    ("X40", [died(100), contact(100, status=2)], [died(100), contact(101, status=2)]),
    ("X40", [died(100), ("bcell_assessment", {"bca_date": date(2024, 9, 1), "bca_date_p": "M"})],
     [died(100), ("bcell_assessment", {"bca_date": date(2024, 10, 1), "bca_date_p": "M"})]),
    ("X40", [died(100), ("subsequent_neoplasm", {"smn_date": day(90), "smn_reported": day(130)})],
     [died(100), ("subsequent_neoplasm", {"smn_date": day(101)})]),
    ("X41", [died(100), contact(100, status=2)], [contact(100, status=2)]),
    ("X41", [contact(100)], [contact(90), contact(100, status=2)]),
    (START, [*INFUSED, contact(0)], [*INFUSED, contact(-1)]),
    (START, [("leukapheresis", {"aph_start_date": day(-40)}), contact(-40)],
     [("leukapheresis", {"aph_start_date": day(-40)}), contact(-41)]),
    (START, [("patient", {"decision_date": day(-60)}), ("leukapheresis", {"aph_start_date": day(-40)}), contact(-60)],
     [("patient", {"decision_date": day(-60)}), ("leukapheresis", {"aph_start_date": day(-40)}), contact(-61)]),
    ("death.death_date.start", [*INFUSED, died(0)], [*INFUSED, died(-1)]),
    ("X25", [*INFUSED, tocilizumab(1, 0)], [*INFUSED, tocilizumab(1, -1)]),
    ("X25", [*INFUSED, tocilizumab(2, -1)], [*INFUSED, tocilizumab(2, -2)]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "silent", "speaking"), CHECKS)
def test_a_check_speaks_only_where_it_should(rule, silent, speaking):
    assert rule not in rules(*silent)
    assert rule in rules(*speaking)


def test_every_check_is_tried_both_ways():
    tried = {check for check in ROW_CHECKS for _rule, _silent, forms in CHECKS if _fires(check, forms)}
    assert tried == set(ROW_CHECKS)


def _fires(check, forms):
    record = Record(rows_of(*forms))
    return any(list(check(record, row)) for row in record.rows)


def test_a_check_without_its_inputs_is_silent():
    blank = ("patient", "baseline_disease", "crs", "relapse", "follow_up", "death", "infusion", "cart_course")
    assert rules(*((name, {}) for name in blank)) == set()


def test_the_first_shipped_collection_starts_the_clock():
    rows = rows_of(
        ("leukapheresis", {"aph_start_date": day(-90), "aph_shipped": 0}),
        ("leukapheresis", {"aph_start_date": day(-50), "aph_shipped": 1}),
        ("leukapheresis", {"aph_start_date": day(-40), "aph_shipped": 1}),
    )
    assert Record(rows).collection()["aph_start_date"] == day(-50)
    assert Record(rows[:1]).collection()["aph_start_date"] == day(-90)
    assert Record([]).collection() is None


def test_day_0_is_the_first_infusion_of_the_index_course():
    second = ("infusion", {"course_no": 2, "inf_date": day(-5)})
    assert Record(rows_of(second, ("infusion", {"inf_date": DAY_0}))).infused_on() == DAY_0
    assert Record(rows_of(second)).infused_on() is None


@pytest.mark.parametrize(
    ("precision", "days"),
    [
        ("D", (date(2024, 2, 1), date(2024, 2, 1))),
        (None, (date(2024, 2, 1), date(2024, 2, 1))),
        ("M", (date(2024, 2, 1), date(2024, 2, 29))),
        ("Y", (date(2024, 1, 1), date(2024, 12, 31))),
    ],
)
def test_the_days_that_a_partial_date_can_mean(precision, days):
    assert possible_days(date(2024, 2, 1), precision) == days
