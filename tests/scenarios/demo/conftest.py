"""The demonstration, loaded once by its command and then read in every way the tests need."""

import stat
from dataclasses import dataclass, field

import pytest
from django.core.management import call_command
from django.db import transaction

from analytics.core.endpoints.timeline import timeline
from analytics.extract import extract
from registry.access.row_security import everything_scope
from registry.management.commands import load_demo
from registry.models import FORMS, Case, Cohort, HistoryEvent, Patient, Person, Token
from registry.record import stored_cases


@dataclass
class Loaded:
    """What the database held after `load_demo` had run twice."""

    tables: dict
    timelines: dict
    said: list
    keys: list
    file_mode: int
    token_alive: bool
    counts: list
    findings: dict = field(default_factory=dict)
    people: dict = field(default_factory=dict)
    actors: set = field(default_factory=set)
    sites: dict = field(default_factory=dict)
    latest: list = field(default_factory=list)
    hospital_numbers: set = field(default_factory=set)


@pytest.fixture(scope="session")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demonstration in a transaction of its own, undone before the first test runs."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = _load(tmp_path_factory.mktemp("demo") / "demo-token")
        transaction.set_rollback(True)
    return world


def _load(file):
    before, load_demo.TOKEN_FILE = load_demo.TOKEN_FILE, file
    said, keys, counts = [], [], []
    try:
        for _time in range(2):
            out = file.with_suffix(".out")
            with out.open("w") as lines:
                call_command("load_demo", stdout=lines)
            said.append(out.read_text())
            keys.append(file.read_text().strip())
            counts.append(_counts())
    finally:
        load_demo.TOKEN_FILE = before
    with everything_scope(actor="tests"):
        return _read(file, said, keys, counts)


def _counts():
    with everything_scope(actor="tests"):
        return {model.__name__: model.objects.count() for model in (Case, Person, Token, Cohort, *FORMS)}


def _read(file, said, keys, counts):
    cohorts = {cohort.code: cohort for cohort in Cohort.objects.all()}
    token = Token.objects.get(digest=Token.digest_of(keys[0]))
    tables = {code: extract(cohort) for code, cohort in cohorts.items()}
    world = Loaded(
        tables=tables,
        timelines={code: timeline(own) for code, own in tables.items()},
        said=said,
        keys=keys,
        file_mode=stat.S_IMODE(file.stat().st_mode),
        token_alive=token.is_alive and token.owner.email == "statistician@demo.example",
        counts=counts,
        people={person.email: person for person in Person.objects.all()},
        actors=set(HistoryEvent.objects.values_list("actor", flat=True).distinct()),
        hospital_numbers=set(Patient.objects.values_list("mrn_hash", flat=True)),
    )
    for code, cohort in cohorts.items():
        cases = list(Case.objects.filter(cohort=cohort).select_related("site"))
        records = stored_cases(cases)
        world.findings[code] = {case.number: records[case.pk].findings for case in cases}
        world.sites[code] = {case.site.code for case in cases}
        world.latest += [
            form.answers()[name]
            for record in records.values()
            for form in record.forms
            for name, item in form.items().items()
            if item.kind == "date" and form.answers()[name]
        ]
    return world
