"""A passkey is a second factor: at the sign-in, when something is confirmed anew, when a form is signed; and nothing else passes for it."""

import functools

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, override_settings

from registry.access.row_security import everything_scope
from registry.actions.factors import end_factor
from registry.models import (
    AttemptCount,
    Happened,
    Passkey,
    RecoveryCode,
    SecurityEvent,
    Signature,
    SignedInSession,
    Token,
)
from tests import factories
from tests.registry.accounts.authenticator import PRESENT, SecurityKey
from tests.registry.accounts.conftest import tried
from tests.registry.accounts.test_factors import old, required

ADD, ASK, CONFIRM = "/accounts/passkeys/add/", "/accounts/login/factor/", "/accounts/confirm/"


def signed_in(person):
    """A browser in which the person is signed in."""
    browser = Client()
    browser.force_login(person)
    return browser


def asked(browser, page):
    """What a page asks the browser for, as JSON."""
    return browser.get(page).context["passkey"]["options"]


def with_key(person):
    """A security key that `person` added."""
    browser, key = signed_in(person), SecurityKey()
    assert browser.post(ADD, {"_passkey": key.make(asked(browser, ADD)), "label": "key ring"}).status_code == 200
    return key


def at_the_second_step(person):
    """A browser in which the password was right."""
    browser = Client()
    assert tried(person.email, client=browser).url == ASK
    return browser


@required
def test_the_first_sign_in_can_add_a_passkey_and_the_next_one_shows_it(nurse):
    browser, key = Client(), SecurityKey()
    tried(nurse.email, client=browser)
    done = browser.post(ADD, {"_passkey": key.make(asked(browser, ADD)), "label": ""})
    assert done.status_code == 200 and len(done.context["codes"]) == 10
    assert browser.get("/cases/").status_code == 200
    stored = Passkey.objects.get()
    assert (stored.label, stored.person, stored.transports) == ("Passkey", nurse, ["usb"])

    other = at_the_second_step(nurse)
    assert other.get("/cases/").status_code == 302
    assert other.get(ADD).status_code == 302, "no second key without the first"
    before = other.cookies["sessionid"].value
    assert other.post(ASK, {"_passkey": key.show(asked(other, ASK))}).status_code == 302
    assert other.cookies["sessionid"].value != before and other.get("/cases/").status_code == 200
    with pytest.raises(ValidationError):
        end_factor(Passkey.objects.get(), by=nurse, required=True)


def _said(text, _key, _options):
    return text


def attacks():
    """name → how the answer of an honest key is made false before it is sent to the second step."""

    def elsewhere(key, options):
        key.origin = "http://testserver.evil.example"
        return key.show(options)

    def other_host(key, options):
        key.host = "evil.example"
        return key.show(options)

    def nobody_touched(key, options):
        key.flags = PRESENT  # no finger, no PIN
        return key.show(options)

    def copied(key, options):
        key.count -= 1
        return key.show(options)

    def another_key(key, options):
        other = SecurityKey()
        other.name, other.count = key.name, key.count
        return other.show(options)

    def altered(key, options):
        answer = key.show(options)
        return answer.replace('"signature": "', '"signature": "A')

    def not_asked(key, options):
        return key.show(options.replace('"challenge": "', '"challenge": "AAAA'))

    def made_not_shown(key, options):
        return key.make(options)

    texts = {
        "number": "7",
        "list": "[]",
        "empty": "{}",
        "deep": "[" * 19_999,
        "long": '"' + "a" * 30_000 + '"',
    }
    plain = {name: functools.partial(_said, text) for name, text in texts.items()}
    found = (elsewhere, other_host, nobody_touched, copied, another_key, altered, not_asked, made_not_shown)
    return {**{one.__name__: one for one in found}, **plain}


def test_no_other_answer_passes(nurse):
    key = with_key(nurse)
    for name, attack in attacks().items():
        AttemptCount.objects.all().delete()
        count, flags = key.count, key.flags
        browser = at_the_second_step(nurse)
        sessions = SignedInSession.objects.filter(person=nurse).count()
        answer = browser.post(ASK, {"_passkey": attack(key, asked(browser, ASK))})
        assert answer.status_code == 422, name
        assert SignedInSession.objects.filter(person=nurse).count() == sessions, name
        key.count, key.flags, key.origin, key.host = count, flags, "http://testserver", "testserver"
    assert SecurityEvent.objects.filter(kind=Happened.REFUSED, note="passkey").count() == len(attacks())
    AttemptCount.objects.all().delete()
    browser = at_the_second_step(nurse)
    assert browser.post(ASK, {"_passkey": key.show(asked(browser, ASK))}).status_code == 302, "the honest one does"


