"""The virtual environment: made once from the hashed lock, and again only when the lock changes. Standard library only."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = (ROOT / ".venv").resolve()  # a link: the packages of another clone, kept as it keeps them
PYTHON = VENV / "bin/python"
LOCK = ROOT / "deploy/requirements-dev.lock"
STAMP = VENV / "installed.lock"  # a copy of the lock that was installed
UV = "uv==0.13.8"
OLDEST = (3, 11)
# Modules are compiled once for every process of the clone: uv leaves packages as they are, and compiling is half of what starting takes.
COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(ROOT / "var/compiled")}


def ensure():
    """Make .venv hold exactly what the lock says, whoever else of this clone wants the same. Returns whether it had to install."""
    if sys.version_info[:2] < OLDEST:
        raise SystemExit(
            f"Python {sys.version.split()[0]} is too old: the registry needs 3.11 or newer. "
            "Name another one: make demo PYTHON=python3.11"
        )
    _refuse_anothers()
    if _installed():
        return False
    try:
        (ROOT / "var").mkdir(exist_ok=True)
        lock = open(ROOT / "var/venv.lock", "w")  # noqa: SIM115 - held until we end
    except PermissionError as refusal:
        raise SystemExit(
            f"{refusal.filename} cannot be written: the clone, or an earlier start in it, belongs to another user. "
            "Start as that user, or make a clone of your own."
        ) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _installed():
            return False
        print("Installing the packages into .venv …", flush=True)
        _install()
        return True


def _refuse_anothers():
    """What another user's start made may be closed to us, and we cannot bring it up to date."""
    for path in (VENV, ROOT / "var"):
        if os.geteuid() and path.exists() and path.stat().st_uid != os.geteuid():
            raise SystemExit(
                f"{path} belongs to another user (number {path.stat().st_uid}; root is 0), who started here before. "
                "Start as that user, or make a clone of your own."
            )


def _installed():
    """Whether the packages of the lock are there."""
    return STAMP.exists() and STAMP.read_bytes() == LOCK.read_bytes() and _made()


def _made():
    """Whether there is an environment of this place with an interpreter that is still there: a clone may have been moved."""
    config = VENV / "pyvenv.cfg"
    if not PYTHON.exists() or not config.exists():
        return False
    lines = config.read_text(encoding="utf-8").splitlines()
    return any(line.startswith("command = ") and line.endswith(f" {VENV}") for line in lines)


def _install():
    """The environment with pip, then the packages; the stamp last."""
    STAMP.unlink(missing_ok=True)
    if not _made() and subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=False).returncode:
        raise SystemExit(
            f"{sys.executable} could not make a virtual environment; the reason stands above. "
            "On Debian and Ubuntu: apt-get install python3-venv"
        )
    if not _by_uv():
        print("uv is not to be had here; pip installs the same packages, which takes about a minute.", flush=True)
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", LOCK]
        if subprocess.run(pip, check=False).returncode:
            raise SystemExit(
                "The packages of deploy/requirements-dev.lock could not be installed; the reason stands above."
            )
    STAMP.write_bytes(LOCK.read_bytes())


def _by_uv():
    """Install with uv, which is several times quicker; False where it cannot be had, and pip does it from the same lock."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV]
    if subprocess.run(pip, check=False, **quiet).returncode:
        return False
    uv = [VENV / "bin/uv", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK]
    return subprocess.run(uv, check=False, env={**os.environ, "VIRTUAL_ENV": str(VENV)}, **quiet).returncode == 0
