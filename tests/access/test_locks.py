"""What is locked, a form, a case, a hospital or a cohort, stays as it is whatever way a change takes: page, REST, import, REDCap door, task,
many at once, raw SQL of the serving role."""

import json
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client

from registry.access.row_security import because, everything_scope, person_scope, site_scope
from registry.actions import queries, states
from registry.actions.cases import enrol_case, remove_case
from registry.actions.daily_logs import LogDay, LogRefusedError, save_log
from registry.actions.forms import LockedError, enter_forms, save_form, void_form
from registry.actions.import_jobs import Kind, take_in
from registry.actions.import_work import run_import
from registry.actions.locks import lock_all
from registry.actions.members import change_site
from registry.actions.openings import ask_opening
from registry.actions.signatures import sign_forms
from registry.models import (
    FORMS,
    Case,
    Crs,
    CrsDay,
    DatabaseLock,
    Death,
    Exemption,
    HistoryEvent,
    ImportedRecord,
    Relapse,
)
from registry.trail import verify_history
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
def second():
    """Another data manager."""
    return factories.person("manager", email="second@example.org")


@standing
def death(kyoto, nurse, manager):
    """A locked death form, of a case that is not."""
    form = factories.completed_form(factories.enrolled_case(kyoto, by=nurse), by=nurse)
    return states.lock_form(form, by=manager, seen_version=1)


@standing
def locked_case(death, manager, second):
    """The case, locked as a whole, with a removed form."""
    case = death.case
    factories.opened(death, by=manager, second=second)
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
        lambda: ask_opening(changed, code="late", reason="  ", by=manager),
        lambda: ask_opening(changed, code="", reason="a letter", by=manager),
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
    refused_by_postgres("UPDATE registry_death SET is_locked = false", says="two persons", reason="x", site=kyoto)
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
    refused_by_postgres(f"UPDATE {table} SET is_locked = false", says="two persons", reason="because", site=kyoto)


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
        lambda: ask_opening(locked_case, code="late", reason=" ", by=manager),
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
    refused_by_postgres("UPDATE registry_case SET is_locked = false", says="two persons", reason="x", site=kyoto)
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


# A locked hospital, a locked cohort.

ROW = "patient_id,death_cause\nKYO-0001,3\n"
NEW = "id,born\nA-9,2012-03-04\n"
MAPPED = "forms: [{form: patient, items: {mrn_hash: {column: id}, birth_date: {column: born}}}]"


@pytest.fixture(params=["site", "cohort"])
def whole(request, kyoto, nurse, manager):
    """A hospital, or its cohort, locked as a whole: an infused case with a complete death, an exemption, a lock that was opened before."""
    change_site(kyoto, name=kyoto.name, is_active=True, accepts_api_import=True, by=factories.BUILDER)
    case = factories.infused_case(kyoto, by=nurse)
    death = factories.completed_form(case, by=nurse)
    exemption = states.exempt(case, "relapse", kind="elsewhere", reason="In another registry", by=nurse)
    place = kyoto if request.param == "site" else case.cohort
    with pytest.raises(ValidationError, match="stands against it"):
        lock_all(place, reason="Annual analysis", by=manager)
    lock = lock_all(place, reason="Annual analysis", by=manager, knowing=True)
    overdue = lock.found.pop("overdue")
    assert overdue and lock.found == {"incomplete": 4, "open": 1, "unverified": 1, "unsigned": 1}
    return SimpleNamespace(case=case, death=death, exemption=exemption, lock=lock, place=place)


def everything_stored():
    """Cases, forms and exemptions as they are stored."""
    with everything_scope(actor="tests"):
        return image(), list(Exemption.objects.order_by("pk").values())


