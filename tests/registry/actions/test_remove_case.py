"""`remove_case`: a case enrolled by mistake is nowhere but in the history."""

import pytest
from django.core.exceptions import PermissionDenied

from analytics.extract import extract
from registry.access.row_security import everything_scope
from registry.actions.cases import enrol_case, remove_case
from registry.actions.forms import LockedError, ReasonNeededError, save_form
from registry.models import Case, HistoryEvent, Infusion, Patient, Query
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
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
