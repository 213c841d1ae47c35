"""An importer that is killed while it stores a file: the next one goes on behind the last batch, and nothing is there twice."""

import pytest

from registry.access.row_security import everything_scope, person_scope
from registry.actions import import_jobs
from registry.actions.import_jobs import Kind, State, Step
from registry.models import CartCourse, Case, HistoryEvent, ImportedRecord, ImportJob, Patient
from tests import factories
from tests.faults.test_late_but_never_lost import flush_redis
from tests.processes import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.soak]
CASES = 100  # five batches
MAPPING = """
site: KYO
forms:
  - {form: patient, items: {mrn_hash: {column: id}, sex_at_birth: {column: sex}, birth_date: {column: born}}}
  - {form: cart_course, items: {infused: 1, prod_name: 1}}
"""


@pytest.fixture
def job(transactional_db):
    """A file of new cases that is to be stored, of Kyoto's coordinator."""
    factories.cohort()
    nurse = factories.person("coordinator", sites=[factories.site("KYO")])
    rows = "".join(f"A-{number},{1 + number % 2},2011-02-03\n" for number in range(CASES))
    with person_scope(nurse):
        words = {"name": "cases.csv", "encoding": "utf-8", "kind": Kind.CASES, "mapping": MAPPING, "step": Step.STORE}
        return import_jobs.take_in(by=nurse, content=f"id,sex,born\n{rows}".encode(), **words)[0]


def found(job):
    """(the import, how many cases, hospital numbers, courses, records, enrolments in the history) there are."""
    with everything_scope(actor="tests"):
        numbers = Patient.objects.values_list("mrn_hash", flat=True)
        history = HistoryEvent.objects.filter(request=f"import-{job.pk}", item="mrn_hash")
        counted = (Case.objects.count(), len(set(numbers)), len(numbers), CartCourse.objects.count(), history.count())
    with person_scope(job.person):  # whose import it is: nobody else sees it
        records = ImportedRecord.objects.filter(job=job, is_stored=True).count()
        return ImportJob.objects.get(pk=job.pk), {*counted, records}


def test_kill_9_of_the_importer_stores_nothing_twice_and_loses_nothing(processes, job):
    processes.start("importer")
    until(lambda: found(job)[0].records_done > 0, 120, "the import did not begin")
    processes.kill("importer")
    flush_redis()
    killed, stored = found(job)
    print(f"killed after {killed.records_done} of {CASES} records")
    assert 0 < killed.records_done < CASES and killed.state == State.RUNNING
    assert stored == {killed.records_done}, "what a batch stored and what it says of it are one"

    processes.start("importer")
    processes.start("sweeper")
    until(lambda: found(job)[0].state == State.DONE, 180, "nobody went on")
    ended, stored = found(job)
    assert (ended.records_done, ended.counts["new"], ended.fence) == (CASES, CASES, 2)
    assert stored == {CASES}
