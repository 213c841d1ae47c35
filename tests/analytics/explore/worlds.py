"""A live dataset to explore: four infused patients of two hospitals, of different ages, two of them with an event."""

from datetime import date

from analytics import actions
from analytics.models import AnalysisRun, Dataset
from registry.access.row_security import everything_scope
from tests import factories
from tests.conftest import log_in_as


def patients():
    """Store the patients and the live dataset; returns the dataset. Leaves the serving role logged in."""
    kyoto, osaka = factories.site("KYO"), factories.site("OSA")
    for number, site in enumerate((kyoto, kyoto, osaka, osaka)):
        case = factories.infused_case(site, birth_date=date(2018 - 3 * number, 3, 4))
        if number % 2:
            factories.death(case, 100 + 40 * number)
        else:
            factories.follow_up(case, 300 + 30 * number)
    return newest_dataset()


def newest_dataset():
    """Build what is open; returns the newest live dataset."""
    log_in_as("reg_worker")
    actions.build_datasets()
    with everything_scope(actor="test"):
        found = Dataset.objects.select_related("cohort").filter(cohort__code="tisagenlecleucel").first()
    log_in_as("reg_app")
    return found


def compute(run_pk):
    """Be the worker for one run; whether it was computed."""
    log_in_as("reg_worker")
    try:
        return actions.run_analysis(run_pk)
    finally:
        log_in_as("reg_app")


def beat():
    """A worker has just answered."""
    log_in_as("reg_worker")
    with everything_scope(actor="test"):
        actions.beat_heart()
    log_in_as("reg_app")


def runs(**of):
    """Explored runs, newest first."""
    with everything_scope(actor="test"):
        return list(AnalysisRun.objects.filter(analysis="explore", **of))
