"""Killed workers and a lost Redis make a curve late; nothing is lost and nothing is counted twice."""

import os
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from analytics import actions, actions_of_runs, read
from analytics.models import AnalysisRun, Dataset, Result
from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from registry.models import Outbox
from tests.conftest import log_in_as
from tests.factories import BUILDER, death, infused_case, relapse, site, stored_form
from tests.processes import ROOT, until

pytestmark = pytest.mark.django_db(transaction=True)
COHORT = "tisagenlecleucel"


@pytest.fixture
def as_worker(transactional_db):
    """The test itself works as the worker does."""
    log_in_as("reg_worker")
    yield
    log_in_as("reg_app")


def flush_redis():
    """Forget every message."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()


def events_of(analysis="efs-a"):
    """The number of events in the newest stored result, or None before the first."""
    with everything_scope(actor="test"):
        stored = read.newest(COHORT, analysis).get(analysis)
    return stored and stored.result["events"]


def is_live():
    """Whether every change is in the results."""
    with everything_scope(actor="test"):
        return read.live_state(COHORT)["state"] == "live" and Dataset.objects.exists()


@pytest.mark.soak
def test_a_flushed_redis_delays_the_curve_only(processes):
    case = infused_case(site("KYO"))
    flush_redis()
    relapse(case, 120)
    flush_redis()

    processes.start("worker")
    processes.start("sweeper")

    until(lambda: events_of() == 1, 120, "the relapse did not arrive")


def test_a_worker_killed_in_the_middle_leaves_its_run_to_the_next(processes, as_worker):
    infused_case_as_app()
    actions.build_datasets()
    with everything_scope(actor="test"):
        victim = AnalysisRun.objects.filter(analysis="efs-a").get()
        fence = actions_of_runs.first(
            actions_of_runs.CLAIM, id=victim.pk, lease=settings.RUN_LEASE_SECONDS
        )  # claimed, then kill -9
    assert fence == 1
    assert actions.run_analysis(victim.pk) is False, "a leased run has one worker"

    processes.start("worker")
    processes.start("sweeper")

    until(is_live, 120, "the abandoned run was not taken up")
    with everything_scope(actor="test"):
        victim.refresh_from_db()
        assert (victim.state, victim.fence, victim.attempts) == ("done", 2, 2)
        assert Result.objects.filter(run=victim).count() == 1


def test_a_step_longer_than_its_lease_is_computed_once(as_worker, settings, monkeypatch):
    """The same run is asked for again and again while its only step lasts two leases; afterwards nobody renews anything."""
    settings.RUN_LEASE_SECONDS = 1
    infused_case_as_app()
    actions.build_datasets()
    with everything_scope(actor="test"):
        run = AnalysisRun.objects.filter(analysis="efs-a").get()
    computed, refused = actions_of_runs.answer_of, []

    def slowly(one):
        stop = time.monotonic() + 2.2
        while time.monotonic() < stop:
            time.sleep(0.2)
            refused.append(actions.run_analysis(run.pk))
        return computed(one)

    monkeypatch.setattr(actions_of_runs, "answer_of", slowly)

    assert actions.run_analysis(run.pk)

    assert refused and not any(refused)
    with everything_scope(actor="test"):
        run.refresh_from_db()
    assert (run.state, run.attempts, run.fence, run.lease_until) == ("done", 1, 1, None)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lease-")]


@pytest.mark.soak
def test_the_worker_may_be_killed_again_and_again(processes):
    case = infused_case(site("KYO"))
    processes.start("sweeper")
    for _round in range(2):
        processes.start("worker")
        flush_redis()
        processes.kill("worker")
    relapse(case, 120)
    death(case, 300)

    processes.start("worker")

    until(lambda: is_live() and events_of("os") == 1 and events_of() == 1, 120, "the curve did not arrive")


def infused_case_as_app():
    """Clinical rows are the serving role's to write."""
    log_in_as("reg_app")
    infused_case(site("KYO"))
    log_in_as("reg_worker")


