"""What a run of the tests ran on: the installation that is qualified (IQ)."""

import hashlib
import os
import platform
import subprocess

import psycopg
import redis

from deploy import r, servers
from registry.settings.environment import VERSION, digest_of


def of_run(environment):
    """(name, value) of the code, the machine and the servers. environment: of the processes that test."""
    changed = _git("status", "--porcelain")
    return [
        ("Registry", VERSION),
        ("Commit", commit()),
        ("Files changed since", str(len(changed.splitlines()))),
        ("Code of the analyses", digest_of("analytics/core", "analytics/catalogue.py")),
        ("Rules of grading and checks", digest_of("registry/dictionary", "registry/edit_checks", "registry/grading")),
        ("Python", platform.python_version()),
        ("System", platform.platform()),
        ("Processors", str(os.cpu_count())),
        ("PostgreSQL", _postgres(environment["ADMIN_DATABASE_URL"])),
        ("Redis protocol", _broker(environment["REDIS_URL"])),
        ("R", r.said()),
        ("Packages", f"SHA-256 {_digest('deploy/requirements.lock')} of deploy/requirements.lock"),
        ("Packages of tests", f"SHA-256 {_digest('deploy/requirements-dev.lock')} of deploy/requirements-dev.lock"),
    ]


def commit():
    """The commit of the clone, in 40 digits."""
    return _git("rev-parse", "HEAD") or "not known"


def _git(*words):
    try:
        done = subprocess.run(["git", *words], cwd=servers.ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _postgres(url):
    with psycopg.connect(url) as connection:
        return connection.execute("SHOW server_version").fetchone()[0]


def _broker(url):
    with redis.Redis.from_url(url) as connection:
        about = connection.info("server")
    return f"{about.get('server_name', 'redis')} {about.get('valkey_version') or about['redis_version']}"


def _digest(path):
    return hashlib.sha256((servers.ROOT / path).read_bytes()).hexdigest()
