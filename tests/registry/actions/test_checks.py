"""A run of the checks over stored cases: what it finds, asks and says; that it goes on where a killed one stopped."""

import io
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import timezone

from registry import doorbell, record, tasks
from registry.access.row_security import everything_scope
from registry.actions import checks
from registry.celery import app
from registry.duplicates import possible_duplicates
from registry.edit_checks.checks import ACROSS_CASES
from registry.models import CheckRun, HistoryEvent, Patient, Query
from tests import factories
from tests.conftest import log_in_as
from tests.factories import day
from tests.standing import standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bell(monkeypatch):
    """Messages that would have been sent."""
    rung = []
    monkeypatch.setattr(checks, "ring", lambda task, *args: rung.append((task, *args)))
    monkeypatch.setattr(doorbell, "ring", lambda task, *args: rung.append((task, *args)))
    return rung


@standing
def manager():
    """The data manager."""
    return factories.person("manager")


def findings(*arguments):
    """What the command prints."""
    out = io.StringIO()
    call_command("check_cases", *arguments, stdout=out, stderr=io.StringIO())
    return [json.loads(line) for line in out.getvalue().splitlines()]


# The command.


def test_every_finding_is_a_json_line(kyoto):
    factories.infused_case(kyoto, inf_dose_total=None)

    lines = findings()

    assert lines
    assert {"rule", "severity", "site", "case", "form", "key", "item", "text"} == set(lines[0])
    assert {line["case"] for line in lines} == {"KYO-0001"}
    assert "infusion.inf_dose_total.missing" in {line["rule"] for line in lines if line["severity"] == "missing"}


def test_one_site_alone(kyoto, osaka):
    factories.infused_case(kyoto)
    factories.infused_case(osaka)

    assert {line["site"] for line in findings("--site", "OSA")} == {"OSA"}
    assert {line["site"] for line in findings()} == {"KYO", "OSA"}


def test_a_site_that_does_not_exist_is_refused(kyoto):
    with pytest.raises(CommandError, match="no site XXX"):
        findings("--site", "XXX")


def test_a_run_is_stored_with_its_counts(kyoto):
    factories.infused_case(kyoto)

    lines = findings()

    run = CheckRun.objects.get()
    assert (run.state, run.cases_done, run.cases_all, run.attempts) == ("done", 1, 1, 0)
    assert sum(sum(rules.values()) for rules in run.counts.values()) == len(lines)


# What depends on the day.


def test_what_became_due_meanwhile_is_asked_in_the_name_of_the_registry(kyoto, monkeypatch):
    with monkeypatch.context() as then:
        then.setattr(record, "clock", SimpleNamespace(today=lambda: day(60)))
        case = factories.infused_case(kyoto)
        factories.follow_up(case, 30, fup_visit=1)
    with everything_scope(actor="tests"):
        assert not Query.objects.filter(rule="X49").exists()

    findings()

    with everything_scope(actor="tests"):
        assert Query.objects.get(rule="X49").state == "open"
        assert CheckRun.objects.get().queries_opened == 1
        event = HistoryEvent.objects.filter(form="query", item="rule").latest("id")
    assert (event.actor, event.role, event.new) == ("check_cases", "system", "X49")


# Batches, leases, fences.


def test_a_run_goes_batch_by_batch(kyoto, manager, monkeypatch):
    monkeypatch.setattr(checks, "BATCH", 2)
    for _number in range(5):
        factories.enrolled_case(kyoto)
    run = checks.request_checks(by=manager)

    assert checks.run_checks(run.pk)

    run.refresh_from_db()
    assert (run.state, run.cases_done, run.cases_all) == ("done", 5, 5)
    assert run.ended_at
    assert run.lease_until is None


