"""Single sign-on opens an account that was invited, to whom the provider knows; whatever else comes from there opens none."""

import pytest
from django.test import Client

from registry.access import single_sign_on
from registry.actions import members
from registry.actions.letters import invite, send_letters
from registry.models import Happened, Identity, Letter, OneTimeLink, Person, SecurityEvent, SignedInSession
from tests import factories
from tests.registry.accounts.provider import CLIENT, WORD, Provider
from tests.registry.accounts.test_factors import code_of, old, with_app

BACK = "/accounts/single-sign-on/back/"


@pytest.fixture(scope="module")
def running():
    """One provider for all of these."""
    found = Provider()
    yield found
    found.server.shutdown()


@pytest.fixture
def provider(running, settings, nurse):
    """The provider, where Kyoto's coordinator is known."""
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = running.issuer, CLIENT, WORD
    settings.OIDC_NAME = "Kyoto University"
    running.claims = {"sub": "kyo-1", "email": nurse.email.upper(), "email_verified": True}
    running.says, running.signed_by = {}, running.key
    single_sign_on._kept.clear()
    return running


def signed_in(browser):
    """Whether somebody is."""
    return browser.get("/accounts/security/").status_code == 200


def test_a_known_address_opens_its_account_and_from_then_on_the_name(provider, nurse):
    browser = Client()
    assert b"Kyoto University" in browser.get("/accounts/login/").content
    assert provider.sign_in(browser).url == "/cases/" and signed_in(browser)
    assert Identity.objects.get().person == nurse
    assert SecurityEvent.objects.filter(kind=Happened.JOINED, person=nurse).count() == 1
    asked = provider.asked[-1]
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256") and len(asked["nonce"]) > 30

    provider.claims = {"sub": "kyo-1", "email": "another@example.org"}  # renamed there
    again = Client()
    assert provider.sign_in(again).url == "/cases/" and signed_in(again)
    provider.claims = {
        "sub": "kyo-2",
        "email": nurse.email,
        "email_verified": True,
    }  # the address was given to somebody else
    stranger = Client()
    assert provider.sign_in(stranger).status_code == 403 and not signed_in(stranger)


LIES = {
    "wrong nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "wrong audience": {"aud": "another-client"},
    "several audiences": {"aud": [CLIENT, "another-client"]},
    "made for another party": {"azp": "another-client"},
    "no audience": {"aud": None},
    "other issuer": {"iss": "https://evil.example"},
    "expired": {"exp": 1_000_000_000},
    "no end": {"exp": None},
    "from tomorrow": {"iat": 4_000_000_000},
    "nobody": {"sub": None},
    "e-mail not verified": {"email_verified": False},
    "e-mail verified, as text": {"email_verified": "yes"},
    "nothing said of it": {"email_verified": None},
    "no e-mail": {"email": None},
    "not invited": {"email": "nobody@example.org"},
}


def test_no_other_token_opens_anything(provider):
    for lie, says in LIES.items():
        browser, provider.says = Client(), says
        assert provider.sign_in(browser).status_code == 403 and not signed_in(browser), lie
    assert not Identity.objects.exists() and not SignedInSession.objects.exclude(person=None)
    assert SecurityEvent.objects.filter(kind=Happened.REFUSED, note__startswith="single sign-on: ").count() == len(LIES)
    assert Person.objects.count() == 1


def test_only_the_providers_own_key_signs(provider):
    for key in ("none", "word", provider.foreign):
        browser, provider.signed_by = Client(), key
        assert provider.sign_in(browser).status_code == 403 and not signed_in(browser)


def test_a_new_key_of_the_provider_is_read_when_it_is_used(provider):
    assert provider.sign_in(Client()).status_code == 302
    before, provider.key = provider.key, provider.foreign
    provider.signed_by = provider.key
    try:
        assert provider.sign_in(Client()).status_code == 302
    finally:
        provider.key = before


def test_what_comes_back_counts_once_and_where_it_was_asked(provider):
    browser, other = Client(), Client()
    back = provider.back(browser)
    assert other.get(back).status_code == 403, "another browser's"
    assert browser.get(back.replace("state=", "state=x")).status_code == 403
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 403, "replayed"
    mixed = provider.back(other).replace("127.0.0.1%3A", "evil.example%3A")
    assert "evil.example" in mixed and other.get(mixed).status_code == 403
    assert not signed_in(other)
    for broken in ("", "?state=", "?code=x", "?error=access_denied&state=x", "?state=é&code=é"):
        assert other.get(BACK + broken).status_code == 403
    stolen = provider.back(other)  # a code of one request in another of the same browser
    fresh = provider.back(other)
    code = stolen.split("code=")[1].split("&")[0]
    assert other.get(fresh.replace(fresh.split("code=")[1].split("&")[0], code)).status_code == 403 and not signed_in(
        other
    )