def test_no_action_writes_in_a_locked_hospital_or_cohort(whole, kyoto, nurse, manager):
    before, case, death = everything_stored(), whole.case, whole.death
    seen = [states.Seen(case.pk, "death", death.pk)]
    changed = Death(pk=death.pk, case=case, site=kyoto, **{**death.answers(), "death_cause": 3})
    acts = (
        lambda: save_form(changed, by=nurse, seen_version=1, reason="new letter"),
        lambda: save_form(Relapse(case=case, rel_date=factories.day(99)), by=nurse),
        lambda: enter_forms([Crs(case=case, crs_occurred=0)], by=factories.BUILDER),
        lambda: save_log([LogDay(CrsDay(case=case, crs_day_episode=1, crs_day_date=factories.day(2)))], by=nurse),
        lambda: void_form(death, by=nurse, seen_version=1, reason="by mistake"),
        lambda: enrol_case(site=kyoto, by=nurse),
        lambda: enrol_case(site=kyoto, by=factories.BUILDER),
        lambda: remove_case(case, by=nurse, reason="twice"),
        lambda: states.exempt(case, "crs", kind="elsewhere", reason="x", by=nurse),
        lambda: states.end_exemption(whole.exemption, by=nurse),
        lambda: states.verify_form(death, by=manager, seen_version=1),
        lambda: states.lock_form(death, by=manager, seen_version=1),
        lambda: states.lock_case(case, by=manager),
        lambda: states.verify_forms(seen, by=manager),
        lambda: states.lock_forms(seen, by=manager),
        lambda: ask_opening(death, code="late", reason="x", by=manager),
        lambda: lock_all(whole.place, reason="again", by=manager, knowing=True),
    )
    for number, act in enumerate(acts):
        with pytest.raises((ValidationError, LogRefusedError)), transaction.atomic():
            act()
        assert everything_stored() == before, number


def test_no_page_address_or_file_writes_in_a_locked_hospital_or_cohort(whole, kyoto, nurse, manager):
    before, browser, desk = everything_stored(), Client(), Client()
    browser.force_login(nurse)
    desk.force_login(manager)
    key = {"Authorization": f"Bearer {factories.token(nurse)}", "Idempotency-Key": "one"}
    etag = browser.get("/api/v1/death/KYO-0001/1/", headers=key).headers["ETag"]
    sent = {"version": 1, "death_date": "2024-12-20", "death_cause": "3", "reason": "letter", "go": "complete"}

    def rest(act, address, body, **more):
        return act(f"/api/v1/{address}/", json.dumps(body), content_type="application/json", headers={**key, **more})

    def file(text, **words):
        upload = SimpleUploadedFile("records.csv", text.encode())
        return browser.post("/api/v1/imports/whole", {"file": upload, **words}, headers=key)

    def door(rows):
        words = {
            "token": key["Authorization"].split()[1],
            "content": "record",
            "format": "json",
            "data": json.dumps(rows),
        }
        return browser.post("/api/redcap/api/", words)

    by_page = browser.post("/cases/KYO-0001/death/1/", sent)
    assert by_page.status_code == 422 and "Annual analysis" in by_page.content.decode()
    assert browser.get("/cases/").content.decode().count("Annual analysis. Nothing can be entered or changed") == 1
    answers = {
        422: (
            browser.post("/cases/new/", {"site": kyoto.pk}),
            browser.post("/cases/KYO-0001/relapse/new/", {"version": 0, "rel_date": "2024-10-01"}),
            browser.post("/cases/KYO-0001/crs/not-required/", {"kind": "elsewhere", "reason": "x"}),
            desk.post("/forms/", {"act": "lock", "form": f"{whole.case.pk}:death:{whole.death.pk}:1"}),
            file(ROW, completes="1"),
            file(NEW, mapping=MAPPED, site="KYO"),
        ),
        302: (
            browser.post("/cases/KYO-0001/death/1/remove/", {"version": 1, "reason": "by mistake"}),
            browser.post("/cases/KYO-0001/remove/", {"reason": "twice"}),
            browser.post(f"/cases/KYO-0001/not-required/{whole.exemption.pk}/end/"),
            *(desk.post(f"/cases/KYO-0001/{deed}/", {"version": 1}) for deed in ("lock", "death/1/lock", "death/1/verify")),
        ),
        409: (
            rest(browser.patch, "death/KYO-0001/1", {"death_cause": 3, "_reason": "letter"}, **{"If-Match": etag}),
            rest(browser.post, "crs", {"case": "KYO-0001", "crs_occurred": 0}, **{"Idempotency-Key": "two"}),
            rest(browser.post, "cases", {"site": "KYO"}, **{"Idempotency-Key": "three"}),
        ),
        400: (door([{"patient_id": "KYO-0001", "death_cause": "3"}]), door([{"patient_id": "KYO-0002", "birth_date": "2012-03-04"}])),
    }  # fmt: skip
    for status, given in answers.items():
        assert [one.status_code for one in given] == [status] * len(given), [one.content[:300] for one in given]
    assert {one.json()["code"] for one in answers[409]} == {"locked"}
    assert all("Annual analysis" in one.content.decode() for one in (*answers[409], *answers[400], *answers[422][-2:]))

    with person_scope(nurse):
        job, _is_new = take_in(by=nurse, content=ROW.encode(), name="r.csv", encoding="utf-8", kind=Kind.RECORDS)
    run_import(job.pk, nurse.pk, seconds=None)
    with person_scope(nurse):
        assert ImportedRecord.objects.get(job=job).outcome == "refused"
    administrator = Client()
    administrator.force_login(factories.person("administrator"))
    assert administrator.post("/cases/KYO-0001/death/1/", sent).status_code == 403
    assert everything_stored() == before


