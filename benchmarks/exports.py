"""A whole collection as a stream, against the floor, COPY of the same table into a file, and against the usual way through serializers.

Each is measured in a process of its own on the same rows: seconds, first byte, peak memory above what the process had before.
"""

import os
import tempfile
import time
from dataclasses import asdict, dataclass
from multiprocessing import Pipe, Process

import psycopg
from django.conf import settings
from django.db import connection

from benchmarks.save import database

SIZES = (100_000, 1_000_000)
USUAL_UP_TO = 100_000  # rows: the usual way holds them all in memory
ROWS_OF_CASE = 5
FLOOR, USUAL = "COPY to a file", "serializers, rendered at once"
STREAMS = {"CSV": "text/csv", "NDJSON": "application/x-ndjson", "Parquet": "application/vnd.apache.parquet"}
HEAD = f"{'rows':>10}  {'way':32}{'seconds':>9}{'rows/s':>11}{'first byte':>12}{'memory':>10}{'MB sent':>9}  ratio to {FLOOR}"

# As the administrator without triggers: what is measured is how rows leave, not how they came.
FILL = """
SET session_replication_role = replica;
INSERT INTO registry_case (number, site_id, cohort_id, enrolled_at, version, is_locked, is_void)
  SELECT 'B' || lpad(to_hex(n), 7, '0'), %(site)s, %(cohort)s, now(), 1, false, false FROM generate_series(1, %(cases)s) n;
INSERT INTO registry_followup (case_id, site_id, version, is_void, is_complete, is_verified, is_locked, course_no, fup_seq,
    fup_date, fup_date_p, vital_status, fup_source, last_disease_date, last_disease_date_p, ps_fup_mr)
  SELECT c.id, c.site_id, 1, false, true, false, false, 1, k, date '2020-01-01' + (c.id %% 1000)::int + 30 * k,
    CASE WHEN k = 3 THEN 'M' ELSE 'D' END, 1, 1, date '2020-01-01' + (c.id %% 1000)::int + 30 * k, 'D', 'ND'
  FROM registry_case c, generate_series(1, %(each)s) k;
SET session_replication_role = origin;
ANALYZE registry_case; ANALYZE registry_followup;
"""


@dataclass(frozen=True)
class Taken:
    """How one way went. memory, sent: MB."""

    rows: int
    way: str
    seconds: float
    first: float
    memory: float
    sent: float
    ratio: float = 1.0


def measured(rows):
    """Yields how each way went at this number of rows, the floor first."""
    with database():
        key = _fill(rows)
        ways = {FLOOR: _floor, **{name: _stream(key, media) for name, media in STREAMS.items()}}
        if rows <= USUAL_UP_TO:
            ways[USUAL] = _usual
        connection.close()
        floor = None
        for way, take in ways.items():
            seconds, first, memory, sent = _apart(take)
            floor = floor or seconds
            yield Taken(rows, way, seconds, first, memory, sent, seconds / floor)


def line(one):
    """One line of the table."""
    numbers = f"{one.seconds:9.2f}{one.rows / one.seconds:11,.0f}{one.first * 1000:9.0f} ms{one.memory:7.0f} MB{one.sent:9.1f}"
    return f"{one.rows:>10,}  {one.way:32}{numbers}  {one.ratio:8.2f}"


def as_json(found):
    """What is stored of it."""
    return [asdict(one) for one in found]


def _fill(rows):
    """So many follow-ups at one hospital; the token of a data manager."""
    from tests import factories

    site, cohort = factories.site("KYO"), factories.cohort()
    key = factories.token(factories.person("manager"))
    with psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"], autocommit=True) as administrator:
        words = {"site": site.pk, "cohort": cohort.pk, "cases": rows // ROWS_OF_CASE, "each": ROWS_OF_CASE}
        cursor = psycopg.ClientCursor(administrator)
        for statement in FILL.split(";\n"):
            if statement.strip():
                cursor.execute(statement, words)
    return key


def _apart(take):
    """(seconds, first byte, MB of memory, MB sent) of `take`, which yields pieces, in a process of its own."""
    here, there = Pipe()
    process = Process(target=_run, args=(take, there))
    process.start()
    there.close()
    found = here.recv()
    process.join()
    return found


def _run(take, pipe):
    connection.close()
    for _warm in take(warm=True):
        pass
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the peak begins anew
    before, began, first, sent = _peak(), time.monotonic(), None, 0
    for piece in take():
        first = first or time.monotonic() - began
        sent += len(piece)
    pipe.send((time.monotonic() - began, first, (_peak() - before) / 1024, sent / 1e6))
    os._exit(0)


def _peak():
    """kB that the process has held at once."""
    with open("/proc/self/status") as file:
        return next(int(each.split()[1]) for each in file if each.startswith("VmHWM"))


def _floor(*, warm=False):
    from registry.access.row_security import everything_scope

    some = "LIMIT 10" if warm else ""
    statement = f"COPY (SELECT * FROM registry_followup {some}) TO STDOUT (FORMAT csv)"  # noqa: S608
    with (
        everything_scope(actor="bench"),
        connection.cursor() as cursor,
        tempfile.TemporaryFile() as file,
        cursor.copy(statement) as copy,
    ):
        for row in copy:
            file.write(row)
            yield row


def _stream(key, media):
    def take(*, warm=False):
        from django.test import Client

        path = "/api/v1/follow_up" + ("?case=KYO-0001" if warm else "")
        answer = Client().get(path, headers={"Authorization": f"Bearer {key}", "Accept": media})
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code} {answer.content[:300]}")
        yield from answer.streaming_content

    return take


def _usual(*, warm=False):
    from rest_framework.renderers import JSONRenderer

    from registry.access.row_security import person_scope
    from registry.api.form_serializer import SERIALIZER_OF
    from registry.models import FollowUp, Person

    person = Person.objects.get(role="manager")
    with person_scope(person), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL idle_in_transaction_session_timeout = 0"
        )  # which would end this way before it has a byte
        rows = FollowUp.objects.visible_to(person).not_withdrawn().select_related("case", "site").order_by("pk")
        found = SERIALIZER_OF[FollowUp](rows[: 10 if warm else None], many=True, context={"person": person}).data
        yield JSONRenderer().render(found)
