"""A passkey in a real browser (Chromium's virtual authenticator): made, shown at the sign-in and when something is confirmed, on a phone too."""

import pytest
from playwright.sync_api import expect

from registry.models import Passkey
from tests import factories
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def plugged_in(page, **words):
    """A security key of Chromium's at `page`: (session of its protocol, the key's name there)."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        **words,
    }
    return protocol, protocol.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def sign_in(page, nurse):
    """Address and password."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(nurse.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def test_a_passkey_is_made_and_signs_in(live_server, new_context, settings):
    settings.REGISTRY_URL, settings.SECOND_FACTOR_REQUIRED = live_server.url, True
    nurse = factories.person("coordinator", sites=[factories.site("KYO")])
    page = new_context(base_url=live_server.url, locale="en-GB", viewport={"width": 390, "height": 800}).new_page()
    faults = []
    page.on("console", lambda said: said.type == "error" and "422" not in said.text and faults.append(said.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    protocol, key = plugged_in(page)

    sign_in(page, nurse)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").fill("phone")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
    assert Passkey.objects.get().label == "phone"

    page.context.clear_cookies()
    sign_in(page, nurse)
    protocol.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("It was ended on the device")).to_be_visible()
    protocol.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
    assert Passkey.objects.get().count > 1

    page.goto("/accounts/confirm/?next=/accounts/security/")
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Account and security")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    settings.REGISTRY_URL = "https://registry.example.org"
    page.goto("/accounts/passkeys/add/")
    expect(page.get_by_text("Passkeys work at https://registry.example.org only.")).to_be_visible()
    assert not faults
