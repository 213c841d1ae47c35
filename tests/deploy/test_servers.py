"""PostgreSQL and Valkey under our hand: data that outlive a kill, marks that do not stop a start, whose data they are."""

import os
import signal
import tempfile
from pathlib import Path

import psycopg
import pytest

from deploy import servers
from deploy.family import end


@pytest.fixture
def folder():
    """A folder that the servers' user can enter; pytest's own is closed to it."""
    with tempfile.TemporaryDirectory(prefix="registry-test-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        yield servers.made(Path(name) / "servers")


def test_what_was_committed_outlives_a_kill(folder):
    child, url = servers.postgres(folder)
    with psycopg.connect(f"{url}/postgres") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert (folder / "postgres/data/postmaster.pid").exists()
    child, url = servers.postgres(folder)
    with psycopg.connect(f"{url}/postgres") as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW data_directory").fetchone() == (str(folder / "postgres/data"),)
    end(child, signal.SIGINT)


def test_the_mark_of_a_server_that_is_gone_does_not_stop_a_start(tmp_path):
    (tmp_path / "postmaster.pid").write_text(
        f"{os.getpid()}\n"
    )  # the number lives, but it is no PostgreSQL of this folder
    servers.settle(tmp_path, seconds=1)
    assert not (tmp_path / "postmaster.pid").exists()


def test_passwords_are_readable_by_their_owner_alone(tmp_path):
    servers.write_secret(tmp_path / "word", "first")
    servers.write_secret(tmp_path / "word", "second")
    assert (tmp_path / "word").read_text() == "second"
    assert (tmp_path / "word").stat().st_mode & 0o777 == 0o600


def test_the_broker_keeps_what_it_was_told_and_refuses_when_full(folder):
    redis = pytest.importorskip("redis")
    child, url = servers.valkey(folder)
    with redis.Redis.from_url(url) as client:
        client.set("told", "once")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    end(child)
    child, url = servers.valkey(folder)
    with redis.Redis.from_url(url) as client:
        assert client.get("told") == b"once"
    end(child)


def test_a_server_that_cannot_start_shows_its_log(folder):
    with pytest.raises(
        SystemExit, match=r'did not start; its log is .*\n.*unrecognized configuration parameter "no_such_setting"'
    ):
        servers.postgres(folder, ("no_such_setting=1",))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make data that belong to another user")
def test_data_of_another_user_are_not_taken_over(folder):
    base = servers.made(folder / "postgres")
    os.chown(base, 12345, 12345)
    with pytest.raises(SystemExit, match="belongs to user 12345: the data were made by a start as another user"):
        servers.postgres(folder)
