"""The servers of one purpose (demo or tests) with their roles and database, and the environment of the processes on them."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
from urllib.parse import urlsplit

from deploy import servers
from deploy.family import Family
from deploy.roles import ROLES, make_roles_and_database


class Stack:
    """PostgreSQL and Redis, ours unless DATABASE_URL or REDIS_URL name others; and what the processes need to know."""

    def __init__(self, name, settings=servers.SAFE, *, family=None):
        self.folder = servers.home(name)
        self.settings = settings
        self.family = family or Family()
        self.given = {name: os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL")}

    def reset(self):
        """Delete our data. Those on a server of somebody else stay: it is not ours to empty."""
        if self.given["DATABASE_URL"]:
            raise SystemExit(
                "RESET=1 does not empty a server that DATABASE_URL names. Drop its database by hand, then start without RESET."
            )
        shutil.rmtree(self.folder)
        self.folder = servers.home(self.folder.name)

    def start(self):
        """Start what is not given, make roles and database, and return the processes' environment."""
        admin = self.given["DATABASE_URL"] or self._postgres()
        redis = self.given["REDIS_URL"] or self._valkey()
        words = self._words()
        urls = make_roles_and_database(admin, words["roles"])
        return {
            "ADMIN_DATABASE_URL": admin if self.given["DATABASE_URL"] else f"{admin}/postgres",
            "OWNER_DATABASE_URL": urls["reg_owner"],
            "APP_DATABASE_URL": urls["reg_app"],
            "WORKER_DATABASE_URL": urls["reg_worker"],
            "REDIS_URL": redis,
            "SECRET_KEY": words["secret_key"],
        }

    def _postgres(self):
        child, url = servers.postgres(self.folder, self.settings)
        self.family.add("PostgreSQL", child, self.folder / "postgres/log", signal.SIGINT)
        return url

    def _valkey(self):
        child, url = servers.valkey(self.folder)
        self.family.add("Valkey", child, self.folder / "valkey/log")
        return url

    def _words(self):
        """Passwords of the roles and the secret key: made once for each server, kept for us alone.

        They lie beside our own data. Those for a given server are shared by all commands of the clone, for they share its roles.
        """
        file = self.folder / "words.json"
        if self.given["DATABASE_URL"]:
            place = hashlib.sha256(urlsplit(self.given["DATABASE_URL"]).netloc.rpartition("@")[2].encode()).hexdigest()[
                :12
            ]
            file = servers.var() / f"words-{place}.json"
        if not file.exists():
            words = {"roles": {role: secrets.token_hex(16) for role in ROLES}, "secret_key": secrets.token_urlsafe(50)}
            servers.write_secret(file, json.dumps(words))
        return json.loads(file.read_text())


def free_place(name):
    """(name, lock) of the first of `name`, `name`-2, … that no other command of this clone uses; the lock goes with the process."""
    for number in range(1, 20):
        place = name if number == 1 else f"{name}-{number}"
        lock = open(servers.var() / f"{place}.lock", "w")  # noqa: SIM115 - held as long as its holder lives
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return place, lock
    raise SystemExit(f"Too many commands of this clone run at once; see var/{name}-*.lock.")
