"""Kill web, worker, importer, beat, sweeper, Redis and PostgreSQL at random, under writers that note what was acknowledged; then count.

On servers of its own, which keep what they promise (fsync on). The order of kills follows from SEED; the moments depend on the machine.
Writers send each create again under the same Idempotency-Key until it is answered, as the registry's clients must; often they hang up
before the answer comes, as a network does, so that many a create is done whose writer does not know it. A harness that was never red proves nothing: without the key in the repetitions (KEY_EACH_TRY=1) it counts duplicates.
"""

import contextlib
import json
import os
import random
import secrets
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection
from django.test import override_settings

from benchmarks.kills_imports import Importer
from deploy import servers
from deploy.backups.cluster import workplace
from deploy.roles import ROLES, make_roles_and_database

KILLS, WRITERS, SEED = 110, 3, 7
HANGS_UP, PATIENCE = 0.3, (0.02, 0.4)  # of the tries, and after how many seconds
GAP = (0.8, 2.4)  # seconds from a kill to the next
CALM = 600  # seconds that the registry may take to finish what is open, once nothing is killed any more
KINDS = ("web", "web-2", "worker", "importer", "beat", "sweeper", "redis", "postgres")
HOW = "make bench ARGS=kills"
MUST_BE_NONE = (
    *("lost", "doubled", "runs_without_end", "history_missing", "history_faults"),
    *("import_lost", "import_doubled", "imports_without_end"),
)


