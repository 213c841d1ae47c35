"""Signing by the page: what will be signed, the password again, and a signature that counts no more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from registry.actions.signatures import broken_signatures
from registry.trail import verify_history
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.registry.views.states.conftest import address, ask, decide, deed, seen, sign, signatures, stored, text

pytestmark = pytest.mark.django_db


# Signing.


def test_name_meaning_and_time_stand_under_the_form_and_in_print(world):
    answer = sign(world)
    assert answer.status_code == 302

    (signature,) = signatures()
    for url in (address(world.death), address(world.death, "print/"), f"/cases/{world.case.number}/print/"):
        page = text(signed_in(world.nurse).get(url))
        assert "Dr Rei Ogawa" in page, url
        assert "These data are complete and agree with the source" in page, url
        assert signature.signed_at.astimezone().strftime("%Y-%m-") in page, url
    assert (signature.signer, signature.form_version) == (world.investigator.email, 1)


def test_the_page_lists_what_will_be_signed_with_the_version_seen(world):
    page = text(signed_in(world.investigator).get(f"/cases/{world.case.number}/sign/"))

    assert 'value="death:1:1"' in page
    assert "Not complete yet, so not here:" in page
    assert "A later change or an unlocking voids the signature" in page


def test_a_wrong_password_signs_nothing_and_loses_nothing(world):
    answer = sign(world, password="wrong")

    page = text(answer)
    assert answer.status_code == 422
    assert "This is not your password. Nothing was signed." in page
    assert 'value="accurate" required checked' in page
    assert 'value="death:1:1" checked' in page
    assert "wrong" not in page.replace("wrong_", "")
    assert signatures() == []


def test_the_password_of_somebody_else_is_wrong(world):
    world.nurse.set_password("the-nurse-has-her-own-word")
    with everything_scope(actor="tests"):
        world.nurse.save()

    assert sign(world, password="the-nurse-has-her-own-word").status_code == 422
    assert signatures() == []


def test_after_five_wrong_passwords_the_session_ends(world):
    browser = signed_in(world.investigator)
    url = f"/cases/{world.case.number}/sign/"
    body = {"sign": ["death:1:1"], "password": "wrong", "meaning": "accurate"}
    assert [browser.post(url, body).status_code for _attempt in range(4)] == [422] * 4

    last = browser.post(url, body)

    assert (last.status_code, last.url) == (302, f"/accounts/login/?next={url}")
    assert browser.post(url, {**body, "password": factories.PASSWORD}).url.startswith("/accounts/login/")
    assert signatures() == []


def test_a_right_password_forgets_the_wrong_ones(world):
    browser = signed_in(world.investigator)
    url = f"/cases/{world.case.number}/sign/"
    body = {"sign": ["death:1:1"], "meaning": "accurate"}
    for _attempt in range(4):
        browser.post(url, {**body, "password": "wrong"})
    assert browser.post(url, {**body, "password": factories.PASSWORD}).status_code == 302
    assert "wrong_passwords" not in browser.session


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ({"meaning": ""}, "Choose what your signature means."),
        ({"sign": ["death:1:9"]}, "A form was changed while you read it"),
        ({"sign": []}, "Choose at least one complete form"),
        ({"sign": ["patient:1:1"]}, "Only complete forms can be signed"),
        ({"sign": ["nonsense", "death:1:x", ""]}, "Choose at least one complete form"),
    ],
)
def test_what_cannot_be_signed_is_said(world, what, says):
    body = {"sign": ["death:1:1"], "password": factories.PASSWORD, "meaning": "accurate", **what}
    answer = signed_in(world.investigator).post(f"/cases/{world.case.number}/sign/", body)

    assert answer.status_code == 422
    assert says in text(answer)
    assert signatures() == []


def test_a_form_sent_twice_is_signed_once(world):
    sign(world, world.death, world.death)
    sign(world)

    assert len(signatures()) == 1


def test_a_form_that_is_not_there_is_refused(world):
    body = {"sign": ["relapse:1.1:1"], "password": factories.PASSWORD, "meaning": "accurate"}

    assert signed_in(world.investigator).post(f"/cases/{world.case.number}/sign/", body).status_code == 403


def test_a_case_of_another_hospital_does_not_exist(world):
    assert sign(world, by=world.other_investigator).status_code == 404
    assert signatures() == []


# A signature that counts no more.


def test_a_change_says_before_and_after_what_it_voids(world):
    sign(world)
    assert "A change voids the signature of Dr Rei Ogawa." in seen(world, world.nurse)
    answers = {"death_date": "2024-12-21", "death_cause": 2, "death_in_remission": 1, "death_cart_related": 1}

    signed_in(world.nurse).post(address(world.death), {**answers, "version": 1, "reason": "misread the chart"})

    page = seen(world, world.nurse)
    assert "signature void" in page
    assert "The form was changed." in page
    assert "A change voids" not in page


def test_unlocking_says_before_and_after_whose_signature_it_voids(world):
    sign(world)
    deed(world, "lock")
    assert "Opening voids the signature of Dr Rei Ogawa" in seen(world, world.manager)
    ask(world.manager, address(world.death), reason="The site found the letter")

    answer = decide(world.second)

    assert "opened. The signature of Dr Rei Ogawa is void." in text(answer)
    page = seen(world, world.manager)
    assert "The form was unlocked." in page
    assert "The site found the letter" in page, "why it was opened stands on the page"


def test_a_change_past_the_registry_shows_as_broken_on_the_page_and_in_print(world):
    sign(world)
    with everything_scope(actor="owner"), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_death SET death_cause = 3")

    assert "signature broken" in seen(world, world.nurse)
    assert "signature broken" in text(signed_in(world.nurse).get(address(world.death, "print/")))


def test_a_signature_copied_to_another_case_is_broken_there(world):
    sign(world)
    other = factories.completed_form(factories.enrolled_case(world.kyoto, by=world.nurse), by=world.nurse)
    with everything_scope(actor="owner"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_signature (case_id, site_id, form, row_id, form_version, digest, meaning, signer, signer_name, "
            "signed_at, voided_because, version) SELECT %s, site_id, form, %s, form_version, digest, meaning, signer, signer_name, "
            "signed_at, voided_because, version FROM registry_signature",
            [other.case_id, other.pk],
        )

    assert "signature broken" in seen(world, world.nurse, other)
    assert "signature broken" not in seen(world, world.nurse)
    with everything_scope(actor="tests"):
        assert [one.case_id for one in broken_signatures()] == [other.case_id]
    (fault,) = [one for one in verify_history() if "signature" in one.what]
    assert fault.what.endswith("stands under a form that is not what was signed")


def test_a_broken_signature_can_be_replaced(world):
    sign(world)
    with everything_scope(actor="owner"), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_death SET death_cause = 3")

    sign(world)

    assert [bool(one.voided_at) for one in signatures()] == [True, False]
    assert "signature broken" not in seen(world, world.nurse)


def test_why_a_signature_is_void_is_told_in_the_readers_language(world):
    sign(world)
    with translation.override("ja"):
        form = stored(world.death)
        form.autopsy = 1
        save_form(form, by=world.nurse, seen_version=1, reason="autopsy")

    assert "The form was changed." in seen(world, world.nurse)
    (signature,) = signatures()
    with translation.override("ja"):
        assert signature.why_void == "報告書が変更されました。"


def test_a_form_asks_as_many_queries_of_the_database_however_often_it_was_signed(world):
    def count():
        browser = signed_in(world.manager)
        with CaptureQueriesContext(connection) as caught:
            browser.get(address(world.death))
        return len(caught)

    sign(world)
    once = count()
    for number in range(3):
        form = stored(world.death)
        form.autopsy = number % 2
        save_form(form, by=world.nurse, seen_version=form.version, reason="autopsy")
        sign(world)

    assert len(signatures()) == 4
    assert count() == once
