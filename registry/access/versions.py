"""What the database must be for this code: PostgreSQL not too old, its tables not of newer code."""

from django.db import NotSupportedError, connection
from django.db.migrations.loader import MigrationLoader

OLDEST_POSTGRES = 15
OURS = {"registry", "analytics"}


def too_old_a_server():
    """What is wrong with PostgreSQL's version and what to do; None if nothing is."""
    try:
        connection.ensure_connection()
    except NotSupportedError:  # Django's own least version, which it asks for once
        connection.ensure_connection()
    major = connection.connection.info.server_version // 10000
    if major >= OLDEST_POSTGRES:
        return None
    return f"PostgreSQL is {major}; the registry needs {OLDEST_POSTGRES} or newer: upgrade it"


def newer_tables(loader=None):
    """Which newer code made the tables and what to do; None if they are of this code or older."""
    loader = loader or MigrationLoader(connection)
    newer = sorted({key for key in loader.applied_migrations if key[0] in OURS} - set(loader.disk_migrations))
    if not newer:
        return None
    return f"the tables are of newer code ({newer[-1][0]} {newer[-1][1]}); start the version that made them"
