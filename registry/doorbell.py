"""Tell a worker to look. A lost message costs seconds, never work: the row is the truth and the sweeper rings again."""

import functools
import logging
import time

import kombu.exceptions
import redis.exceptions
import structlog
from celery import current_app
from django.db import connection, transaction

log = logging.getLogger(__name__)
QUIET_SECONDS = 5
_quiet_until = 0.0


def ring(task, *args):
    """Send the message now; after a failure, stay quiet for some seconds, for each try can cost two."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        asked_by = structlog.contextvars.get_contextvars().get("request")
        headers = {"asked_by": asked_by} if asked_by else None
        current_app.signature(task, args=args).apply_async(ignore_result=True, retry=False, headers=headers)
    except (kombu.exceptions.OperationalError, redis.exceptions.RedisError, OSError):
        _quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("doorbell lost: %s; the sweeper will ring again", task)


def ring_after_commit(task, *args):
    """Send the message once this transaction has committed; once, however many rows it changed.

    A message that waits already shares every savepoint that is still open, so both are sent or neither.
    """
    if not any(_rings(call, task, args) for _savepoints, call, _robust in connection.run_on_commit):
        transaction.on_commit(functools.partial(ring, task, *args), robust=True)


def _rings(call, task, args):
    """Whether `call`, waiting for the commit, sends the same message."""
    return isinstance(call, functools.partial) and call.func is ring and call.args == (task, *args)
