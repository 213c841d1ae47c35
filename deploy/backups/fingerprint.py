"""What a database holds, in one line per table: two databases with the same fingerprint hold the same rows."""

import psycopg
from psycopg import sql

TABLES = """
SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
ORDER BY schemaname, tablename
"""
ROWS = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {}.{} t"
SETTINGS = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 1; SET bytea_output = 'hex'; SET row_security = off"


def of(connection: psycopg.Connection) -> dict[str, dict]:
    """{schema.table: {rows, digest}}; the digest follows from every value of every row and not from their order."""
    connection.execute(SETTINGS)
    found = {}
    for schema, table in connection.execute(TABLES).fetchall():
        query = sql.SQL(ROWS).format(sql.Identifier(schema), sql.Identifier(table))
        rows, digest = connection.execute(query).fetchone()
        found[f"{schema}.{table}"] = {"rows": rows, "digest": digest}
    return found


def differences(wanted: dict, found: dict, besides: tuple[str, ...] = ()) -> list[str]:
    """What is not the same, a sentence for each table; nothing when all is. `besides`: tables that may differ."""
    said = []
    for table in sorted({*wanted, *found} - {*besides}):
        one, other = wanted.get(table), found.get(table)
        if one is None or other is None:
            said.append(f"{table} is {'not wanted' if one is None else 'missing'}")
        elif one["rows"] != other["rows"]:
            said.append(f"{table} has {other['rows']} rows, not {one['rows']}")
        elif one["digest"] != other["digest"]:
            said.append(f"{table} has other values in its {one['rows']} rows")
    return said
