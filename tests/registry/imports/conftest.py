"""A small file and mapping that fit each other; each test spoils one thing."""

import textwrap

import pytest
from django.core.management import call_command

from registry.access.row_security import everything_scope
from registry.models import FORMS, Case, HistoryEvent, Outbox
from tests import factories
from tests.standing import standing

CSV = """\
id,hospital,sex,born,day0,blasts,sites,relapsed,died
A1,1,m,2011-02-03,2023-05-01,3.5,1;2,120,
A2,2,f,2014,2022-01-10,<5,,,300
"""
MAPPING = """\
cohort: tisagenlecleucel
site: {column: hospital, codes: {1: KYO, 2: OSA}}
day_0: {column: day0}
ignore: [blasts]
forms:
  - form: patient
    items:
      mrn_hash: {column: id, prefix: "X-"}
      birth_date: {column: born}
      sex_at_birth: {column: sex, codes: {m: 1, f: 2}}
      consent_type: {missing: UK}
  - form: cart_course
    items: {infused: 1, prod_name: 1}
  - form: infusion
    items: {inf_date: {column: day0}, inf_weight: 20.5}
  - form: relapse
    when: {relapsed: {filled: true}}
    items: {rel_date: {day: relapsed}, rel_kind: 1, rel_site: {column: sites}}
  - form: death
    when: {died: {filled: true}}
    items: {death_date: {day: died}, death_cause: {missing: UK}}
"""


@standing
def sites():
    """Kyoto and Osaka, and the consortium's cohort."""
    factories.cohort()
    return factories.site("KYO"), factories.site("OSA")


@pytest.fixture
def files(tmp_path):
    """Write a CSV and a mapping, and give their paths."""

    def write(csv=CSV, mapping=MAPPING):
        table, words = tmp_path / "cases.csv", tmp_path / "map.yml"
        table.write_text(csv, encoding="utf-8")
        words.write_text(textwrap.dedent(mapping), encoding="utf-8")
        return table, words

    return write


@pytest.fixture
def run(files):
    """Run the command on a CSV and a mapping."""

    def run_it(csv=CSV, mapping=MAPPING, **options):
        table, words = files(csv, mapping)
        call_command("import_cases", str(table), mapping=words, **options)

    return run_it


def counted():
    """Rows of every table that an import may write."""
    with everything_scope(actor="tests"):
        return {model.__name__: model.objects.count() for model in (Case, HistoryEvent, Outbox, *FORMS)}
