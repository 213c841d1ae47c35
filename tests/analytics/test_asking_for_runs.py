"""Any analysis can be asked for, once however many ask; a wish can be taken back, and asked for again."""

import pytest

from analytics import actions, actions_of_runs
from analytics.acts.runs import cancel_run, request_run
from analytics.catalogue import OVERALL_SURVIVAL
from analytics.core.analysis import Filter, Groups
from analytics.models import AnalysisRun, Dataset, Result
from registry.access.row_security import everything_scope, person_scope
from tests import factories
from tests.conftest import log_in_as

BY_AGE = OVERALL_SURVIVAL.with_(
    name="explore",
    groups=Groups("age_infusion", "Age at infusion", cuts=(10,)),
    filters=(Filter("burden", ("low", "high")),),
)


@pytest.fixture
def dataset(lead):
    """A live dataset of two infused cases."""
    site = factories.site("KYO")
    for _ in range(2):
        factories.infused_case(site)
    log_in_as("reg_worker")
    actions.build_datasets()
    with everything_scope(actor="test"):
        found = Dataset.objects.select_related("cohort").get(cohort__code="tisagenlecleucel")
    yield found
    log_in_as("reg_app")


@pytest.fixture
def lead(transactional_db):
    return factories.person("lead")


def asked_by(person, dataset, analysis=BY_AGE):
    with person_scope(person):
        return request_run(dataset, analysis, by=person.email)


def test_many_ask_and_one_run_is_made(dataset, lead):
    """The web role stores the wish; the worker computes it from what is stored with the run, not from the catalogue."""
    log_in_as("reg_app")
    runs = {asked_by(lead, dataset).pk for _ in range(5)}
    log_in_as("reg_worker")
    (pk,) = runs

    assert actions.run_analysis(pk)
    assert not actions.run_analysis(pk), "once is enough"

    log_in_as("reg_app")
    with person_scope(lead):
        body = Result.objects.get(run_id=pk).body
        assert AnalysisRun.objects.get(pk=pk).state == AnalysisRun.DONE
    assert body["analysis_hash"] == BY_AGE.hash
    assert [group["label"] for group in body["groups"]] == ["< 10 years", "≥ 10 years"]


def test_a_wish_taken_back_is_not_computed_and_can_be_had_again(dataset, lead):
    log_in_as("reg_app")
    run = asked_by(lead, dataset)
    with person_scope(lead):
        assert cancel_run(run, by=lead.email)
        assert not cancel_run(run, by=lead.email), "there is nothing left to end"
    log_in_as("reg_worker")
    assert not actions.run_analysis(run.pk)
    log_in_as("reg_app")
    with person_scope(lead):
        assert not Result.objects.filter(run_id=run.pk).exists()

    again = asked_by(lead, dataset)
    assert (again.pk, again.state, again.cancelled_by) == (run.pk, AnalysisRun.QUEUED, "")
    log_in_as("reg_worker")
    assert actions.run_analysis(run.pk)


def test_a_run_cancelled_while_it_is_computed_stores_nothing(dataset, lead, monkeypatch):
    """The worker that goes on finds that the run is not its own any more."""
    log_in_as("reg_app")
    run = asked_by(lead, dataset)
    log_in_as("reg_worker")
    answer = actions_of_runs.answer

    def cancelled_meanwhile(one, fence):
        with everything_scope(actor="test"):
            cancel_run(one, by=lead.email)
        return answer(one, fence)

    monkeypatch.setattr(actions_of_runs, "answer", cancelled_meanwhile)

    assert not actions.run_analysis(run.pk)
    log_in_as("reg_app")
    with person_scope(lead):
        assert AnalysisRun.objects.get(pk=run.pk).state == AnalysisRun.CANCELLED
        assert not Result.objects.filter(run_id=run.pk).exists()
