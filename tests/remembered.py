"""A world with which many tests of a module begin is made once, and put back for each of them as it was.

For transactional tests: whoever asks has an empty database, and `tests.conftest` empties it again.
"""

import copy

import psycopg
from django.conf import settings
from django.db import connection

from tests.databases import filled_tables

_worlds: dict = {}
MOST = 4  # worlds that are kept: tests of one module come together


def remembered(make, *words):
    """What `make()` gives, a copy of its own for each test, with the rows that it left in the database.

    words   what tells this world from others that the same function makes
    """
    key = (make.__module__, make.__qualname__, *words)
    if key in _worlds:
        world, rows = _worlds[key]
        _put_back(rows)
    else:
        world = make()
        while len(_worlds) >= MOST:
            _worlds.pop(next(iter(_worlds)))
        _worlds[key] = (copy.deepcopy(world), _rows())
    return copy.deepcopy(world)


def _rows():
    """Table → its rows, as PostgreSQL writes them."""
    with _administrator() as administrator, administrator.cursor() as cursor:
        return {table: _of(cursor, table) for table, _is_large in filled_tables(administrator)}


def _of(cursor, table):
    with cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as rows:
        return b"".join(bytes(some) for some in rows)


def _put_back(rows):
    """Numbers go on from where they are, so that none is given twice."""
    with _administrator() as administrator, administrator.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, body in rows.items():
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as into:
                into.write(body)


def _administrator():
    return psycopg.connect(settings.ADMIN_URL, dbname=connection.settings_dict["NAME"])
