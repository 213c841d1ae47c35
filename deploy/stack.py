"""The servers of one purpose (demo or tests) with their roles and database, and the environment of the processes on them."""

import json
import os
import secrets
import shutil
import signal
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from deploy import servers

ROLES = {"reg_owner": "CREATEDB", "reg_app": "", "reg_worker": ""}
DATABASE = "registry"


class Stack:
    """PostgreSQL and Redis, ours unless DATABASE_URL or REDIS_URL name others; and what the processes need to know."""

    def __init__(self, name, settings=servers.SAFE, *, reset=False, one_password=False):
        self.name = name
        self.one_password = one_password  # tests change the login within a process
        self.folder = servers.home(name)
        self.children = []
        self.settings = settings
        if reset:
            shutil.rmtree(self.folder)
            self.folder.mkdir()

    def start(self):
        """Start what is not given, make roles and database, and return the processes' environment."""
        given = os.environ.get("DATABASE_URL")
        admin = given or self._postgres()
        redis = os.environ.get("REDIS_URL") or self._valkey()
        words = self._words()
        names = make_roles_and_database(admin, words["roles"])
        urls = {role: with_login(names, role, words["roles"][role]) for role in ROLES}
        return {
            "ADMIN_DATABASE_URL": admin if given else f"{admin}/postgres",
            "OWNER_DATABASE_URL": urls["reg_owner"],
            "DATABASE_URL": urls["reg_app"],
            "WORKER_DATABASE_URL": urls["reg_worker"],
            "REDIS_URL": redis,
            "SECRET_KEY": words["secret_key"],
        }

    def _postgres(self):
        child, url = servers.postgres(self.folder, self.settings)
        self.children.append((child, signal.SIGINT))
        return url

    def _valkey(self):
        child, url = servers.valkey(self.folder)
        self.children.append((child, signal.SIGTERM))
        return url

    def _words(self):
        """Passwords of the roles and the secret key: made once, kept beside the data for us alone."""
        file = self.folder / "words.json"
        if not file.exists():
            words = {"roles": {role: secrets.token_hex(16) for role in ROLES}, "secret_key": secrets.token_urlsafe(50)}
            file.touch(mode=0o600)
            file.write_text(json.dumps(words))
        words = json.loads(file.read_text())
        if self.one_password:
            words["roles"] = dict.fromkeys(ROLES, words["roles"]["reg_owner"])
        return words

    def end(self):
        """End our servers, in reverse order."""
        for child, how in reversed(self.children):
            servers.end(child, how)
        self.children = []


def with_login(url, user, password):
    """`url` with another login."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{place}"))


def make_roles_and_database(admin, words):
    """Make the three roles and the database where they are absent; the URL of the database.

    admin   URL of somebody who may create roles and databases
    """
    parts = urlsplit(admin)
    name = parts.path.lstrip("/")
    name = DATABASE if name in ("", "postgres") else name
    maintenance = urlunsplit(parts._replace(path="/postgres"))
    try:
        with psycopg.connect(maintenance, autocommit=True) as connection:
            for role, rights in ROLES.items():
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                verb = "ALTER" if known else "CREATE"
                connection.execute(
                    sql.SQL(f"{verb} ROLE {{}} LOGIN NOBYPASSRLS {rights} PASSWORD {{}}").format(sql.Identifier(role), sql.Literal(words[role]))
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                if not connection.info.user == "reg_admin":
                    connection.execute("GRANT reg_owner TO CURRENT_USER")
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER reg_owner").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as refusal:
        raise SystemExit(
            f"The user of DATABASE_URL may not make roles or databases ({refusal.diag.message_primary}). "
            "Give it CREATEROLE and CREATEDB, or leave DATABASE_URL unset to use a PostgreSQL of the project's own."
        ) from refusal
    except psycopg.OperationalError as refusal:
        raise SystemExit(f"PostgreSQL does not answer at the address given: {refusal}") from refusal
    return urlunsplit(parts._replace(path=f"/{name}"))
