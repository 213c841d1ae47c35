"""A registry of as many cases as wanted, in seconds: a hundred are entered as hospitals do, the others are their copies in PostgreSQL.

Copies have case numbers, hospital numbers and rows of their own, and the same answers; where a hospital's 9,999 numbers do not suffice,
there are copies of hospitals too. What is measured reads tables, so that it sees as
many rows as of real cases; nothing here says anything about patients.
"""

import psycopg
from django.conf import settings
from django.db import connection

from registry.access.row_security import everything_scope
from registry.access.system import SystemActor
from registry.demo.cohort import random_outcomes
from registry.demo.consortium import demo_sites, synthetic_cohort
from registry.demo.enter import enter_case, spread
from registry.models import FORMS, Case, DerivedValue, Outbox, Query

ENTERED, SEED = 100, 20241125
BY = SystemActor("bench")
APART = 10_000_000  # between the ids of a row and of its copies
A_HOSPITAL = 160  # copies of the entered cases that its numbers suffice for
SITES_APART = 1_000
NEW_IDS = {"id", "case_id", "row_id"}
CODE = f"CASE WHEN k < {A_HOSPITAL} THEN left(number, 3) ELSE chr((64 + k / {A_HOSPITAL})::int) || left(number, 2) END"
UNIQUE = {
    "number": f"{CODE} || '-' || lpad((right(number, 4)::int + k % {A_HOSPITAL} * 60)::text, 4, '0')",
    "site_id": f"site_id + k / {A_HOSPITAL} * {SITES_APART}",
    "mrn_hash": "md5(mrn_hash || k)",
}


def enter(cases):
    """The consortium's cohort with this many cases at eight hospitals; the same number gives the same cases."""
    cohort = synthetic_cohort()
    for outcome, site in spread(random_outcomes(min(cases, ENTERED), SEED), demo_sites(), SEED):
        enter_case(outcome, seed=SEED, site=site, cohort=cohort, by=BY)
    if cases > ENTERED:
        _copy(cases)
    with everything_scope(actor="bench"):
        assert Case.objects.count() == cases
        assert Outbox.objects.filter(dataset_id=None).exists()
    return cohort


def _copy(cases):
    """Copy the entered cases until there are `cases`, past the triggers: history is not what is measured."""
    times, rest = divmod(cases, ENTERED)
    assert rest == 0, f"a multiple of {ENTERED}"
    with psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
        administrator.execute("SET session_replication_role = replica")
        administrator.execute(
            "INSERT INTO registry_site (id, code, name, is_active, accepts_api_import) OVERRIDING SYSTEM VALUE "
            f"SELECT id + k * {SITES_APART}, chr(64 + k) || left(code, 2), name || ' ' || k, true, false "
            f"FROM registry_site, generate_series(1, {(times - 1) // A_HOSPITAL}) AS k"
        )
        for model in (Case, *FORMS, DerivedValue, Query, Outbox):
            table = model._meta.db_table
            columns = [field.column for field in model._meta.concrete_fields]
            values = [f"{name} + k * {APART}" if name in NEW_IDS else UNIQUE.get(name, name) for name in columns]
            administrator.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE "
                f"SELECT {', '.join(values)} FROM {table}, generate_series(1::bigint, {times - 1}) AS k"
            )
        administrator.execute("SET session_replication_role = origin")
    with psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"], autocommit=True) as administrator:
        administrator.execute("ANALYZE")
