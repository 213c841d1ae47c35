"""`save_form`: what is stored, what the history says of it, and what is refused with nothing stored."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, transaction

from registry.access.row_security import everything_scope
from registry.access.system import SystemActor
from registry.actions.forms import ReasonNeededError, StaleVersionError, save_form
from registry.models import (
    BaselineDisease,
    CartCourse,
    Case,
    CrsEpisode,
    Death,
    DerivedValue,
    FollowUp,
    HistoryEvent,
    Infusion,
    LateEffects,
    Outbox,
    Patient,
    PriorTherapy,
    Query,
    Relapse,
)
from registry.record import stored_case
from tests import factories
from tests.registry.actions.conftest import history_of, stored


def everything():
    """Rows of everything that a save may write."""
    with everything_scope(actor="tests"):
        forms = [model.with_void.count() for model in (Infusion, Relapse, Death, Patient, CartCourse)]
        return [*forms, HistoryEvent.objects.count(), Outbox.objects.count()]


def refusal(form, by, error=ValidationError, **words):
    """What a save is refused with; nothing is stored."""
    before = everything()
    with pytest.raises(error) as refused:
        save_form(form, by=by, **words)
    assert everything() == before
    return refused.value


def item_refused(form, by, item):
    """(message, code) of the one item at fault."""
    errors = refusal(form, by).error_dict
    assert list(errors) == [item]
    return " ".join(errors[item][0].messages), errors[item][0].code


def test_the_history_says_who_what_old_new_and_why(case, nurse):
    form = save_form(Death(case=case, death_date=date(2024, 5, 1), death_cause=1), by=nurse)
    again = Death(case=case, death_date=date(2024, 5, 2), death_cause=1, autopsy=1)
    save_form(again, by=nurse, seen_version=form.version, reason=" misread the chart ")
    assert history_of("death") == [
        ("insert", "death_cause", None, 1),
        ("insert", "death_date", None, "2024-05-01"),
        ("insert", "death_date_p", None, "D"),
        ("update", "autopsy", None, 1),
        ("update", "death_date", "2024-05-01", "2024-05-02"),
    ]
    with everything_scope(actor="tests"):
        last = HistoryEvent.objects.filter(form="death").last()
        outbox = list(Outbox.objects.filter(form="death").values_list("case_id", "site_id", "dataset_id"))
    assert (last.actor, last.role, last.reason) == (nurse.email, "coordinator", "misread the chart")
    assert (last.case_id, last.site_id, last.row_id) == (case.pk, case.site_id, form.pk)
    assert outbox == [(case.pk, case.site_id, None)] * 2


def test_an_equal_save_writes_nothing(case, nurse):
    form = save_form(Infusion(case=case, inf_weight=Decimal("20.50")), by=nurse)
    before = everything()
    same = save_form(Infusion(case=case, inf_seq=1, inf_weight=Decimal("20.5")), by=nurse, seen_version=form.version)
    assert (same.version, everything()) == (1, before)


def test_a_reason_is_needed_when_a_stored_answer_changes_or_goes_but_not_for_a_blank_one(case, nurse):
    save_form(Death(case=case, death_date=date(2024, 5, 1)), by=nurse)
    added = save_form(Death(case=case, death_date=date(2024, 5, 1), death_cause=1), by=nurse, seen_version=1)
    assert added.version == 2
    changed = Death(case=case, death_date=date(2024, 5, 1), death_cause=5)
    gone = Death(case=case, death_date=date(2024, 5, 1))
    for form in (changed, gone):
        for reason in ("", "   "):
            assert refusal(form, nurse, ReasonNeededError, seen_version=2, reason=reason).code == "reason"
    assert save_form(changed, by=nurse, seen_version=2, reason="autopsy report").death_cause == 5


def test_a_stale_version_is_refused_with_both_versions(case, nurse, kyoto):
    colleague = factories.person("investigator", sites=[kyoto])
    save_form(Death(case=case, death_date=date(2024, 5, 1)), by=nurse)
    save_form(Death(case=case, death_date=date(2024, 5, 9)), by=colleague, seen_version=1, reason="typing error")
    mine = Death(case=case, death_date=date(2024, 5, 3))
    refused = refusal(mine, nurse, StaleVersionError, seen_version=1, reason="typing error")
    assert (refused.theirs.version, refused.theirs.death_date) == (2, date(2024, 5, 9))
    assert refused.mine.death_date == date(2024, 5, 3)
    refusal(Death(case=case, death_date=date(2024, 5, 3)), nurse, StaleVersionError)  # a second first entry


def test_a_version_of_what_is_not_stored_is_stale(case, nurse):
    refusal(Death(case=case, death_date=date(2024, 5, 3)), nurse, StaleVersionError, seen_version=4)


def test_rows_are_numbered_by_case_and_course(case, nurse, kyoto):
    other = factories.enrolled_case(kyoto)
    numbers = [
        save_form(Relapse(case=whose, course_no=course, rel_date=date(2024, 5, day)), by=nurse).rel_seq
        for whose, course, day in ((case, 1, 1), (case, 1, 2), (case, 2, 3), (other, 1, 4))
    ]
    assert numbers == [1, 2, 1, 1]


def test_a_row_keeps_its_number(case, nurse):
    first = save_form(Relapse(case=case, rel_date=date(2024, 5, 1)), by=nurse)
    save_form(Relapse(case=case, rel_date=date(2024, 6, 1)), by=nurse)
    moved = Relapse(pk=first.pk, case=case, rel_seq=2, rel_date=date(2024, 5, 3))
    assert save_form(moved, by=nurse, seen_version=1, reason="typing error").rel_seq == 1


def test_a_row_number_beyond_the_possible_is_refused(case, nurse):
    message, code = item_refused(CartCourse(case=case, course_no=10, infused=1), nurse, "course_no")
    assert code == "hard_range"
    assert "1 to 9" in message


def test_a_question_that_does_not_apply_is_refused(case, nurse):
    message, code = item_refused(CartCourse(case=case, infused=1, noninf_reason=3), nurse, "noninf_reason")
    assert code == "not_asked"
    assert "does not apply" in message


def test_a_question_that_another_form_rules_out_is_refused(case, nurse):
    save_form(PriorTherapy(case=case, prior_hsct=0), by=nurse)
    save_form(BaselineDisease(case=case, all_subtype=1), by=nurse)
    save_form(Patient(case=case, birth_date=date(2015, 1, 1)), by=nurse)
    save_form(CartCourse(case=case, infused=0, noninf_reason=3), by=nurse)
    assert item_refused(Infusion(case=case, inf_date=date(2024, 5, 1)), nurse, "inf_date")[1] == "not_asked"
    young = LateEffects(case=case, late_date=date(2024, 5, 1), pregnancy_since=0)
    assert item_refused(young, nurse, "pregnancy_since")[1] == "not_asked"


def test_a_form_that_is_not_entered_yet_rules_nothing_out(case, nurse):
    assert save_form(Infusion(case=case, inf_date=date(2024, 5, 1)), by=nurse).version == 1
    assert save_form(CrsEpisode(case=case, crs_onset=date(2024, 5, 3)), by=nurse).version == 1


@pytest.mark.parametrize(
    ("answers", "item", "code", "said"),
    [
        ({"inf_weight": Decimal(900)}, "inf_weight", "hard_range", "is 900 kg; possible values are 2 to 250"),
        ({"inf_entire": 7}, "inf_entire", "unknown_code", "has no code 7; the codes are 0, 1"),
        ({"inf_date": date(2999, 1, 1)}, "inf_date", "future", "2999-01-01, which has not come yet"),
        ({"inf_date": date(1899, 1, 1)}, "inf_date", "too_early", "dates from 1900 are possible"),
        ({"inf_date": date(2024, 5, 1), "inf_date_p": "M"}, "inf_date", "partial", "needs the exact day"),
        ({"inf_weight": Decimal(20), "inf_weight_mr": "UK"}, "inf_weight", "value_and_reason", "Keep one of them"),
    ],
)
def test_an_impossible_value_is_refused_in_words(case, nurse, answers, item, code, said):
    message, found = item_refused(Infusion(case=case, **answers), nurse, item)
    assert found == code
    assert said in message


@pytest.mark.parametrize(("reason", "precision"), [("NA", "D"), ("UK", "X")])
def test_an_unknown_missing_reason_or_precision_is_refused(case, nurse, reason, precision):
    form = Patient(case=case, sex_at_birth_mr=reason, birth_date=date(2015, 1, 1), birth_date_p=precision)
    wrong = "sex_at_birth_mr" if reason == "NA" else "birth_date_p"
    assert item_refused(form, nurse, wrong)[1] == "invalid_choice"


def test_codes_of_a_list(case, nurse):
    alone = Relapse(case=case, rel_site=[1, 9])
    assert item_refused(alone, nurse, "rel_site")[1] == "unknown_code"
    message, code = item_refused(BaselineDisease(case=case, emd_dx=[0, 3]), nurse, "emd_dx")
    assert code == "exclusive"
    assert "“None” cannot be combined" in message
    assert save_form(Relapse(case=case, rel_site=[4, 1, 4]), by=nurse).rel_site == [1, 4]


def test_a_text_of_other_needs_other(case, nurse):
    form = CartCourse(case=case, infused=1, prod_name=1, prod_name_oth="trial product")
    assert item_refused(form, nurse, "prod_name_oth")[1] == "other_not_chosen"
    kept = save_form(CartCourse(case=case, infused=1, prod_name=88, prod_name_oth=" trial product "), by=nurse)
    assert kept.prod_name_oth == "trial product"


def test_a_partial_date_is_stored_with_its_precision_and_a_blank_one_with_none(case, nurse):
    save_form(FollowUp(case=case, fup_date=date(2024, 5, 1), fup_date_p="M", last_disease_date_p="D"), by=nurse)
    kept = stored(FollowUp)
    assert (kept.fup_date, kept.fup_date_p, kept.last_disease_date_p) == (date(2024, 5, 1), "M", None)


def test_a_hospital_number_is_kept_as_a_keyed_hash_and_found_again(case, nurse, kyoto, osaka):
    kept = save_form(Patient(case=case, mrn_hash="ab-12"), by=nurse).mrn_hash
    assert len(kept) == 64
    assert not [row for row in history_of("patient") if "ab-12" in str(row).lower()]
    twin = Patient(case=factories.enrolled_case(kyoto), mrn_hash=" AB-12")
    message = " ".join(refusal(twin, nurse).error_dict["mrn_hash"][0].messages)
    assert f"already registered as {case.number}" in message
    elsewhere = Patient(case=factories.enrolled_case(osaka), mrn_hash="ab-12")
    assert save_form(elsewhere, by=factories.BUILDER).mrn_hash != kept
    again = Patient(case=case, mrn_hash=kept, sex_at_birth=1)
    assert save_form(again, by=nurse, seen_version=1).mrn_hash == kept


@pytest.mark.parametrize("role", ["manager", "lead", "statistician", "administrator"])
def test_only_site_staff_write(case, role):
    refusal(Death(case=case), factories.person(role), PermissionDenied)


def test_a_case_of_another_site_is_refused(case, osaka):
    refusal(Death(case=case), factories.person("coordinator", sites=[osaka]), PermissionDenied)


def test_somebody_deactivated_is_refused(case, nurse):
    nurse.is_active = False
    refusal(Death(case=case), nurse, PermissionDenied)


def test_a_row_of_another_case_is_never_changed(case, nurse, kyoto):
    """Whatever key a caller gives: the row of the other case stays, and the form is a new one of its own case."""
    theirs = save_form(Death(case=factories.enrolled_case(kyoto), death_date=date(2024, 5, 1)), by=nurse)
    mine = save_form(Death(pk=theirs.pk, case=case, death_date=date(2024, 5, 9)), by=nurse)
    assert mine.pk != theirs.pk
    assert stored(Death, pk=theirs.pk).death_date == date(2024, 5, 1)


def test_nothing_is_half_stored_when_the_history_cannot_be_written(case):
    """PostgreSQL refuses a change for which nobody answers, and then the form is not stored either."""
    before = everything()
    with pytest.raises(ProgrammingError, match="somebody who answers for it"), transaction.atomic():
        save_form(Death(case=case, death_date=date(2024, 5, 1)), by=SystemActor(""))
    assert everything() == before
    with everything_scope(actor="tests"):
        assert Case.objects.get(pk=case.pk).number == case.number


def test_an_earlier_row_is_checked_in_its_place_when_it_is_corrected(kyoto, nurse):
    case = factories.infused_case(kyoto, by=nurse)
    factories.stored_form(case, "infusion", by=nurse, inf_date=factories.day(4), inf_weight=Decimal(40))
    factories.stored_form(case, "crs", by=nurse, crs_occurred=1, toci_given=1, toci_first_date=factories.day(2))
    with everything_scope(actor="tests"):
        first = Infusion.objects.get(case=case, inf_seq=1)
        asked = set(Query.objects.filter(state="open").values_list("rule", flat=True))
    first.inf_weight = Decimal("40.5")
    saved = save_form(first, by=nurse, seen_version=first.version, reason="misread the chart")

    with everything_scope(actor="tests"):
        assert set(Query.objects.filter(state="open").values_list("rule", flat=True)) == asked
        age = DerivedValue.objects.get(name="age_inf_y")
    assert age.row_id == saved.pk, "day 0 is still that of the first infusion"


def test_a_contradiction_refuses_completion_of_the_form_that_brings_it(kyoto, nurse):
    case = factories.infused_case(kyoto, by=nurse, decision_date=date(2024, 3, 5))
    late = save_form(
        BaselineDisease(case=case, dx_date=date(2021, 1, 1), n_relapses=1, rel_last_date=date(2024, 3, 20)),
        by=nurse,
        complete=True,
    )

    with everything_scope(actor="tests"):
        found = stored_case(Case.objects.get(pk=case.pk)).blocking(late)
    assert "X01" in {one.rule for one in found}
    assert late.is_complete is False
