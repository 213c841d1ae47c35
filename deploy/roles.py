"""The three roles and the database, made on our own PostgreSQL or on the one that DATABASE_URL names."""

from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROLES = {"reg_owner": "CREATEDB", "reg_app": "NOCREATEDB", "reg_worker": "NOCREATEDB"}
DATABASE = "registry"
OLDEST = 15


def with_login(url, user, password):
    """`url` with another login."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{place}"))


def make_roles_and_database(admin, words):
    """Make the roles and the database where they are absent; the URL of each role.

    admin   URL of somebody who may create roles and databases
    words   role → password
    """
    parts = urlsplit(admin)
    name = parts.path.lstrip("/")
    name = DATABASE if name in ("", "postgres") else name
    try:
        with connect(parts, name) as connection:
            if connection.info.server_version < OLDEST * 10000:
                raise SystemExit(
                    f"The PostgreSQL of DATABASE_URL is older than {OLDEST}; the registry needs {OLDEST} or newer."
                )
            for role, rights in ROLES.items():
                make_role(connection, role, rights, words[role])
            make_database(connection, name)
        urls = {role: with_login(urlunsplit(parts._replace(path=f"/{name}")), role, words[role]) for role in ROLES}
        close_public_schema(urls["reg_owner"])
    except psycopg.errors.InsufficientPrivilege as refusal:
        raise SystemExit(
            f"The user of DATABASE_URL may not make the registry's roles or database ({refusal.diag.message_primary}). "
            "Give it CREATEROLE and CREATEDB, or leave DATABASE_URL unset to use a PostgreSQL of the project's own."
        ) from refusal
    except psycopg.OperationalError as refusal:
        raise SystemExit(f"PostgreSQL does not answer at the address of DATABASE_URL: {refusal}") from refusal
    return urls


def connect(parts, name):
    """A connection to the database `name` if it is there, else to the one that every server has."""
    try:
        return psycopg.connect(urlunsplit(parts._replace(path=f"/{name}")), autocommit=True)
    except psycopg.OperationalError as refusal:
        if "does not exist" not in str(refusal):
            raise
    return psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True)


def make_role(connection, role, rights, word):
    """Make a role that can log in and is bound by row security; one that is there gets our password."""
    found = connection.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if found and found[0]:
        raise SystemExit(
            f"The role {role} of this PostgreSQL passes by row security. Take that away: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS"
        )
    # Only at birth: later these words take a superuser, even to say what is so already.
    bound = "" if found else "NOSUPERUSER NOBYPASSRLS"
    statement = sql.SQL(f"{'ALTER' if found else 'CREATE'} ROLE {{}} LOGIN {bound} {rights} PASSWORD {{}}")
    connection.execute(statement.format(sql.Identifier(role), sql.Literal(word)))


def make_database(connection, name):
    """Make the database; an empty one that is there is given to reg_owner, one with somebody else's tables is refused."""
    found = connection.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found and found[0] == "reg_owner":
        return
    if found and connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone():
        raise SystemExit(
            f"The database {name} belongs to {found[0]} and holds tables. Name another one in DATABASE_URL."
        )
    (superuser,) = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if not superuser:
        connection.execute("GRANT reg_owner TO CURRENT_USER")
    verb = "ALTER DATABASE {} OWNER TO reg_owner" if found else "CREATE DATABASE {} OWNER reg_owner"
    connection.execute(sql.SQL(verb).format(sql.Identifier(name)))


def close_public_schema(owner):
    """Nobody but the owner makes tables, whatever the server's age and template say."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("ALTER SCHEMA public OWNER TO reg_owner")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
