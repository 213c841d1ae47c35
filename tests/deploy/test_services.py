"""The services of docker-compose.yml run by their own commands under the production environment.

One test, for starting everything costs most: a migration is killed half-way, one person moves between two replicas, pages are kept
busy, the disk fills up, the machine is brought back from its backup; then every log is read.
"""

import concurrent.futures
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy import demo, servers
from tests.deploy import contained
from tests.deploy.operating import (
    a_frozen_database,
    an_administrator_begins,
    answers,
    asked,
    checked,
    the_secret_key_is_changed,
)
from tests.deploy.proxy import Proxy, certificate
from tests.deploy.services import Services
from tests.deploy.visitor import Stream, Visitor
from tests.processes import until

DASHBOARD, EVENTS = "/dashboards/tisagenlecleucel/", "/events/dashboards/tisagenlecleucel"
PLANTED = "Plantedname Tarou"
MARKS = (PLANTED, "KYO-0001", "lead@example.org", "a-password-of-the-tests", "word-of-")
WORLD = """
import django
django.setup()
from django.utils import timezone
from registry.models import OneTimeLink
from tests.factories import day, follow_up, infused_case, person, site, stored_form
kyoto = site("KYO")
for until in (300, 400, 500):
    case = infused_case(kyoto)
    stored_form(case, "response_assessment", rsp_date=day(28), rsp_timepoint=1, rsp_bm_done=1, rsp_bm_blast=1, rsp_pb_blast=0,
                rsp_anc=2, rsp_plt=150, rsp_transfused=0, rsp_cns=1, rsp_emd=0, rsp_site=1)
    follow_up(case, until)
for role, sites in (("coordinator", [kyoto]), ("lead", [])):
    one = person(role, sites=sites, email=f"{role}@example.org")
OneTimeLink.objects.create(person=one, purpose="reset", digest="d" * 64, expires_at=timezone.now() + timezone.timedelta(days=1))
"""
FAREWELL = re.compile(r"|worker: Warm shutdown \(MainProcess\)")  # what Celery says past the log when it is stopped
FILLER = """
INSERT INTO registry_historyevent (at, actor, role, reason, request, transaction, form, row_id, kind, item)
SELECT now(), '', '', '', '', 0, 'case', 1, 'insert', 'x' FROM generate_series(1, 1000000)
"""


@pytest.fixture(params=("by themselves", "in their images"))
def services(request):
    """PostgreSQL and Redis with the options of their services, a TLS proxy, the secrets; nothing of ours runs yet."""
    in_images = request.param == "in their images"
    if in_images and contained.missing():
        pytest.skip(f"No image is built here: there is no {contained.missing()}")
    folder = Path(
        tempfile.mkdtemp(prefix="registry-test-", dir="/var/tmp")
    )  # pytest's own is closed to the servers' user
    folder.chmod(0o755)
    proxy = Proxy(*certificate(folder))
    found = contained.made(folder, proxy.port) if in_images else Services(folder, proxy.port)
    found.proxy = proxy
    try:
        if demo.static_files_changed():
            demo.collect({**os.environ, "REGISTRY_ENV": "demo", "DJANGO_SETTINGS_MODULE": "registry.settings.demo"})
        found.write_secrets()
        found.start_servers()
        yield found
    finally:
        found.end()
        proxy.end()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.soak
def test_the_services_of_the_compose_file_hold_together(services, capsys):
    steps = (
        *(
            interrupted_migration,
            start_all,
            an_administrator_begins,
            one_person_moves_between_the_replicas,
            pages_and_figures_in_japanese,
            health_checks,
            a_full_disk,
        ),
        *(the_secret_key_is_changed, start_backup, probes_while_every_page_thread_is_busy, a_frozen_database),
        *(back_from_the_backup, nobody_in_the_logs),
    )
    seconds = {}
    for step in steps:
        began = time.monotonic()
        step(services)
        seconds[step.__name__] = round(time.monotonic() - began, 1)
    with capsys.disabled():
        print(f"\n{seconds}")


