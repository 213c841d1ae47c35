"""A token does what it was made for, never more than its owner may, and nothing that needs the owner in person."""

import json

import pytest
from django.core.exceptions import ValidationError

from registry.access.permissions import Permission
from registry.access.roles import ROLES
from registry.access.token_scopes import PERMISSIONS, Scope
from registry.actions import members
from registry.models import FORMS
from tests import factories

IN_PERSON = {
    Permission.FORM_SIGN,
    Permission.FORM_VERIFY,
    Permission.FORM_LOCK,
    Permission.NAME_REPORT,
    Permission.NAME_REMOVE,
    Permission.PEOPLE_MANAGE,
    Permission.TOKEN_OWN,
    Permission.TRAIL_REVIEW,
}


def test_a_token_to_read_reads_and_stores_nothing(nurse, rest):
    reader = rest(nurse.person, scopes=[Scope.READ])

    assert reader.get("infusion/KYO-0001/1.1").status_code == 200
    refused = reader.patch("infusion/KYO-0001/1.1", {"inf_dose_total": 100, "_reason": "typing error"})
    assert refused.status_code == 403
    assert refused.json()["rule"] == "form_write"
    assert "this token does not have: it is for read" in refused.json()["detail"]
    assert nurse.get("infusion/KYO-0001/1.1").json()["version"] == reader.get("infusion/KYO-0001/1.1").json()["version"]


def test_a_right_that_the_role_lacks_is_said_to_be_the_role_s(manager, rest):
    refused = rest(manager.person, scopes=[Scope.READ]).post("death", {"case": "KYO-0001"})
    assert "the role Data manager does not have" in refused.json()["detail"]


def test_a_token_narrowed_to_a_site_sees_no_case_of_another_and_nothing_pooled(world, manager, rest):
    narrowed = rest(manager.person, sites=[world.osaka])

    assert [case["number"] for case in narrowed.get("cases").json()["results"]] == ["OSA-0001"]
    assert narrowed.get("cases/KYO-0001").status_code == 404
    assert {row["case"] for row in narrowed.get("infusion").json()["results"]} == {"OSA-0001"}
    assert manager.get("datasets").status_code == 200
    refused = narrowed.get("datasets")
    assert (refused.status_code, refused.json()["rule"]) == (403, "dataset_read")


def test_a_token_without_identifiers_answers_nothing_that_names_a_patient(nurse, rest):
    case = {"ext_id_cibmtr": "PLANTED-1", "birth_date": "2010-02-03", "_reason": "known now"}
    assert nurse.patch("patient/KYO-0001/1", case).status_code == 200
    lot = {"case": "KYO-0001", "lot_id": "PLANTED-2"}
    assert nurse.post("manufacturing", lot).status_code == 201
    plain = rest(nurse.person, has_identifiers=False)

    seen = json.dumps([[one.get(form.form_name).json() for form in FORMS] for one in (plain, nurse)][0])
    for planted in ("PLANTED", "2010-02-03", "birth_date", "lot_id", "ext_id_cibmtr"):
        assert planted not in seen
    assert nurse.get("patient/KYO-0001/1").json()["birth_date"] == "2010-02-03"
    stale = plain.patch("patient/KYO-0001/1", {"sex_at_birth": 1}, tag=f'"patient-{patient_of(nurse)}-1"')
    assert stale.status_code == 412
    assert {one["item"] for one in stale.json()["changes"]} >= {"birth_date"}
    assert "2010-02-03" not in stale.content.decode()


def patient_of(nurse):
    """The id of the registration, out of its entity tag."""
    return nurse.get("patient/KYO-0001/1").headers["ETag"].split("-")[1]


def test_a_token_is_narrowed_to_own_sites_only(world, nurse):
    with pytest.raises(ValidationError) as refused:
        members.mint_token(purpose="script", days=1, by=nurse.person, sites=[world.osaka])
    assert "sites" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        members.mint_token(purpose="script", days=1, by=nurse.person, scopes=[])
    assert "scopes" in refused.value.message_dict


def test_the_least_is_what_a_token_has_unless_said_otherwise(nurse):
    token, _key = members.mint_token(purpose="script", days=1, by=nurse.person)
    assert (token.scopes, token.site_ids, token.has_identifiers) == (["read"], [], False)


@pytest.mark.parametrize("role", [code for code, role in ROLES.items() if Permission.TOKEN_OWN in role.permissions])
@pytest.mark.parametrize("scope", Scope)
def test_no_scope_gives_more_than_the_role_or_what_needs_a_person(db, world, role, scope):
    sites = [] if ROLES[role].all_sites or Permission.CASE_READ not in ROLES[role].permissions else [world.kyoto]
    owner = factories.person(role, sites=sites, email=f"{role}.{scope}@example.org")
    owner.came_by = members.mint_token(purpose="script", days=1, by=owner, scopes=[scope])[0]

    may = {permission for permission in Permission if owner.may(permission)}
    assert may == PERMISSIONS[scope] & set(ROLES[role].permissions)
    assert not may & IN_PERSON
