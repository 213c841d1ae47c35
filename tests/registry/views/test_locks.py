"""The page of locks: a hospital is locked knowing what stands against it, its people read why, and two persons open it."""

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.access.row_security import everything_scope
from registry.actions.openings import ask_opening
from registry.actions.states import lock_form
from registry.models import DatabaseLock, Opening, Person
from tests import factories
from tests.registry.views.conftest import signed_in

pytestmark = pytest.mark.django_db


def text(answer):
    """The words of a page."""
    return unescape(answer.content.decode())


def test_a_hospital_is_locked_read_about_and_opened(world):
    manager, second = signed_in(world.manager), factories.person("manager", email="b@example.org", name="Mio Kato")
    nurse, elsewhere = signed_in(world.nurse), signed_in(world.osaka_nurse)
    case = factories.infused_case(world.kyoto, by=world.nurse)

    page = text(manager.get("/locks/site/KYO/"))
    assert "Stands against it" in page and "stored forms are not complete" in page and "forms are overdue" in page
    refused = manager.post("/locks/site/KYO/", {"reason": "Annual analysis 2026"})
    assert refused.status_code == 422 and 'value="Annual analysis 2026"' in text(refused)
    assert "Say that it is to be locked all the same." in text(refused)
    page = text(manager.post("/locks/site/KYO/", {"reason": "Annual analysis 2026", "knowing": "on"}, follow=True))
    assert "Kyoto University Hospital: locked." in page and "· manager · Annual analysis 2026" in page
    assert "It is locked already." in text(manager.post("/locks/site/KYO/", {"reason": "x", "knowing": "on"}))

    for url in (
        "/worklist/",
        "/cases/",
        f"/cases/{case.number}/",
        f"/cases/{case.number}/death/new/",
        "/accounts/security/",
    ):
        page = text(nurse.get(url))
        assert "Kyoto University Hospital is locked since" in page and "Annual analysis 2026" in page, url
        assert "Write to a data manager if something has to be." in page, url
        assert "locked since" not in text(elsewhere.get(url if url.count("/") < 3 else "/worklist/"))
    assert "data-save" not in text(nurse.get(f"/cases/{case.number}/death/new/"))
    assert f"/cases/{case.number}/death/new/" not in text(nurse.get(f"/cases/{case.number}/"))
    assert text(manager.get("/cases/?data=locked")).count(f"/cases/{case.number}/") >= 1

    with everything_scope(actor="tests"):
        lock = DatabaseLock.objects.get()
    page = text(manager.post(f"/locks/{lock.pk}/unlock/", {"code": "consent", "reason": "A withdrawal"}, follow=True))
    assert "It stays locked until a second person agrees." in page
    assert "Opening asked for" in text(manager.get("/locks/"))
    with everything_scope(actor="tests"):
        url = f"/locks/requests/{Opening.objects.get().pk}/"
    work = text(signed_in(second).get("/worklist/"))
    assert "locks to open" in work and url in work and "Kyoto University Hospital" in work
    page = text(signed_in(second).post(url, {"step": "approve", "reason": "Seen"}, follow=True))
    assert "Kyoto University Hospital: opened." in page
    page = text(manager.get("/locks/"))
    assert (
        "Hospitals and cohorts that were locked before" in page
        and "Consent was withdrawn or changed · A withdrawal" in page
    )
    assert "locked since" not in text(nurse.get("/worklist/"))


def test_where_nobody_else_can_agree_the_page_says_what_to_do(world):
    case = factories.enrolled_case(world.kyoto)
    lock_form(factories.completed_form(case), by=world.manager, seen_version=1)
    url = f"/cases/{case.number}/death/1/unlock/"
    assert "lead (Consortium lead)" in text(signed_in(world.manager).get(url))
    with everything_scope(actor="tests"):
        Person.objects.filter(pk=world.lead.pk).update(is_active=False)

    page = text(signed_in(world.manager).get(url))

    assert "Nobody else here can agree." in page and "Ask the administrator to give a second person the role" in page


def test_the_pages_ask_as_many_queries_however_much_waits(world):
    manager, lead = signed_in(world.manager), signed_in(world.lead)

    def asks():
        counts = []
        for browser, url in ((manager, "/locks/"), (lead, "/locks/"), (lead, "/worklist/")):
            with CaptureQueriesContext(connection) as caught:
                assert browser.get(url).status_code == 200
            counts.append(len(caught))
        return counts

    def one_more():
        form = factories.completed_form(factories.enrolled_case(world.kyoto))
        ask_opening(lock_form(form, by=world.manager, seen_version=1), code="late", reason="x", by=world.manager)

    one_more()
    asks()  # what is kept by the process is there
    before = asks()
    for _one in range(3):
        one_more()
    asks()
    assert asks() == before
