"""The virtual environment: made once from the hashed lock, and again only when the lock changes. Standard library only."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
LOCK = ROOT / "deploy/requirements-dev.lock"
STAMP = VENV / "installed.lock"  # a copy of the lock that was installed
UV = "uv==0.13.8"
OLDEST = (3, 11)


def ensure():
    """Make .venv hold exactly what the lock says. Returns whether anything had to be installed."""
    if sys.version_info[:2] < OLDEST:
        raise SystemExit(
            f"Python {sys.version.split()[0]} is too old: the registry needs 3.11 or newer. "
            "Name another one: make demo PYTHON=python3.11"
        )
    if STAMP.exists() and STAMP.read_bytes() == LOCK.read_bytes():
        return False
    if not PYTHON.exists():
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    if not _by_uv():
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", LOCK]
        if subprocess.run(pip, check=False).returncode:
            raise SystemExit("The packages of deploy/requirements-dev.lock could not be installed; the reason stands above.")
    STAMP.write_bytes(LOCK.read_bytes())
    return True


def _by_uv():
    """Install with uv, which is several times quicker; False where it cannot be had, and pip does it from the same lock."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV]
    if subprocess.run(pip, check=False, **quiet).returncode:
        return False
    uv = [VENV / "bin/uv", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK]
    return subprocess.run(uv, check=False, env={**os.environ, "VIRTUAL_ENV": str(VENV)}, **quiet).returncode == 0