def interrupted_migration(services):
    """kill -9 in the midst of it: a replica names what waits and what to do, and the same command goes on."""
    services.proxy.replicas = [servers.free_port(), servers.free_port()]
    services.start("migrate")
    services.start("web", port=services.proxy.replicas[0])
    process = services.running.pop("migrate-1")
    until(lambda: process.poll() is not None or migrations(services) > 4, 180, "the migration did not begin")
    os.killpg(process.pid, 9)
    process.wait(10)
    until(lambda: answers(services.proxy.replicas[0]), 180, "a replica did not answer")
    said = checked(services.proxy.replicas[0])["migrations"]["reason"]
    assert "migrations are not applied" in said, said
    assert "run manage.py migrate as reg_owner, it goes on where it stopped" in said
    status, said = services.run("migrate")
    assert status == 0, said


def migrations(services):
    """How many are applied."""
    with contextlib.suppress(psycopg.Error), psycopg.connect(f"{services.admin}/registry") as connection:
        return connection.execute("SELECT count(*) FROM django_migrations").fetchone()[0]
    return 0


def start_all(services):
    """Three patients, and two people who have never signed in; then two web replicas, a worker of each pool, beat, sweeper."""
    status, said = services.natively(
        "web", ["python", "-c", WORLD], DJANGO_SETTINGS_MODULE="registry.settings.production"
    )
    assert status == 0, said
    services.start("web", 2, port=services.proxy.replicas[1])
    for name in ("worker-quick", "worker-heavy", "importer", "beat", "sweeper"):
        services.start(name)
    until(lambda: answers(services.proxy.replicas[1]), 180, "a replica did not answer")


def one_person_moves_between_the_replicas(services):
    """Each request goes to the other replica than the one before: session, draft, save, stream; and the curve moves."""
    nurse, lead = visitor(services, "coordinator"), visitor(services, "lead")
    services.nurse, services.lead = nurse, lead
    stream = Stream(lead, EVENTS)
    before = curve_of(lead, stream)

    attributes, hidden = nurse.form("/cases/KYO-0001/relapse/new/")
    typed = {"rel_date": "2024-10-01", "rel_kind": "1"}
    status, kept, _place = nurse.post(attributes["data-draft"], {**hidden, **typed})
    assert (status, "draft kept" in kept) == (200, True), kept
    _attributes, again = nurse.form("/cases/KYO-0001/relapse/new/")
    assert again["draft"], "the other replica has the draft"
    status, text, place = nurse.post("/cases/KYO-0001/relapse/new/", {**again, **typed})
    assert (status, place) == (302, place), text
    curve_of(lead, stream, other_than=before)
    stream.close()
    assert min(services.proxy.served.values()) > 5, "both replicas served"


def pages_and_figures_in_japanese(services):
    """Catalogues, files for the browser and fonts are there, wherever it runs."""
    japanese = {"Accept-Language": "ja"}
    status, page = services.lead.get(DASHBOARD, **japanese)
    assert (status, "全生存" in page) == (200, True), page
    for place in {*re.findall(r'(?:href|src)="(/static/[^"]+)"', page)}:
        assert got(services.lead, place), place
    figure = re.search(r'href="(/runs/\d+/figure\.)pdf', page)[1]
    assert b"+IPAexGothic" in got(services.lead, f"{figure}pdf", **japanese), "the letters stand in the file itself"
    assert got(services.lead, f"{figure}png", **japanese).startswith(b"\x89PNG")


def got(person, path, **headers):
    """The bytes at an address."""
    answer, line = person.ask("GET", path, **headers)
    with contextlib.closing(line):
        body = answer.read()
    assert answer.status == 200, (path, body[:500])
    return body


def visitor(services, role):
    """Somebody of this role, signed in."""
    found = Visitor(services.proxy, services.folder / "certificate.pem", f"{role}@example.org")
    found.sign_in()
    return found


