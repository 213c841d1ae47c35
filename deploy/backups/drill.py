"""The rehearsal: load, back up, go on writing, destroy, restore, compare. On a server of its own; the one in use is never touched."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from deploy import servers
from deploy.backups import RefusalError, fingerprint, store
from deploy.backups.bring_back import Target, bring_back, bring_back_files
from deploy.backups.cluster import workplace
from deploy.backups.follow import Follower
from deploy.backups.sealing import identity, make_identity
from deploy.backups.take import Source, take, verify
from deploy.roles import ROLES, make_roles_and_database

CUT = "drill"
ROUND = 2.0  # seconds between two rounds of the follower here
KEPT_WRITING = 6.0  # seconds of writes that are noted, until the server is destroyed in the midst of them
OURS = "public.drill_write"
REVOKED = (
    "public.django_session",
    "public.registry_session",
    "public.registry_onetimelink",
    "public.registry_token",
    OURS,
)  # a restore ends what was signed in


@dataclass(frozen=True)
class Found:
    """What the drill measured."""

    cases: int
    backup_seconds: float
    verify_seconds: float
    restore_seconds: float
    to_moment_seconds: float
    acknowledged: int
    lost: int
    lost_seconds: float  # how old the oldest lost write was when the server was destroyed
    rows: int


def drill(cases: int, say, within: str | None = None) -> Found:
    """Rehearse with `cases` synthetic cases; RefusalError names whatever was not as before."""
    with workplace(within) as place, contextlib.ExitStack() as stack:
        first = _Server(place / "first", stack)
        manage = first.manage
        manage("migrate", "--verbosity", "0")
        manage("seed_synthetic", "--sites", "3", "--cases", str(cases), "--seed", "1")
        manage("take_cut", CUT, "--date", datetime.now(UTC).date().isoformat(), "--cohort", _cohort(first))
        say(f"{cases} synthetic cases and a data cut are loaded")

        make_identity(place / "key")
        key = identity(place / "key")
        folder, recipients = place / "backup", [key.to_public()]
        follower = Follower(folder, first.url(), recipients, place / "spool")
        stack.callback(follower.end)
        began = time.monotonic()
        base = take(folder, Source(first.url(), place / "media", "drill"), recipients, str(place))
        backup_seconds = time.monotonic() - began
        base = verify(base, key, str(place))
        verify_seconds = time.monotonic() - began - backup_seconds
        say(f"backed up in {backup_seconds:.1f} s, brought back and compared in {verify_seconds:.1f} s")

        manage("seed_synthetic", "--sites", "3", "--cases", str(max(cases // 5, 2)), "--seed", "2")
        manage("verify_history")
        moment, then = first.now(), first.fingerprint()
        manage("seed_synthetic", "--sites", "3", "--cases", "2", "--seed", "3")
        at_end = first.fingerprint()
        acknowledged, age_of = _destroy_while_writing(first, follower)
        say(
            f"went on writing, then the server was killed and its data folder deleted ({len(acknowledged)} late writes)"
        )

        second = _Server(place / "second", stack)
        began = time.monotonic()
        newest = store.newest(folder)
        told = bring_back(newest, key, second.target(), within=str(place), check=second.check)
        bring_back_files(newest, key, place / "media-restored")
        restore_seconds = time.monotonic() - began
        _compare(at_end, second.fingerprint(), "the last moment")
        second.manage("verify_dataset", CUT)
        present = second.late_writes()
        lost = [number for number in acknowledged if number not in present]
        say(f"restored in {restore_seconds:.1f} s: every table is the same, the history and the dataset hold")

        began = time.monotonic()
        bring_back(newest, key, second.target(over=True), until=moment, within=str(place), check=second.check)
        to_moment_seconds = time.monotonic() - began
        _compare(then, second.fingerprint(), f"{moment:%H:%M:%S}")
        say(f"restored to a moment in {to_moment_seconds:.1f} s: what came later is gone, nothing else is")
        return Found(
            cases, backup_seconds, verify_seconds, restore_seconds, to_moment_seconds, len(acknowledged), len(lost),
            max((age_of[number] for number in lost), default=0.0), told["rows"],
        )  # fmt: skip


class _Server:
    """A PostgreSQL for the drill with the registry's roles; manage.py on it."""

    def __init__(self, folder, stack):
        folder.mkdir()
        folder.chmod(0o711)
        self.folder = folder
        self.child, self.admin = servers.postgres(folder)
        stack.callback(self.kill)
        self.words = {role: f"drill-{os.getpid()}-{role}" for role in ROLES}
        self.urls = make_roles_and_database(f"{self.admin}/postgres", self.words)

    def url(self):
        return f"{self.admin}/registry"

    def target(self, over=False):
        plain = Target(f"{self.admin}/postgres", "registry")
        return Target(plain.admin, plain.name, plain.place if over else "")

    def manage(self, *command, database="registry"):
        """One of manage.py's commands under the demonstration's settings; RefusalError with what it said if it fails."""
        own = {name: urlsplit(url)._replace(path=f"/{database}").geturl() for name, url in self.urls.items()}
        role = "reg_owner" if command[0] == "migrate" else "reg_app"
        env = {**os.environ, "REGISTRY_ENV": "demo", "DATABASE_URL": own[role], "WORKER_DATABASE_URL": own["reg_worker"],
               "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "drill-" * 10,
               "MEDIA_ROOT": str(self.folder.parent / "media")}  # fmt: skip
        env.pop("DJANGO_SETTINGS_MODULE", None)
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=servers.ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RefusalError(f"manage.py {command[0]} said: {(done.stdout + done.stderr)[-1500:]}")

    def check(self, name):
        self.manage("verify_history", database=name)

    def fingerprint(self):
        with psycopg.connect(self.url(), autocommit=True) as connection:
            return fingerprint.of(connection)

    def now(self):
        with psycopg.connect(self.url()) as connection:
            return connection.execute("SELECT clock_timestamp()").fetchone()[0]

    def late_writes(self):
        with psycopg.connect(self.url()) as connection:
            return {number for (number,) in connection.execute("SELECT number FROM drill_write").fetchall()}

    def kill(self):
        """kill -9 of the server and its children."""
        if self.child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, 9)
            self.child.wait(20)


