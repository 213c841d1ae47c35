"""A deputy works in one colleague's place, with that role and those hospitals, for some days; the history tells for whom. Leavers leave nothing open."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from analytics.live import allowed
from registry import clock
from registry.access.row_security import everything_scope
from registry.actions import members
from registry.actions.deputies import name_deputy
from registry.actions.leaving import end_due, set_end
from registry.models import (
    Case,
    Deputy,
    Draft,
    HistoryEvent,
    ImportJob,
    Leaving,
    OneTimeLink,
    Person,
    Signature,
    SignedInSession,
    Token,
)
from tests import factories
from tests.standing import standing


def days(number):
    """The day so many days from today."""
    return clock.today() + timedelta(days=number)


@standing
def kyoto():
    """The hospital with a case whose death form is complete."""
    site = factories.site("KYO")
    factories.completed_form(factories.infused_case(site))
    return site


@standing
def people(kyoto):
    """Kyoto's investigator and coordinator, and Osaka's coordinator."""
    return {
        "doctor": factories.person("investigator", sites=[kyoto], name="Dr Aoki"),
        "nurse": factories.person("coordinator", sites=[kyoto], name="Nurse Baba"),
        "osaka": factories.person("coordinator", sites=[factories.site("OSA")]),
    }


def browser_of(person):
    """A browser of somebody who is signed in."""
    browser = Client()
    browser.force_login(person)
    return browser


def named(people, *, begins=0, ends=3):
    """The coordinator is the investigator's deputy."""
    return name_deputy(people["doctor"], people["nurse"], begins=days(begins), ends=days(ends), by=people["doctor"])


def test_a_deputy_signs_in_the_doctors_place_and_the_history_says_for_whom(people):
    doctor, browser = browser_of(people["doctor"]), browser_of(people["nurse"])
    page, sign = "/accounts/deputies/", "/cases/KYO-0001/sign/"
    sent = {"deputy": people["nurse"].pk, "begins": clock.today().isoformat(), "ends": days(3).isoformat()}
    assert doctor.post(page, sent).url == page and browser.get(sign).status_code == 403
    (place,) = browser.get(page).context["places"]
    before = browser.cookies["sessionid"].value
    assert (
        browser.post(f"{page}{place.pk}/stand-in/").status_code == 302 and browser.cookies["sessionid"].value != before
    )
    shown = browser.get(sign)
    assert "You work in the place of Dr Aoki" in shown.content.decode()
    choice, meaning = shown.context["choices"][0].value, shown.context["meanings"][0][0]
    done = browser.post(sign, {"sign": choice, "meaning": meaning, "password": factories.PASSWORD})
    assert done.status_code == 302
    with everything_scope(actor="tests"):
        signature = Signature.objects.get()
        told = HistoryEvent.objects.filter(form="signature").first()
    assert (signature.signer, signature.signer_name) == (people["nurse"].email, "Nurse Baba (for Dr Aoki)")
    assert (told.actor, told.role, told.on_behalf) == (people["nurse"].email, "investigator", people["doctor"].email)
    assert "Nurse Baba, for Dr Aoki" in browser.get("/cases/KYO-0001/history/").content.decode()
    browser.post(f"{page}own/")
    assert browser.get(sign).status_code == 403
    assert Person.objects.get(pk=people["nurse"].pk).role == "coordinator"


def test_what_goes_on_after_a_deputys_time_is_not_begun_in_it(people):
    place, browser = named(people), browser_of(people["nurse"])
    browser.post(f"/accounts/deputies/{place.pk}/stand-in/")
    file = SimpleUploadedFile("theirs.csv", b"hospital_number,infused\nA-1,2024-01-01\n", content_type="text/csv")
    answer = browser.post("/imports/", {"step": "preview", "file": file, "encoding": "utf-8"})
    assert answer.status_code == 422 and "in your own place" in answer.content.decode()
    with everything_scope(actor="tests"):
        assert not ImportJob.objects.exists()


def test_it_ends_by_itself_and_with_each_of_the_three(people, monkeypatch):
    monkeypatch.setattr("analytics.live.close_old_connections", lambda: None)
    deputy = named(people)
    browser, page = browser_of(people["nurse"]), "/cases/KYO-0001/sign/"
    work = f"/accounts/deputies/{deputy.pk}/stand-in/"
    browser.post(work)
    assert browser.get(page).status_code == 200
    session = browser.session.session_key
    assert live(session)
    later = days(4)
    with monkeypatch.context() as then:
        then.setattr(clock, "today", lambda: later)
        assert not live(session)
        refused = browser.get(page)
        assert refused.status_code == 403 and "Your time as a deputy is over" in refused.content.decode()
        assert browser.post(work).status_code == 404
    for end in (
        lambda: browser_of(people["doctor"]).post(f"/accounts/deputies/{deputy.pk}/end/"),
        lambda: opened(people["doctor"], False),
    ):
        opened(people["doctor"], True)
        Deputy.objects.update(ended_at=None)
        assert browser.post(work).status_code == 302 and browser.get(page).status_code == 200
        end()
        assert browser.get(page).status_code == 403


def opened(person, is_active):
    """The account is open, or not."""
    with everything_scope(actor="tests"):
        Person.objects.filter(pk=person.pk).update(is_active=is_active)