def curve_of(lead, stream, other_than=""):
    """The curve of event-free survival as the lead sees it, asked for whenever the stream tells of news, until it is another one."""
    while True:
        figure = lead.json(f"{DASHBOARD}panels/efs/").get("figure")
        curve = json.dumps(figure["data"]) if figure else ""
        if curve and curve != other_than:
            return curve
        assert stream.heard("event: refresh"), "the dashboard has no other curve"


def health_checks(services):
    """The containers' own health checks, /ready and /metrics by a replica's address."""
    ports = services.proxy.replicas
    assert services.is_healthy("web", ports[0])
    assert [
        name for name in ("beat", "worker-quick", "worker-heavy", "importer") if not services.is_healthy(name)
    ] == []
    for port in ports:
        checks = checked(port)
        red = {name for name, one in checks.items() if not one["ok"]}
        assert red <= {"backups", "worker", "disk"}, (
            checks
        )  # the first backup is on its way; the disk is this machine's
        assert asked(port, "/metrics")[0] == 401
        status, text = asked(port, "/metrics", services.word("metrics_token"))
        assert status == 200
        found = {
            (one.name, *one.labels.values()): one.value
            for family in text_string_to_metric_families(text)
            for one in family.samples
        }
        assert [found["registry_processes", name] for name in ("web", "worker", "sweeper")] == [2, 3, 1]
        assert [found["registry_queue_workers", name] for name in ("celery", "heavy", "imports")] == [1, 1, 1]
        assert found["registry_certificate_days",] > 80
        assert found["registry_versions",] == 1


def probes_while_every_page_thread_is_busy(services):
    """Nine requests wait for a table, eight of them in every thread that pages have: what watches is answered all the same."""
    port = services.proxy.replicas[0]
    with (
        psycopg.connect(f"{services.admin}/registry") as holder,
        concurrent.futures.ThreadPoolExecutor(9) as threads,
    ):
        holder.execute("LOCK TABLE registry_session IN ACCESS EXCLUSIVE MODE")
        cookie = {"Cookie": "__Host-session=" + "s" * 32, "X-Forwarded-Proto": "https", "Host": "localhost"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/accounts/login/", headers=cookie)
        waiting = [threads.submit(_opened, request) for _ in range(9)]
        until(lambda: locks_waiting(holder) >= 8, 20, "the threads were not busy")
        began = time.monotonic()
        assert answers(port)
        assert json.loads(asked(port, "/ready")[1])["checks"]["database"]["ok"]
        assert asked(port, "/metrics", services.word("metrics_token"))[0] == 200
        assert not any(one.done() for one in waiting), "the pages still wait"
        took = time.monotonic() - began
        holder.rollback()
    assert took < 5, took


def _opened(request):
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=30).close()


def locks_waiting(connection):
    return connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0]