def test_an_answer_counts_once_and_only_where_and_of_whom_it_was_asked(nurse):
    key, browser = with_key(nurse), at_the_second_step(nurse)
    answer = key.show(asked(browser, ASK))
    assert browser.post(ASK, {"_passkey": answer}).status_code == 302
    old(browser)
    assert browser.post(CONFIRM, {"_passkey": answer}).status_code == 422, "used up"
    other = at_the_second_step(nurse)
    asked(other, ASK)
    assert other.post(ASK, {"_passkey": key.show(asked(browser, CONFIRM))}).status_code == 422, "another session's"
    foreign = factories.person("lead")
    with_key(foreign)
    browser = signed_in(foreign)
    old(browser)
    assert browser.post(CONFIRM, {"_passkey": key.show(asked(browser, CONFIRM))}).status_code == 422, (
        "another person's key"
    )


def test_a_challenge_ends_after_five_minutes(nurse, monkeypatch):
    import time

    key, browser = with_key(nurse), at_the_second_step(nurse)
    answer, then = key.show(asked(browser, ASK)), time.time() + 301
    monkeypatch.setattr("registry.access.passkeys.time.time", lambda: then)

    assert browser.post(ASK, {"_passkey": answer}).status_code == 422


def test_tries_are_counted_with_those_at_codes(nurse):
    with_key(nurse)
    browser = at_the_second_step(nurse)
    found = [browser.post(ASK, {"_passkey": "{}"} if n % 2 else {"code": f"{n:06}"}).status_code for n in range(12)]

    assert found[:10] == [422] * 10 and found[10:] == [429] * 2


def test_a_token_is_made_after_a_passkey_and_nothing_typed_is_lost(nurse):
    key, browser = with_key(nurse), signed_in(nurse)
    old(browser)
    sent = {"purpose": "R", "days": "30", "scopes": "read"}
    page = browser.post("/accounts/tokens/", sent)
    assert page.status_code == 403 and ("purpose", "R") in page.context["sent"]

    refused = browser.post("/accounts/tokens/", {**sent, "_passkey": "{}"})
    assert refused.status_code == 422 and "_passkey" not in dict(refused.context["sent"])
    done = browser.post("/accounts/tokens/", {**sent, "_passkey": key.show(page.context["passkey"]["options"])})

    assert done.status_code == 200 and Token.objects.get().purpose == "R"
    assert SecurityEvent.objects.filter(kind=Happened.PROVED, person=nurse).count() == 1


def test_the_first_signing_of_a_session_takes_password_and_passkey(db):
    kyoto = factories.site("KYO")
    case = factories.infused_case(kyoto)
    factories.completed_form(case)
    signer = factories.person("investigator", sites=[kyoto])
    key, browser, page = with_key(signer), signed_in(signer), f"/cases/{case.number}/sign/"
    shown = browser.get(page).context
    sent = {"sign": shown["choices"][0].value, "meaning": shown["meanings"][0][0], "password": factories.PASSWORD}
    answer = key.show(shown["passkey"]["options"])

    assert browser.post(page, {**sent, "_passkey": "{}"}).status_code == 422
    assert browser.post(page, {**sent, "password": "wrong", "_passkey": answer}).status_code == 422
    assert not _signed()
    assert browser.post(page, {**sent, "_passkey": answer}).status_code == 302 and _signed() == 1


def _signed():
    with everything_scope(actor="tests"):
        return Signature.objects.count()


def test_several_keys_each_go_alone_and_codes_with_the_last(nurse):
    with_key(nurse)
    browser, second = signed_in(nurse), SecurityKey()
    options = asked(browser, ADD)
    assert "key ring" not in options and '"excludeCredentials": [{' in options
    assert browser.post(ADD, {"_passkey": second.make(options), "label": "laptop"}).status_code == 302
    again = second.make(asked(browser, ADD))
    assert browser.post(ADD, {"_passkey": again, "label": "twice"}).status_code == 422
    assert [one.label for one in Passkey.objects.all()] == ["key ring", "laptop"]
    shown = browser.get("/accounts/security/").content.decode()
    assert "key ring" in shown and "laptop" in shown

    first, last = Passkey.objects.all()
    browser.post(f"/accounts/passkeys/{first.pk}/end/")
    assert RecoveryCode.objects.count() == 10
    browser.post(f"/accounts/passkeys/{last.pk}/end/")
    assert not Passkey.objects.exists() and not RecoveryCode.objects.exists()


def test_a_key_made_elsewhere_is_not_taken(nurse):
    browser = signed_in(nurse)
    for key in (SecurityKey(origin="https://testserver"), SecurityKey(host="evil.example")):
        assert browser.post(ADD, {"_passkey": key.make(asked(browser, ADD))}).status_code == 422
    with override_settings(PASSKEY_ADDRESS="https://registry.example.org"):
        assert '"id": "registry.example.org"' in asked(browser, ADD)
    assert not Passkey.objects.exists()
