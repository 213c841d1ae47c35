"""What each make target does, once the virtual environment is there."""

import os
import shlex
import signal
import subprocess
import sys
import time

from deploy import browser, checks, demo, messages, servers
from deploy.stack import Stack

ROOT = servers.ROOT
MANAGE = [sys.executable, "manage.py"]


def do(command, arguments):
    """Do one command; its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return {"demo": demo.demo, "test": test, "check": check, "bench": bench, "servers": stay, "messages": renew}[
        command
    ](arguments)


def test(arguments):
    """The whole suite on servers of its own; the exit status is pytest's."""
    browser.ensure()
    with test_servers("test") as environment:
        options = shlex.split(os.environ.get("ARGS", "")) + arguments
        return subprocess.call([sys.executable, "-m", "pytest", *options], cwd=ROOT, env=environment)


def check(_arguments):
    """Every check; a line each. The exit status is 1 if any failed."""
    with test_servers("check") as environment:
        return checks.run_all(environment)


def bench(arguments):
    """The benchmarks, on servers of their own."""
    with test_servers("bench", settings=servers.SAFE) as environment:
        return subprocess.call([sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, env=environment)


def stay(_arguments):
    """Test servers that stay: their environment goes to var/test/env, which the test settings read."""
    with test_servers("stay") as environment:
        file = ROOT / "var/test/env"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={environment[name]}\n" for name in TEST_NAMES))
        print("Test servers run; pytest can be called by hand. Ctrl-C ends them.", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0
        finally:
            file.unlink(missing_ok=True)


def renew(_arguments):
    """Bring the message catalogues up to date with the source."""
    with test_servers("check") as environment:
        return subprocess.call([sys.executable, "-m", "deploy.messages", "--merge"], cwd=ROOT, env=environment)


TEST_NAMES = ("ADMIN_DATABASE_URL", "DATABASE_URL", "WORKER_DATABASE_URL", "REDIS_URL")


class test_servers:  # noqa: N801 - a context manager reads like a function
    """Servers for tests, quick rather than durable; the environment of the processes that use them."""

    def __init__(self, name, settings=servers.QUICK):
        self.stack = Stack(f"{name}-servers", settings, one_password=True)

    def __enter__(self):
        try:
            found = self.stack.start()
        except BaseException:
            self.stack.end()
            raise
        prepare_assets()
        return {
            **os.environ,
            **found,
            "DATABASE_URL": found[
                "OWNER_DATABASE_URL"
            ],  # makes and drops the test database; tests then log in as reg_app
            "REGISTRY_ENV": "test",
            "DJANGO_SETTINGS_MODULE": "registry.settings.test",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def __exit__(self, *_error):
        self.stack.end()


def prepare_assets():
    """Files made from packages and catalogues: plotly.js with its sheet, compiled messages."""
    from deploy import assets

    assets.install(servers.packages(), ROOT / "var/assets/plotly")
    messages.compile_all(ROOT)
