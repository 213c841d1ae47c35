"""Derived fields of a whole case: where they stand, what the site says beside them, and what they ask."""

from datetime import date
from decimal import Decimal

import pytest

from registry.edit_checks.case import Record, case_findings
from registry.edit_checks.derived import derived_of
from tests.registry.edit_checks.cases_after import blood, crs, crs_day, episode, icans, icans_day, neurotoxic, response
from tests.registry.edit_checks.cases_before import assessed, collected, infused, made, patient, transplanted
from tests.registry.edit_checks.rows import day, rows_of, rules

WITH_MARROW = {"rsp_bm_done": 1, "rsp_bm_blast": Decimal(1), "rsp_pb_blast": Decimal(0), "rsp_cns": 1, "rsp_emd": 0}
WITH_COUNTS = {"rsp_anc": Decimal("1.0"), "rsp_plt": Decimal(100), "rsp_transfused": 0}
REMISSION = WITH_MARROW | WITH_COUNTS


def placed(*forms):
    """(form, key, name) → derived field."""
    return {(one.form, one.key, one.derived.name): one for one in derived_of(Record(rows_of(*forms)))}


def values(*forms):
    return {place: one.derived.value for place, one in placed(*forms).items()}


def test_every_value_stands_at_its_form_with_scale_version_and_rule():
    found = placed(
        patient(birth_date=date(2012, 6, 3)),
        *transplanted(date(2010, 10, 1)),
        collected(),
        made(),
        assessed(-9, pre_bm_blast=Decimal(5)),
        infused(inf_dose_total=Decimal(150), inf_weight=Decimal(50)),
        crs(),
        episode(2),
        icans(),
        neurotoxic(),
        blood(),
        response(28, 1, **REMISSION),
        ("bcell_assessment", {"b19_abs": Decimal(50)}),
    )
    at = {}
    for form, key, name in found:
        at.setdefault((form, key), []).append(name)
    assert at == {
        ("prior_therapy", "1"): ["hsct_rel_gap", "hsct_rel_gap_group"],
        ("pre_infusion_assessment", "1.1"): ["burden_kato", "burden_prwcc", "burden_50", "burden_mrd2"],
        ("infusion", "1.1"): ["age_inf_y", "dose_kg", "v2v_days", "ship_to_inf"],
        ("crs_episode", "1.1"): ["crs_grade"],
        ("crs", "1"): ["crs_grade"],
        ("icans_episode", "1.1"): ["icans_grade"],
        ("icans", "1"): ["icans_grade"],
        ("iechs_haematotoxicity", "1"): ["icaht_early", "icaht_late", "t_icaht_early", "t_icaht_late", "iechs"],
        ("response_assessment", "1.1"): ["resp_derived", "mrd_class"],
        ("bcell_assessment", "1.1"): ["bca_status"],
    }
    for one in found.values():
        assert one.derived.scale.name and one.derived.scale.version and one.derived.scale.rule >= 1
        assert one.derived.value is not None or one.derived.missing
    known = {name: one.derived.value for (_form, _key, name), one in found.items()}
    assert (known["dose_kg"], known["v2v_days"], known["ship_to_inf"]) == (3, 60, 58)
    assert (known["burden_kato"], known["resp_derived"], known["bca_status"]) == ("high", "CR", "lost")
    assert round(known["age_inf_y"], 2) == 12


def test_missing_input_gives_no_value_and_names_what_is_missing():
    forms = ("infusion", "pre_infusion_assessment", "crs", "crs_episode", "icans", "icans_episode")
    forms += ("iechs_haematotoxicity", "response_assessment", "bcell_assessment")
    found = placed(*((name, {}) for name in forms), ("prior_therapy", {"prior_hsct": 1}))
    assert {name for form, _key, name in found if form == "infusion"} == {"dose_kg", "v2v_days", "ship_to_inf"}
    for place, one in found.items():
        assert one.derived.value is None, place
        assert one.derived.missing, place


def test_a_case_without_the_form_has_no_derived_field():
    assert placed() == {}
    assert placed(("prior_therapy", {"prior_hsct": 0})) == {}


def test_intervals_follow_the_product_that_was_infused():
    """Two collections; the second attempt is released and received in time, so the second collection counts."""
    failed = made(outcome=3, shipped=-88)
    second = made(shipped=-48, product_receipt_date=day(-20))
    found = values(collected(-90), collected(-50), failed, second, infused())
    assert found["infusion", "1.1", "v2v_days"] == 50
    assert found["infusion", "1.1", "ship_to_inf"] == 48


def test_burden_stands_at_the_assessment_it_rests_on():
    early, late = assessed(-30, pre_phase=1, pre_bm_blast=Decimal(60)), assessed(-9, pre_bm_blast=Decimal("4.9"))
    assert values(early, late)["pre_infusion_assessment", "1.2", "burden_kato"] == "low"
    assert ("pre_infusion_assessment", "1.1", "burden_kato") not in placed(early, late)