def test_a_long_run_goes_on_in_the_next_message(kyoto, manager, monkeypatch, bell):
    monkeypatch.setattr(checks, "BATCH", 2)
    monkeypatch.setattr(checks, "TURN", 0)
    for _number in range(3):
        factories.enrolled_case(kyoto)
    run = checks.request_checks(by=manager)
    turns = 0
    while CheckRun.objects.get(pk=run.pk).is_open:
        assert checks.run_checks(run.pk)
        turns += 1

    assert turns == 3
    assert bell.count((checks.TASK, run.pk)) == 2
    assert CheckRun.objects.get(pk=run.pk).cases_done == 3


def test_asking_twice_is_one_run(kyoto, manager):
    first, second = checks.request_checks(by=manager), checks.request_checks(by=manager)
    of_site = checks.request_checks(by=manager, site_code="KYO")

    assert first == second != of_site
    assert checks.nightly_checks() == first


@pytest.mark.parametrize("role", ["coordinator", "investigator", "lead", "statistician", "administrator"])
def test_only_the_data_manager_asks_for_a_run(kyoto, role):
    somebody = factories.person(role, sites=[kyoto] if role in ("coordinator", "investigator") else [])

    with pytest.raises(PermissionDenied):
        checks.request_checks(by=somebody)
    with pytest.raises(PermissionDenied):
        checks.request_checks(by=somebody, site_code="KYO")


def test_a_leased_run_has_one_worker(kyoto, manager):
    run = checks.request_checks(by=manager)
    assert checks._claim(run.pk) == 1

    assert not checks.run_checks(run.pk)


def test_a_worker_that_wakes_up_late_stores_nothing(kyoto, manager, monkeypatch):
    factories.infused_case(kyoto)
    run = checks.request_checks(by=manager)
    late = checks._claim(run.pk)
    CheckRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    newer = checks._claim(run.pk)
    with everything_scope(actor="tests"):
        Query.objects.all().update(state="closed")

    with pytest.raises(checks.OvertakenError):
        checks._batch(run.pk, late, None)
    with everything_scope(actor="tests"):
        assert not Query.objects.exclude(state="closed").exists(), "its batch was taken back"
    assert checks._batch(run.pk, newer, None)


def test_what_stopped_in_the_middle_is_taken_up_where_it_was(kyoto, manager, monkeypatch, bell):
    monkeypatch.setattr(checks, "BATCH", 2)
    cases = [factories.enrolled_case(kyoto) for _number in range(5)]
    run = checks.request_checks(by=manager)
    checks._batch(run.pk, checks._claim(run.pk), None)  # kill -9 after the first batch
    bell.clear()

    assert checks.ring_waiting_checks(timezone.now()) == 0, "its lease is not over"
    CheckRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert checks.ring_waiting_checks(timezone.now() + timedelta(seconds=1)) == 1
    assert bell == [(checks.TASK, run.pk)]
    seen = []
    monkeypatch.setattr(checks, "follow_up_on", lambda case, stored, by: seen.append(case.number) or (0, 0))
    assert checks.run_checks(run.pk)

    assert seen == [case.number for case in cases[2:]]
    run.refresh_from_db()
    assert (run.state, run.cases_done, run.fence) == ("done", 5, 2)


def test_a_run_that_fails_three_times_says_so(kyoto, manager, monkeypatch):
    factories.enrolled_case(kyoto)
    run = checks.request_checks(by=manager)

    def broken(_cases):
        raise ArithmeticError

    monkeypatch.setattr(checks, "stored_cases", broken)
    for _attempt in range(checks.ATTEMPTS):
        with pytest.raises(ArithmeticError):
            checks.run_checks(run.pk)
    assert not checks.run_checks(run.pk)
    checks.ring_waiting_checks(timezone.now())

    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "ArithmeticError")
    assert checks.request_checks(by=manager) != run, "one may ask again"


@pytest.mark.django_db(transaction=True)
def test_the_worker_may_check_but_not_change_a_form():
    kyoto = factories.site("KYO")
    factories.infused_case(kyoto)
    with everything_scope(actor="tests"):
        Query.objects.all().update(state="closed")
    run = checks.request_checks(by=factories.person("manager"))
    log_in_as("reg_worker")
    try:
        assert checks.run_checks(run.pk)
    finally:
        log_in_as("reg_app")

    run.refresh_from_db()
    assert (run.state, run.cases_done) == ("done", 1)


