"""What is locked stays as it is whatever way a change takes: page, REST, import, many at once, raw SQL of the serving role."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client

from registry.access.row_security import because, everything_scope, site_scope
from registry.actions import states
from registry.actions.forms import LockedError, enter_forms, save_form, void_form
from registry.actions.signatures import sign_forms
from registry.models import FORMS, Case, Crs, Death, Relapse
from tests import factories
from tests.standing import standing

pytestmark = pytest.mark.django_db


@standing
def kyoto():
    """A hospital."""
    return factories.site("KYO")


@standing
def nurse(kyoto):
    """Its coordinator."""
    return factories.person("coordinator", sites=[kyoto])


@standing
def manager():
    """The data manager."""
    return factories.person("manager")


@standing
def death(kyoto, nurse, manager):
    """A locked death form, of a case that is not."""
    form = factories.completed_form(factories.enrolled_case(kyoto, by=nurse), by=nurse)
    return states.lock_form(form, by=manager, seen_version=1)


@standing
def locked_case(death, manager):
    """The case, locked as a whole, with a removed form."""
    case = death.case
    states.unlock_form(death, by=manager, seen_version=2, reason="a form came late")
    form = factories.stored_form(case, "relapse", rel_date=factories.day(100))
    void_form(form, by=factories.BUILDER, seen_version=1, reason="by mistake")
    return states.lock_case(case, by=manager)


def image():
    """Everything stored about cases and forms, without the order of the columns."""
    with everything_scope(actor="tests"), connection.cursor() as cursor:
        found = {}
        for table in ("registry_case", *(form._meta.db_table for form in FORMS)):
            cursor.execute(f"SELECT to_jsonb(one)::text FROM {table} one ORDER BY id")
            found[table] = cursor.fetchall()
        return found


def refused_by_postgres(statement, *values, says, reason="", site=None):
    """The serving role's raw SQL is refused, and says why."""
    with (
        site_scope([site.pk] if site else [], actor="nurse@example.org"),
        because(reason),
        pytest.raises(DatabaseError, match=says),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)


# A locked form.


def test_no_action_changes_a_locked_form(death, nurse, manager):
    before = image()
    with everything_scope(actor="tests"):
        changed = Death.objects.get()
    changed.death_cause = 3
    for act in (
        lambda: save_form(changed, by=nurse, seen_version=2, reason="new letter"),
        lambda: void_form(changed, by=nurse, seen_version=2, reason="by mistake"),
        lambda: states.unverify_form(changed, by=manager, seen_version=2, reason="x"),
        lambda: states.verify_form(changed, by=manager, seen_version=2),
        lambda: states.unlock_form(changed, by=manager, seen_version=2, reason="  "),
    ):
        try:
            with transaction.atomic():
                act()
        except ValidationError:
            pass
        assert image() == before


def test_neither_the_page_nor_rest_changes_a_locked_form(death, nurse):
    before = image()
    browser = Client()
    browser.force_login(nurse)
    page = browser.post(
        "/cases/KYO-0001/death/1/",
        {"version": 2, "death_date": "2024-12-20", "death_cause": "3", "reason": "new letter", "go": "complete"},
    )
    removed = browser.post("/cases/KYO-0001/death/1/remove/", {"version": 2, "reason": "by mistake"})
    key = {"Authorization": f"Bearer {factories.token(nurse)}"}
    etag = browser.get("/api/v1/death/KYO-0001/1/", headers=key).headers["ETag"]
    rest = browser.patch(
        "/api/v1/death/KYO-0001/1/",
        json.dumps({"death_cause": 3, "_reason": "new letter"}),
        content_type="application/json",
        headers={**key, "If-Match": etag},
    )

    assert (page.status_code, removed.status_code, rest.status_code) == (422, 302, 409)
    assert rest.json()["code"] == "locked"
    assert image() == before


