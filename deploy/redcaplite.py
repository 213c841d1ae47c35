"""An environment for redcaplite alone: it needs pandas 3, the registry pandas 2. Made when a test first asks for it, and again only
when its lock changes. Standard library only.
"""

import fcntl
import os
import subprocess
import sys

from deploy import venv

PLACE = venv.ROOT / "var/redcaplite"
LOCK = venv.ROOT / "deploy/requirements-redcaplite.lock"
PYTHON, STAMP = PLACE / "bin/python", PLACE / "installed.lock"


def python():
    """The path of its interpreter; None where its packages cannot be had."""
    PLACE.parent.mkdir(exist_ok=True)
    with open(PLACE.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return PYTHON if _installed() or _install() else None


def _installed():
    return PYTHON.exists() and STAMP.exists() and STAMP.read_bytes() == LOCK.read_bytes()


def _install():
    """Whether the packages could be installed: by uv where .venv has it, else by pip."""
    STAMP.unlink(missing_ok=True)
    uv = venv.VENV / "bin/uv"
    made = [sys.executable, "-m", "venv", "--clear", *(["--without-pip"] if uv.exists() else []), PLACE]
    ask = [uv, "pip", "install", "--quiet"] if uv.exists() else [PYTHON, "-m", "pip", "install", "--quiet"]
    environment = {**os.environ, "VIRTUAL_ENV": str(PLACE)}
    for command in (made, [*ask, "--require-hashes", "-r", LOCK]):
        if subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL).returncode:
            return False
    STAMP.write_bytes(LOCK.read_bytes())
    return True
