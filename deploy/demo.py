"""make demo: everything from a fresh clone to a page, until Ctrl-C; then an orderly end."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from deploy import servers, venv
from deploy.stack import Stack

ROOT = servers.ROOT
LOGS = ROOT / "var/log"
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
ENV_NAMES = (
    "OWNER_DATABASE_URL",
    "DATABASE_URL",
    "WORKER_DATABASE_URL",
    "ADMIN_DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "MEDIA_ROOT",
    "PORT",
)


def demo(_arguments):
    """Start everything, say so, and stay until told to end or until a child dies."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with only_one(), contextlib.ExitStack() as ends:
        mark = unfinished_mark()
        ends.callback(mark.unlink, missing_ok=True)
        port = choose_port()
        stack = Stack("demo-servers", reset=os.environ.get("RESET") == "1")
        ends.callback(stack.end)
        with step("PostgreSQL and Redis run"):
            environment = {**os.environ, **stack.start(), "REGISTRY_ENV": "demo", "PYTHONDONTWRITEBYTECODE": "1",
                           "MEDIA_ROOT": str(ROOT / "var/media"), "PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}"}  # fmt: skip
            environment.pop("DJANGO_SETTINGS_MODULE", None)
        write_env(environment)
        prepare(environment)
        children = start_processes(environment, port)
        ends.callback(lambda: [servers.end(child) for child in reversed(list(children.values()))])
        with step("The page answers"):
            wait_for_page(port, children)
        print(f"\nDemonstration accounts (password {PASSWORD}):")
        for address, what in ACCOUNTS:
            print(f"  {address:34} {what}")
        token = ROOT / "var/demo-token"
        if token.exists():
            print(f"  Token of the statistician: {token.read_text().strip()}")
        print(f"\nLogs are in var/log. Ctrl-C ends everything.\nReady: http://127.0.0.1:{port}/", flush=True)
        return watch(children)


@contextlib.contextmanager
def step(what):
    """One line when it is done, with its seconds."""
    began = time.monotonic()
    yield
    print(f"{what} ({time.monotonic() - began:.1f} s)", flush=True)


@contextlib.contextmanager
def only_one():
    """Refuse a second demonstration of the same clone; the lock goes with the process, kill -9 included."""
    file = open(ROOT / "var/demo.lock", "a+")  # noqa: SIM115 - held as long as we live
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
    try:
        yield
    finally:
        file.truncate(0)
        file.close()


def unfinished_mark():
    """A file that an orderly end removes; finding it means the run before was killed."""
    mark = ROOT / "var/demo.running"
    if mark.exists():
        print("The run before did not end properly; its data are kept and PostgreSQL recovers them now.", flush=True)
    mark.touch()
    return mark


def choose_port():
    """PORT, or 8000; where 8000 is taken and none was asked for, the next free one."""
    asked = os.environ.get("PORT")
    first = int(asked or 8000)
    for port in [first] if asked else range(first, first + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                if port != first:
                    print(f"Port {first} is taken; using {port}. Choose another with: make demo PORT=…", flush=True)
                return port
    raise SystemExit(f"Port {first} is taken by another program. Choose another with: make demo PORT={first + 1}")


def write_env(environment):
    """var/env, for commands given by hand beside the running demonstration."""
    file = ROOT / "var/env"
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={environment[name]}\n" for name in ENV_NAMES))


def prepare(environment):
    """Tables, files for the browser, message catalogues, the demonstration's cases."""
    from deploy.commands import prepare_assets

    prepare_assets()
    with step("The tables are up to date"):
        manage(
            "migrate",
            "--verbosity",
            "0",
            environment={**environment, "DATABASE_URL": environment["OWNER_DATABASE_URL"]},
        )
    if static_files_changed():
        with step("The files for the browser are collected"):
            manage("collectstatic", "--no-input", "--clear", "--verbosity", "0", environment=environment)
        STATIC_STAMP.write_text(static_state())
    with step("The synthetic consortium is loaded"):
        manage("load_demo", environment=environment)


def static_state():
    """Names, sizes and times of our own static files and of the lock, from which the packages' files follow."""
    files = [
        path for folder in ("static", "var/assets") for path in sorted((ROOT / folder).rglob("*")) if path.is_file()
    ]
    lines = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in [*files, venv.STAMP]]
    return "\n".join(lines)


def static_files_changed():
    """Whether they must be collected again."""
    return not (STATIC_STAMP.exists() and STATIC_STAMP.read_text() == static_state())


def manage(*command, environment):
    """One of manage.py's commands; ends with what it said if it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"manage.py {command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def start_processes(environment, port):
    """Web, worker, beat and sweeper, each with its own role and log."""
    working = {**environment, "DATABASE_URL": environment["WORKER_DATABASE_URL"]}
    celery = [sys.executable, "-m", "celery", "-A", "registry"]
    commands = {
        "web": ([sys.executable, "-m", "uvicorn", "registry.asgi:application", "--host", "127.0.0.1", "--port", str(port),
                 "--timeout-graceful-shutdown", "3", "--no-server-header", "--no-access-log"], environment),
        "worker": ([*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"], working),
        "beat": ([*celery, "beat", "--schedule", str(ROOT / "var/beat-schedule"), "--pidfile="], working),
        "sweeper": ([sys.executable, "manage.py", "sweep"], working),
    }  # fmt: skip
    return {
        name: servers.start(command, LOGS / f"{name}.log", cwd=ROOT, env={**env, **unprivileged(name)})
        for name, (command, env) in commands.items()
    }


def unprivileged(name):
    """Celery started by root warns at length; it is told that this is the demonstration."""
    return {"C_FORCE_ROOT": "1"} if os.geteuid() == 0 and name in ("worker", "beat") else {}


def wait_for_page(port, children, seconds=90):
    """Wait until the login page answers; a child that dies before ends the start, with its log named."""
    stop = time.monotonic() + seconds
    while True:
        with contextlib.suppress(urllib.error.URLError, OSError):
            if urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5).status == 200:
                return
        complain_of_the_dead(children)
        if time.monotonic() > stop:
            raise SystemExit(f"The page did not answer within {seconds} s; see {LOGS / 'web.log'}.")
        time.sleep(0.1)


def complain_of_the_dead(children):
    """End, naming the log, if a child has died."""
    for name, child in children.items():
        if child.poll() is not None:
            log = LOGS / f"{name}.log"
            raise SystemExit(
                f"{name} ended by itself (status {child.returncode}). The end of {log}:\n{log.read_text(errors='replace')[-2000:]}"
            )


def watch(children):
    """Stay until Ctrl-C or SIGTERM; the exit status of an orderly end is 0."""
    for ending in (signal.SIGTERM, signal.SIGINT):  # a job in the background is started with SIGINT ignored
        signal.signal(ending, signal.default_int_handler)
    try:
        while True:
            complain_of_the_dead(children)
            time.sleep(0.5)
    except KeyboardInterrupt:
        print("\nEnding …", flush=True)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return 0