def test_a_worker_that_wakes_up_late_cannot_overwrite_its_successor(as_worker):
    infused_case_as_app()
    actions.build_datasets()
    with everything_scope(actor="test"):
        run = AnalysisRun.objects.filter(analysis="os").get()
        late = actions_of_runs.first(actions_of_runs.CLAIM, id=run.pk, lease=0)
        newer = actions_of_runs.first(actions_of_runs.CLAIM, id=run.pk, lease=20)
        assert (late, newer) == (1, 2)
        assert actions_of_runs.first(actions_of_runs.FINISH, id=run.pk, fence=late, body="{}", digest="late") is None
        assert (
            actions_of_runs.first(actions_of_runs.FINISH, id=run.pk, fence=newer, body='{"n": 1}', digest="newer")
            == run.pk
        )
        assert Result.objects.get(run=run).digest == "newer"


def test_a_run_that_fails_three_times_says_so(as_worker, monkeypatch):
    infused_case_as_app()
    actions.build_datasets()
    with everything_scope(actor="test"):
        run = AnalysisRun.objects.filter(analysis="os").get()

    def broken(_run, _fence):
        raise ArithmeticError

    monkeypatch.setattr(actions_of_runs, "answer", broken)
    for _attempt in range(3):
        with pytest.raises(ArithmeticError):
            actions.run_analysis(run.pk)
    assert actions.run_analysis(run.pk) is False
    with everything_scope(actor="test"):
        run.refresh_from_db()
        assert (run.state, run.error) == ("failed", "ArithmeticError")


def test_a_change_during_a_build_stays_open_until_a_dataset_covers_it(as_worker):
    infused_case_as_app()
    assert actions.build_datasets() == 1
    assert actions.build_datasets() == 0, "nothing is open, nothing is built"
    infused_case_as_app()
    with everything_scope(actor="test"):
        assert Outbox.objects.filter(dataset_id=None).exists()
    assert actions.build_datasets() == 1
    with everything_scope(actor="test"):
        assert not Outbox.objects.filter(dataset_id=None).exists()
        assert list(Dataset.objects.values_list("revision", "cases")) == [(2, 2), (1, 1)]


def test_a_change_that_no_analysis_reads_makes_no_dataset(as_worker):
    log_in_as("reg_app")
    case = infused_case(site("KYO"))
    form = stored_form(case, "baseline_disease", karyotype_done=1, karyotype_iscn="46,XX")
    log_in_as("reg_worker")
    actions.build_datasets()
    log_in_as("reg_app")
    form.karyotype_iscn = "47,XX,+21"  # a text; what is coded or a number is in the dataset
    with everything_scope(actor="test"):
        save_form(form, by=BUILDER, seen_version=1, reason="Found the report")
    log_in_as("reg_worker")

    assert actions.build_datasets() == 0

    with everything_scope(actor="test"):
        assert not Outbox.objects.filter(dataset_id=None).exists()


def test_an_overdue_run_ends_with_a_reason(as_worker):
    infused_case_as_app()
    actions.build_datasets()
    with everything_scope(actor="test"):
        AnalysisRun.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    actions.sweep()
    with everything_scope(actor="test"):
        assert set(AnalysisRun.objects.values_list("state", "error")) == {("failed", "not finished by its deadline")}


RING = """
import time, django; django.setup()
from registry.doorbell import ring
began = time.monotonic(); ring("analytics.tasks.build_datasets"); first = time.monotonic() - began
began = time.monotonic(); ring("analytics.tasks.build_datasets"); second = time.monotonic() - began
print(first, second)
"""


def test_a_save_hardly_waits_for_a_dead_broker():
    env = {**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0", "DJANGO_SETTINGS_MODULE": "registry.settings.test"}
    answer = subprocess.run([sys.executable, "-c", RING], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    first, second = map(float, answer.stdout.split())
    assert first < 5, "the first ring gives up"
    assert second < 0.1, "the next ones do not try"


def test_new_code_makes_new_results_without_an_entry(as_worker, settings):
    infused_case_as_app()
    settings.CODE_VERSION = "1.0.0"
    assert actions.build_datasets() == 1
    settings.CODE_VERSION = "2.0.0"

    assert actions.build_datasets() == 1

    with everything_scope(actor="test"):
        assert list(Dataset.objects.values_list("revision", "code_version")) == [(2, "2.0.0"), (1, "1.0.0")]
    assert actions.build_datasets() == 0
