"""Two things sign somebody in where two are required; no code works twice; what matters is confirmed anew."""

import re
import threading
import time

import pyotp
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, override_settings

from registry.access import factors
from registry.access.sessions import BEGAN, PROVED
from registry.actions.factors import add_factor, use_code
from registry.models import Factor, Happened, RecoveryCode, SecurityEvent, Signature, SignedInSession, Token
from tests import factories
from tests.registry.accounts.conftest import tried

required = override_settings(SECOND_FACTOR_REQUIRED=True)


def code_of(person, *, steps=0):
    """The code that the person's app shows, `steps` half minutes from now."""
    secret = factors.opened(Factor.objects.filter(person=person).latest("pk").secret)
    return pyotp.TOTP(secret).at(time.time() + 30 * steps)


def with_app(person):
    """An app of `person`, whose next code is fresh; the recovery codes."""
    secret = factors.new_secret()
    return add_factor(secret, pyotp.TOTP(factors.opened(secret)).at(time.time() - 30), label="phone", by=person)[1]


def sessions_of(person):
    """How many sessions the person has."""
    return SignedInSession.objects.filter(person=person).count()


def old(client, seconds=301):
    """Let the session's last confirmation be `seconds` ago."""
    session = client.session
    session[BEGAN] -= seconds
    session[PROVED] = session.get(PROVED, session[BEGAN] + seconds) - seconds
    session.save()


@required
def test_the_first_sign_in_adds_an_app_before_there_is_a_session(nurse):
    browser = Client()
    assert tried(nurse.email, client=browser).url == "/accounts/factors/add/"
    assert sessions_of(nurse) == 0 and browser.get("/cases/").status_code == 302
    page = browser.get("/accounts/factors/add/")
    secret = page.context["secret"].replace(" ", "")
    wrong = browser.post("/accounts/factors/add/", {"code": "000000", "label": "phone"})
    assert wrong.status_code == 422 and sessions_of(nurse) == 0

    done = browser.post("/accounts/factors/add/", {"code": pyotp.TOTP(secret).now(), "label": "phone"})

    assert done.status_code == 200 and len(re.findall(rb"<code>[a-z0-9]{4}-", done.content)) == 10
    assert browser.get("/cases/").status_code == 200
    stored = Factor.objects.get()
    assert secret not in stored.secret and factors.opened(stored.secret) == secret


@required
def test_a_password_alone_is_no_session_and_a_code_works_once(nurse):
    with_app(nurse)
    browser, code = Client(), code_of(nurse)
    assert tried(nurse.email, client=browser).url == "/accounts/login/factor/"
    assert browser.get("/cases/").status_code == 302 and sessions_of(nurse) == 0
    assert browser.get("/accounts/factors/add/").status_code == 302  # no second app without the first
    assert browser.post("/accounts/login/factor/", {"code": "123456"}).status_code == 422

    before = browser.cookies["sessionid"].value
    assert browser.post("/accounts/login/factor/", {"code": code}).status_code == 302
    assert browser.cookies["sessionid"].value != before and browser.get("/cases/").status_code == 200

    other = Client()
    tried(nurse.email, client=other)
    assert other.post("/accounts/login/factor/", {"code": code}).status_code == 422


@required
@pytest.mark.parametrize("page", ["/cases/", "/accounts/tokens/", "/accounts/security/", "/api/v1/cases/"])
def test_a_session_without_a_factor_serves_nobody(nurse, page):
    browser = Client()
    browser.force_login(nurse)

    assert browser.get(page).status_code in (302, 401)
    assert sessions_of(nurse) == 0


def test_whoever_has_an_app_is_asked_even_where_none_is_required(nurse):
    with_app(nurse)
    assert tried(nurse.email).url == "/accounts/login/factor/"


def test_a_recovery_code_works_once(nurse):
    code = with_app(nurse)[0]

    assert (use_code(nurse, code.upper().replace("-", " ")), use_code(nurse, code)) == ("recovery", "")
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_codes_are_tried_ten_times_at_most(nurse):
    with_app(nurse)
    browser = Client()
    tried(nurse.email, client=browser)
    found = [browser.post("/accounts/login/factor/", {"code": f"{n:06}"}).status_code for n in range(12)]

    assert found[:10] == [422] * 10 and found[10:] == [429] * 2


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_code_succeeds_once():
    person = factories.person("lead")
    with_app(person)
    code, found = code_of(person), []

    def one():
        try:
            found.append(use_code(person, code))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [""] * 19 + ["app"]


