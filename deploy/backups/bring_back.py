"""Bring a database back: recover the cluster to the moment, load it beside the one in use, compare, and only then change the names."""

import contextlib
import gzip
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from deploy.backups import RefusalError, fingerprint, store
from deploy.backups.cluster import NOT_REACHED, Recovered, give, login, programs, run, workplace
from deploy.backups.sealing import unseal
from deploy.backups.take import FILES, connect, unpack

NEEDED_ROLES = ("reg_owner", "reg_app", "reg_worker")
END_LOGINS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
# Who was signed in before the loss signs in again, tokens are made anew, and mailed links asked for again: what was revoked since must not live again.
REVOKE = (
    ("django_session", "DELETE FROM django_session"),
    ("registry_session", "DELETE FROM registry_session"),
    (
        "registry_onetimelink",
        "UPDATE registry_onetimelink SET revoked_at = clock_timestamp() WHERE used_at IS NULL AND revoked_at IS NULL",
    ),
    ("registry_token", "UPDATE registry_token SET revoked_at = clock_timestamp() WHERE revoked_at IS NULL"),
)


@dataclass(frozen=True)
class Target:
    """Where to: the URL of one who may make databases, the database's name, and the “host/name” that its owner typed, if any."""

    admin: str
    name: str
    over: str = ""

    @property
    def place(self) -> str:
        """What must be typed to replace it."""
        return f"{urlsplit(self.admin).hostname}/{self.name}"

    def url(self, name: str) -> str:
        """The same login at another database."""
        return urlunsplit(urlsplit(self.admin)._replace(path=f"/{name}"))


def refuse_unless_free(target: Target) -> None:
    """A database that holds tables is replaced only by who types its host and name; roles must be there."""
    with connect(target.url("postgres")) as server:
        there = {role for (role,) in server.execute("SELECT rolname FROM pg_roles").fetchall()}
        missing = [role for role in NEEDED_ROLES if role not in there]
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [target.name]).fetchone()
    if missing:
        raise RefusalError(
            f"{target.place} lacks the roles {', '.join(missing)}. Make them first: docs/operating.md, “Restore”."
        )
    if found and target.over != target.place and _tables(target):
        raise RefusalError(
            f"{target.place} holds tables. To put the backup in its place (it is kept under another name), "
            f"add: --over {target.place}"
        )


def _tables(target):
    with connect(target.url(target.name)) as database:
        return database.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()[0]


@contextlib.contextmanager
def recovered(base: store.Base, key, until: datetime | None, within: str | None):
    """A server that stands at the moment `until`, or at the last commit that the backup knows."""
    _refuse_beyond(base, until)
    with workplace(within) as place:
        _lay_out(base, key, place)
        server = Recovered(place, until.isoformat() if until else None)
        try:
            server.__enter__()
        except RefusalError as refusal:
            if str(refusal) != NOT_REACHED:
                raise
            # Nothing was committed between the last commit and the moment: the last commit is what it asks for.
            server = None
        if server is None:
            _lay_out(base, key, place)
            server = Recovered(place)
            server.__enter__()
        try:
            yield server
        finally:
            server.__exit__()


def _refuse_beyond(base, until):
    """The moment must be one that the backup knows all of."""
    known = max(filter(None, (store.covered(base.wal), base.finished)))
    if until and until > known:
        raise RefusalError(
            f"The backup knows everything up to {known:%Y-%m-%d %H:%M:%S} UTC, and {until:%Y-%m-%d %H:%M:%S} UTC is after it. "
            "Choose an earlier moment, or leave --to-time out for the last one."
        )


def _lay_out(base, key, place):
    for name in ("data", "wal", "socket"):
        shutil.rmtree(place / name, ignore_errors=True)
    data = unpack(base, key, place)
    for sealed in store.segments(base.wal, *store.numbers(data)):
        packed = unseal(sealed, place / "segment.gz", key)
        segment = place / "wal" / sealed.name[:24]
        segment.write_bytes(gzip.decompress(packed.read_bytes()))
        give(segment)


def bring_back(base: store.Base, key, target: Target, *, until: datetime | None = None, within: str | None = None,
               check: Callable[[str], None] = lambda name: None) -> dict:  # fmt: skip
    """Put the state of `until` in the target's place; {rows, tables, kept_as}.

    check   called with the name of the loaded database before it takes the other's place; raises to stop there
    """
    refuse_unless_free(target)
    stamp = datetime.now(UTC).strftime("%Y%m%dt%H%M%S")
    fresh, kept = f"{target.name}_restored_{stamp}", f"{target.name}_before_{stamp}"
    with recovered(base, key, until, within) as server:
        source, superuser = base.manifest["database"], base.manifest["superuser"]
        with psycopg.connect(server.dsn(superuser, source), autocommit=True) as connection:
            wanted = fingerprint.of(connection)
        dump = server.folder / "dump"
        run([programs() / "pg_dump", "-F", "c", "-Z", "1", "-f", dump], env=server.login(superuser, source))
        _load(dump, target, fresh)
    with connect(target.url(fresh)) as connection:
        wrong = fingerprint.differences(wanted, fingerprint.of(connection))
    if wrong:
        raise RefusalError(f"{fresh} is not what the backup holds: {'; '.join(wrong)}. {target.place} was not touched.")
    check(fresh)
    _revoke(target, fresh)
    is_replaced = _change_names(target, fresh, kept)
    rows = sum(one["rows"] for one in wanted.values())
    return {"rows": rows, "tables": wanted, "kept_as": kept if is_replaced else ""}


def _load(dump, target, fresh):
    with connect(target.url("postgres")) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' OWNER reg_owner").format(
                sql.Identifier(fresh)
            )
        )
    run(
        [programs() / "pg_restore", "--exit-on-error", "--no-password", "-j", "2", "-d", fresh, dump],
        env=login(target.admin),
    )


def _revoke(target, fresh):
    with connect(target.url(fresh)) as database:
        for table, statement in REVOKE:
            if database.execute("SELECT to_regclass(%s)", [table]).fetchone()[0]:
                database.execute(statement)


def _change_names(target, fresh, kept):
    """The restored database takes the name; what had it keeps its rows under another. Whether there was one."""
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    name = sql.Identifier(target.name)
    with connect(target.url("postgres")) as server:
        found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [target.name]).fetchone()
        if found:
            server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
            server.execute(END_LOGINS, [target.name])
            server.execute(rename.format(name, sql.Identifier(kept)))
            server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(kept)))
        server.execute(rename.format(sql.Identifier(fresh), name))
    return bool(found)


def bring_back_files(base: store.Base, key, folder: Path, within: str | None = None) -> Path:
    """Unpack the files into `folder`, or beside it where it holds any; where they are."""
    if folder.is_dir() and any(folder.iterdir()):
        folder = folder.with_name(f"{folder.name}.restored-{datetime.now(UTC).strftime(store.STAMP)}")
    folder.mkdir(parents=True, exist_ok=True)
    with workplace(within) as place, tarfile.open(unseal(base.file(FILES), place / "files", key), "r:gz") as tar:
        tar.extractall(folder, filter="data")
    return folder


def moment(text: str) -> datetime:
    """An instant with its zone, as --to-time gives it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise RefusalError(
            f"“{text}” is no moment with a zone. Expected for example 2027-04-01T14:30:00+09:00 or 2027-04-01T05:30:00Z."
        )
    return found.astimezone(UTC)
