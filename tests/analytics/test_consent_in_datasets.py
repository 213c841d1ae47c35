"""A case is in the datasets exactly as long as its consent allows it."""

from itertools import product

import pytest

from analytics import actions
from analytics.extract import extract
from analytics.models import AnalysisRun, Dataset
from analytics.pseudonyms import pseudonym
from registry.access.row_security import everything_scope
from registry.actions.forms import save_form
from registry.consent import consent_of
from registry.models import Patient
from tests import factories
from tests.analytics.test_api_datasets import compute, reader
from tests.conftest import log_in_as

pytestmark = pytest.mark.django_db(transaction=True)
COHORT = "tisagenlecleucel"


def everything(what):
    """Its answer in a scope over all sites."""
    with everything_scope(actor="tests"):
        return what()


def as_worker(what):
    """Run what the worker runs, as its role."""
    log_in_as("reg_worker")
    try:
        what()
    finally:
        log_in_as("reg_app")


def answer_consent(case, **answers):
    """Change the answers about consent of a stored registration."""
    with everything_scope(actor="tests"):
        patient = Patient.objects.get(case=case)
        for name, value in answers.items():
            setattr(patient, name, value)
        save_form(patient, by=factories.BUILDER, seen_version=patient.version, reason="letter")


@pytest.mark.parametrize("is_published", [False, True])
def test_the_extract_holds_the_cases_that_the_rule_allows(transactional_db, is_published):
    kyoto, allowed = factories.site("KYO"), set()
    cohort = factories.cohort("imported", is_published=is_published)
    for kind, share, withdrawn in product((None, 1, 2, 3, 4), (None, 0, 1), (None, 0, 1)):
        answers = {"consent_type": kind, "consent_share_intl": share, "consent_withdrawn": withdrawn}
        case = factories.enrolled_case(kyoto, cohort_code="imported")
        factories.stored_form(case, "patient", **answers)
        if consent_of(answers, is_published=is_published).may_be_analysed:
            allowed.add(pseudonym("case", case.pk))
    case = factories.enrolled_case(kyoto, cohort_code="imported")  # not registered
    if consent_of(None, is_published=is_published).may_be_analysed:
        allowed.add(pseudonym("case", case.pk))

    tables = everything(lambda: extract(cohort))

    assert set(tables["cases"]["case"]) == allowed and len(allowed) in (24, 31)


def test_a_withdrawn_case_leaves_the_live_dataset_its_results_and_the_revisions_before(transactional_db):
    kyoto = factories.site("KYO")
    stays, leaves = factories.infused_case(kyoto), factories.infused_case(kyoto)
    factories.follow_up(stays, 400)
    factories.death(leaves, 200)
    compute()
    read = reader("statistician")
    assert read("results/os").json()["n"] == 2
    name = pseudonym("case", leaves.pk)
    assert name in read(f"datasets/{COHORT}/live/endpoints?format=csv").content.decode()

    answer_consent(leaves, consent_withdrawn=1, consent_wd_date=factories.day(300))
    compute()

    after = read("results/os").json()
    assert (after["n"], after["events"]) == (1, 0)
    assert name not in read(f"datasets/{COHORT}/live/endpoints?format=csv").content.decode()
    assert pseudonym("case", stays.pk) in read(f"datasets/{COHORT}/live/endpoints?format=csv").content.decode()
    as_worker(actions.prune_live_datasets)
    kept = everything(lambda: list(Dataset.objects.filter(kind="live")))
    assert [one.cases for one in kept] == [1], "no earlier revision holds the case any more"


def test_the_revision_before_stays_until_the_new_one_is_computed(transactional_db):
    kyoto = factories.site("KYO")
    leaves = factories.infused_case(kyoto)
    factories.infused_case(kyoto)
    compute()
    answer_consent(leaves, consent_withdrawn=1)
    as_worker(actions.build_datasets)

    as_worker(actions.prune_live_datasets)
    assert everything(lambda: Dataset.objects.filter(kind="live").count()) == 2
    assert everything(lambda: AnalysisRun.objects.filter(state="queued").exists())


def test_a_case_comes_in_once_its_basis_is_recorded(transactional_db):
    case = factories.infused_case(factories.site("KYO"), consent_type=None)
    cohort = factories.cohort()
    assert everything(lambda: len(extract(cohort)["cases"])) == 0

    answer_consent(case, consent_type=2)
    assert everything(lambda: len(extract(cohort)["cases"])) == 1
