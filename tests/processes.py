"""The registry's own processes, started against the test database: nothing about them is simulated."""

import contextlib
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import connection

from deploy import servers
from tests.conftest import password

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = {
    "web": [
        "-m",
        "uvicorn",
        "registry.asgi:application",
        "--host",
        "127.0.0.1",
        "--timeout-graceful-shutdown",
        "1",
        "--port",
    ],
    "worker": [
        "-m",
        "celery",
        "-A",
        "registry",
        "worker",
        "--concurrency",
        "2",
        "--loglevel",
        "INFO",
        "--without-gossip",
        "--without-mingle",
    ],
    "importer": [
        "-m",
        "celery",
        "-A",
        "registry",
        "worker",
        "--queues",
        "imports",
        "--concurrency",
        "1",
        "--loglevel",
        "INFO",
        "--without-gossip",
        "--without-mingle",
    ],
    "sweeper": ["manage.py", "sweep"],
}
ROLES = {"web": "reg_app", "importer": "reg_app", "worker": "reg_worker", "sweeper": "reg_worker"}


def test_database_url(role):
    """The address of the test database for a process of this role."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return f"postgresql://{role}:{quote(password(role), safe='')}@{parts.hostname}:{parts.port}/{connection.settings_dict['NAME']}"


def free_port():
    """A port of the loopback that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Processes:
    """Starts, kills and ends the registry's processes; their logs are shown when a test fails."""

    def __init__(self, folder):
        self.folder = folder
        self.running = {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, name, **environment):
        """Start one of COMMANDS, which ends with us; waits for the page where it is the web server."""
        command = [sys.executable, *COMMANDS[name], *([str(self.port)] if name == "web" else [])]
        env = {**os.environ, "REGISTRY_ENV": "test", "DATABASE_URL": test_database_url(ROLES[name]), "REDIS_URL": settings.REDIS_URL,
               "DJANGO_SETTINGS_MODULE": "registry.settings.test", **environment}  # fmt: skip
        self.running[name] = servers.start(command, self.folder / f"{name}.log", cwd=ROOT, env=env, end=signal.SIGKILL)
        if name == "web":
            until(self.answers, 30, "the web server did not answer")

    def answers(self):
        """Whether the page of the web server is there."""
        with contextlib.suppress(urllib.error.URLError, OSError):
            return urllib.request.urlopen(f"{self.url}/live", timeout=1).status == 200
        return False

    def kill(self, name):
        """kill -9 of a process and its children: nothing is put in order."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait(10)

    def end(self):
        """End all."""
        for name in list(self.running):
            self.kill(name)

    def logs(self):
        """What the processes wrote."""
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in sorted(self.folder.glob("*.log"))
        )


def until(condition, seconds, complaint):
    """Wait until `condition()` holds; returns the seconds it took, or fails with the complaint."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"{complaint} within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - began
