"""The roles and the database, on a PostgreSQL that is ours and on one that somebody lends us."""

import secrets
from urllib.parse import urlsplit

import psycopg
import pytest

from deploy.roles import ROLES, make_roles_and_database, with_login

WORDS = {role: f"word/of:{role}@%" for role in ROLES}


@pytest.fixture
def admin(cluster):
    """The administrator's address; the registry's roles and databases are gone afterwards."""
    yield f"{cluster}/postgres"
    with psycopg.connect(f"{cluster}/postgres", autocommit=True) as connection:
        made = connection.execute("SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'")
        for (name,) in made.fetchall():
            connection.execute(f'DROP DATABASE "{name}"')
        for (role,) in connection.execute(
            "SELECT rolname FROM pg_roles WHERE rolname <> 'reg_admin' AND rolname NOT LIKE 'pg\\_%' ORDER BY rolcreaterole"
        ).fetchall():
            connection.execute(f"DROP OWNED BY {role}")
            connection.execute(f"DROP ROLE {role}")


def borrowed(admin, rights):
    """The address of a login with these rights."""
    word = secrets.token_hex(8)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE lender LOGIN {rights} PASSWORD '{word}'")
    return with_login(admin, "lender", word)


def asked(url, question):
    """The first row of the answer."""
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()


def test_each_role_logs_in_and_none_passes_by_row_security(admin):
    urls = make_roles_and_database(admin, WORDS)
    for role, url in urls.items():
        question = "SELECT current_user, current_database(), rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        assert asked(url, question) == (role, "registry", False, False, role == "reg_owner")


def test_only_the_owner_makes_tables(admin):
    urls = make_roles_and_database(admin, WORDS)
    with psycopg.connect(urls["reg_owner"]) as owner:
        owner.execute("CREATE TABLE ours (id int)")
    for role in ("reg_app", "reg_worker"):
        with psycopg.connect(urls[role]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")


@pytest.mark.parametrize("rights", ["SUPERUSER", "CREATEROLE CREATEDB"])
def test_a_lent_server_does_twice_and_with_new_passwords(admin, rights):
    lent = borrowed(admin, rights)
    make_roles_and_database(lent, WORDS)
    urls = make_roles_and_database(lent, dict.fromkeys(ROLES, "another"))
    assert asked(urls["reg_app"], "SELECT current_user") == ("reg_app",)


@pytest.mark.parametrize("rights", ["NOCREATEROLE", "CREATEDB", "CREATEROLE"])
def test_a_lender_who_may_not_is_told_what_is_missing(admin, rights):
    with pytest.raises(SystemExit, match="Give it CREATEROLE and CREATEDB"):
        make_roles_and_database(borrowed(admin, rights), WORDS)


def test_an_empty_database_that_is_named_is_taken(admin):
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("CREATE DATABASE given")
    urls = make_roles_and_database(admin.replace("/postgres", "/given"), WORDS)
    assert asked(
        urls["reg_owner"], "SELECT current_database(), pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'given'"
    ) == (
        "given",
        "reg_owner",
    )


def test_a_database_with_tables_of_others_is_refused(admin):
    given = admin.replace("/postgres", "/given")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("CREATE DATABASE given")
    with psycopg.connect(given) as connection:
        connection.execute("CREATE TABLE theirs (id int)")
    with pytest.raises(SystemExit, match="belongs to reg_admin and holds tables"):
        make_roles_and_database(given, WORDS)


def test_a_role_that_passes_by_row_security_is_refused(admin):
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("CREATE ROLE reg_app LOGIN BYPASSRLS")
    with pytest.raises(SystemExit, match="ALTER ROLE reg_app NOSUPERUSER NOBYPASSRLS"):
        make_roles_and_database(admin, WORDS)


def test_a_server_that_does_not_answer_is_named(admin):
    with pytest.raises(SystemExit, match="does not answer at the address of DATABASE_URL"):
        make_roles_and_database("postgresql://somebody:word@127.0.0.1:1/registry", WORDS)


def test_a_wrong_password_is_no_missing_database(admin):
    with pytest.raises(SystemExit, match="password authentication failed"):
        make_roles_and_database(with_login(admin, "reg_admin", "wrong"), WORDS)


def test_the_login_alone_changes_in_an_address():
    changed = with_login("postgresql://a:b@127.0.0.1:5/x?sslmode=require", "reg_app", "w@/:")
    assert (changed, urlsplit(changed).port) == ("postgresql://reg_app:w%40%2F%3A@127.0.0.1:5/x?sslmode=require", 5)
