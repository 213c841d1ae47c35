"""A line for each task of a worker: which, from which queue, about which row, how it ended, how long it took."""

import logging
import logging.config
import time

import structlog
from celery import signals
from django.conf import settings

from registry import presence
from registry.logs.lines import write

log = logging.getLogger(__name__)
_own: dict[str, list] = {"queues": []}


@signals.setup_logging.connect
def set_up(**_options):
    """Celery leaves logging as the settings have it."""
    logging.config.dictConfig(settings.LOGGING)


@signals.celeryd_after_setup.connect
def known(sender=None, instance=None, **_more):
    """The worker's own process: which queues it serves."""
    _own["queues"] = sorted(instance.app.amqp.queues.consume_from)


@signals.heartbeat_sent.connect
def beats(**_more):
    """Celery's pulse, which stops when the consumer is lost though the process lives."""
    presence.note("worker", queues=_own["queues"])


@signals.worker_shutting_down.connect
def ends(**_more):
    """The worker ends in good order."""
    presence.leave("worker")


@signals.task_prerun.connect
def began(task=None, **_more):
    """From here on every line of the task names the request that it came of, if one is known."""
    task.request.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**_who(task.request))


@signals.task_postrun.connect
def ended(task_id=None, task=None, args=(), state=None, **_more):
    """The line."""
    began_at = getattr(task.request, "began", time.perf_counter())
    write(
        log,
        "task",
        task=task.name,
        task_id=task_id,
        queue=(task.request.delivery_info or {}).get("routing_key", ""),
        run=args[0] if args and isinstance(args[0], int) else None,
        state=state,
        ms=round((time.perf_counter() - began_at) * 1000, 1),
    )
    structlog.contextvars.clear_contextvars()


@signals.task_failure.connect
def failed(sender=None, exception=None, **_more):
    """Its kind and place, in place of Celery's own words, which hold the exception's."""
    log.error("task failed: %s", sender.name, exc_info=exception)


def _who(request):
    asked_by = (request.headers or {}).get("asked_by") or request.get("asked_by")
    return {"request": asked_by} if asked_by else {}
