"""Work that a row asks for and a message only hints at: what the sweeper does for each table of such rows."""

from django.db import connection
from psycopg import sql

from registry import doorbell

END_HOPELESS = """
UPDATE {table} SET state = 'failed', lease_until = NULL, ended_at = clock_timestamp(),
  error = CASE WHEN error = '' THEN 'stopped' ELSE error END
WHERE state IN ('queued', 'running') AND coalesce(lease_until, '-infinity') < clock_timestamp() AND attempts >= %s
"""

RING_AGAIN = """
UPDATE {table} SET rung_at = clock_timestamp()
WHERE state IN ('queued', 'running') AND coalesce(lease_until, '-infinity') < clock_timestamp()
  AND coalesce(rung_at, {asked}) < %s RETURNING {told}
"""


def ring_waiting(model, task, *, asked, attempts, again, told=("id",)):
    """Ring for the rows that nobody works on and that were not rung for since `again`; end the hopeless. Returns the rings.

    asked     the column that says when a row was asked for
    attempts  after so many a row is hopeless
    told      the columns that the message names, ids all of them
    """
    names = {"table": sql.Identifier(model._meta.db_table), "asked": sql.Identifier(asked)}
    names["told"] = sql.SQL(", ").join(map(sql.Identifier, told))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(END_HOPELESS).format(**names), [attempts])
        cursor.execute(sql.SQL(RING_AGAIN).format(**names), [again])
        waiting = cursor.fetchall()
    for ids in waiting:
        doorbell.ring(task, *ids)
    return len(waiting)
