"""The page of the checks: a run is asked for and watched, what it counted is read; possible duplicates are the manager's alone."""

from html import unescape

import pytest

from registry import doorbell
from registry.actions import checks
from registry.models import CheckRun
from tests import factories
from tests.registry.views.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bell(monkeypatch):
    """Messages that would have been sent."""
    rung = []
    monkeypatch.setattr(checks, "ring", lambda task, *args: rung.append((task, *args)))
    monkeypatch.setattr(doorbell, "ring", lambda task, *args: rung.append((task, *args)))
    return rung


@pytest.fixture
def manager(world):
    """The data manager's browser."""
    return signed_in(world.manager)


def text(answer):
    """The words of a page."""
    return unescape(answer.content.decode())


def test_a_run_is_asked_for_watched_and_read(world, manager, django_capture_on_commit_callbacks, bell):
    factories.infused_case(world.kyoto)
    with django_capture_on_commit_callbacks(execute=True):
        page = text(manager.post("/checks/", {"site": ""}, follow=True))
    run = CheckRun.objects.get()
    assert bell == [(checks.TASK, run.pk)]
    assert "waits for a worker" in page
    assert "Look again" in page, "the progress can be read without a script"
    state = manager.get(f"/checks/{run.pk}/").json()
    assert state == {"is_open": True, "done": 0, "all": 0, "words": "waits for a worker"}

    checks.run_checks(run.pk)

    assert manager.get(f"/checks/{run.pk}/").json() == {"is_open": False, "done": 1, "all": 1, "words": "1 of 1 cases"}
    page = text(manager.get("/checks/"))
    assert "Found by the last run" in page
    assert "1 of 1 cases" in page
    assert "Look again" not in page


def test_the_counts_are_told_by_weight_and_rule(manager):
    CheckRun.objects.create(
        state="done",
        requested_by="check_cases",
        requested_at="2026-01-01T00:00Z",
        ended_at="2026-01-01T00:01Z",
        counts={"soft": {"X22": 3, "X49": 7}, "missing": {"a.b.missing": 2}},
    )

    page = text(manager.get("/checks/"))

    assert page.index("<code>X49</code>") < page.index("<code>X22</code>")
    assert "a.b.missing" not in page
    assert "the registry itself" in page


def test_one_site_or_nothing(world, manager):
    manager.post("/checks/", {"site": "KYO"})
    assert "There is no such site" in text(manager.post("/checks/", {"site": "XXX"}, follow=True))

    assert [one.site_code for one in CheckRun.objects.all()] == ["KYO"]


def test_a_failed_run_says_so(manager):
    CheckRun.objects.create(
        state="failed", requested_by="x", requested_at="2026-01-01T00:00Z", ended_at="2026-01-01T00:01Z", error="Boom"
    )

    page = text(manager.get("/checks/"))
    assert "failed</span>" in page.replace("\n", "")
    assert "Boom" in page


def test_possible_duplicates_are_shown_to_the_data_manager_alone(world, manager):
    cases = []
    for site in (world.kyoto, world.osaka):
        case = factories.enrolled_case(site)
        factories.stored_form(case, "patient", birth_date=factories.BORN, sex_at_birth=1)
        factories.stored_form(case, "baseline_disease", dx_date=factories.day(-400))
        cases.append(case)
    checks.run_checks(checks.request_checks(by=world.manager).pk)

    page = text(manager.get("/checks/"))
    assert "KYO-0001" in page
    assert "OSA-0001" in page
    assert "diagnosed on the same day" in page
    for person in (world.nurse, world.lead, world.admin, world.statistician):
        assert signed_in(person).get("/checks/").status_code == 403
    for url in (
        "/worklist/",
        "/queries/",
        "/cases/KYO-0001/",
        "/cases/KYO-0001/patient/1/",
        "/cases/KYO-0001/history/",
    ):
        page = text(signed_in(world.nurse).get(url))
        assert "X51" not in page, url
        assert "OSA-0001" not in page, url
