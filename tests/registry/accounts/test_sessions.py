"""Sessions end by themselves, by their owner, by an administrator; what was typed stays."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from registry.access.sessions import BEGAN, SEEN
from registry.actions.sessions import clear_ended
from registry.models import Happened, SecurityEvent, SignedInSession
from tests import factories
from tests.registry.accounts.conftest import tried


def signed_in(person, agent="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"):
    """A browser that signed in by the page."""
    browser = Client(headers={"User-Agent": agent})
    assert tried(person.email, client=browser).status_code == 302
    return browser


def ago(browser, *, began, seen):
    """Let the session have begun and been used so many minutes ago."""
    session = browser.session
    now = timezone.now().timestamp()
    session[BEGAN], session[SEEN] = now - began * 60, now - seen * 60
    session.save()


def test_a_session_ends_when_it_is_not_used_and_after_twelve_hours(nurse):
    browser = signed_in(nurse)
    ago(browser, began=600, seen=29)
    assert browser.get("/cases/").status_code == 200
    ago(browser, began=600, seen=31)
    assert browser.get("/cases/").status_code == 302
    browser = signed_in(nurse)
    ago(browser, began=12 * 60 + 1, seen=0)
    assert browser.get("/cases/").status_code == 302
    assert SignedInSession.objects.exclude(person=None).count() == 2
    clear_ended()
    assert SignedInSession.objects.exclude(person=None).count() == 0


def test_use_keeps_it_alive_but_pages_that_ask_by_themselves_do_not(nurse):
    manager = factories.person("manager")
    browser = signed_in(manager)
    ago(browser, began=100, seen=20)
    browser.get("/dashboards/tisagenlecleucel/state/")
    browser.get("/cases/", headers={"X-Unattended": "1"})
    assert SignedInSession.objects.get(person=manager).seen_at < timezone.now() - timedelta(minutes=19)
    browser.get("/cases/")
    assert SignedInSession.objects.get(person=manager).seen_at > timezone.now() - timedelta(minutes=1)


def test_a_sign_in_changes_the_key_of_the_session(nurse):
    browser = Client()
    browser.get("/accounts/login/")
    session = browser.session
    session["planted"] = 1
    session.save()
    browser.cookies["sessionid"] = session.session_key
    tried(nurse.email, client=browser)

    assert browser.cookies["sessionid"].value != session.session_key
    assert not SignedInSession.objects.filter(session_key=session.session_key).exists()


def test_the_own_sessions_are_seen_and_ended(nurse):
    here, there = signed_in(nurse), signed_in(nurse, "Mozilla/5.0 (iPad) Safari/605")
    page = here.get("/accounts/security/")
    shown = {one.device: one for one in page.context["sessions"]}
    assert set(shown) == {"Firefox, Windows", "Safari, iPad"} and shown["Firefox, Windows"].is_this
    assert page.context["sessions"][0].source == "192.0.2.7"
    keys = SignedInSession.objects.filter(person=nurse).values_list("session_key", flat=True)
    assert not any(key.encode() in page.content for key in keys)

    here.post(f"/accounts/sessions/{shown['Safari, iPad'].name}/end/")

    assert there.get("/cases/").status_code == 302 and here.get("/cases/").status_code == 200
    there = signed_in(nurse)
    here.post("/accounts/sessions/end/")
    assert there.get("/cases/").status_code == 302 and here.get("/cases/").status_code == 200
    assert SecurityEvent.objects.filter(kind=Happened.SESSION_ENDED, person=nurse).count() == 2


def test_nobody_ends_the_session_of_another(nurse, admin):
    other = factories.person("lead")
    theirs, own = signed_in(other), signed_in(nurse)
    name = theirs.get("/accounts/security/").context["sessions"][0].name
    own.post(f"/accounts/sessions/{name}/end/")
    assert own.post(f"/people/{other.pk}/security/sessions/end/").status_code == 403
    assert theirs.get("/accounts/security/").status_code == 200

    boss = signed_in(admin)
    assert b"Firefox" in boss.get(f"/people/{other.pk}/security/").content
    boss.post(f"/people/{other.pk}/security/sessions/end/")
    assert theirs.get("/accounts/security/").status_code == 302
    event = SecurityEvent.objects.get(kind=Happened.SESSION_ENDED)
    assert (event.person, event.by) == (other, admin.email)


def test_another_role_ends_the_sessions(nurse, admin):
    from registry.actions.members import change_person

    browser = signed_in(nurse)
    change_person(nurse, name=nurse.name, role="manager", sites=[], is_active=True, by=admin)

    assert browser.get("/cases/").status_code == 302


def test_what_was_typed_is_there_after_the_session_ended(nurse):
    case = factories.infused_case(factories.site("KYO"))
    page = f"/cases/{case.number}/relapse/new/"
    browser = signed_in(nurse)
    browser.get(page)
    typed = {"version": "0", "rel_site": "", "nonce": "a" * 32, "rel_date": "2025-01-0"}
    assert browser.post(f"/cases/{case.number}/relapse/new/draft/", typed).status_code in (200, 204)
    ago(browser, began=100, seen=31)

    refused = browser.post(f"/cases/{case.number}/relapse/new/", typed, headers={"Referer": f"http://testserver{page}"})
    assert refused.url == f"/accounts/login/?next={page}"
    again = browser.post(
        refused.url, {"username": nurse.email, "password": factories.PASSWORD, "next": page}, REMOTE_ADDR="192.0.2.7"
    )
    assert again.url == page
    assert b"2025-01-0" in browser.get(page).content


def test_the_page_asks_a_constant_number_of_queries(nurse, django_assert_max_num_queries):
    browsers = [signed_in(nurse) for _ in range(4)]
    with django_assert_max_num_queries(20):
        browsers[0].get("/accounts/security/")
