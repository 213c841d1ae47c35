"""Faults that are the servers' and not ours: a disk has no room, or the database does not answer. The page says so, and what to do."""

import errno
import re

from django.db import InterfaceError, OperationalError

NO_ROOM = {"53100"}  # PostgreSQL's class 53: disk full
FULL = {errno.ENOSPC, errno.EDQUOT}  # what our own host's disk says
GONE = {"53300", "57P01", "57P02", "57P03"}  # too many connections; ending, crashed, starting up
# A statement, its wait for a lock, or what we compute between two of them took longer than it may (row_security.LIMITS).
LATE = {"57014", "55P03", "25P03"}
RETRY_AFTER = 10  # seconds
CAUSES = {
    r"password authentication failed": "it refuses this process's password: DATABASE_URL, or the file that DATABASE_PASSWORD_FILE names, holds another",
    r"no pg_hba.conf entry": "it lets nobody in from this machine: see its pg_hba.conf",
    r"database \".*\" does not exist": "it has no database of the name that DATABASE_URL holds",
    r"resolve host": "the host name in DATABASE_URL is not known here",
    r"Connection refused": "nobody listens at the address in DATABASE_URL: is PostgreSQL started?",
    r"timeout expired|timed out": "the address in DATABASE_URL is not reached: the machine is off, or a firewall stands between",
    r"relation \".*\" does not exist": "its tables are not there: run manage.py migrate as reg_owner",
}  # what PostgreSQL or the driver says → what it means; their own words hold addresses and names


def no_answer(failure):
    """Why the database gave none and what to do."""
    said = next((meaning for mark, meaning in CAUSES.items() if re.search(mark, str(failure))), "")
    return f"no answer: {said}" if said else f"no answer ({type(failure).__name__})"


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
