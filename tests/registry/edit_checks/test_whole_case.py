"""Hard rules of items that need another form, the engine, and what a record knows of its rows."""

from datetime import date

import pytest

from registry.dictionary.dates import possible_days
from registry.edit_checks.case import Record, case_findings
from registry.edit_checks.of_items import ITEM_CHECKS
from tests.registry.edit_checks.cases_after import (
    contact,
    crs,
    crs_day,
    died,
    episode,
    icans,
    icans_day,
    neurotoxic,
    relapse,
    response,
)
from tests.registry.edit_checks.cases_before import INFUSED, bridged, collected, depleted, disease, infused, made
from tests.registry.edit_checks.rows import DAY_0, day, rows_of, rules


def born(when, precision="D"):
    return "patient", {"birth_date": when, "birth_date_p": precision}


def scored(scale, **scores):
    return "baseline_disease", {"ps_scale": scale, **scores}


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
    (AGE, [("cart_course", {"prod_name": 88, "prod_name_oth": "HSCT"}), infused(), born(date(1950, 1, 1))],
     [("cart_course", {"prod_name": 1}), infused(), born(date(1950, 1, 1))]),
    (AGE, [born(date(1950, 1, 1))], [*INFUSED, born(date(1950, 1, 1))]),
    (START, [*INFUSED, contact(0)], [*INFUSED, contact(-1)]),
    (START, [("leukapheresis", {"aph_start_date": day(-40)}), contact(-40)],
     [("leukapheresis", {"aph_start_date": day(-40)}), contact(-41)]),
    (START, [("patient", {"decision_date": day(-60)}), ("leukapheresis", {"aph_start_date": day(-40)}), contact(-60)],
     [("patient", {"decision_date": day(-60)}), ("leukapheresis", {"aph_start_date": day(-40)}), contact(-61)]),
    ("death.death_date.start", [*INFUSED, died(0)], [*INFUSED, died(-1)]),
    ("crs_day.crs_day_episode.episode", [crs(), episode(2), crs_day(2)], [crs(), episode(2), crs_day(2, 2)]),
    ("crs_day.crs_day_date.episode", [crs(), episode(2, 9), crs_day(2), crs_day(9)], [crs(), episode(2, 9), crs_day(10)]),
    ("crs_day.crs_day_date.twice", [crs(), episode(2), episode(3), crs_day(4), crs_day(5), crs_day(4, 2)],
     [crs(), episode(2), crs_day(4), crs_day(4)]),
    ("icans_day.icans_day_date.episode", [icans(), neurotoxic(5), icans_day(5)], [icans(), neurotoxic(5), icans_day(4)]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "silent", "speaking"), CHECKS)
def test_a_check_speaks_only_where_it_should(rule, silent, speaking):
    assert rule not in rules(*silent)
    assert rule in rules(*speaking)


def test_every_check_is_tried_both_ways():
    tried = {check for check in ITEM_CHECKS for _rule, _silent, forms in CHECKS if _fires(check, forms)}
    assert tried == set(ITEM_CHECKS)


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


def test_a_pair_of_dates_is_reported_once():
    """The order of these dates is a rule of the item and of a check: the check speaks."""
    for rule, forms in {
        "X01": [born(date(2015, 1, 1)), disease(dx_date=date(2014, 1, 1))],
        "X02": [collected(), made(shipped=-61)],
        "X04": [infused(), depleted(-8, 0)],
        "X17a": [infused(), ("pre_infusion_assessment", {"pre_date": day(1), "pre_phase": 2, "pre_bm_done": 1})],
        "X21": [infused(), crs(), episode(-1)],
        "X25": [infused(), crs(steroid_crs=1, steroid_start=day(-1))],
        "X30": [infused(), response(0)],
        "X44": [contact(90, last_disease_date=day(91))],
    }.items():
        assert rules(*forms, severity="hard") == {rule}, rule
    assert "bridging_therapy.brg_start.order.aph_end_date" not in rules(collected(-60), bridged(-61, -50))


def test_two_facts_are_two_findings():
    found = rules(infused(), crs(), episode(3, 2), episode(4, 9))
    assert found == {
        "crs_episode.crs_resolved.order.crs_onset"
    }  # one good episode satisfies X21, not the other's own dates


def test_an_odd_igg_is_asked_about_once():
    answers = {"igg_level": 10}
    assert rules(("bcell_assessment", answers), severity="soft") == {"X46"}


def test_each_course_has_its_own_day_0():
    second = (
        ("cart_course", {"course_no": 2, "infused": 1}),
        ("infusion", {"course_no": 2, "inf_date": day(400)}),
        ("response_assessment", {"course_no": 2, "rsp_date": day(428), "rsp_timepoint": 1}),
    )
    assert rules(*INFUSED, *second, severity="hard") == set()
    late = ("response_assessment", {"course_no": 2, "rsp_date": day(700), "rsp_timepoint": 1})
    assert rules(*INFUSED, *second[:2], late, severity="hard") == {"X30"}


def test_what_does_not_depend_on_the_course_is_said_once():
    second = ("cart_course", {"course_no": 2, "infused": 1}), ("infusion", {"course_no": 2, "inf_date": day(400)})
    forms = (born(date(2015, 1, 1)), disease(dx_date=date(2014, 1, 1)), *INFUSED, *second)
    assert [one.rule for one in case_findings(Record(rows_of(*forms))) if one.rule == "X01"] == ["X01"]


def test_a_death_in_a_later_course_satisfies_every_course():
    second = ("cart_course", {"course_no": 2, "infused": 1}), ("infusion", {"course_no": 2, "inf_date": day(400)})
    dead = ("follow_up", {"course_no": 2, "fup_date": day(500), "vital_status": 2})
    assert "X41" not in rules(*INFUSED, *second, contact(90), dead, died(500))


def test_checks_that_need_today_are_silent_without():
    assert rules(contact(28, fup_visit=1), relapse(90, kind=6)) == set()
