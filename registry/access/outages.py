"""Faults that are the servers' and not ours: a disk has no room, or the database does not answer. The page says so, and what to do."""

import errno

from django.db import InterfaceError, OperationalError

NO_ROOM = {"53100"}  # PostgreSQL's class 53: disk full
FULL = {errno.ENOSPC, errno.EDQUOT}  # what our own host's disk says
GONE = {"53300", "57P01", "57P02", "57P03"}  # too many connections; ending, crashed, starting up
LATE = {"57014", "55P03"}  # a statement, or its wait for a lock, took longer than it may (row_security.LIMITS)
RETRY_AFTER = 10  # seconds


def outage_of(failure):
    """ "no_room" or "unavailable", where that is what a failed request fell over; else nothing."""
    while failure is not None:
        sqlstate = getattr(failure, "sqlstate", None)
        if sqlstate in NO_ROOM or has_no_room(failure):
            return "no_room"
        if sqlstate in GONE | LATE or (
            isinstance(failure, OperationalError | InterfaceError) and not _state_under(failure)
        ):
            return "unavailable"
        failure = failure.__cause__
    return ""


def has_no_room(failure):
    """Whether a file could not be written because its disk, or our share of it, is full."""
    return isinstance(failure, OSError) and failure.errno in FULL


def _state_under(failure):
    """What PostgreSQL said, if it said anything: a connection that was not made or was lost has no state."""
    return getattr(failure.__cause__, "sqlstate", None)
