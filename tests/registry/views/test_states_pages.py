"""Signing, verifying, locking and exempting by the pages: what is said before and after, what is kept, what is refused."""

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from registry.access.row_security import everything_scope
from registry.actions import queries, states
from registry.actions.forms import save_form
from registry.actions.signatures import broken_signatures
from registry.case_state import WORDS, case_state
from registry.models import Case, Exemption, Signature
from registry.record import stored_case, stored_cases
from registry.trail import verify_history
from tests import factories
from tests.registry.views.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(world):
    """The people, with investigators, and a case with a complete death form."""
    world.investigator = factories.person("investigator", sites=[world.kyoto], name="Dr Rei Ogawa")
    world.other_investigator = factories.person("investigator", sites=[world.osaka], name="Dr Sora Abe")
    world.case = factories.infused_case(world.kyoto, by=world.nurse)
    world.death = factories.completed_form(world.case, by=world.nurse)
    return world


def stored(form):
    """The row as it is now."""
    with everything_scope(actor="tests"):
        return type(form).with_void.get(pk=form.pk)


def address(form, rest=""):
    """Of a form's page, or of what is below it."""
    return f"/cases/{form.case.number}/{form.form_name}/{form.key}/{rest}"


def sign(world, *forms, by=None, password=factories.PASSWORD, meaning="accurate", case=None):
    """What the page of signing answers."""
    chosen = [f"{form.form_name}:{form.key}:{stored(form).version}" for form in forms or [world.death]]
    body = {"sign": chosen, "password": password, "meaning": meaning}
    return signed_in(by or world.investigator).post(f"/cases/{(case or world.case).number}/sign/", body)


def deed(world, code, form=None, *, by=None, **body):
    """What a deed answers in the end."""
    form = form or world.death
    body = {"version": stored(form).version, **body}
    return signed_in(by or world.manager).post(address(form, f"{code}/"), body, follow=True)


def text(answer):
    """The words of a page."""
    return unescape(answer.content.decode())


def seen(world, person, form=None):
    """What this person reads on a form's page."""
    answer = signed_in(person).get(address(form or world.death))
    assert answer.status_code == 200
    return text(answer)


def signatures():
    """Every signature."""
    with everything_scope(actor="tests"):
        return list(Signature.objects.all())


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
    assert "Unlocking voids the signature of Dr Rei Ogawa." in seen(world, world.manager)

    answer = deed(world, "unlock", reason="The site found the letter")

    assert "unlocked. The signature of Dr Rei Ogawa is void." in text(answer)
    assert "The form was unlocked." in text(answer)
    assert "The site found the letter" in text(answer), "why it was unlocked stands on the page"


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


# Verification and locks.


def test_who_completed_verified_and_locked_a_form_stands_on_it(world):
    deed(world, "verify")
    answer = deed(world, "lock")

    page = text(answer)
    for word, who in (("complete", "Aoi Nakamura"), ("verified", "manager"), ("locked", "manager")):
        step = page.partition('class="form-state__steps"')[2].partition(f"{word}</span>")[2]
        assert step.lstrip().removeprefix("</dt>").lstrip().startswith(f"<dd>{who} · <time"), word


def test_a_verification_is_taken_back_with_a_reason(world):
    deed(world, "verify")
    assert "Please say why." in text(deed(world, "unverify", reason=" "))
    assert stored(world.death).is_verified

    page = text(deed(world, "unverify", reason="Wrong patient's letter"))

    assert not stored(world.death).is_verified
    assert "not verified any more" in page
    assert "Wrong patient's letter" in page


def test_unlocking_needs_a_reason(world):
    deed(world, "lock")

    assert "Please say why." in text(deed(world, "unlock", reason=""))
    assert stored(world.death).is_locked


def test_a_deed_on_what_was_changed_meanwhile_is_not_done(world):
    answer = deed(world, "verify", version=7)

    assert "Somebody has just changed this form. Nothing was done" in text(answer)
    assert not stored(world.death).is_verified


