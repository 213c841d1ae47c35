"""`remove_case`: a case enrolled by mistake is nowhere but in the history."""

import pytest
from django.core.exceptions import PermissionDenied

from analytics.extract import extract
from registry.access.row_security import everything_scope
from registry.actions.cases import enrol_case, remove_case
from registry.actions.forms import LockedError, ReasonNeededError, save_form
from registry.actions.removal import RESTS_ON
from registry.models import FORMS, Case, HistoryEvent, Infusion, Patient, Query
from tests import factories
from tests.standing import standing

pytestmark = pytest.mark.django_db


@standing
def mistaken(kyoto, nurse):
    """An infused case, whose patient is to be registered again."""
    return factories.infused_case(kyoto, by=nurse, mrn_hash="4711", inf_dose_total=900)


def everything(question):
    with everything_scope(actor="tests"):
        return question()


def test_it_counts_nowhere_and_its_number_is_not_given_again(mistaken, kyoto, nurse):
    remove_case(mistaken, by=nurse, reason="enrolled twice")

    assert everything(lambda: [Case.objects.count(), Infusion.objects.count()]) == [0, 0]
    assert everything(lambda: len(extract(mistaken.cohort)["cases"])) == 0
    assert enrol_case(site=kyoto, by=nurse).number == "KYO-0002"


def test_the_history_keeps_it_and_says_why(mistaken, nurse):
    before = everything(lambda: HistoryEvent.objects.filter(case_id=mistaken.pk).count())
    remove_case(mistaken, by=nurse, reason=" enrolled twice ")

    last = everything(lambda: HistoryEvent.objects.filter(case_id=mistaken.pk, form="case").last())
    assert (last.item, last.new, last.actor, last.reason) == ("is_void", True, nurse.email, "enrolled twice")
    assert everything(lambda: HistoryEvent.objects.filter(case_id=mistaken.pk).count()) > before


def test_its_queries_are_closed(mistaken, nurse):
    assert everything(lambda: Query.objects.filter(case=mistaken, state="open").exists())
    remove_case(mistaken, by=nurse, reason="enrolled twice")

    assert everything(lambda: Query.objects.filter(case=mistaken, state="open").exists()) is False


def test_the_patient_can_be_registered_again(mistaken, kyoto, nurse):
    remove_case(mistaken, by=nurse, reason="enrolled twice")
    again = enrol_case(site=kyoto, by=nurse)

    assert save_form(Patient(case=again, mrn_hash="4711"), by=nurse).version == 1


def test_it_needs_a_reason_and_the_right(mistaken, nurse, osaka):
    with pytest.raises(ReasonNeededError):
        remove_case(mistaken, by=nurse, reason=" ")
    for role, sites in (("manager", []), ("coordinator", [osaka])):
        with pytest.raises(PermissionDenied):
            remove_case(mistaken, by=factories.person(role, sites=sites), reason="enrolled twice")
    assert everything(lambda: Case.objects.count()) == 1


def test_a_locked_form_holds_it(mistaken, nurse):
    with everything_scope(actor="tests"):
        Infusion.objects.update(is_locked=True)
    with pytest.raises(LockedError):
        remove_case(mistaken, by=nurse, reason="enrolled twice")
    assert everything(lambda: Infusion.objects.count()) == 1


def test_what_rests_on_other_forms_goes_with_them(mistaken, nurse):
    for name, answers in (
        ("prior_therapy", {"prior_hsct": 1}),
        ("prior_transplant", {}),
        ("crs", {"crs_occurred": 1}),
        ("crs_episode", {"crs_onset": factories.day(2)}),
        ("crs_day", {"crs_day_episode": 1}),
    ):
        factories.stored_form(mistaken, name, **answers)
    remove_case(mistaken, by=nurse, reason="enrolled twice")

    assert everything(lambda: [row for form in FORMS for row in form.objects.filter(case_id=mistaken.pk)]) == []


def test_nothing_rests_on_a_form_that_comes_after_it():
    """A case is removed from its last form to its first."""
    places = {form.form_name: place for place, form in enumerate(FORMS)}
    below = {**RESTS_ON, **{form.form_name: form.log_of[0] for form in FORMS if form.log_of}}
    assert all(places[one] > places[other] for one, other in below.items())
