"""A PostgreSQL of one's own for tests of the set-up, which may do to its roles what it likes."""

import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from deploy import servers
from deploy.family import end


@pytest.fixture(scope="session")
def cluster():
    """The administrator's address of an empty PostgreSQL, without a database."""
    folder = Path(
        tempfile.mkdtemp(prefix="registry-test-", dir="/var/tmp")
    )  # pytest's own is closed to the servers' user
    folder.chmod(0o755)
    child, url = servers.postgres(servers.made(folder / "servers"), servers.QUICK)
    yield url
    end(child, signal.SIGINT)
    shutil.rmtree(folder)
