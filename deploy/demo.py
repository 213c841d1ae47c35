"""make demo: everything from a fresh clone to a page, until Ctrl-C; then an orderly end."""

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from deploy import servers, venv
from deploy.family import Family, recover
from deploy.stack import Stack

ROOT = servers.ROOT
LOGS = ROOT / "var/log"
DEFAULT_PORT = 8000
STATIC_STAMP = ROOT / "var/static.stamp"
ACCOUNTS = (
    ("coordinator.kyoto@demo.example", "enters the cases of Kyoto"),
    ("coordinator.osaka@demo.example", "enters the cases of Osaka"),
    ("investigator.kyoto@demo.example", "signs for Kyoto"),
    ("manager@demo.example", "data manager"),
    ("lead@demo.example", "consortium lead: dashboards"),
    ("statistician@demo.example", "REST"),
    ("admin@demo.example", "sites and people"),
)
PASSWORD = "consortium-demo"  # noqa: S105 - of the demonstration, and printed
ENV_NAMES = ("OWNER_DATABASE_URL", "DATABASE_URL", "WORKER_DATABASE_URL", "ADMIN_DATABASE_URL", "REDIS_URL", "SECRET_KEY",
             "MEDIA_ROOT", "PORT", "BASE_URL")  # fmt: skip
MADE_BY_DEMO = ("media", "beat-schedule*", "demo-token", "env")


def demo(_arguments):
    """Start everything, say so, and stay until told to end or until a child dies."""
    var = servers.var()
    LOGS.mkdir(exist_ok=True)
    with only_one(var / "demo.lock"):
        mark = var / "demo.running"
        if recover(mark):
            print(
                "The run before did not end properly: it was killed, or the machine was. Its data are kept.", flush=True
            )
        port = choose_port(os.environ.get("PORT"))
        family = Family(mark)
        try:
            start(family, port)
            return watch(family)
        finally:
            family.end()


def start(family, port):
    """Everything up to the line that says it is ready."""
    stack = Stack("demo-servers", family=family)
    if os.environ.get("RESET") == "1":
        stack.reset()
        forget()
        print("The data of earlier runs are deleted.", flush=True)
    with step("PostgreSQL and Redis run"):
        environment = environment_on(stack.start(), port)
    if ROOT not in stack.folder.parents:
        print(f"The servers' user cannot enter this clone; its data lie in {stack.folder}.", flush=True)
    servers.write_secret(ROOT / "var/env", "".join(f"{name}={environment[name]}\n" for name in ENV_NAMES))
    prepare(environment)
    loaded = stack.folder / "loaded"
    if loaded.exists() and not stack.given["DATABASE_URL"]:  # by an earlier run: the processes come up meanwhile
        start_processes(family, environment, port)
        load(environment)
    else:
        load(environment)
        loaded.touch()
        start_processes(family, environment, port)
    with step("The page answers"):
        wait_for_page(family, port)
    print(f"\nDemonstration accounts (password {PASSWORD}):")
    for address, what in ACCOUNTS:
        print(f"  {address:34} {what}")
    token = ROOT / "var/demo-token"
    if token.exists():
        print(f"  Token of the statistician: {token.read_text().strip()}")
    print(f"\nLogs are in var/log. Ctrl-C ends everything.\nReady: http://127.0.0.1:{port}/", flush=True)