def test_a_course_has_the_grade_of_its_worst_episode():
    found = values(crs(), episode(2), episode(9, 12, crs_hypoxia=2))
    assert found["crs_episode", "1.1", "crs_grade"] == 2
    assert found["crs_episode", "1.2", "crs_grade"] == 3
    assert found["crs", "1", "crs_grade"] == 3
    assert values(crs(), episode(2), episode(9, 12, crs_hypoxia=None))["crs", "1", "crs_grade"] is None


def test_a_log_gives_the_grade_of_its_episode():
    forms = (crs(), episode(2), crs_day(2), crs_day(3, crs_day_hypoxia=2), episode(9, 12), crs_day(9, 2))
    found = values(*forms)
    assert [found["crs_day", f"1.{n}", "crs_day_grade"] for n in (1, 2, 3)] == [1, 3, 1]
    assert found["crs_episode", "1.1", "crs_grade"] == 3
    assert found["crs_episode", "1.2", "crs_grade"] == 1
    assert found["crs", "1", "crs_grade"] == 3
    nerves = values(patient(birth_date=date(2004, 6, 3)), icans(), neurotoxic(5), icans_day(5, icans_day_seizure=1))
    assert nerves["icans_day", "1.1", "icans_day_grade"] == nerves["icans", "1", "icans_grade"] == 3


def test_a_log_of_another_course_does_not_count():
    second = [
        ("crs", {"course_no": 2, "crs_occurred": 1}),
        ("crs_episode", {**episode(402)[1], "course_no": 2, "crs_seq": 1}),
        ("crs_day", {**crs_day(402, crs_day_hypoxia=3)[1], "course_no": 2}),
    ]
    found = values(infused(), crs(), episode(2), *second)
    assert found["crs_episode", "1.1", "crs_grade"] == 2
    assert found["crs_episode", "2.1", "crs_grade"] == 4


def test_a_day_that_cannot_be_graded_is_asked_about():
    open_day = crs_day(2, crs_day_hypoxia=None)
    assert rules(crs(), episode(2), open_day) == {"crs_day_grade.missing"}
    assert rules(crs(), episode(2), crs_day(2, crs_day_hypoxia=None, crs_day_hypoxia_mr="ND")) == set()
    assert rules(icans(), neurotoxic(), icans_day(5, icans_day_motor=None)) == {"icans_day_grade.missing"}


def test_a_log_milder_than_the_components_of_its_episode_is_asked_about_once():
    forms = (infused(), crs(), episode(2, crs_hypoxia=2), crs_day(2), crs_day(3))
    asked = [one for one in case_findings(Record(rows_of(*forms))) if one.rule == "crs_grade.log"]
    assert [(one.form, one.key, one.item, one.severity) for one in asked] == [
        ("crs_episode", "1.1", "crs_hypoxia", "soft")
    ]
    assert (asked[0].values["found"], asked[0].values["expected"]) == ("1", "3")
    assert rules(icans(), neurotoxic(), icans_day(5)) == {"icans_grade.log"}


@pytest.mark.parametrize(
    "days",
    [
        [],
        [crs_day(2), crs_day(3, crs_day_hypoxia=2)],  # as severe
        [crs_day(2, crs_day_hypoxia=3)],  # more severe
        [crs_day(2, crs_day_hypoxia=None, crs_day_hypoxia_mr="ND")],  # no grade
    ],
)
def test_any_other_log_is_not_asked_about(days):
    assert "crs_grade.log" not in rules(crs(), episode(2, crs_hypoxia=2), *days)
    assert "crs_grade.log" not in rules(crs(), episode(2, crs_death=1), *days)


def test_each_course_is_derived_from_its_own_rows():
    second = [
        ("infusion", {"course_no": 2, "inf_date": day(400), "inf_dose_total": Decimal(50), "inf_weight": Decimal(25)}),
        ("crs", {"course_no": 2, "crs_occurred": 0}),
    ]
    found = values(patient(birth_date=date(2012, 6, 3)), infused(), crs(), episode(2), *second)
    assert round(found["infusion", "2.2", "age_inf_y"] - found["infusion", "1.1", "age_inf_y"], 2) == Decimal("1.10")
    assert (found["crs", "1", "crs_grade"], found["crs", "2", "crs_grade"]) == (2, 0)


