"""A worker that is killed while it makes a file, and a client that goes away in the middle of a stream: both end with the whole."""

import csv
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import zipfile

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from analytics import actions_of_exports, export_files
from analytics.acts import exports
from analytics.models import Export, ExportJob
from registry.access.row_security import person_scope
from tests import factories
from tests.processes import ROOT, until
from tests.processes import test_database_url as database_url
from tests.scenarios.cuts.worlds import as_worker, everything, four_cases

pytestmark = pytest.mark.django_db(transaction=True)
MAKE = """
import django, sys
django.setup()
from django.conf import settings
settings.MEDIA_ROOT = sys.argv[2]
from analytics.actions_of_exports import make_export
make_export(int(sys.argv[1]))
"""
ROWS = 60_000
FILL = """
INSERT INTO registry_case (number, site_id, cohort_id, enrolled_at, version, is_locked, is_void)
  VALUES ('KYO-0001', %(site)s, %(cohort)s, now(), 1, false, false);
INSERT INTO registry_followup (case_id, site_id, version, is_void, is_complete, is_verified, is_locked, course_no, fup_seq,
    fup_date, fup_date_p, vital_status, ps_fup_mr)
  SELECT c.id, c.site_id, 1, false, true, false, false, 1 + k / 10000, 1 + k %% 10000, date '2020-01-01', 'D', 1, 'ND'
  FROM registry_case c, generate_series(0, %(rows)s - 1) k
"""


def job_of(pk):
    return as_worker(lambda: everything(lambda: ExportJob.objects.get(pk=pk)))


@pytest.mark.soak
def test_kill_9_of_whoever_makes_an_export_loses_nothing(transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    four_cases()
    lead = factories.person("lead")
    with person_scope(lead):
        job, _is_new = exports.ask(
            exports.checked(lead, {"format": "odm_audit", "profile": "consortium", "tables": ["death"]}), person=lead
        )
    env = {"DATABASE_URL": database_url("reg_worker"), "DJANGO_SETTINGS_MODULE": "registry.settings.test"}
    command = [sys.executable, "-c", MAKE, str(job.pk), str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env}, stderr=subprocess.DEVNULL)
    until(lambda: list(export_files.folder().glob(".half-*")) or process.poll() is not None, 60, "it did not begin")
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    killed = job_of(job.pk)
    assert (killed.state, killed.attempts) == ("running", 1)
    (half,) = export_files.folder().iterdir()  # nobody put it away

    until(lambda: as_worker(lambda: actions_of_exports.make_export(job.pk)), 30, "its lease did not lapse")
    made = job_of(job.pk)
    assert (made.state, made.attempts, made.fence) == ("ready", 2, 2)
    with zipfile.ZipFile(export_files.path_of(made.sha256)) as archive:
        assert archive.testzip() is None and {"dataset.xml", "manifest.json"} <= set(archive.namelist())
    os.utime(half, (0, 0))
    assert as_worker(actions_of_exports.take_back_exports) == 1
    assert [path.stem for path in export_files.folder().iterdir()] == [made.sha256]


@pytest.fixture
def many(processes):
    """The token of a data manager who reads so many follow-ups from a web server."""
    site, cohort = factories.site("KYO"), factories.cohort()
    key = factories.token(factories.person("manager"))
    with psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
        administrator.execute("SET session_replication_role = replica")
        cursor = psycopg.ClientCursor(administrator)
        for statement in FILL.split(";\n"):
            cursor.execute(statement, {"site": site.pk, "cohort": cohort.pk, "rows": ROWS})
    processes.start("web")
    return processes.port, {"Authorization": f"Bearer {key}", "Accept": "text/csv"}


def asked(port, headers, path):
    """The answer to a client whose socket holds little, as over a slow line."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.sock = socket.socket()
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32 * 1024)
    client.sock.connect(("127.0.0.1", port))
    client.request("GET", path, headers=headers)
    answer = client.getresponse()
    assert answer.status == 200, answer.read()
    return client, answer


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_a_client_that_goes_away_in_a_stream_comes_back_behind_its_last_row(many):
    port, headers = many
    client, answer = asked(port, headers, "/api/v1/follow_up")
    check, head = answer.getheader("Export-Check"), answer.read(300_000)
    answer.close()
    client.close()  # in the middle: most was never sent
    held = rows(head[: head.rindex(b"\n") + 1])
    assert 1000 < len(held) < ROWS
    note = lambda: everything(lambda: Export.objects.filter(about__stream=check.rpartition("/")[2]).first())  # noqa: E731
    until(note, 30, "the server did not let go of it")
    assert note().about["is_whole"] is False and note().what.endswith("(broken off)")

    last = held[-1]
    _client, rest = asked(port, headers, f"/api/v1/follow_up?after={last['case']}/{last['key']}")
    found = held + rows(rest.read())
    assert len(found) == ROWS
    assert len({(one["case"], one["key"]) for one in found}) == ROWS