def test_a_query_stands_against_verification(world):
    with everything_scope(actor="tests"):
        queries.raise_query(world.death, text="Really?", by=world.manager)

    assert "Verify" not in seen(world, world.manager)
    assert "Only a complete form without open queries can be verified." in text(deed(world, "verify"))


def test_each_reads_only_the_buttons_that_are_theirs(world):
    deeds = {
        "nurse": set(),
        "investigator": {"sign/"},
        "manager": {"verify/", "lock/"},
        "lead": set(),
    }
    for name, wanted in deeds.items():
        page = seen(world, getattr(world, name))
        found = {
            one
            for one in ("verify/", "unverify/", "lock/", "unlock/", "sign/")
            if f"/{one}" in page.partition('id="form-state"')[2]
        }
        assert found == wanted, name


# A locked form.


def test_a_locked_form_is_read_only_and_says_how_to_get_it_opened(world):
    deed(world, "lock")

    page = seen(world, world.nurse)

    assert "data-entry" not in page
    assert (
        "This form is locked: it can be read, and changed once a data manager has unlocked it, with a reason." in page
    )


def test_what_was_typed_before_a_lock_came_between_stays_on_the_page(world):
    states_lock(world)

    answer = signed_in(world.nurse).post(
        address(world.death),
        {
            "version": 2,
            "death_date": "2024-12-24",
            "death_cause": "3",
            "death_in_remission": "1",
            "reason": "new letter",
        },
    )

    assert answer.status_code == 422
    page = text(answer)
    assert "Ask the data manager to unlock it; what you typed is kept on this page." in page
    assert 'value="2024-12-24"' in page
    assert stored(world.death).death_cause == 2


def states_lock(world):
    """Lock the form as the data manager does."""
    states.lock_form(stored(world.death), by=world.manager, seen_version=1)


# A whole case.


def only_complete(world):
    """A case whose every form is complete."""
    case = factories.enrolled_case(world.kyoto, by=world.nurse)
    return factories.completed_form(case, by=world.nurse)


def test_a_case_is_signed_locked_and_unlocked_as_one(world):
    form = only_complete(world)
    case = form.case
    manager, url = signed_in(world.manager), f"/cases/{form.case.number}/"
    assert "Sign 1 complete form" in text(signed_in(world.investigator).get(url))
    sign(world, form, case=case)
    page = text(manager.get(url))
    assert "all signed" in page
    assert "0 of 1 stored forms verified · 1 of 1 signed" in page

    page = text(manager.post(f"{url}lock/", follow=True))
    assert "locked, with every form." in page
    assert "Unlocking voids 1 signature." in page
    assert stored(form).is_locked
    assert "The whole case is locked" in seen(world, world.nurse, form)
    assert "Please say why." in text(manager.post(f"{url}unlock/", {"reason": " "}, follow=True))

    page = text(manager.post(f"{url}unlock/", {"reason": "A death came late"}, follow=True))
    assert "unlocked, with every form. The signature of Dr Rei Ogawa is void." in page
    assert "A death came late" in page
    assert not stored(form).is_locked


def test_a_case_with_an_unfinished_form_is_not_locked(world):
    page = text(signed_in(world.manager).post(f"/cases/{world.case.number}/lock/", follow=True))

    assert "A case is locked when all its forms are complete; 4 are not." in page
    assert not Case.objects.filter(is_locked=True).exists()


# The words of a case, and the list narrowed by them.