def test_ferritin_of_the_crs_form_speaks_at_iechs():
    diagnosed = blood(iechs_dx=1, iechs_grade=2, iechs_onset=day(9))
    assert "iechs.ferritin" in rules(crs(), diagnosed)
    assert "iechs.ferritin" not in rules(crs(peak_ferritin=Decimal(9000)), diagnosed)
    assert "iechs.ferritin" not in rules(crs(peak_ferritin_mr="ND"), diagnosed)
    assert values(diagnosed)["iechs_haematotoxicity", "1", "iechs"] == 2
    early = blood(iechs_dx=1, iechs_grade=2, iechs_onset=day(1))
    assert "iechs.onset" in rules(crs(), episode(2), early)
    assert "iechs.onset" not in rules(crs(), episode(2), diagnosed)


@pytest.mark.parametrize(
    ("system", "charted", "differs"), [(1, 2, False), (1, 3, True), (2, 3, False), (None, 3, False), (1, None, False)]
)
def test_the_site_grade_differs_where_the_site_grades_by_astct(system, charted, differs):
    one = placed(crs(), episode(2, crs_system=system, crs_grade_site=charted))["crs_episode", "1.1", "crs_grade"]
    assert one.site.item == "crs_grade_site"
    assert one.differs is differs
    assert ("X22" in rules(crs(), episode(2, crs_system=system, crs_grade_site=charted))) is differs


LOW = REMISSION | {"rsp_plt": Decimal(99)}
DISEASE = REMISSION | {"rsp_bm_blast": Decimal(5)}
NO_MARROW = {"rsp_bm_done": 0}
RESPONSES = [  # the site's response, the components, rules that speak of the difference
    (1, REMISSION, set()),
    (2, LOW, set()),
    (3, DISEASE, set()),
    (4, DISEASE, set()),
    (1, LOW, {"X32"}),
    (1, DISEASE, {"X33"}),
    (2, DISEASE, {"X33"}),
    (2, REMISSION, {"resp_derived.site"}),
    (3, REMISSION, {"resp_derived.site"}),
    (4, REMISSION, {"resp_derived.site"}),
    (5, REMISSION, {"resp_derived.site"}),
    (3, LOW, {"resp_derived.site"}),
    (5, NO_MARROW, set()),
    (3, NO_MARROW, set()),
    (4, NO_MARROW, set()),
    (None, REMISSION, set()),
    (3, {**REMISSION, "rsp_anc": None}, set()),
]


@pytest.mark.parametrize(("site", "components", "speaking"), RESPONSES)
def test_a_response_that_differs_is_asked_about_once(site, components, speaking):
    answers = {"rsp_timepoint": 1, **components}
    found = case_findings(Record(rows_of(infused(), response(28, site, **answers))))
    spoken = {one.rule for one in found if one.form == "response_assessment" and one.severity != "missing"}
    assert spoken == speaking
    one = placed(response(28, site, **components))["response_assessment", "1.1", "resp_derived"]
    assert one.differs is bool(speaking)


def test_an_inexact_blast_count_is_asked_about_once():
    """Four burdens turn on it; the question is one."""
    forms = (infused(), assessed(-9, pre_bm_blast=Decimal(5), pre_bm_blast_op=3))
    asked = [one for one in case_findings(Record(rows_of(*forms))) if one.rule.endswith(".operator")]
    assert [(one.rule, one.form, one.item, one.severity) for one in asked] == [
        ("burden_kato.operator", "pre_infusion_assessment", "pre_bm_blast", "soft")
    ]
    for clear in (2, 4):
        assert not any(
            "operator" in rule for rule in rules(assessed(-9, pre_bm_blast=Decimal(5), pre_bm_blast_op=clear))
        )


def test_no_fever_is_asked_about_once():
    cold = {"crs_fever": 0, "crs_hypotension": 2}
    assert "crs_grade.no_fever" in rules(crs(), episode(2, **cold))
    assert "crs_grade.no_fever" in rules(crs(), episode(2, crs_system=2, crs_grade_site=3, **cold))
    asked = rules(crs(), episode(2, crs_system=1, crs_grade_site=3, **cold))
    assert "X22" in asked and "crs_grade.no_fever" not in asked
    assert "crs_grade.no_fever" not in rules(crs(toci_given=2), episode(2, **cold))


def test_a_death_that_another_cause_explains_is_a_contradiction():
    assert "icans_grade.other_cause" in rules(icans(), neurotoxic(icans_alt_cause=1, icans_death=1))
    assert "icans_grade.other_cause" not in rules(icans(), neurotoxic(icans_alt_cause=1, icans_death=0))


def test_what_required_items_and_checks_ask_already_is_not_asked_again():
    assert "crs_grade.missing" not in rules(crs(), episode(2, crs_hypoxia=None))
    wrong_tool = (patient(birth_date=date(2004, 6, 3)), icans(), neurotoxic(icans_tool=2, capd_total=9))
    found = [one for one in case_findings(Record(rows_of(infused(), *wrong_tool))) if one.rule == "X26"]
    assert len(found) == 1
