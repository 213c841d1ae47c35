"""Faults that are the servers' and not ours: the database has no room, or does not answer. The page says so, and what to do."""

from django.db import InterfaceError, OperationalError

NO_ROOM = {"53100"}  # PostgreSQL's class 53: disk full
GONE = {"53300", "57P01", "57P02", "57P03"}  # too many connections; ending, crashed, starting up
LATE = {"57014", "55P03"}  # a statement, or its wait for a lock, took longer than it may (row_security.LIMITS)
RETRY_AFTER = 10  # seconds


def outage_of(failure):
    """ "no_room" or "unavailable", where that is what a failed request fell over; else nothing."""
    while failure is not None:
        sqlstate = getattr(failure, "sqlstate", None)
        if sqlstate in NO_ROOM:
            return "no_room"
        if sqlstate in GONE | LATE or (
            isinstance(failure, OperationalError | InterfaceError) and not _state_under(failure)
        ):
            return "unavailable"
        failure = failure.__cause__
    return ""


def _state_under(failure):
    """What PostgreSQL said, if it said anything: a connection that was not made or was lost has no state."""
    return getattr(failure.__cause__, "sqlstate", None)
