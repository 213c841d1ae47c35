"""A whole backup: base backup, dump of one snapshot with its row counts, files; then brought back to see that it can be."""

import json
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from deploy import servers
from deploy.backups import RefusalError, fingerprint, store
from deploy.backups.cluster import Recovered, login, programs, run, workplace
from deploy.backups.sealing import not_written, seal, seal_output, sha256, unseal

BASE, DUMP, FILES = "base.tar.gz.age", "dump.age", "files.tar.gz.age"
ABOUT = """
SELECT (SELECT system_identifier FROM pg_control_system())::text, current_setting('server_version_num')::int / 10000,
  pg_walfile_name(pg_current_wal_lsn()), current_database(), (SELECT rolname FROM pg_roles WHERE oid = 10),
  (SELECT rolsuper OR (rolreplication AND rolbypassrls) FROM pg_roles WHERE rolname = current_user)
"""


@dataclass(frozen=True)
class Source:
    """What is backed up: the database's URL of one who may (reg_backup), the folder of the files, the version of the code."""

    url: str
    media: Path
    code_version: str


def about(connection) -> dict:
    """What a restore must know of the cluster; RefusalError where this login cannot back it up."""
    names = ("cluster", "major", "first_segment", "database", "superuser", "may")
    found = dict(zip(names, connection.execute(ABOUT).fetchone(), strict=True))
    if not found.pop("may"):
        raise RefusalError(
            f"{connection.info.user} may not back up: it needs REPLICATION and BYPASSRLS. "
            "Name reg_backup in BACKUP_DATABASE_URL (docs/operating.md, “Backup”)."
        )
    ours = int(run([programs() / "pg_dump", "--version"]).split()[2].partition(".")[0])
    if ours != found["major"]:
        raise RefusalError(
            f"The server is PostgreSQL {found['major']}, the programs in {programs()} are {ours}. "
            "Set PG_BIN to the programs of the server's version."
        )
    return found


def connect(url: str):
    """A connection; RefusalError in plain words."""
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as failure:
        raise RefusalError(f"PostgreSQL does not answer: {str(failure).strip()}") from failure


def take(folder: Path, source: Source, recipients: list, within: str | None = None) -> store.Base:
    """Back up into a new folder of `folder`; it counts once its manifest is written. One that fails leaves nothing behind.

    What is on its way lies below `within`: a container's own temporary folder is memory.
    """
    began = datetime.now(UTC)
    store.remove_halves(folder, began)
    with connect(source.url) as connection:
        found = about(connection)
        place = folder / found["cluster"] / "base" / began.strftime(store.STAMP)
        place.mkdir(parents=True, mode=0o700)
        (place.parent.parent / "wal").mkdir(exist_ok=True, mode=0o700)
        try:
            return _taken(connection, place, source, recipients, within, {**found, "began_at": began.isoformat()})
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)  # or each try would take of the room that the next one needs
            raise


def _taken(connection, place, source, recipients, within, found):
    files = [_base(place, source.url, recipients)]
    (finished,) = connection.execute("SELECT clock_timestamp()").fetchone()
    dump, tables = _dump(connection, place, source.url, recipients)
    files += [dump, _files(place, source.media, recipients, within)]
    return store.write_manifest(
        place,
        {
            **found,
            "finished_at": finished.astimezone(UTC).isoformat(),
            "code_version": source.code_version,
            "files": files,
            "tables": tables,
            "verified_at": None,
        },
    )


def _base(place, url, recipients):
    command = [programs() / "pg_basebackup", "-D", "-", "-F", "t", "-X", "fetch", "-c", "fast", "-z", "--no-password",
               "--manifest-checksums=SHA256"]  # fmt: skip
    return seal_output(command, place / BASE, recipients, env=login(url))


def _dump(connection, place, url, recipients):
    """The dump and the fingerprint of the very same snapshot."""
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone()
    command = [programs() / "pg_dump", "-F", "c", "--no-password", f"--snapshot={snapshot}"]
    sealed = seal_output(command, place / DUMP, recipients, env=login(url))
    tables = fingerprint.of(connection)
    connection.execute("COMMIT")
    return sealed, tables


def _files(place, media, recipients, within):
    try:
        with tempfile.TemporaryFile(dir=within) as plain:
            with tarfile.open(fileobj=plain, mode="w:gz") as tar:
                if media.is_dir():
                    tar.add(media, arcname=".")
            plain.seek(0)
            return seal(plain, place / FILES, recipients)
    except OSError as failure:
        raise RefusalError(not_written(Path(within or tempfile.gettempdir()), failure)) from failure


def unpack(base: store.Base, key, folder: Path) -> Path:
    """The data folder of a base backup under `folder`, each file as PostgreSQL's own manifest says."""
    plain = unseal(base.file(BASE), folder / "base.tar.gz", key)
    data = folder / "data"
    data.mkdir(mode=0o700)
    with tarfile.open(plain, "r:gz") as tar:
        tar.extractall(data, filter="tar")
    plain.unlink()
    _check_files(data)
    servers.owned(folder / "wal")
    return data


def _check_files(data):
    """Each file of the data folder against PostgreSQL's own list (pg_verifybackup is not everywhere that pg_basebackup is)."""
    for one in json.loads((data / "backup_manifest").read_text(encoding="utf-8"))["Files"]:
        path = data / one["Path"]
        if not path.is_file() or sha256(path) != one["Checksum"]:
            raise RefusalError(f"The base backup lacks {one['Path']} or has it damaged. Restore from another backup.")


def verify(base: store.Base, key, within: str | None = None) -> store.Base:
    """Bring the backup back on a server for the purpose, compare every table of the dump, and note that it was so."""
    with workplace(within) as place:
        try:
            unpack(base, key, place)
        except OSError as failure:
            raise RefusalError(not_written(place, failure)) from failure
        dump = unseal(base.file(DUMP), place / "dump", key)
        superuser, wanted = base.manifest["superuser"], base.manifest["tables"]
        with Recovered(place) as server:
            env = server.login(superuser, "postgres")
            run([programs() / "createdb", "-T", "template0", "registry_verified"], env=env)
            restore = [programs() / "pg_restore", "--exit-on-error", "-d", "registry_verified"]
            with dump.open("rb") as opened:
                run(restore, env=env, stdin=opened)
            with psycopg.connect(server.dsn(superuser, "registry_verified"), autocommit=True) as connection:
                wrong = fingerprint.differences(wanted, fingerprint.of(connection))
            with psycopg.connect(server.dsn(superuser, base.manifest["database"])) as connection:
                connection.execute("SELECT 1")
    if wrong:
        raise RefusalError(f"The backup in {base.folder} is not what was backed up: {'; '.join(wrong)}.")
    return store.write_manifest(base.folder, {**base.manifest, "verified_at": datetime.now(UTC).isoformat()})