def test_the_serving_role_changes_no_locked_row(death, kyoto):
    before = image()
    for change in (
        "death_cause = 3",
        "is_void = true",
        "is_complete = false",
        "is_verified = true",
        "is_locked = false, death_cause = 3",
    ):
        refused_by_postgres(f"UPDATE registry_death SET {change}", says="is locked", reason="because", site=kyoto)
    refused_by_postgres("UPDATE registry_death SET is_locked = false", says="needs a reason", site=kyoto)
    refused_by_postgres("DELETE FROM registry_death", says="permission denied", reason="because", site=kyoto)
    assert image() == before


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_name)
def test_every_form_is_held_by_postgres(form, kyoto):
    case = factories.enrolled_case(kyoto)
    row = factories.stored_form(case, form.form_name)
    table = form._meta.db_table
    with everything_scope(actor="tests"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET is_locked = true WHERE id = %s", [row.pk])

    refused_by_postgres(f"UPDATE {table} SET is_void = true", says="is locked", reason="because", site=kyoto)
    refused_by_postgres(f"UPDATE {table} SET is_locked = false", says="needs a reason", site=kyoto)


# A locked case.


def test_no_action_adds_to_a_locked_case(locked_case, nurse, manager):
    before = image()
    crs = {"crs_occurred": 0}
    refusals = (LockedError, ValidationError)
    for act in (
        lambda: save_form(Crs(case=locked_case, **crs), by=nurse),
        lambda: enter_forms([Crs(case=locked_case, **crs)], by=factories.BUILDER),
        lambda: save_form(Relapse(case=locked_case, rel_seq=1, rel_date=factories.day(99)), by=nurse),
        lambda: states.exempt(locked_case, "crs", kind="elsewhere", reason="x", by=nurse),
        lambda: states.unlock_case(locked_case, by=manager, reason=" "),
    ):
        with pytest.raises(refusals), transaction.atomic():
            act()
        assert image() == before


def test_neither_the_page_nor_rest_adds_to_a_locked_case(locked_case, nurse):
    before = image()
    browser = Client()
    browser.force_login(nurse)
    page = browser.post("/cases/KYO-0001/crs/new/", {"version": 0, "crs_occurred": "0"})
    key = {"Authorization": f"Bearer {factories.token(nurse)}", "Idempotency-Key": "one"}
    rest = browser.post(
        "/api/v1/crs/",
        json.dumps({"case": "KYO-0001", "crs_occurred": 0}),
        content_type="application/json",
        headers=key,
    )

    assert (page.status_code, rest.status_code) == (422, 409)
    assert image() == before


def test_the_serving_role_adds_nothing_to_a_locked_case_and_brings_nothing_back(locked_case, kyoto):
    before = image()
    add = "INSERT INTO registry_crs (case_id, site_id, course_no, version, is_void) VALUES (%s, %s, 1, 1, false)"
    refused_by_postgres(add, locked_case.pk, kyoto.pk, says="nothing can be added", reason="x", site=kyoto)
    refused_by_postgres(
        "UPDATE registry_relapse SET is_void = false", says="nothing can be changed", reason="x", site=kyoto
    )
    refused_by_postgres("UPDATE registry_case SET is_locked = false", says="needs a reason", site=kyoto)
    refused_by_postgres("UPDATE registry_case SET stratum = 'x'", says="is locked", reason="x", site=kyoto)
    assert image() == before


def test_what_is_locked_can_still_be_signed(locked_case, kyoto):
    investigator = factories.person("investigator", sites=[kyoto])
    with everything_scope(actor="tests"):
        version = Death.objects.get().version

    made = sign_forms(
        locked_case, [("death", "1", version)], meaning="accurate", password=factories.PASSWORD, by=investigator
    )

    assert len(made) == 1


# REST signs nothing.


def test_no_address_of_rest_signs_verifies_or_locks(death):
    from django.urls import get_resolver

    from tests.access.test_matrix import addresses

    names = [name for name in addresses(get_resolver().url_patterns) if name.startswith("api-")]
    assert names
    assert not [name for name in names if any(word in name for word in ("sign", "verify", "lock"))]


def test_a_token_opens_no_page(death, kyoto):
    investigator = factories.person("investigator", sites=[kyoto])
    key = {"Authorization": f"Bearer {factories.token(investigator)}"}
    body = {"sign": ["death:1:2"], "password": factories.PASSWORD, "meaning": "accurate"}

    answer = Client().post("/cases/KYO-0001/sign/", body, headers=key)

    assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/accounts/login/")


def test_states_cannot_be_set_by_rest(kyoto, nurse):
    factories.completed_form(factories.enrolled_case(kyoto, by=nurse), by=nurse)
    key = {"Authorization": f"Bearer {factories.token(nurse)}"}
    etag = Client().get("/api/v1/death/KYO-0001/1/", headers=key).headers["ETag"]
    for state, value in (("is_complete", False), ("is_verified", True), ("is_locked", True), ("is_void", True)):
        answer = Client().patch(
            "/api/v1/death/KYO-0001/1/",
            json.dumps({state: value}),
            content_type="application/json",
            headers={**key, "If-Match": etag},
        )
        assert answer.status_code == 422, state
    with everything_scope(actor="tests"):
        assert not Case.objects.filter(is_locked=True).exists()
        assert not Death.objects.filter(is_verified=True).exists()
