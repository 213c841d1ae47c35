"""The Celery application. Work is a row in PostgreSQL; a message only says that there is some."""

import importlib
import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings." + os.environ.get("REGISTRY_ENV", "production"))

app = Celery("registry")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
importlib.import_module("registry.logs.tasks")  # needs the settings' module, above


@worker_init.connect
def warm_up(sender=None, **_context):
    """Import pandas and the estimators before the pool forks: the first curve then costs no import, and children share the pages.

    Not by the importer, which computes nothing.
    """
    importlib.import_module("analytics.starting").refuse_unless_safe()
    if sender is None or set(sender.app.amqp.queues.consume_from) != {"imports"}:
        importlib.import_module("analytics.actions")
