"""Large reads go to a read replica where one is given (REPLICA_DATABASE_URL), so that they do not slow those who enter.

Only if it holds what was committed until now: who reads from it sees what the primary would have shown, and the mark of a stream stays true.
"""

import contextlib
import logging
import time

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

log = logging.getLogger(__name__)
REPLICA = "replica"
PATIENCE = 5.0  # s for the replica to come up with the primary
LOOK_AGAIN = 0.05
LEVEL = "SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= %s::pg_lsn"


@contextlib.contextmanager
def from_replica():
    """Inside, this thread's default connection is the replica's, which can only read. Without one, or while it lags or is away, nothing is different.

    Inside another transaction nothing is different either: what that one wrote is on the primary alone.
    """
    primary = connections[DEFAULT_DB_ALIAS]
    if REPLICA not in connections.settings or primary.in_atomic_block or not _is_level(primary):
        yield
        return
    connections[DEFAULT_DB_ALIAS] = connections[REPLICA]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = primary


def _is_level(primary):
    """Whether the replica holds what is committed at this moment, or does within PATIENCE."""
    with primary.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()::text")
        committed = cursor.fetchone()[0]
    until = time.monotonic() + PATIENCE
    try:
        while not _holds(committed):
            if time.monotonic() > until:
                log.warning("the replica is more than %s s behind; the primary is read", PATIENCE)
                return False
            time.sleep(LOOK_AGAIN)
    except DatabaseError:
        log.warning("the replica is not there; the primary is read", exc_info=True)
        connections[REPLICA].close()
        return False
    return True


def _holds(committed):
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(LEVEL, [committed])
        return cursor.fetchone()[0]
