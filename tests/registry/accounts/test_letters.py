"""Invitations and new passwords: by a link that works once, is stored as a hash, and tells nobody which accounts exist."""

import re

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from registry.actions import letters
from registry.actions.members import add_person, change_person
from registry.models import Letter, OneTimeLink, Person, SignedInSession
from tests import factories
from tests.registry.accounts.conftest import tried

NEW = "six grey herons at dawn"


def link_in(message):
    """The path of the link in a letter."""
    return re.search(r"http://testserver(/accounts/password/\S+)", message.body)[1]


def followed(path):
    """A browser that followed the link."""
    browser = Client()
    assert browser.get(path).url == "/accounts/password/new/"
    return browser


@pytest.fixture
def guest(admin):
    """Somebody invited, whose letter is sent."""
    person = add_person(email="new@example.org", name="Hana Kato", role="lead", sites=[], by=admin)
    letters.invite(person, by=admin)
    assert letters.send_letters() == 1
    return person


def test_an_invitation_leads_to_a_password_and_works_once(guest):
    path = link_in(mail.outbox[0])
    assert OneTimeLink.objects.get().digest not in path and path.split("/")[-2] not in str(Letter.objects.values())
    browser = followed(path)
    short = browser.post("/accounts/password/new/", {"password": "fourteen-signs", "again": "fourteen-signs"})
    common = browser.post("/accounts/password/new/", {"password": "123456789123456789", "again": "123456789123456789"})
    assert short.status_code == common.status_code == 422
    assert browser.post("/accounts/password/new/", {"password": NEW, "again": "other"}).status_code == 422

    assert browser.post("/accounts/password/new/", {"password": NEW, "again": NEW}).url == "/accounts/login/"

    assert tried("new@example.org", NEW).status_code == 302
    assert followed(path).get("/accounts/password/new/").status_code == 410


def test_an_invitation_ends_by_time_by_a_new_one_and_by_withdrawing(guest, admin):
    first = link_in(mail.outbox[0])
    letters.invite(guest, by=admin)
    letters.send_letters()
    second = link_in(mail.outbox[1])
    assert followed(first).get("/accounts/password/new/").status_code == 410
    assert followed(second).get("/accounts/password/new/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_onetimelink SET expires_at = now() - interval '1 second'")
    assert followed(second).get("/accounts/password/new/").status_code == 410
    letters.invite(guest, by=admin)
    letters.send_letters()
    letters.withdraw_invitation(guest, by=admin)
    assert followed(link_in(mail.outbox[2])).get("/accounts/password/new/").status_code == 410


def test_a_leaver_gets_in_by_nothing(guest, admin, nurse):
    factories.person("lead", email="goes.on@example.org")  # the last one could not leave
    path, browser = link_in(mail.outbox[0]), Client()
    tried(nurse.email, client=browser)
    key = factories.token(nurse)
    for person in (guest, nurse):
        change_person(person, name=person.name, role="statistician", sites=[], is_active=False, by=admin)

    assert followed(path).get("/accounts/password/new/").status_code == 410
    assert browser.get("/cases/").status_code == 302 and not SignedInSession.objects.filter(person=nurse).exists()
    assert Client().get("/api/v1/", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert tried(nurse.email).status_code == 200
    with pytest.raises(ValidationError):  # the name is never somebody else's
        add_person(email=nurse.email, name="Another", role="lead", sites=[], by=admin)
    assert Person.objects.filter(pk=nurse.pk).exists()


def test_a_forgotten_password_is_set_anew_and_ends_every_session(nurse):
    browser = Client()
    tried(nurse.email, client=browser)
    asked = Client().post("/accounts/password/", {"email": nurse.email.upper()})
    letters.send_letters()

    done = followed(link_in(mail.outbox[0])).post("/accounts/password/new/", {"password": NEW, "again": NEW})

    assert (asked.status_code, done.status_code) == (200, 302)
    assert browser.get("/cases/").status_code == 302
    assert tried(nurse.email).status_code == 200 and tried(nurse.email, NEW).status_code == 302


def test_nobody_learns_which_accounts_exist(nurse, guest):
    mail.outbox.clear()
    answers = [
        Client().post("/accounts/password/", {"email": email}).content.decode().replace(email, "…")
        for email in ("x@example.org", guest.email, nurse.email)
    ]
    main = {re.sub(r'value="[^"]+"', "", text.partition("<main")[2]) for text in answers}
    assert len(main) == 1
    letters.send_letters()
    assert [message.to for message in mail.outbox] == [[nurse.email]]


def test_nobody_is_flooded_with_letters(nurse):
    for _ in range(6):
        Client().post("/accounts/password/", {"email": nurse.email})
    letters.send_letters()
    assert len(mail.outbox) == 3


def test_a_letter_that_cannot_be_sent_is_tried_again(nurse, monkeypatch):
    def refuses(*_words, **_more):
        raise ConnectionRefusedError

    letters.ask_reset(nurse.email)
    with monkeypatch.context() as broken:
        broken.setattr(letters, "send_mail", refuses)
        assert letters.send_letters() == 0
    assert Letter.objects.get().fault == "ConnectionRefusedError" and OneTimeLink.objects.count() == 0

    assert letters.send_letters() == 1
    assert Letter.objects.get().done_at and OneTimeLink.objects.count() == 1


def test_an_alert_is_mailed_to_the_administrators(nurse, admin):
    for number in range(20):
        tried(nurse.email, "wrong", source=f"192.0.{number}.7")
    letters.send_letters()

    assert [message.to for message in mail.outbox] == [[admin.email]]
    assert nurse.email in mail.outbox[0].body