def live(session):
    """Whether a stream of the hospital's own outcomes may go on in this session."""
    return allowed.func(session, "/events/own-site/KYO")


def test_who_can_be_whose_deputy(people, admin):
    kinds = [
        ("manager", "coordinator"),
        ("coordinator", "manager"),
        ("administrator", "lead"),
        ("lead", "administrator"),
    ]
    for person, other in kinds:
        with pytest.raises(ValidationError):
            mine = factories.person(person, sites=[factories.site("KYO")], email=f"{person}.{other}@a.example")
            theirs = factories.person(other, sites=[factories.site("KYO")], email=f"{other}.{person}@b.example")
            name_deputy(mine, theirs, begins=clock.today(), ends=clock.today(), by=mine)
    doctor, nurse = people["doctor"], people["nurse"]
    for words in (
        {"other": people["osaka"]},  # of no hospital of the doctor's
        {"other": doctor},
        {"ends": days(-1)},
        {"begins": days(2), "ends": days(1)},
        {"ends": days(93)},
    ):
        given = {"other": nurse, "begins": clock.today(), "ends": days(1), **words}
        with pytest.raises(ValidationError):
            name_deputy(doctor, given.pop("other"), **given, by=doctor)
    with pytest.raises(PermissionDenied):
        name_deputy(doctor, nurse, begins=clock.today(), ends=days(1), by=nurse)
    named(people)
    with pytest.raises(ValidationError):
        named(people)
    assert (
        browser_of(people["osaka"]).post(f"/accounts/deputies/{Deputy.objects.get().pk}/stand-in/").status_code == 404
    )


def test_a_role_lent_is_never_stored(people):
    nurse = people["nurse"]
    nurse.stand_in(named(people))
    with pytest.raises(ValueError, match="not stored"):
        nurse.save()
    token = factories.token(people["nurse"])
    assert Client().get("/api/v1/cases/", headers={"Authorization": f"Bearer {token}"}).status_code == 200


# Leavers.


def test_an_account_ends_after_its_last_day_and_its_drafts_go_on(people, admin):
    doctor, nurse = people["doctor"], people["nurse"]
    browser, boss = browser_of(doctor), browser_of(admin)
    with everything_scope(actor=doctor.email):
        Draft.objects.create(person=doctor, **draft_of())
    key = factories.token(doctor)
    named(people)
    page = f"/people/{doctor.pk}/leave/"
    assert boss.post(page, {"last_day": clock.today().isoformat()}).status_code == 422, "who goes on with the draft?"
    assert boss.post(page, {"last_day": clock.today().isoformat(), "successor": people["osaka"].pk}).status_code == 422
    assert boss.post(page, {"last_day": clock.today().isoformat(), "successor": nurse.pk}).status_code == 302
    assert end_due() == [] and browser.get("/cases/").status_code == 200, "today is the last day"
    Leaving.objects.update(last_day=days(-1))

    assert end_due() == [doctor] and end_due() == []

    doctor.refresh_from_db()
    assert not doctor.is_active and browser.get("/cases/").status_code == 302
    assert not SignedInSession.objects.filter(person=doctor) and not Token.objects.filter(owner=doctor, revoked_at=None)
    assert Client().get("/api/v1/cases/", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert not Deputy.objects.filter(ended_at=None) and not OneTimeLink.objects.filter(used_at=None, revoked_at=None)
    with everything_scope(actor=nurse.email):
        assert [one.typed for one in Draft.objects.all()] == [[["death_date", "2025-01-01"]]]
        told = HistoryEvent.objects.filter(form="person", row_id=doctor.pk, item="is_active").latest("id")
    assert (told.actor, Leaving.objects.get().drafts) == (admin.email, 1)


def draft_of():
    """What the doctor typed."""
    case = Case.objects.get()
    words = {"form": "death", "key": "1", "version": 1, "typed": [["death_date", "2025-01-01"]]}
    return {"case": case, "site": case.site, "saved_at": timezone.now(), **words}


def test_the_last_one_in_charge_cannot_leave_and_an_end_can_be_taken_back(people, admin):
    lead, boss = factories.person("lead"), browser_of(admin)
    other_admin = factories.person("administrator", email="second@example.org")
    with pytest.raises(ValidationError, match="only Consortium lead"):
        set_end(lead, last_day=clock.today(), successor=None, by=admin)
    with pytest.raises(ValidationError, match="only Consortium lead"):
        members.change_person(lead, name="x", role="statistician", sites=[], is_active=True, by=admin)
    set_end(other_admin, last_day=days(-1), successor=None, by=admin)
    other_admin.refresh_from_db()
    assert not other_admin.is_active
    with pytest.raises(ValidationError):
        set_end(admin, last_day=clock.today(), successor=None, by=admin)
    factories.person("lead", email="second.lead@example.org")
    set_end(lead, last_day=clock.today(), successor=None, by=admin)
    assert "The account ends after" in boss.get(f"/people/{lead.pk}/security/").content.decode()
    boss.post(f"/people/{lead.pk}/leave/back/")
    Leaving.objects.filter(person=lead).update(last_day=days(-1))
    assert end_due() == [] and Person.objects.get(pk=lead.pk).is_active