def test_the_list_is_narrowed_by_the_words_it_shows(world):
    signed, locked, verified, asked = (only_complete(world) for _number in range(4))
    sign(world, signed, case=signed.case)
    states.lock_case(locked.case, by=world.manager)
    states.verify_form(verified, by=world.manager, seen_version=1)
    with everything_scope(actor="tests"):
        query = queries.raise_query(asked, text="Really?", by=world.manager)
    queries.answer_query(query, kind="corrected", by=world.nurse, seen_version=1)
    manager = signed_in(world.manager)

    with everything_scope(actor="tests"):
        cases = list(Case.objects.all())
        shown = {
            case.number: case_state(stored, is_locked=case.is_locked).words
            for case, stored in ((case, stored_cases(cases)[case.pk]) for case in cases)
        }
    for word in WORDS:
        page = text(manager.get("/cases/", {"data": word}))
        assert {number for number in shown if f"/cases/{number}/" in page} == {
            number for number, words in shown.items() if word in words
        }, word
    assert shown[signed.case.number] == ("signed",)
    assert shown[locked.case.number] == ("locked",)
    assert shown[verified.case.number] == ("verified",)
    assert shown[asked.case.number] == ("answered",)
    assert shown[world.case.number] == ("query",), "X31 asks"


def test_the_list_asks_no_query_more_for_more_cases(world):
    def count():
        with CaptureQueriesContext(connection) as caught:
            text(signed_in(world.manager).get("/cases/", {"data": "verified"}))
        return len(caught)

    states.verify_form(only_complete(world), by=world.manager, seen_version=1)
    one = count()
    for _number in range(3):
        states.verify_form(only_complete(world), by=world.manager, seen_version=1)

    assert count() == one


# Not required.


def exempt(world, who, form="bridging_therapy", query="", **body):
    """What the page answers."""
    return signed_in(who).post(f"/cases/{world.case.number}/{form}/not-required/{query}", body, follow=True)


def test_the_data_manager_waives_and_takes_it_back(world):
    page = text(exempt(world, world.manager, kind="waived", reason="None was given"))
    assert "not required from now on." in page
    assert "None was given" in page
    with everything_scope(actor="tests"):
        (row,) = Exemption.objects.all()
        assert stored_case(world.case).exemptions == {("bridging_therapy", ""): "waived"}

    page = text(signed_in(world.manager).post(f"/cases/{world.case.number}/not-required/{row.pk}/end/", follow=True))

    assert "required again." in page
    with everything_scope(actor="tests"):
        assert stored_case(world.case).exemptions == {}


def test_the_site_says_what_is_reported_elsewhere_and_waives_nothing(world):
    assert (
        exempt(world, world.nurse, kind="elsewhere", reason="In TRUMP", query="?slot=M12", form="follow_up").status_code
        == 200
    )
    assert exempt(world, world.nurse, kind="waived", reason="Too much work").status_code == 422
    with everything_scope(actor="tests"):
        (row,) = Exemption.objects.all()
    assert (row.form, row.slot, row.kind) == ("follow_up", "M12", "elsewhere")
    assert "Month 12" in text(signed_in(world.nurse).get(f"/cases/{world.case.number}/"))


def test_the_site_does_not_take_back_what_the_manager_waived(world):
    exempt(world, world.manager, kind="waived", reason="None was given")
    with everything_scope(actor="tests"):
        (row,) = Exemption.objects.all()

    assert signed_in(world.nurse).post(f"/cases/{world.case.number}/not-required/{row.pk}/end/").status_code == 403


def test_a_reason_is_asked_and_what_was_chosen_is_kept(world):
    answer = exempt(world, world.manager, kind="elsewhere", reason=" ")

    assert answer.status_code == 422
    assert "Please say why." in text(answer)
    assert 'value="elsewhere" required checked' in text(answer)


def test_a_visit_that_is_not_planned_does_not_exist(world):
    assert exempt(world, world.manager, kind="waived", reason="x", query="?slot=Q9").status_code == 404


def test_in_a_locked_case_nothing_is_exempted(world):
    form = only_complete(world)
    states.lock_case(form.case, by=world.manager)

    answer = signed_in(world.manager).post(
        f"/cases/{form.case.number}/bridging_therapy/not-required/", {"kind": "waived", "reason": "x"}
    )

    assert answer.status_code == 422
    assert "The whole case is locked." in text(answer)


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
