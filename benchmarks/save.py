"""What a save costs: validation, lock, version, history and outbox against a bare INSERT of the same row."""

import contextlib
import os
from datetime import date, timedelta

import psycopg
from django.conf import settings
from django.db import connection, transaction

from benchmarks.kernels import median_seconds
from tests import databases
from tests.conftest import log_in_as

SAVES = 60


@contextlib.contextmanager
def database():
    """A database of this process's own, served by the role that serves: tests that run beside it drop those of their name."""
    kept, name = connection.settings_dict["NAME"], f"{connection.settings_dict['TEST']['NAME']}_{os.getpid()}"
    databases.make(name)
    connection.settings_dict["NAME"] = name
    log_in_as("reg_app")
    try:
        yield
    finally:
        connection.settings_dict["NAME"] = kept
        log_in_as("reg_owner")
        with psycopg.connect(settings.ADMIN_URL, autocommit=True) as administrator:
            databases.drop(administrator, name)


def rows():
    """Seconds of one save by the action; ratio to the bare INSERT."""
    from registry.access.row_security import everything_scope
    from registry.models import FollowUp
    from tests.factories import BUILDER, infused_case, site, stored_form

    with database():
        case = infused_case(site("KYO"))
        days = iter(range(1, 10_000))

        def answers():
            day = date(2024, 6, 3) + timedelta(days=next(days) % 600)
            return {"fup_date": day, "vital_status": 1, "last_disease_date": day}

        def by_action():
            stored_form(case, "follow_up", by=BUILDER, **answers())

        def bare():
            with transaction.atomic(), everything_scope(actor="bench"), connection.cursor() as cursor:
                row = answers()
                cursor.execute(
                    "INSERT INTO registry_followup (case_id, site_id, version, is_void, course_no, fup_seq, fup_date, fup_date_p, "
                    "vital_status) VALUES (%s, %s, 1, false, 1, %s, %s, 'D', 1)",
                    [case.pk, case.site_id, 5_000 + next(days), row["fup_date"]],
                )

        seconds, reference = median_seconds(by_action, SAVES), median_seconds(bare, SAVES)
        with everything_scope(actor="bench"):
            assert FollowUp.objects.count() == 2 * SAVES
    yield {
        "what": "save of a form",
        "seconds": seconds,
        "ratio": seconds / reference,
        "reference": "the time of a bare INSERT with history",
    }
