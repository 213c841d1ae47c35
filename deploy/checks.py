"""make check: each check a line; what failed is printed beneath."""

import concurrent.futures
import subprocess
import sys
import time

from deploy import servers
from deploy.validation import facts, results

PY = sys.executable
CHECKS = {
    "lint": [PY, "-m", "ruff", "check", "."],
    "format": [PY, "-m", "ruff", "format", "--check", "."],
    "types": [PY, "-m", "mypy"],
    "templates": [PY, "-m", "djlint", "templates", "--lint", "--quiet"],
    "settings": [PY, "manage.py", "check", "--fail-level", "WARNING"],
    "migrations": [PY, "manage.py", "makemigrations", "--check", "--dry-run"],
    "codebook": [PY, "manage.py", "codebook", "--check"],
    "messages": [PY, "-m", "deploy.messages"],
    "openapi": [PY, "-m", "deploy.openapi"],
}


def run_all(environment):
    """Run every check, two at a time, for each keeps one core busy; 1 if any failed."""
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        begun = {name: threads.submit(passes, name, command, environment) for name, command in CHECKS.items()}
        try:
            verdicts = {name: one.result() for name, one in begun.items()}
        except KeyboardInterrupt:
            threads.shutdown(wait=False, cancel_futures=True)
            raise
    results.keep(servers.ROOT / "var/test", "checks.json", [(*one, facts.commit()) for one in verdicts.items()])
    failed = [name for name, passed in verdicts.items() if not passed]
    print(
        f"{len(CHECKS) - len(failed)} checks passed, {len(failed)} failed"
        + (f": {', '.join(failed)}" if failed else ""),
        flush=True,
    )
    return int(bool(failed))


def passes(name, command, environment):
    """Run one check and print its line."""
    began = time.monotonic()
    done = subprocess.run(command, cwd=servers.ROOT, env=environment, capture_output=True, text=True, check=False)
    verdict = "ok" if done.returncode == 0 else "FAILED"
    said = f"{name:12} {verdict} ({time.monotonic() - began:.1f} s)\n"
    if done.returncode:
        said += f"{done.stdout[-6000:]}{done.stderr[-3000:]}\n"
    print(said, end="", flush=True)  # in one piece: another check may print at the same time
    return done.returncode == 0