def test_the_beat_asks_every_night_and_knows_its_tasks(kyoto):
    app.loader.import_default_modules()
    asked = {one["task"] for one in app.conf.beat_schedule.values()}

    assert "registry.tasks.check_cases_nightly" in asked
    assert asked <= app.tasks.keys()
    tasks.check_cases_nightly.apply()
    assert (CheckRun.objects.get().state, CheckRun.objects.get().requested_by) == ("queued", "check_cases")


# X51: patients compared.


def twin(site, *, dx=-400, **answers):
    """A registered patient with a diagnosis; the same one wherever it is called."""
    case = factories.enrolled_case(site)
    factories.stored_form(case, "patient", birth_date=factories.BORN, sex_at_birth=1, **answers)
    factories.stored_form(case, "baseline_disease", dx_date=day(dx))
    return case


def pairs(site_code=""):
    """(rule, one, other, days) of the possible duplicates."""
    with everything_scope(actor="tests"):
        return [(one.rule, one.one, one.other, one.days) for one in possible_duplicates(site_code)]


def test_the_same_patient_at_two_sites_is_found(kyoto, osaka):
    twin(kyoto), twin(osaka, dx=-370)

    assert pairs() == [("X51b", "KYO-0001", "OSA-0001", 30)]
    assert pairs("OSA") == pairs("KYO") == pairs()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("a month and a day apart", {"dx": -369}),
        ("another sex", {"sex_at_birth": 2}),
        ("born on another day", {"birth_date": day(-4000)}),
    ],
)
def test_another_patient_is_not(kyoto, osaka, what, words):
    twin(kyoto)
    case = factories.enrolled_case(osaka)
    patient = {"birth_date": factories.BORN, "sex_at_birth": 1, **{k: v for k, v in words.items() if k != "dx"}}
    factories.stored_form(case, "patient", **patient)
    factories.stored_form(case, "baseline_disease", dx_date=day(words.get("dx", -400)))

    assert pairs() == [], what


def test_a_patient_who_was_transferred_is_expected_twice(kyoto, osaka):
    case = twin(kyoto)
    twin(osaka)
    factories.follow_up(case, 100, lost_to_fup=2, transfer_site="Osaka")

    assert pairs() == []


def test_a_patient_who_withdrew_consent_is_not_compared(kyoto, osaka):
    case = twin(kyoto)
    twin(osaka)
    with everything_scope(actor="tests"):
        Patient.objects.filter(case=case).update(consent_withdrawn=1)

    assert pairs() == []


def test_the_same_patient_twice_at_one_site_is_no_x51b(kyoto):
    twin(kyoto), twin(kyoto)

    assert pairs() == []


def test_a_hospital_number_twice_at_one_site_is_found_whatever_way_it_came(kyoto):
    twin(kyoto, mrn_hash="12345")
    other = twin(kyoto)
    with everything_scope(actor="tests"):
        first = Patient.objects.get(case__number="KYO-0001")
        Patient.objects.filter(case=other).update(mrn_hash=first.mrn_hash)

    assert pairs() == [("X51a", "KYO-0001", "KYO-0002", None)]
    assert set(ACROSS_CASES) == {"X51a", "X51b"}


def test_the_command_tells_of_possible_duplicates_and_no_query_does(kyoto, osaka):
    twin(kyoto), twin(osaka)

    (line,) = [line for line in findings() if line["rule"] == "X51b"]

    assert (line["severity"], line["case"], line["text"]) == (
        "soft",
        "KYO-0001",
        "Possible duplicate patient: OSA-0001",
    )
    with everything_scope(actor="tests"):
        assert not Query.objects.filter(rule__startswith="X51").exists()
    assert CheckRun.objects.get().counts["soft"]["X51b"] == 1