class _Cluster:
    """PostgreSQL, Valkey and the registry's processes on ports that stay; each can be killed and is started again at once."""

    def __init__(self, place, stack):
        self.place, self.running = place, {}
        stack.callback(self.end)
        home = place / "servers"
        home.mkdir()
        home.chmod(0o711)
        self.running["postgres"], admin = servers.postgres(home)
        self.running["redis"], redis = servers.valkey(home)
        words = {role: secrets.token_hex(8) for role in ROLES}
        self.urls = make_roles_and_database(f"{admin}/postgres", words)
        self.admin, self.logs, self.data = f"{admin}/registry", home, home / "postgres/data"
        self.environment = {**os.environ, "REGISTRY_ENV": "demo", "DJANGO_SETTINGS_MODULE": "registry.settings.demo", "REDIS_URL": redis, "SECRET_KEY": settings.SECRET_KEY,
                            "MEDIA_ROOT": str(place / "media"), "C_FORCE_ROOT": "1", "ADMIN_DATABASE_URL": self.admin}  # fmt: skip
        self.ports = {"web": servers.free_port(), "web-2": servers.free_port()}
        self.commands = {name: (one.args, home / f"{name}.log") for name, one in self.running.items()}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=servers.ROOT,
            check=True,
            env=self._env("reg_owner"),
        )

    def _env(self, role):
        return {**self.environment, "DATABASE_URL": self.urls[role]}

    def start(self, name):
        """Start one of KINDS, which is not running."""
        log = self.place / f"{name}.log"
        celery = [sys.executable, "-m", "celery", "-A", "registry"]
        if name in ("postgres", "redis"):
            if name == "postgres":
                servers.settle(self.data)
            command, how = self.commands[name][0], {"cwd": "/", **servers.servant()}
        elif name.startswith("web"):
            command = [sys.executable, "-m", "uvicorn", "registry.asgi:application", "--host", "127.0.0.1", "--port", str(self.ports[name]), "--no-access-log"]  # fmt: skip
            how = {"cwd": servers.ROOT, "env": self._env("reg_app")}
        else:
            command = {
                "worker": [*celery, "worker", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
                "importer": [*celery, "worker", "--queues", "imports", "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
                "beat": [*celery, "beat", "--schedule", str(self.place / "beat"), "--pidfile="],
                "sweeper": [sys.executable, "manage.py", "sweep"],
            }[name]  # fmt: skip
            role = "reg_app" if name == "importer" else "reg_worker"
            how = {"cwd": servers.ROOT, "env": self._env(role)}
        self.running[name] = servers.start(command, log, **how)

    def kill(self, name):
        """kill -9 of it and all its children, and nothing is put in order."""
        child = self.running.pop(name)
        pids = [child.pid, *children(child.pid)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        child.wait(20)

    def mend(self):
        """Start what ended by itself, as a supervisor does."""
        for name, child in list(self.running.items()):
            if child.poll() is not None:
                self.start(name)

    def end(self):
        """Kill all."""
        for name in list(self.running):
            self.kill(name)


def children(parent):
    """Process ids of its children, theirs too."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == parent:
                found += [int(path.parent.name), *children(int(path.parent.name))]
    return found


class _Writer(threading.Thread):
    """Creates cases through both web servers in turn; `acked` holds what was answered."""

    def __init__(self, cluster, token, stop):
        super().__init__(daemon=True)
        self.ports, self.token, self.stop = [cluster.ports["web"], cluster.ports["web-2"]], token, stop
        self.acked, self.tries, self.hung_up = [], 0, 0
        self.chance = random.Random(SEED)  # noqa: S311

    def run(self):
        while not self.stop.is_set():
            key = secrets.token_hex(8)
            while not (number := self.try_once(key)):
                if os.environ.get("KEY_EACH_TRY"):
                    key = secrets.token_hex(8)
                time.sleep(0.2)
            self.acked.append(number)
            time.sleep(0.1)

    def try_once(self, key):
        """The number of the case that was made, or nothing when no answer came."""
        self.tries += 1
        port = self.ports[self.tries % 2]
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key, "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/cases", b'{"site": "KYO"}', headers)
        try:
            with urllib.request.urlopen(request, timeout=self.patience()) as answer:  # noqa: S310 - our own loopback
                return json.load(answer)["number"]
        except (urllib.error.URLError, OSError, ValueError) as failure:
            self.hung_up += isinstance(failure, TimeoutError)
            return None

    def patience(self):
        """The seconds that this try waits for its answer."""
        return self.chance.uniform(*PATIENCE) if self.chance.random() < HANGS_UP else 20


@contextlib.contextmanager
def _as_ours(cluster):
    """Django's connection of this process at the cluster, as the role that serves."""
    kept = dict(connection.settings_dict)
    connection.close()
    parts = urlsplit(cluster.urls["reg_app"])
    connection.settings_dict.update(
        HOST=parts.hostname, PORT=str(parts.port), USER=parts.username, PASSWORD=parts.password, NAME=parts.path[1:]
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(kept)


def measure(kills=KILLS, say=print):
    """What was counted, as a dictionary: kills of each kind, acknowledged, lost, doubled, runs_without_end, history_faults."""
    with workplace() as place, contextlib.ExitStack() as stack:
        cluster = _Cluster(place, stack)
        stack.enter_context(_as_ours(cluster))
        token, importing = _prepared()
        for name in KINDS:
            if name not in cluster.running:
                cluster.start(name)
        stop = threading.Event()
        writers = [_Writer(cluster, token, stop) for _number in range(WRITERS)]
        importer = Importer(*importing, lambda: _as_ours(cluster), stop)
        for writer in (*writers, importer):
            writer.start()
        _until(lambda: all(writer.acked for writer in writers), 180, "the first case was not acknowledged")
        chance, counts, began = random.Random(SEED), dict.fromkeys(KINDS, 0), time.monotonic()  # noqa: S311 - the same order each time
        for number in range(kills):
            time.sleep(chance.uniform(*GAP))
            name = chance.choice(KINDS)
            cluster.mend()
            cluster.kill(name)
            cluster.start(name)
            counts[name] += 1
            if number % 20 == 19:
                say(f"{number + 1} kills, {sum(len(one.acked) for one in writers)} acknowledged", flush=True)
        killed_for = time.monotonic() - began
        stop.set()
        while any(writer.is_alive() for writer in (*writers, importer)):
            cluster.mend()
            time.sleep(0.5)
        calm = time.monotonic()
        _until(
            lambda: (cluster.mend(), _open(cluster) == 0)[1], CALM, f"runs did not end within {CALM} s", at_worst=True
        )
        connection.close()  # its server was killed under it
        gone_on = importer.go_on()
        _until(lambda: _open(cluster) == 0, CALM, "", at_worst=True)
        acked = [number for writer in writers for number in writer.acked]
        with psycopg.connect(cluster.admin) as database:
            imports = {**importer.counted(database), "imports_gone_on": gone_on, "files": len(importer.files)}
        return {
            "kills": counts, "seconds": round(killed_for), "tries": sum(writer.tries for writer in writers),
            "hung_up": sum(writer.hung_up for writer in writers), "acknowledged": len(acked),
            "seconds_to_calm": round(time.monotonic() - calm), **imports, **_counted(cluster, acked),
        }  # fmt: skip


def _prepared():
    from tests import factories

    factories.infused_case(factories.site("KYO"))
    osaka = factories.site("OSA")  # where files are brought in
    importing = (factories.person("coordinator", sites=[osaka]), osaka)
    return factories.token(factories.person("coordinator", sites=[factories.site("KYO")])), importing


def _until(condition, seconds, complaint, *, at_worst=False):
    stop = time.monotonic() + seconds
    while True:
        with contextlib.suppress(psycopg.OperationalError):
            if condition():
                return
        if time.monotonic() > stop:
            if at_worst:
                return
            raise SystemExit(complaint)
        time.sleep(0.5)


OPEN = """
SELECT (SELECT count(*) FROM analytics_analysisrun WHERE state IN ('queued', 'running'))
  + (SELECT count(*) FROM registry_outbox WHERE dataset_id IS NULL)
  + (SELECT count(*) FROM registry_importjob WHERE state IN ('queued', 'running'))
"""


def _open(cluster):
    with psycopg.connect(cluster.admin, connect_timeout=5) as database:
        return database.execute(OPEN).fetchone()[0]


def _counted(cluster, acked):
    """What is in the database against what was acknowledged; each number is 0 when nothing went wrong."""
    from registry.trail import verify_history

    connection.close()
    with override_settings(MEDIA_ROOT=cluster.environment["MEDIA_ROOT"]):  # where the anchors are
        faults = verify_history()
    with psycopg.connect(cluster.admin) as database:
        written = database.execute("SELECT number FROM registry_case WHERE number LIKE 'KYO-%'")
        present = [number for (number,) in written.fetchall()]
        told = {
            row
            for (row,) in database.execute(
                "SELECT DISTINCT row_id FROM registry_historyevent WHERE form = 'case'"
            ).fetchall()
        }
        rows = dict(database.execute("SELECT number, id FROM registry_case").fetchall())
    doubled = len(present) - 1 - len({*acked})  # one was there before
    return {
        "lost": len({*acked} - {*present}),
        "doubled": doubled + len(acked) - len({*acked}),
        "runs_without_end": _open(cluster),
        "history_missing": sum(rows[number] not in told for number in present),
        "history_faults": len(faults),
    }


def show(found):
    """Sentences for the terminal and for docs/promises.md."""
    kinds = ", ".join(f"{name} {count}" for name, count in found["kills"].items())
    return (
        f"{sum(found['kills'].values())} kills in {found['seconds']} s ({kinds}); {found['acknowledged']} creates acknowledged in {found['tries']} tries, "
        f"{found['hung_up']} of them hung up on.\n"
        f"Lost {found['lost']}, doubled {found['doubled']}, runs without an end {found['runs_without_end']}, rows without history "
        f"{found['history_missing']}, faults of the history {found['history_faults']}. All done {found['seconds_to_calm']} s after the last kill.\n"
        f"{found['imported']} patients in {found['files']} files brought in: lost {found['import_lost']}, doubled {found['import_doubled']}, imports without an end "
        f"{found['imports_without_end']}; {found['imports_gone_on']} gone on with by hand after three kills in one place."
    )


def is_kept(found):
    """Whether every count is 0."""
    return not any(found[name] for name in MUST_BE_NONE)