def _cohort(server):
    with psycopg.connect(server.url()) as connection:
        return connection.execute("SELECT code FROM registry_cohort ORDER BY id LIMIT 1").fetchone()[0]


def _destroy_while_writing(server, follower):
    """Write a row every 20 ms and note it once it is acknowledged, while the log is followed; then kill and delete everything.

    Returns the numbers acknowledged, and how old each was at the end.
    """
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE drill_write (number bigint PRIMARY KEY)")
    acknowledged, stop = {}, threading.Event()

    def write():
        with contextlib.suppress(psycopg.Error), psycopg.connect(server.url(), autocommit=True) as connection:
            while not stop.is_set():
                number = len(acknowledged) + 1
                connection.execute("INSERT INTO drill_write VALUES (%s)", [number])
                acknowledged[number] = time.monotonic()
                stop.wait(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    end = time.monotonic() + KEPT_WRITING
    while time.monotonic() < end:
        follower.round()
        time.sleep(ROUND)
    server.kill()
    at_end = time.monotonic()
    stop.set()
    writer.join()
    follower.end()
    shutil.rmtree(server.folder / "postgres")
    shutil.rmtree(follower.spool)  # the machine is gone with all that was not yet in the backup
    return list(acknowledged), {number: at_end - at for number, at in acknowledged.items()}


def _compare(wanted, found, when):
    wrong = fingerprint.differences(wanted, found, besides=REVOKED)
    if wrong:
        raise RefusalError(f"Restored to {when}, the database is not what it was: {'; '.join(wrong)}.")


def report(found: Found) -> str:
    """The two times and what they are worth."""
    return (
        f"Backup {found.backup_seconds:.1f} s (brought back and compared: {found.verify_seconds:.1f} s). "
        f"Restore {found.restore_seconds:.1f} s, to a moment {found.to_moment_seconds:.1f} s. {found.rows} rows, all tables equal.\n"
        f"Of {found.acknowledged} writes until the last instant {found.lost} were lost, the oldest {found.lost_seconds:.1f} s old."
    )


def keep(place: Path, found: Found) -> None:
    """Note beside the backups that the drill held."""
    import json
    from dataclasses import asdict

    place.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC).isoformat()
    (place / "drill.json").write_text(json.dumps({"at": at, **asdict(found)}, indent=1), encoding="utf-8")
