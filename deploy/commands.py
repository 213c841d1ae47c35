"""What each make target does, once the virtual environment is there."""

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time

from deploy import browser, checks, demo, messages, r, servers, venv
from deploy.family import Family
from deploy.stack import Stack, free_place

ROOT = servers.ROOT
RUN = ROOT / "var/test"  # what the last run left for manage.py validation_report
INTERRUPTED = 130
# A worker a core, each with its database and its browser; one that has done its tests takes over half of another's.
ON_ALL_CORES = ("-n", "auto", "--maxprocesses", "4", "--dist", "worksteal", "--durations=25")
# Under CI, which is to answer soon, without the few tests that kill and wait the longest.
SOON = ("-m", "not soak")
TEST_NAMES = ("ADMIN_DATABASE_URL", "DATABASE_URL", "APP_DATABASE_URL", "WORKER_DATABASE_URL", "REDIS_URL")


def do(command, arguments):
    """Do one command; its exit status."""
    for ending in (signal.SIGTERM, signal.SIGINT):  # a job in the background is started with SIGINT ignored
        signal.signal(ending, signal.default_int_handler)
    acts = {
        "demo": demo.demo,
        "test": test,
        "check": check,
        "bench": bench,
        "servers": stay,
        "messages": renew_messages,
        "openapi": renew_openapi,
        "sbom": bill,
        "image": build_images,
    }
    try:
        return acts[command](arguments)
    except KeyboardInterrupt:
        print("\nEnded before it was done.", flush=True)
        return INTERRUPTED


def test(arguments):
    """The whole suite on servers of its own, on all cores unless ARGS say otherwise; the exit status is pytest's."""
    browser.ensure()
    r.ensure()
    which = SOON if os.environ.get("CI") else ()
    with servers_for_tests() as environment:
        _note_run(environment)
        junit = f"--junit-xml={RUN / 'junit.xml'}"
        return to_its_end(
            [
                sys.executable,
                "-m",
                "pytest",
                *ON_ALL_CORES,
                junit,
                *which,
                *shlex.split(os.environ.get("ARGS", "")),
                *arguments,
            ],
            environment,
        )


def _note_run(environment):
    """What the run runs on, for the validation report; an earlier run's outcomes are not taken for this one's."""
    from deploy.validation import facts, results

    (RUN / "junit.xml").unlink(missing_ok=True)
    results.keep(RUN, "run.json", facts.of_run(environment))


def check(_arguments):
    """Every check; a line each. The exit status is 1 if any failed."""
    with servers_for_tests() as environment:
        return checks.run_all(environment)


def bench(arguments):
    """The benchmarks, on servers that keep what they promise; JSON goes to var/bench."""
    with servers_for_tests(settings=servers.SAFE, name="bench-servers") as environment:
        return to_its_end([sys.executable, "-m", "benchmarks", *arguments], environment)


def renew_messages(_arguments):
    """Bring the message catalogues up to date with the source."""
    with servers_for_tests() as environment:
        return to_its_end([sys.executable, "-m", "deploy.messages", "--merge"], environment)


def renew_openapi(_arguments):
    """Write docs/openapi.yaml anew."""
    with servers_for_tests() as environment:
        return to_its_end([sys.executable, "-m", "deploy.openapi", "--write"], environment)


def bill(_arguments):
    """What the registry is made of, with its licences, in var/sbom."""
    from deploy import sbom

    return sbom.main()


def build_images(arguments):
    """The images of the compose file, by an engine of this machine."""
    from deploy import image

    return image.main([*shlex.split(os.environ.get("ARGS", "")), *arguments])


def stay(_arguments):
    """Servers for tests that stay: their environment goes to var/test/env, which the test settings read."""
    with servers_for_tests() as environment:
        file = servers.made(servers.var() / "test") / "env"
        if file.exists():
            print("Other servers for tests are named in var/test/env already; from now on these are.", flush=True)
        text = "".join(f"{name}={environment[name]}\n" for name in TEST_NAMES)
        servers.write_secret(file, text)
        print(
            "Servers for tests run; .venv/bin/python -m pytest finds them by var/test/env. Ctrl-C ends them.",
            flush=True,
        )
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0
        finally:
            if file.exists() and file.read_text(encoding="utf-8") == text:
                file.unlink()


@contextlib.contextmanager
def servers_for_tests(settings=servers.QUICK, name="test-servers"):
    """Servers in a place that no other command of the clone uses; yields the environment of the processes that use them."""
    place, lock = free_place(name)
    family = Family()
    try:
        stack = Stack(place, settings, family=family)
        found = stack.start()
        if stack.given["DATABASE_URL"]:
            refuse_unless_superuser(found["ADMIN_DATABASE_URL"])
        prepare_assets()
        environment = {
            **os.environ,
            **found,
            "DATABASE_URL": found[
                "OWNER_DATABASE_URL"
            ],  # makes and drops the test database; tests then log in as reg_app
            "REGISTRY_ENV": "test",
            "DJANGO_SETTINGS_MODULE": "registry.settings.test",
            **venv.COMPILED_ONCE,
        }
        if stack.given["DATABASE_URL"]:
            environment.setdefault("TEST_DB_SUFFIX", f"_{os.getpid()}")  # others may test on the same server
        yield environment
    finally:
        family.end()
        lock.close()


def refuse_unless_superuser(admin):
    """Between tests append-only tables are emptied past their triggers, which only a superuser may."""
    import psycopg

    with psycopg.connect(admin) as connection:
        if connection.execute("SELECT NOT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]:
            raise SystemExit(
                "For tests, DATABASE_URL must be that of a superuser: they empty append-only tables. "
                "Leave it unset to use a PostgreSQL of the project's own."
            )


def to_its_end(command, environment):
    """Run a command that has the terminal; interrupted, it is given time to put its own things in order."""
    child = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        return child.wait()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(2)  # a terminal sends Ctrl-C to both
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            if child.poll() is None:
                child.send_signal(how)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(20)
        raise


def prepare_assets():
    """Files made from packages and catalogues: plotly.js with its sheet, compiled messages."""
    from deploy import assets

    assets.install(servers.packages(), ROOT / "var/assets/plotly")
    messages.compile_all(ROOT)
