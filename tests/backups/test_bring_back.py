"""A real server is backed up, followed, and brought back to the last commit and to a moment. Red when the log is not followed."""

import contextlib
import subprocess
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from deploy import servers
from deploy.backups import RefusalError, store
from deploy.backups.bring_back import Target, bring_back, bring_back_files
from deploy.backups.cluster import workplace
from deploy.backups.follow import Follower
from deploy.backups.sealing import identity, make_identity
from deploy.backups.take import Source, take, verify
from deploy.roles import ROLES, make_roles_and_database


@pytest.fixture(scope="module")
def rows():
    """A backup of a server whose table got 1 … 5 at different times, and the server."""
    with workplace() as place, contextlib.ExitStack() as stack:
        home = place / "server"
        home.mkdir()
        home.chmod(0o711)
        child, admin = servers.postgres(home, ("fsync=off", "full_page_writes=off"))
        stack.callback(child.wait)
        stack.callback(child.kill)
        make_roles_and_database(f"{admin}/postgres", dict.fromkeys(ROLES, "word"))
        (place / "media").mkdir()
        (place / "media/anchors.txt").write_text("1 abc")
        make_identity(place / "key")
        key = identity(place / "key")
        recipients = [key.to_public()]
        with psycopg.connect(f"{admin}/registry", autocommit=True) as connection:
            connection.execute("CREATE TABLE entry (number int PRIMARY KEY); INSERT INTO entry VALUES (1)")
            follower = Follower(place / "to", f"{admin}/registry", recipients, place / "spool")
            stack.callback(follower.end)
            base = take(place / "to", Source(f"{admin}/registry", place / "media", "1"), recipients)
            connection.execute("INSERT INTO entry VALUES (2)")
            (moment,) = connection.execute("SELECT clock_timestamp()").fetchone()
            connection.execute("INSERT INTO entry VALUES (3)")
            connection.execute("SELECT pg_switch_wal()")
            follower.round()
            connection.execute("INSERT INTO entry VALUES (4)")
            until = follower.round()
        yield {"place": place, "admin": admin, "base": base, "key": key, "moment": moment, "until": until}


def entries(rows):
    with psycopg.connect(f"{rows['admin']}/registry") as connection:
        return [number for (number,) in connection.execute("SELECT number FROM entry ORDER BY number").fetchall()]


def target(rows, over=""):
    return Target(f"{rows['admin']}/postgres", "registry", over)


def brought_back(rows, until=None):
    place = str(rows["place"])
    return bring_back(rows["base"], rows["key"], target(rows, target(rows).place), until=until, within=place)


def test_a_backup_is_brought_back_once_and_then_called_verified(rows):
    base = verify(rows["base"], rows["key"], str(rows["place"]))

    assert base.manifest["tables"]["public.entry"]["rows"] == 1
    assert store.newest(rows["place"] / "to").manifest["verified_at"]


def test_a_database_in_use_is_not_replaced_unless_its_host_and_name_are_typed(rows):
    with pytest.raises(RefusalError, match="add: --over 127.0.0.1/registry"):
        bring_back(rows["base"], rows["key"], target(rows), within=str(rows["place"]))
    assert entries(rows) == [1, 2, 3, 4]


def test_a_moment_comes_back_as_it_was_and_what_was_there_is_kept(rows):
    kept = brought_back(rows, rows["moment"])["kept_as"]

    assert entries(rows) == [1, 2]
    with psycopg.connect(f"{rows['admin']}/{kept}") as connection:
        assert connection.execute("SELECT count(*) FROM entry").fetchone() == (4,)


def test_every_commit_comes_back_though_none_is_after_the_moment_asked_for(rows):
    brought_back(rows, rows["until"])
    assert entries(rows) == [1, 2, 3, 4]


def test_a_moment_that_the_backup_does_not_know_is_refused(rows):
    with pytest.raises(RefusalError, match="is after it"):
        brought_back(rows, rows["until"] + timedelta(seconds=1))


def test_files_come_back_beside_those_that_are_there(rows):
    found = bring_back_files(rows["base"], rows["key"], rows["place"] / "media", str(rows["place"]))

    assert found.name.startswith("media.restored-")
    assert (found / "anchors.txt").read_text() == "1 abc"


def test_a_full_disk_is_named_and_a_backup_that_failed_leaves_nothing(rows, tmp_path):
    source, recipients = Source(f"{rows['admin']}/registry", rows["place"] / "media", "1"), [rows["key"].to_public()]
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", tmp_path], capture_output=True, check=False).returncode:
        pytest.skip("only root can make a small disk")
    try:
        with pytest.raises(RefusalError, match=r"could not be written: No space left on device; \d+ MiB are free there"):
            take(tmp_path, source, recipients)
        assert list(tmp_path.glob("*/base/*")) == []
        with pytest.raises(RefusalError, match=f"could not be decrypted into {tmp_path}.*: No space left on device"):
            verify(rows["base"], rows["key"], str(tmp_path))
        assert list(tmp_path.glob("registry-restore-*")) == []
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_what_a_killed_backup_left_half_goes_with_the_next(rows):
    halves = [rows["base"].folder.with_name(name) for name in ("20200101T000000Z", "29990101T000000Z")]
    for half in halves:
        half.mkdir()

    store.remove_halves(rows["place"] / "to", datetime.now(UTC))

    assert [half.exists() for half in halves] == [False, True]
    assert rows["base"].folder.exists()
    halves[1].rmdir()
