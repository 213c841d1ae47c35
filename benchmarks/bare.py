"""What the load is compared with: a bare Django page with one query, in a process started as the registry's are.

DATABASE_URL=… python -m uvicorn benchmarks.bare:application
"""

import os

from django.conf import settings

from registry.settings.environment import database

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": database(os.environ["DATABASE_URL"], CONN_MAX_AGE=60)},
    ROOT_URLCONF=__name__,
    SECRET_KEY="bare",  # noqa: S106 - signs nothing
)

from django.core.asgi import get_asgi_application  # noqa: E402 - after the settings
from django.db import connection  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402


def page(_request):
    """The names of what the database holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_label, model FROM django_content_type ORDER BY id LIMIT 20")
        return HttpResponse("<br>".join(map(".".join, cursor.fetchall())))


urlpatterns = [path("", page)]
application = get_asgi_application()
