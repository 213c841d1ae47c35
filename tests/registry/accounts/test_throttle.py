"""Attempts are counted before anything is hashed; nobody shuts somebody else out; nothing tells which accounts exist."""

import statistics
import threading
import time

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.test import Client, override_settings

from registry.access import hashing, throttle
from registry.actions import members
from registry.models import AttemptCount, Happened, Letter, SecurityEvent
from tests import factories
from tests.registry.accounts.conftest import LOGIN, tried


def hashes_of(monkeypatch):
    """A list that grows with each password that is hashed."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    seen, encode = [], MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, password, salt: seen.append(1) or encode(self, password, salt)
    )
    return seen


def test_the_eleventh_wrong_password_is_not_hashed(nurse, monkeypatch):
    for _ in range(throttle.HASHED):
        assert tried(nurse.email, "wrong").status_code == 200
    hashed = hashes_of(monkeypatch)

    answer = tried(nurse.email, factories.PASSWORD)

    assert answer.status_code == 429 and hashed == []
    assert 0 < int(answer["Retry-After"]) <= throttle.WINDOW
    assert b"nothing is locked for good" in answer.content
    assert SecurityEvent.objects.filter(kind=Happened.THROTTLED, person=nurse).count() == 1


def test_another_source_is_not_shut_out(nurse):
    for _ in range(throttle.HASHED + 3):
        tried(nurse.email, "wrong")

    assert tried(nurse.email, source="198.51.100.1").status_code == 302


def test_a_device_that_signed_in_before_keeps_its_lane(nurse):
    own = Client()
    assert tried(nurse.email, client=own).status_code == 302
    own.cookies.pop("sessionid")
    for _ in range(throttle.HASHED + 1):
        tried(nurse.email, "wrong")
    assert tried(nurse.email).status_code == 429

    assert tried(nurse.email, client=own).status_code == 302
    own.cookies.pop("sessionid")
    for _ in range(throttle.HASHED):
        tried(nurse.email, "wrong", client=own)
    assert tried(nurse.email, client=own).status_code == 429  # a stolen device guesses no more than others


def test_a_device_opens_no_lane_for_another_account(nurse, admin):
    own = Client()
    tried(nurse.email, client=own)
    own.cookies.pop("sessionid")
    for _ in range(throttle.HASHED):
        tried(admin.email, "wrong", client=own)

    assert tried(admin.email, client=own).status_code == 429


def test_a_spray_over_accounts_is_stopped_by_its_source_and_its_network(nurse, monkeypatch):
    monkeypatch.setitem(throttle.LIMITS, "source", (5, 300))
    monkeypatch.setitem(throttle.LIMITS, "network", (8, 300))
    found = [tried(f"somebody{n}@example.org", "wrong").status_code for n in range(7)]
    around = [tried(f"other{n}@example.org", "wrong", source="192.0.2.9").status_code for n in range(5)]

    assert found == [200] * 5 + [429] * 2
    assert around == [200] * 3 + [429] * 2


def test_what_is_refused_or_right_counts_nowhere(nurse, monkeypatch):
    monkeypatch.setitem(throttle.LIMITS, "source", (3, 300))
    for _ in range(6):
        assert tried(nurse.email).status_code == 302
    for _ in range(3):
        Client().post(LOGIN, {"username": nurse.email, "password": ""}, REMOTE_ADDR="192.0.2.7")
    assert set(AttemptCount.objects.values_list("count", flat=True)) <= {0}


def test_after_the_window_it_is_open_again(nurse):
    for _ in range(throttle.HASHED + 1):
        tried(nurse.email, "wrong")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_attemptcount SET since = since - interval '301 seconds'")

    assert tried(nurse.email).status_code == 302


def test_an_unknown_an_ended_and_a_known_account_are_told_the_same(nurse, monkeypatch):
    ended = factories.person("statistician")
    members.change_person(ended, name="x", role="statistician", sites=[], is_active=False, by=factories.BUILDER)
    hashed = hashes_of(monkeypatch)

    def told(email, password):
        hashed.clear()
        answer = tried(email, password)
        return answer.status_code, answer.content.count(b"do not match an active account"), len(hashed)

    answers = {told("nobody@example.org", "wrong"), told(nurse.email, "wrong"), told(ended.email, factories.PASSWORD)}
    assert answers == {(200, 1, 1)}


def test_twenty_refusals_raise_one_alert(nurse):
    for number in range(throttle.ALERT_AT + 4):
        tried(nurse.email, "wrong", source=f"192.0.{number}.7")

    assert SecurityEvent.objects.filter(kind=Happened.ALERT, person=nurse).count() == 1
    assert Letter.objects.get().purpose == "alert"
    assert SecurityEvent.objects.filter(kind=Happened.REFUSED, person=nurse).count() == throttle.ALERT_AT + 4


@pytest.mark.django_db(transaction=True)
def test_a_burst_never_gets_above_the_limit():
    lanes, passed = {"device": ("sign in", "burst")}, []

    def one():
        try:
            passed.append(throttle.taken(lanes) == 0)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(passed) == 40 and 0 < sum(passed) <= throttle.HASHED


def test_no_more_hashes_at_once_than_slots(monkeypatch, tmp_path):
    monkeypatch.setattr(hashing, "PLACE", tmp_path)
    monkeypatch.setattr(hashing, "PATIENCE", 0.05)
    with hashing.slot(), hashing.slot(), pytest.raises(hashing.BusyError), hashing.slot():
        pass
    with hashing.slot():
        pass


def test_a_host_that_is_busy_says_so_and_counts_nothing(nurse, monkeypatch):
    def busy(*_words, **_more):
        raise hashing.BusyError

    monkeypatch.setattr("django.contrib.auth.backends.ModelBackend.authenticate", busy)
    answer = tried(nurse.email)

    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    assert set(AttemptCount.objects.values_list("count", flat=True)) == {0}


@override_settings(PASSWORD_HASHERS=["registry.access.hashing.Argon2"])
def test_passwords_are_argon2id_of_the_chosen_size():
    made = make_password("four quiet winter trees")

    assert made.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password("four quiet winter trees", made)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        check_password("wrong", made)
        times.append(time.perf_counter() - began)
    assert statistics.median(times) < 5  # seconds: far from what a page would bear, even on a busy machine


def test_dead_tokens_are_stopped_per_source(db, monkeypatch):
    monkeypatch.setitem(throttle.LIMITS, "dead tokens", (3, 300))
    key = factories.token(factories.person("lead"))

    def asked(word):
        return Client().get("/api/v1/", headers={"Authorization": f"Bearer {word}"}, REMOTE_ADDR="192.0.2.7")

    assert [asked("0" * 32).status_code for _ in range(5)] == [401] * 3 + [429] * 2
    door = Client().post("/api/redcap/", {"token": "0" * 32, "content": "version"}, REMOTE_ADDR="192.0.2.7")
    assert door.status_code == 429
    assert asked(key).status_code == 200  # a living one is never shut out