def test_the_serving_role_writes_nothing_in_a_locked_hospital_or_cohort_and_opens_nothing(whole, kyoto, nurse):
    before, case, whole_lock = everything_stored(), whole.case, "locked with its hospital or cohort"
    form = "INSERT INTO registry_crs (case_id, site_id, course_no, version, is_void) VALUES (%s, %s, 1, 1, false)"
    enrol = "INSERT INTO registry_case (number, site_id, cohort_id, enrolled_at, version) VALUES ('KYO-0002', %s, %s, now(), 0)"
    refused_by_postgres(form, case.pk, kyoto.pk, says=whole_lock, reason="x", site=kyoto)
    refused_by_postgres(enrol, kyoto.pk, case.cohort_id, says=whole_lock, reason="x", site=kyoto)
    for change in (
        "registry_death SET death_cause = 3",
        "registry_death SET is_verified = true",
        "registry_death SET is_locked = true",
        "registry_death SET version = 9",
        "registry_case SET stratum = 'x'",
        "registry_case SET is_void = true",
    ):
        refused_by_postgres(f"UPDATE {change}", says=whole_lock, reason="x", site=kyoto)
    refused_by_postgres("UPDATE registry_exemption SET ended_at = now()", says="is locked", reason="x", site=kyoto)
    for change, says in (
        ("UPDATE registry_databaselock SET opened_at = now(), opened_by = 'nurse@example.org'", "two persons"),
        ("UPDATE registry_databaselock SET reason = 'x'", "opened once and never rewritten"),
        ("DELETE FROM registry_databaselock", "permission denied"),
        ("TRUNCATE registry_databaselock CASCADE", "permission denied"),
    ):
        refused_by_postgres(change, says=says, reason="x", site=kyoto)
    assert everything_stored() == before


def test_what_is_locked_as_a_whole_is_opened_by_two_and_another_hospital_goes_on(whole, kyoto, nurse, manager, second):
    elsewhere = factories.site("OSA")
    other = factories.person("coordinator", sites=[elsewhere])
    if whole.lock.site_id:
        assert factories.enrolled_case(elsewhere, by=other).number == "OSA-0001"
    else:
        with pytest.raises(LockedError), transaction.atomic():
            enrol_case(site=elsewhere, by=other)
    with everything_scope(actor="tests"):
        queries.raise_query(whole.death, text="Really?", by=manager)
    investigator = factories.person("investigator", sites=[kyoto])
    assert sign_forms(whole.case, [("death", "1", 1)], meaning="accurate", password=factories.PASSWORD, by=investigator)

    done = factories.opened(whole.lock, by=manager, second=second)

    assert (done.state, done.ended_by) == ("approved", second.email)
    with everything_scope(actor="tests"):
        lock = DatabaseLock.objects.get()
        assert (lock.locked_by, lock.opened_by, lock.opened_at is None) == (manager.email, second.email, False)
        told = HistoryEvent.objects.filter(form__in=("database_lock", "opening"), site_id=lock.site_id)
        assert {one.actor for one in told} == {manager.email, second.email}
    assert enrol_case(site=kyoto, by=nurse).number == "KYO-0002"
    assert save_form(Relapse(case=whole.case, rel_date=factories.day(99)), by=nurse).pk
    assert verify_history_of_locks() == []


def verify_history_of_locks():
    """Faults of the trail about locks."""
    return [one for one in verify_history() if "lock" in one.place or "opening" in one.place]


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
