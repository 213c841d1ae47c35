"""`manage.py begin`: from an empty registry to an administrator with two factors who invites a coordinator."""

import io
import re

import pyotp
import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from registry.access.row_security import everything_scope
from registry.actions import letters
from registry.actions.cases import PRIMARY_COHORT, enrol_case
from registry.models import Cohort, HistoryEvent, OneTimeLink, Person, SecurityEvent, Site
from tests.registry.accounts.conftest import tried

BOSS, NEW = "boss@example.org", "six grey herons at dawn"


def begun(*more, email=BOSS):
    """The path of the link that the command shows."""
    out = io.StringIO()
    call_command("begin", "--email", email, "--name", "Aoi Sato", *more, stdout=out)
    return re.search(r"https?://[^/\s]+(/accounts/password/\S+)", out.getvalue())[1]


def chosen(path):
    """A browser in which the link's person chose a password."""
    browser = Client()
    assert browser.get(path).url == "/accounts/password/new/"
    assert browser.post("/accounts/password/new/", {"password": NEW, "again": NEW}).url == "/accounts/login/"
    return browser


@override_settings(SECOND_FACTOR_REQUIRED=True)
def test_an_empty_registry_gets_an_administrator_who_sets_it_up(db):
    browser = chosen(begun())
    assert tried(BOSS, NEW, client=browser).url == "/accounts/factors/add/"
    secret = browser.get("/accounts/factors/add/").context["secret"].replace(" ", "")
    browser.post("/accounts/factors/add/", {"code": pyotp.TOTP(secret).now(), "label": "phone"})

    assert browser.post("/sites/new/", {"code": "KYO", "name": "Kyoto"}).status_code == 302
    nurse = {"email": "nurse@example.org", "name": "Kei", "role": "coordinator", "sites": [Site.objects.get().pk]}
    assert browser.post("/people/new/", nurse).status_code == 302
    letters.send_letters()
    assert mail.outbox[0].to == ["nurse@example.org"]
    chosen(re.search(r"http://testserver(/accounts/password/\S+)", mail.outbox[0].body)[1])
    assert Cohort.objects.get().code == PRIMARY_COHORT


def test_the_history_says_where_the_first_one_came_from_and_nothing_holds_the_key(db):
    key = begun().split("/")[-2]
    assert SecurityEvent.objects.values_list("kind", "by").get(person=Person.objects.get()) == ("invited", "begin")
    with everything_scope(actor="test"):
        told = HistoryEvent.objects.filter(form="person")
        assert set(told.values_list("actor", "role")) == {("begin", "system")}
        assert key not in f"{list(told.values())}{list(OneTimeLink.objects.values())}"


def test_again_makes_a_new_link_until_it_was_used(db):
    first, second = begun(), begun()
    assert Client().get(first).url == "/accounts/password/new/"
    browser = Client()
    browser.get(first)
    assert browser.get("/accounts/password/new/").status_code == 410
    chosen(second)
    assert Person.objects.count() == Cohort.objects.count() == 1
    with pytest.raises(CommandError, match=f"There is an administrator already: {BOSS}"):
        begun(email="other@example.org")
    with pytest.raises(CommandError, match="has an account already"):
        begun("--besides")
    chosen(begun("--besides", email="other@example.org"))


@pytest.mark.parametrize(
    ("email", "said"), [("nurse@example.org", "has an account already"), ("nobody", "valid email")]
)
def test_a_wrong_address_makes_nothing(nurse, email, said):
    with pytest.raises(CommandError, match=said):
        begun(email=nurse.email if email.startswith("nurse") else email)
    assert Person.objects.count() == 1


def test_until_then_nobody_is_enrolled_and_that_is_said(nurse):
    with pytest.raises(ValidationError, match="no cohort yet"):
        enrol_case(site=nurse.sites.get(), by=nurse)
