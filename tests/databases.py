"""Test databases as copies of one that is migrated: migrating takes ten times as long as copying, and every worker wants a database.

The template's name tells the migrations it was made by, so that none is ever out of date.
"""

import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

from registry.settings.environment import ROOT, digest_of

ACCESS = ("audit", "endorsement", "guard", "lock", "people", "redaction", "seal", "signed")
SQL = (  # what migrations run
    *(f"registry/access/{name}_sql.py" for name in ACCESS),
    "registry/access/signing.py",
    "analytics/packed.py",
)
MADE_BY = ("registry/migrations", "analytics/migrations", *SQL, "deploy/requirements-dev.lock")
PREFIX, KEPT = "template_registry_", 6
LOCK = "SELECT pg_advisory_lock(7201099)"  # whoever starts tests at the same time makes it once
TEMPLATES = "SELECT datname FROM pg_database WHERE datname ~ %s ORDER BY oid DESC"


# Tables with pages of their own; what was deleted still takes room, until it is so much that the table is truncated.
FILLED = """
SELECT format('%%I.%%I', schemaname, tablename), pg_relation_size(format('%%I.%%I', schemaname, tablename)::regclass) > 1e6
FROM pg_tables WHERE (schemaname = 'public' AND tablename <> ALL (%s) OR schemaname = 'guard' AND tablename IN ('seal', 'sealed_event', 'redacted_event', 'redaction_text'))
AND pg_relation_size(format('%%I.%%I', schemaname, tablename)::regclass) > 0
"""
OF_MIGRATIONS = ["django_migrations", "django_content_type", "auth_permission"]  # filled by migrations


def make(name):
    """The database `name`, migrated and empty; what had the name before is dropped."""
    with psycopg.connect(settings.ADMIN_URL, autocommit=True) as administrator:
        administrator.execute(LOCK)
        template = _template(administrator)
        drop(administrator, name)
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER reg_owner")
        administrator.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))


def drop(administrator, name):
    """Drop the database `name`, if it is there, whoever is still connected."""
    administrator.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _template(administrator):
    """The name of the template of these migrations, made if need be; the oldest of others' are dropped."""
    template = PREFIX + digest_of(*MADE_BY)
    found = [row[0] for row in administrator.execute(TEMPLATES, [f"^{PREFIX}"]).fetchall()]
    if template not in found:
        for old in found[KEPT - 1 :]:
            drop(administrator, old)
        half = f"half_{template}"
        drop(administrator, half)
        administrator.execute(sql.SQL("CREATE DATABASE {} OWNER reg_owner").format(sql.Identifier(half)))
        _migrate(half)
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        administrator.execute(rename.format(sql.Identifier(half), sql.Identifier(template)))
    return template


def _migrate(name):
    """Migrate as the owner, in a process that leaves no connection behind."""
    url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "registry.settings.test"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)


def filled_tables(administrator):
    """(name, whether it is large) of each table that tests fill and that has, or had, rows."""
    return administrator.execute(FILLED, [OF_MIGRATIONS]).fetchall()
