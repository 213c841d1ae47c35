"""What follows from the items alone: asked or not, missing, unusual, in order."""

from datetime import date
from decimal import Decimal

import pytest

from registry.edit_checks.base import HARD, MISSING, REFUSED, SOFT
from registry.edit_checks.case import Record, case_findings
from registry.record import said
from tests.registry.edit_checks.rows import day, rows_of, rules

INFUSION = {"inf_date": day(0)}


def findings(*forms):
    return case_findings(Record(rows_of(*forms)))


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        ({"infused": 0, "noninf_reason": 3}, set()),
        ({"infused": 1, "noninf_reason": 3}, {"cart_course.noninf_reason.not_asked"}),
        ({"noninf_reason": 3}, {"cart_course.noninf_reason.not_asked"}),
        ({"infused": 1}, set()),
    ],
)
def test_an_answer_to_a_question_that_does_not_apply(answers, refused):
    assert rules(("cart_course", answers), severity=REFUSED) == refused


@pytest.mark.parametrize(
    ("ruled", "refused"), [(1, set()), (0, {"prior_transplant.hsct_date.not_asked"}), (None, set())]
)
def test_another_form_may_rule_a_question_out_but_not_by_being_blank(ruled, refused):
    forms = (("prior_therapy", {"prior_hsct": ruled}), ("prior_transplant", {"hsct_date": date(2020, 1, 1)}))
    assert rules(*forms, severity=REFUSED) == refused


@pytest.mark.parametrize(
    ("toci", "il6", "refused"),
    [(1, Decimal(90), False), (0, Decimal(90), True), (1, None, True), (2, Decimal(0), False)],
)
def test_every_one_of_several_conditions_must_hold(toci, il6, refused):
    crs = {"crs_occurred": 1, "toci_given": toci, "peak_il6": il6, "peak_il6_post_toci": 1}
    assert rules(("crs", crs), severity=REFUSED) == ({"crs.peak_il6_post_toci.not_asked"} if refused else set())


@pytest.mark.parametrize(("born", "asked"), [(date(2010, 1, 1), True), (date(2016, 1, 1), False)])
def test_a_question_may_depend_on_the_age_at_the_form(born, asked):
    forms = (("patient", {"birth_date": born}), ("late_effects", {"late_date": date(2024, 6, 1)}))
    missing = "late_effects.pregnancy_since.missing" in rules(*forms, severity=MISSING)
    assert missing == asked


def test_a_required_answer_is_missing_until_it_or_a_reason_is_given():
    rule = "death.death_cause.missing"
    assert rule in rules(("death", {"death_date": day(9)}), severity=MISSING)
    assert rule not in rules(("death", {"death_cause": 1}), severity=MISSING)
    assert rule not in rules(("death", {"death_cause_mr": "UK"}), severity=MISSING)
    assert "death.autopsy.missing" not in rules(("death", {}), severity=MISSING)  # optional


def test_a_conditional_answer_is_missing_only_while_it_is_asked():
    rule = "mrd"
    asked = {"rsp_date": day(28), "rsp_mrd_method": 1}
    assert "response_assessment.rsp_mrd_result.missing" in rules(("response_assessment", asked), severity=MISSING)
    not_done = {"rsp_date": day(28), "rsp_mrd_method": 0}
    assert not {one for one in rules(("response_assessment", not_done), severity=MISSING) if f"_{rule}_r" in one}


@pytest.mark.parametrize(("weight", "unusual"), [("6", False), ("120", False), ("5.9", True), ("120.1", True)])
def test_an_unusual_value_is_asked_about(weight, unusual):
    found = rules(("cart_course", {"infused": 1}), ("infusion", {"inf_weight": Decimal(weight)}), severity=SOFT)
    assert found == ({"infusion.inf_weight.unusual"} if unusual else set())


def test_a_finding_says_found_and_expected():
    (one,) = [
        one
        for one in findings(("infusion", {"inf_weight": Decimal("130.50")}))
        if one.rule == "infusion.inf_weight.unusual"
    ]
    assert said(one) == "Weight used for dose is 130.5 kg; usual values are 6 to 120. Please check against the source."
    assert (one.form, one.key, one.item, one.severity) == ("infusion", "1.1", "inf_weight", SOFT)


@pytest.mark.parametrize(
    ("item", "other_form", "other", "good", "bad"),
    [
        ("aph_end_date", "leukapheresis", "aph_start_date", 7, 8),  # <= with days
        ("aph_end_date", "leukapheresis", "aph_start_date", 0, -1),  # >=
    ],
)
def test_order_within_a_row(item, other_form, other, good, bad):
    def fired(number):
        return bool(rules((other_form, {other: day(-40), item: day(-40 + number)}), severity=HARD))

    assert (fired(good), fired(bad)) == (False, True)


@pytest.mark.parametrize(
    ("form", "item", "good", "bad"),
    [
        ("subsequent_therapy", "stx_date", 1, 0),  # after infusion
        ("bcell_assessment", "bca_date", 0, -1),  # on or after
        ("prior_therapy", "blina_last_date", 0, 1),  # on or before
    ],
)
def test_order_across_forms(form, item, good, bad):
    def fired(number):
        gate = {"prior_therapy": {"prior_blina": 1}}.get(form, {})
        forms = (("cart_course", {"infused": 1}), ("infusion", INFUSION), (form, {**gate, item: day(number)}))
        return f"{form}.{item}.order.inf_date" in rules(*forms, severity=HARD)

    assert (fired(good), fired(bad)) == (False, True)


def test_a_partial_date_is_out_of_order_only_if_all_its_days_are():
    def found(month):
        partial = {"bca_date": date(2024, month, 1), "bca_date_p": "M"}
        said = findings(("infusion", INFUSION), ("bcell_assessment", partial))
        return [one.values["found"] for one in said if one.rule == "bcell_assessment.bca_date.order.inf_date"]

    assert (found(6), found(5)) == ([], ["2024-05"])


def test_a_blank_date_is_not_taken_from_another_row_of_the_form():
    """The second collection has no first day yet: the first one's says nothing about it."""
    first = {"aph_start_date": day(-90), "aph_end_date": day(-89)}
    second = {"aph_end_date": day(-40), "aph_repeat_reason": 1}
    assert rules(("leukapheresis", first), ("leukapheresis", second), severity=HARD) == set()


def test_a_case_without_forms_has_no_findings():
    assert findings() == []