def a_full_disk(services):
    """The history's disk is a small one that PostgreSQL fills up: a save is refused in words, reading goes on, then it is stored.

    The analyses that still wait are left: the workers are not needed any more.
    """
    services.stop("worker-quick-1")
    services.stop("worker-heavy-1")
    services.stop("importer-1")
    place = servers.owned(services.folder / "small")
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    ).returncode:
        return  # only root can make a small disk
    try:
        servers.owned(place)
        nurse = services.nurse
        _attributes, hidden = nurse.form("/cases/KYO-0002/relapse/new/")
        with psycopg.connect(f"{services.admin}/registry", autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            connection.execute("ALTER TABLE registry_historyevent SET TABLESPACE small")
            connection.execute("SET session_replication_role = replica")
            with pytest.raises(psycopg.errors.DiskFull):
                connection.execute(FILLER)  # undone, but the pages are taken
            typed = {**hidden, "rel_date": "2024-10-01", "rel_kind": "1"}
            status, text, _place = nurse.post("/cases/KYO-0002/relapse/new/", typed)
            assert (status, "The registry's disk is full" in text) == (507, True), text
            assert nurse.get("/cases/KYO-0002/")[0] == 200
            connection.execute("ALTER TABLE registry_historyevent SET TABLESPACE pg_default")
            status, text, _place = nurse.post("/cases/KYO-0002/relapse/new/", typed)
            assert status == 302, text
            connection.execute("DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)  # PostgreSQL may hold a file of it for a while


def start_backup(services):
    """Only now: of a server with a disk of its own for one table there is no base backup."""
    services.start("backup", BACKUP_EVERY_SECONDS="1")


def back_from_the_backup(services):
    """`backup --follow` has a whole backup and the log; all is stopped, and `restore` brings the registry back as it was."""
    until(lambda: is_verified(services), 300, "there is no whole backup")
    (covered,) = (services.folder / "backups").glob("*/wal/covered.json")
    assert services.is_healthy("backup")
    before = state_of(services)
    sealed = covered.stat().st_mtime_ns
    until(lambda: covered.stat().st_mtime_ns > sealed, 30, "the log is not followed")
    for name in [name for name in services.running if name not in ("postgres", "redis")]:
        services.stop(name)
    status, said = services.run(
        "backup",
        command=["python", "manage.py", "restore", "--from", "/backups", "--work", "/scratch", "--over", "127.0.0.1/registry",
                 "--files-to", "/scratch/files"],
        ADMIN_DATABASE_URL=f"{services.admin}/postgres",
    )  # fmt: skip
    assert status == 0, said
    assert "The history holds." in said
    assert "is kept as the database registry_before_" in said
    after = state_of(services)
    assert after["cases"] == before["cases"]
    assert before["sessions"] > 0
    assert (after["sessions"], after["links"]) == (0, 0), "who was signed in signs in again, and mailed links are dead"


def is_verified(services):
    """Whether there is a whole backup that was brought back once."""
    manifests = (services.folder / "backups").glob("*/base/*/manifest.json")
    return any(json.loads(one.read_text(encoding="utf-8"))["verified_at"] for one in manifests)


def state_of(services):
    """What of the registry must come back, and what must not."""
    with psycopg.connect(f"{services.admin}/registry") as connection:
        return {
            "cases": connection.execute("SELECT number, version FROM registry_case ORDER BY number").fetchall(),
            "sessions": connection.execute("SELECT count(*) FROM registry_session").fetchone()[0],
            "links": connection.execute(
                "SELECT count(*) FROM registry_onetimelink WHERE revoked_at IS NULL AND used_at IS NULL"
            ).fetchone()[0],
        }


def nobody_in_the_logs(services):
    """Every line that a process of ours wrote is JSON, and nothing of a patient, a password or an address of a person stands in any log."""
    logs = services.logs()
    assert not {(name, mark) for name, text in logs.items() for mark in MARKS if mark in text}
    names = (
        "web-1.log",
        "web-2.log",
        "worker-quick-1.log",
        "worker-heavy-1.log",
        "importer-1.log",
        "beat-1.log",
        "sweeper-1.log",
    )
    written = [line for name in names for line in logs[name].splitlines() if not FAREWELL.fullmatch(line)]
    lines = [json.loads(line) for line in written]
    saved = [one for one in lines if one.get("route") == "form_new" and one["status"] == 302]
    assert {(one["method"], one["role"]) for one in saved} == {("POST", "coordinator")}
    tasks = [one for one in lines if one["event"] == "task" and one["state"] == "SUCCESS"]
    assert {"analytics.tasks.build_datasets", "analytics.tasks.run_analysis"} <= {one["task"] for one in tasks}
    assert {one["queue"] for one in tasks} <= {"celery", "heavy"}
    assert {one.get("request") for one in tasks} & {one["request"] for one in saved}, (
        "a save's id is followed to the worker"
    )