def test_the_secrets_key_can_be_changed(nurse, settings):
    with_app(nurse)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key-of-the-tests"

    assert use_code(nurse, code_of(nurse)) == "app"


@required
def test_the_only_app_cannot_go_where_one_is_required(nurse):
    from registry.actions.factors import end_factor

    with_app(nurse)
    with pytest.raises(ValidationError):
        end_factor(Factor.objects.get(), by=nurse, required=True)


# Confirmed anew.


def test_a_token_is_made_after_a_confirmation_and_nothing_typed_is_lost(nurse):
    browser = Client()
    browser.force_login(nurse)
    old(browser)
    sent = {"purpose": "R <on> the server", "days": "30", "scopes": ["read", "write"]}

    asked = browser.post("/accounts/tokens/", sent)

    assert asked.status_code == 403 and Token.objects.count() == 0
    kept = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.content.decode().partition("<main")[2])
    assert [pair for pair in kept if pair[0] != "csrfmiddlewaretoken"] == [
        ("purpose", "R &lt;on&gt; the server"), ("days", "30"), ("scopes", "read"), ("scopes", "write")]  # fmt: skip
    assert browser.post("/accounts/tokens/", {**sent, "_proof": "wrong"}).status_code == 422
    assert Token.objects.count() == 0
    assert SecurityEvent.objects.filter(kind=Happened.NOT_PROVED, person=nurse).count() == 1
    assert browser.post("/accounts/tokens/", {**sent, "_proof": factories.PASSWORD}).status_code == 200
    assert Token.objects.get().purpose == "R <on> the server"
    assert browser.post("/accounts/tokens/", sent).status_code == 200  # for five minutes


def test_an_export_leads_over_the_confirmation_and_back(db):
    manager = factories.person("manager")
    with_app(manager)
    browser = Client()
    browser.force_login(manager)
    old(browser)
    asked = browser.get("/history/export/?site=KYO")
    assert asked.url == "/accounts/confirm/?next=%2Fhistory%2Fexport%2F%3Fsite%3DKYO"

    done = browser.post(asked.url, {"next": "/history/export/?site=KYO", "_proof": code_of(manager)})

    assert (
        done.status_code == 200 and done["Refresh"] == "0; url=/history/export/?site=KYO"
    )  # the file comes beside the page
    assert browser.get("/history/export/?site=KYO").status_code == 200
    assert browser.post("/accounts/confirm/", {"next": "//evil.example/", "_proof": factories.PASSWORD}).url == "/"


def test_a_confirmation_is_one_sessions_alone(nurse):
    first, second = Client(), Client()
    for browser in (first, second):
        browser.force_login(nurse)
        old(browser)
    first.post("/accounts/confirm/", {"_proof": factories.PASSWORD})

    assert second.post("/accounts/tokens/", {"purpose": "R", "days": "30", "scopes": "read"}).status_code == 403


def test_the_first_signing_of_a_session_takes_password_and_code(db):
    kyoto = factories.site("KYO")
    case = factories.infused_case(kyoto)
    factories.completed_form(case)
    signer = factories.person("investigator", sites=[kyoto])
    with_app(signer)
    browser, page = Client(), f"/cases/{case.number}/sign/"
    browser.force_login(signer)
    choice = browser.get(page).context["choices"][0].value
    sent = {"sign": choice, "meaning": "responsible", "password": factories.PASSWORD}
    sent["meaning"] = browser.get(page).context["meanings"][0][0]

    assert browser.post(page, sent).status_code == 422 and Signature.objects.count() == 0
    assert browser.post(page, {**sent, "code": "000000"}).status_code == 422
    assert browser.post(page, {**sent, "code": code_of(signer)}).status_code == 302
    assert not browser.get(page).context["asks_code"]
    assert SecurityEvent.objects.filter(kind=Happened.NOT_PROVED, person=signer).count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_app_outlives_the_key_that_it_was_kept_under(capsys):
    nurse = factories.person("coordinator", sites=[factories.site("KYO")])
    with override_settings(SECRET_KEY="the first"):
        with_app(nurse)
    with override_settings(SECRET_KEY="the second", SECRET_KEY_FALLBACKS=["the first"]):
        call_command("encrypt_factors")
    assert capsys.readouterr().out.startswith("1 secrets")

    with override_settings(SECRET_KEY="the second"):
        assert use_code(nurse, code_of(nurse)) == "app"
        code = code_of(nurse, steps=1)
    with override_settings(SECRET_KEY="a third"):
        assert use_code(nurse, code) == "", "refused, not a failure"
        with pytest.raises(CommandError, match="SECRET_KEY_BEFORE"):
            call_command("encrypt_factors")