def environment_on(found, port):
    """The environment of the web process; the others differ from it in DATABASE_URL."""
    environment = {
        **os.environ,
        **found,
        "DATABASE_URL": found["APP_DATABASE_URL"],
        "REGISTRY_ENV": "demo",
        "MEDIA_ROOT": str(servers.made(ROOT / "var/media")),
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        **venv.COMPILED_ONCE,
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return environment


def forget():
    """Delete what earlier runs left beside their servers' data."""
    for path in (found for name in MADE_BY_DEMO for found in (ROOT / "var").glob(name)):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextlib.contextmanager
def step(what):
    """One line when it is done, with its seconds."""
    began = time.monotonic()
    yield
    print(f"{what} ({time.monotonic() - began:.1f} s)", flush=True)


@contextlib.contextmanager
def only_one(path):
    """Refuse a second demonstration of the same clone; the lock goes with the process, kill -9 included."""
    with open(path, "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise SystemExit(
                f"A demonstration of this clone runs already (process {file.read().strip() or 'unknown'}). End it first."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def choose_port(asked):
    """The port that was asked for, or 8000; where 8000 is taken and none was asked for, the next free one."""
    if asked and not (asked.isdecimal() and 0 < int(asked) < 65536):
        raise SystemExit(f"PORT={asked} is no port: give a number from 1 to 65535, as in: make demo PORT=8080")
    first = int(asked or DEFAULT_PORT)
    for port in [first] if asked else range(first, first + 50):
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise SystemExit(f"Port {port} is for root alone. Choose one from 1024 on: make demo PORT=8080") from None
        except OSError:
            continue
        if port != first:
            print(
                f"Port {first} is taken by another program; using {port}. Choose another with: make demo PORT=…",
                flush=True,
            )
        return port
    raise SystemExit(f"Port {first} is taken by another program. Choose another with: make demo PORT={first + 1}")


def prepare(environment):
    """Message catalogues, files for the browser, tables."""
    from deploy.commands import prepare_assets

    with step("The message catalogues are compiled"):
        prepare_assets()
    if static_files_changed():
        with step("The files for the browser are collected"):
            collect(environment)
    with step("The tables are up to date"):
        owner = {**environment, "DATABASE_URL": environment["OWNER_DATABASE_URL"]}
        manage("migrate", "--verbosity", "0", environment=owner)


def collect(environment):
    """Collect the files for the browser, as the image does."""
    manage("collectstatic", "--no-input", "--clear", "--verbosity", "0", environment=environment)
    STATIC_STAMP.write_text(static_state())


def load(environment):
    """The demonstration's people and cases, as far as they are not there."""
    with step("The synthetic consortium is loaded"):
        manage("load_demo", environment=environment)


def static_state():
    """Names, sizes and times of our own static files and of the lock, from which the packages' files follow."""
    files = [
        path for folder in ("static", "var/assets") for path in sorted((ROOT / folder).rglob("*")) if path.is_file()
    ]
    return "\n".join(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in [*files, venv.STAMP])


def static_files_changed():
    """Whether they must be collected again."""
    collected = (ROOT / "var/static/staticfiles.json").exists() and STATIC_STAMP.exists()
    return not collected or STATIC_STAMP.read_text() != static_state()


def manage(*command, environment):
    """One of manage.py's commands; ends with what it said if it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"manage.py {command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def start_processes(family, environment, port):
    """Web, worker, importer, beat and sweeper, each with its own role and log."""
    if os.geteuid() == 0:
        environment = {**environment, "C_FORCE_ROOT": "1"}  # Celery warns at length otherwise
    working = {**environment, "DATABASE_URL": environment["WORKER_DATABASE_URL"]}
    celery = [sys.executable, "-m", "celery", "-A", "registry"]
    commands = {
        "web": ([sys.executable, "-m", "uvicorn", "registry.asgi:application", "--host", "127.0.0.1", "--port", str(port),
                 "--timeout-graceful-shutdown", "3", "--no-server-header", "--no-access-log", "--no-proxy-headers"], environment),
        "worker": ([*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"], working),
        "importer": ([*celery, "worker", "--queues", "imports", "--concurrency", "1", "--loglevel", "INFO", "--hostname", "imports@%h",
                      "--without-gossip", "--without-mingle"], environment),
        "beat": ([*celery, "beat", "--schedule", str(ROOT / "var/beat-schedule"), "--pidfile="], working),
        "sweeper": ([sys.executable, "manage.py", "sweep"], working),
    }  # fmt: skip
    for name, (command, env) in commands.items():
        log = LOGS / f"{name}.log"
        family.add(name, servers.start(command, log, cwd=ROOT, env=env), log)


def wait_for_page(family, port, seconds=90):
    """Wait until the login page answers; a child that dies before ends the start, with its log named."""
    stop, said = time.monotonic() + seconds, "nothing"
    while time.monotonic() < stop:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5).close()
            return
        except OSError as refusal:
            said = refusal
        family.complain_of_the_dead()
        time.sleep(0.1)
    raise SystemExit(f"The page did not answer within {seconds} s ({said}); see {LOGS / 'web.log'}.")


def watch(family):
    """Stay until Ctrl-C or SIGTERM; the exit status of an orderly end is 0."""
    try:
        while True:
            family.complain_of_the_dead()
            time.sleep(0.5)
    except KeyboardInterrupt:
        print("\nEnding …", flush=True)
        return 0
