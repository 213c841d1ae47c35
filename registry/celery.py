"""The Celery application. Work is a row in PostgreSQL; a message only says that there is some."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings." + os.environ.get("REGISTRY_ENV", "production"))

app = Celery("registry")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