def test_an_invitation_is_accepted_by_it_and_nothing_less(provider, admin):
    new = members.add_person(email="new@example.org", name="New", role="lead", sites=[], by=admin)
    provider.claims = {"sub": "new", "email": "new@example.org", "email_verified": True}
    assert provider.sign_in(Client()).status_code == 403, "an account alone is no invitation"
    invite(new, by=admin)
    send_letters()
    assert provider.sign_in(Client()).status_code == 302
    assert OneTimeLink.objects.get().used_at and not Person.objects.get(pk=new.pk).has_usable_password()

    Client().post("/accounts/password/", {"email": new.email})
    assert Letter.objects.latest("pk").person == new, "a password, to sign forms with, can be asked for"
    members.change_person(new, name="New", role="lead", sites=[], is_active=True, by=admin)
    Person.objects.filter(pk=new.pk)
    other = factories.person("lead")
    members.change_person(new, name="New", role="lead", sites=[], is_active=False, by=admin)
    assert other.is_active and provider.sign_in(Client()).status_code == 403


def test_the_second_factor_is_the_providers_or_ours(provider, nurse, settings):
    settings.SECOND_FACTOR_REQUIRED, settings.OIDC_FACTOR_AMR, settings.OIDC_FACTOR_ACR = True, ["mfa"], ["gold"]
    browser = Client()
    provider.says = {"amr": ["pwd"], "acr": "silver"}
    assert provider.sign_in(browser).url == "/accounts/factors/add/" and not signed_in(browser)
    with_app(nurse)
    assert provider.sign_in(browser).url == "/accounts/login/factor/" and not signed_in(browser)
    assert browser.post("/accounts/login/factor/", {"code": code_of(nurse)}).status_code == 302 and signed_in(browser)
    for says in ({"amr": ["pwd", "mfa"]}, {"acr": "gold"}):
        browser, provider.says = Client(), says
        assert provider.sign_in(browser).url == "/cases/" and signed_in(browser)
    for says in ({"amr": "mfa"}, {"amr": [["mfa"]]}, {"acr": ["gold"]}):
        browser, provider.says = Client(), says
        assert provider.sign_in(browser).status_code in (302, 403) and not signed_in(browser)


def test_somebody_confirms_there_what_is_asked_here(provider, nurse):
    browser = Client()
    provider.sign_in(browser)
    old(browser)
    page = browser.get("/accounts/confirm/?next=/accounts/tokens/")
    assert b"Confirm at Kyoto University" in page.content
    provider.says = {"auth_time": 1_700_000_000}
    assert provider.sign_in(browser).status_code == 403, "an old sign-in there confirms nothing"
    provider.says = {"sub": "other", "email": factories.person("lead").email}
    assert provider.sign_in(browser).status_code == 403, "somebody else"
    assert browser.post("/accounts/tokens/", {"purpose": "R"}).status_code == 403
    provider.says = {}
    assert provider.sign_in(browser).status_code == 200
    assert (provider.asked[-1]["prompt"], provider.asked[-1]["max_age"]) == ("login", "0")
    assert browser.post("/accounts/confirm/", {"next": "/accounts/tokens/"}).url == "/accounts/tokens/"


def test_signing_out_leads_to_where_the_providers_session_ends(provider, nurse, admin):
    browser = Client()
    provider.sign_in(browser)
    page = browser.get(browser.post("/accounts/logout/").url)
    assert f'href="{provider.issuer}/end?client_id=registry&amp;'.encode() in page.content and not signed_in(browser)
    boss = Client()
    boss.force_login(admin)
    boss.post(f"/people/{nurse.pk}/security/separate/")
    assert not Identity.objects.exists()


def test_a_provider_that_does_not_answer_is_said_in_words(provider, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    answer = Client().get("/accounts/single-sign-on/")
    assert answer.status_code == 502 and b"does not answer" in answer.content
    settings.OIDC_ISSUER = provider.issuer + "/"
    assert Client().get("/accounts/single-sign-on/").status_code == 502, "it calls itself otherwise"


def test_going_there_is_counted_by_its_source(provider, monkeypatch):
    monkeypatch.setitem(single_sign_on_limits(), "single sign-on", (2, 300))
    assert [Client().get("/accounts/single-sign-on/").status_code for _time in range(3)] == [302, 302, 429]


def single_sign_on_limits():
    """The table of limits."""
    from registry.access.throttle import LIMITS

    return LIMITS
