"""`enrol_case`: the site's next number, for those who may."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from registry.access.row_security import everything_scope
from registry.actions import members
from registry.actions.cases import enrol_case
from registry.models import Case, HistoryEvent
from tests import factories


@pytest.fixture(autouse=True)
def consortium(db):
    """The consortium's cohort, in which a case is enrolled unless another is named."""
    return factories.cohort()


def test_numbers_run_by_site(kyoto, osaka, nurse):
    by = factories.BUILDER
    numbers = [enrol_case(site=site, by=by).number for site in (kyoto, osaka, kyoto)]
    assert numbers == ["KYO-0001", "OSA-0001", "KYO-0002"]
    assert enrol_case(site=kyoto, by=nurse).number == "KYO-0003"


def test_the_history_names_who_enrolled(kyoto, nurse):
    case = enrol_case(site=kyoto, by=nurse)
    with everything_scope(actor="tests"):
        rows = HistoryEvent.objects.filter(form="case", case_id=case.pk)
        assert set(rows.values_list("actor", "role", "kind")) == {(nurse.email, "coordinator", "insert")}
        assert dict(rows.values_list("item", "new"))["number"] == case.number


def test_cohort_and_stratum(kyoto):
    other = factories.cohort("bmt-km")
    case = enrol_case(site=kyoto, by=factories.BUILDER, cohort=other, stratum="AML low")
    assert (case.cohort, case.stratum) == (other, "AML low")
    assert enrol_case(site=kyoto, by=factories.BUILDER).cohort.code == "tisagenlecleucel"


@pytest.mark.parametrize("role", ["manager", "lead", "statistician", "administrator"])
def test_only_site_staff_enrol(kyoto, role):
    with pytest.raises(PermissionDenied):
        enrol_case(site=kyoto, by=factories.person(role))


def test_not_at_another_site_and_not_at_a_site_that_has_left(kyoto, osaka, nurse):
    with pytest.raises(PermissionDenied):
        enrol_case(site=osaka, by=nurse)
    members.change_site(kyoto, name=kyoto.name, is_active=False, by=factories.BUILDER)
    with pytest.raises(ValidationError, match="does not take part any more"):
        enrol_case(site=kyoto, by=nurse)
    with everything_scope(actor="tests"):
        assert Case.objects.count() == 0


def test_a_site_that_has_used_its_numbers_says_so(kyoto):
    with everything_scope(actor="tests"):
        Case.objects.create(number="KYO-9999", site=kyoto, cohort=factories.cohort())
    with pytest.raises(ValidationError, match="used all its 9999 case numbers"):
        enrol_case(site=kyoto, by=factories.BUILDER)
