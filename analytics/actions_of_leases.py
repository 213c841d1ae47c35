"""The lease of a run or an export is renewed while a process works on it: a long step is one computation, and a killed process renews nothing."""

import contextlib
import logging
import threading

from django.conf import settings
from django.db import DatabaseError, connection

from registry.access.row_security import everything_scope

log = logging.getLogger(__name__)

# Not past the deadline: a computation that never ends gives its run up then.
RENEW = """
UPDATE analytics_analysisrun SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = %(id)s AND fence = %(fence)s AND state = 'running' AND deadline > clock_timestamp() RETURNING id
"""


@contextlib.contextmanager
def kept(run_id, fence, renew=RENEW):
    """Renew the lease three times in its length, by a thread with a connection of its own, until the block ends.

    renew  the statement for the row: id, fence, lease → its id, or nothing if it is another's
    """
    ended = threading.Event()
    thread = threading.Thread(target=_renew, args=(run_id, fence, renew, ended), name=f"lease-{run_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _renew(run_id, fence, renew, ended):
    try:
        while not ended.wait(settings.RUN_LEASE_SECONDS / 3):
            if not _renewed(run_id, fence, renew):
                return
    finally:
        connection.close()


def _renewed(run_id, fence, renew):
    """Whether to go on: the run is still this process's, or the database could not be asked this time."""
    try:
        with everything_scope(actor="worker"), connection.cursor() as cursor:
            cursor.execute(renew, {"id": run_id, "fence": fence, "lease": settings.RUN_LEASE_SECONDS})
            return cursor.fetchone() is not None
    except DatabaseError:
        log.warning("the lease of %s was not renewed this time", run_id, exc_info=True)
        connection.close()
        return True
