"""The form of a log line. Whatever it says comes from an allow-list; of a failure its kind and its place are kept, not its words.

An exception's text may hold a patient (PostgreSQL prints the failing row, Python the wrong value), and so may an address or an
argument of a library's message: of those only the message's own pattern is kept.
"""

import json
import logging
import traceback
from datetime import UTC, datetime

import structlog

OURS = (
    "registry",
    "analytics",
    "deploy",
)  # their arguments are ids; tests/architecture/test_log_lines.py reads each call
TELLING = ("uvicorn.error", "celery.beat", "celery.apps.worker")  # what they say at INFO is about processes and tasks
FAULTS = {
    "django.request": "the request failed",
    "py.warnings": "a warning of Python",
}  # whose own pattern says nothing
# What a line may hold beside its event.
FIELDS = {"route", "method", "role", "status", "ms", "task", "task_id", "queue", "run", "state", "streams", "service"}
MOST_PLACES = 30


def write(log, event, **fields):
    """A line about something that happened. ValueError for a field that no line may hold."""
    if not fields.keys() <= FIELDS:
        raise ValueError(f"a log line has no place for {sorted(fields.keys() - FIELDS)}; see FIELDS in {__name__}")
    log.info(event, extra={"fields": fields})


class Lines(logging.Formatter):
    """A record of ours or of a library as a JSON object of one line."""

    def format(self, record):
        """The line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": _event(record),
            "logger": record.name,
            **structlog.contextvars.get_contextvars(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["failure"] = failure(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, separators=(",", ":"))


def _event(record):
    if record.name.partition(".")[0] in OURS or (record.name in TELLING and record.levelno <= logging.INFO):
        return record.getMessage()
    return FAULTS.get(record.name) or (str(record.msg) if record.args else record.name)


def failure(error):
    """[{kind, at, sqlstate, constraint}], the last cause first: where it happened, without any value."""
    chain = []
    while error is not None and len(chain) < 5:
        frames = traceback.extract_tb(error.__traceback__)[-MOST_PLACES:]
        found = {
            "kind": type(error).__qualname__,
            "at": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
        }
        if getattr(error, "sqlstate", None):
            found |= {"sqlstate": error.sqlstate, "constraint": getattr(error.diag, "constraint_name", None)}
        chain.append(found)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def _short(path):
    """A source file by its last three names."""
    return "/".join(path.split("/")[-3:])
