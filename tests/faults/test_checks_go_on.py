"""A killed worker makes a run of the checks late; it goes on where it was, and no case is left out."""

import pytest

from registry.access.row_security import everything_scope
from registry.actions import checks
from registry.models import CheckRun, Query
from tests import factories
from tests.conftest import log_in_as
from tests.faults.test_late_but_never_lost import flush_redis
from tests.processes import until

pytestmark = pytest.mark.django_db(transaction=True)
CASES = 40


@pytest.fixture
def run(transactional_db):
    """A run over 40 cases, each of which asks something that nobody has asked yet."""
    kyoto = factories.site("KYO")
    for _number in range(CASES):
        case = factories.enrolled_case(kyoto)
        factories.stored_form(case, "infusion", inf_date=factories.DAY_0)
        factories.follow_up(case, 60)
    with everything_scope(actor="tests"):
        assert Query.objects.update(state="closed") >= CASES
    return checks.request_checks(by=factories.person("manager"))


def done(run):
    """Whether the run is done."""
    run.refresh_from_db()
    return run.state == CheckRun.State.DONE


@pytest.mark.soak
def test_a_run_survives_kill_9_and_a_lost_message(processes, run):
    processes.start("worker")
    until(lambda: CheckRun.objects.get(pk=run.pk).cases_done > 0, 180, "the run did not begin")
    processes.kill("worker")
    flush_redis()
    run.refresh_from_db()
    print(f"killed after {run.cases_done} of {CASES} cases")

    processes.start("worker")
    processes.start("sweeper")

    until(lambda: done(run), 120, "the run was not taken up")
    assert (run.cases_done, run.cases_all) == (CASES, CASES)
    with everything_scope(actor="tests"):
        assert Query.objects.filter(rule="X31", state="open").count() == CASES


def test_a_run_that_was_claimed_and_abandoned_is_taken_up(processes, run):
    log_in_as("reg_worker")
    try:
        checks._batch(run.pk, checks._claim(run.pk), None)  # then kill -9
    finally:
        log_in_as("reg_app")
    flush_redis()

    processes.start("worker")
    processes.start("sweeper")

    until(lambda: done(run), 120, "the run was not taken up")
    assert (run.cases_done, run.fence) == (CASES, 2)
