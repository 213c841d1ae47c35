"""A file on its way in, against plain INSERTs of the same rows, whose history the same triggers write.

Each way is a process of its own: seconds, rows a second, peak memory above what the process had before. One row of the file is a case
with three forms; they are spread over two hospitals, since one has 9,999 case numbers.
"""

import os
import resource
import time
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from multiprocessing import Pipe, Process

from django.db import connection

from benchmarks.save import database
from registry.access.row_security import person_scope
from registry.actions.import_jobs import Kind, Step, store_as_seen, take_in
from registry.actions.import_work import run_import
from registry.models import CartCourse, Case, ImportJob, Infusion, Patient, Person
from tests import factories

SIZES = (1_000, 10_000)
FLOOR = "plain INSERTs"
LOOK, STORE, AGAIN = "look, nothing stored", "store, as it was seen", "the same file again"
HEAD = f"{'rows':>10}  {'way':28}{'seconds':>9}{'rows/s':>9}{'memory':>10}  ratio to {FLOOR}"
DAY = date(2024, 1, 1)
MAPPING = """
site: {column: hospital}
forms:
  - form: patient
    items: {mrn_hash: {column: id}, sex_at_birth: {column: sex, codes: {m: 1, f: 2}}, birth_date: {column: born}, consent_type: 2}
  - form: cart_course
    items: {infused: 1, prod_name: 1}
  - form: infusion
    items: {inf_date: {column: infused}, inf_weight: {column: kg}}
"""


@dataclass(frozen=True)
class Brought:
    """How one way went. memory: MB."""

    rows: int
    way: str
    seconds: float
    memory: float
    ratio: float = 1.0


def measured(rows):
    """Yields how each way went at this number of rows, the floor first."""
    with database():
        factories.cohort()
        sites = [factories.site("KYO"), factories.site("OSA"), factories.site("FLR"), factories.site("FLS")]
        person = factories.person("coordinator", sites=sites).pk
        floor = None
        for way, take in {FLOOR: _floor, LOOK: _look, STORE: _store, AGAIN: _again}.items():
            connection.close()
            seconds, memory = _apart(take, rows, person)
            floor = floor or seconds
            yield Brought(rows, way, seconds, memory, seconds / floor)


def line(one):
    """One line of the table."""
    numbers = f"{one.seconds:9.2f}{one.rows / one.seconds:9,.0f}{one.memory:7.0f} MB"
    return f"{one.rows:>10,}  {one.way:28}{numbers}  {one.ratio:8.2f}"


def as_json(found):
    """What is stored of it."""
    return [asdict(one) for one in found]


def _rows(rows, sites):
    """(hospital, id, sex, born, infused, kg) of each row."""
    for number in range(rows):
        born, infused = DAY - timedelta(days=3000 + number % 1000), DAY + timedelta(days=number % 300)
        yield sites[number % 2], f"N-{number}", "mf"[number % 2], born, infused, 20 + number % 40


def _file(rows):
    lines = ["hospital,id,sex,born,infused,kg", *(",".join(map(str, one)) for one in _rows(rows, ("KYO", "OSA")))]
    return "\n".join(lines).encode()


def _floor(rows, person):
    """The same answers straight into the tables, in one transaction; no check, no query, no derived field."""
    codes = {site.code: site for site in person.own_sites()}
    cohort = factories.cohort()
    with person_scope(person):
        for number, (code, _id, sex, born, infused, kg) in enumerate(_rows(rows, ("FLR", "FLS"))):
            place = {"site": codes[code], "version": 1, "is_complete": True}
            case = Case.objects.create(number=f"{code}-{number // 2 + 1:04d}", site=codes[code], cohort=cohort)
            Patient.objects.create(case=case, mrn_hash=f"{number:064x}", sex_at_birth=1 + (sex == "f"), birth_date=born, birth_date_p="D", consent_type=2, **place)  # fmt: skip
            CartCourse.objects.create(case=case, infused=1, prod_name=1, **place)
            Infusion.objects.create(case=case, inf_date=infused, inf_date_p="D", inf_weight=kg, **place)


def _look(rows, person):
    _taken_in(rows, person, Step.LOOK)


def _store(rows, person):
    with person_scope(person):
        store_as_seen(ImportJob.objects.get(), by=person)
    _worked(ImportJob.objects, person)


def _again(rows, person):
    _taken_in(rows, person, Step.STORE)


def _taken_in(rows, person, step):
    with person_scope(person):
        words = {"name": "cases.csv", "encoding": "utf-8", "kind": Kind.CASES, "mapping": MAPPING, "step": step}
        job, _is_new = take_in(by=person, content=_file(rows), **words)
    _worked(ImportJob.objects.filter(pk=job.pk), person)


def _worked(jobs, person):
    with person_scope(person):
        job = jobs.first()
    run_import(job.pk, person.pk, seconds=None)
    with person_scope(person):
        job.refresh_from_db()
    if job.state not in ("looked", "done") or job.counts.get("refused"):
        raise SystemExit(f"The import was not as it should be: {job.state} {job.counts} {job.error}")


def _apart(take, rows, person):
    """(seconds, MB) of one way in a process of its own."""
    mine, theirs = Pipe()
    process = Process(target=_in_process, args=(take, rows, person, theirs))
    process.start()
    theirs.close()
    try:
        return mine.recv()
    except EOFError:
        raise SystemExit(f"{take.__name__} of {os.getpid()} broke off.") from None
    finally:
        process.join()


def _in_process(take, rows, pk, answer):
    connection.close()
    person = Person.objects.get(pk=pk)
    before, began = _peak(), time.perf_counter()
    take(rows, person)
    answer.send((time.perf_counter() - began, _peak() - before))


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
