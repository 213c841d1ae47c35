"""Where a sign-in comes from, when proxies stand before the registry and a client invents what it likes; what a mailed link leaves behind."""

import logging

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings

from registry.access.proxies import source_behind
from registry.access.throttle import HASHED
from registry.actions.letters import invite, send_letters
from registry.models import OneTimeLink, SecurityEvent
from registry.settings.environment import whole
from tests import factories
from tests.registry.accounts.conftest import LOGIN

PEER = "172.18.0.2"


@pytest.mark.parametrize(
    ("forwarded", "proxies", "found"),
    [
        ("203.0.113.7", 1, "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", 1, "203.0.113.7"),  # the client invented the first
        ("198.51.100.1, 203.0.113.7, 10.0.0.4", 2, "203.0.113.7"),
        ("203.0.113.7", 0, PEER),
        ("203.0.113.7", 2, PEER),  # did not come through both
        ("", 1, PEER),
        ("unknown", 1, PEER),
        ("203.0.113.7, <script>", 1, PEER),
        ("203.0.113.7:4711", 1, "203.0.113.7"),
        ("[2001:db8::1]:4711", 1, "2001:db8::1"),
        ("2001:db8::1", 1, "2001:db8::1"),
        (",,203.0.113.7,", 1, "203.0.113.7"),
    ],
)
def test_the_source_is_counted_from_the_end(forwarded, proxies, found):
    assert source_behind(forwarded, PEER, proxies) == found


def tries(proxies, forwarded):
    """Statuses of wrong passwords sent by one peer, each with another invented beginning of the list."""
    with override_settings(TRUSTED_PROXIES=proxies):
        return [
            Client()
            .post(
                LOGIN,
                {"username": "nobody@example.org", "password": "wrong"},
                REMOTE_ADDR=PEER,
                headers={"X-Forwarded-For": forwarded.format(n=n)},
            )
            .status_code
            for n in range(HASHED + 1)
        ]


@pytest.mark.parametrize(("proxies", "forwarded"), [(0, "198.51.100.{n}"), (1, "198.51.100.{n}, 203.0.113.7")])
def test_an_invented_source_does_not_lift_a_limit(db, proxies, forwarded):
    assert tries(proxies, forwarded)[-1] == 429


def test_people_behind_one_proxy_are_told_apart(db):
    assert 429 not in tries(1, "198.51.100.{n}")


def test_sessions_and_the_security_log_tell_the_source_behind_the_proxy(nurse):
    with override_settings(TRUSTED_PROXIES=1):
        Client().post(
            LOGIN,
            {"username": nurse.email, "password": factories.PASSWORD},
            REMOTE_ADDR=PEER,
            headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"},
        )
    assert SecurityEvent.objects.get().source == nurse.sessions.get().source == "203.0.113.7"


@pytest.mark.parametrize("text", ["-1", "10", "one", "", "１"])
def test_a_wrong_number_of_proxies_is_refused_in_words(text):
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES must be a whole number from 0 to 9"):
        whole(text, "TRUSTED_PROXIES", most=9)


def test_the_key_of_a_link_is_told_to_nobody(admin, mailoutbox, caplog, monkeypatch):
    invite(factories.members.add_person(email="new@example.org", name="New", role="lead", sites=[], by=admin), by=admin)
    send_letters()
    path = next(word for word in mailoutbox[0].body.split() if "/accounts/password/" in word).removeprefix(
        "http://testserver"
    )
    key = path.split("/")[3]
    caplog.set_level(logging.DEBUG)
    browser = Client(raise_request_exception=False)

    for answer in (
        browser.post(path),
        browser.get(path[:-1]),
        browser.get(path, headers={"Host": "evil.example"}),
        browser.get(path),
    ):
        assert answer["Referrer-Policy"] == "no-referrer"
        assert key not in str(answer.headers) and key.encode() not in answer.content
    page = browser.get("/accounts/password/new/")
    assert page.status_code == 200 and key.encode() not in page.content and page["Referrer-Policy"] == "same-origin"

    monkeypatch.setattr("registry.views.password.redirect", lambda name: 1 / 0)
    assert browser.get(path).status_code == 500
    assert "password_link" in caplog.text and key not in caplog.text
    assert not any(key in str(vars(record)) for record in caplog.records if record.name != "django.db.backends")
    assert OneTimeLink.objects.get().digest != key
