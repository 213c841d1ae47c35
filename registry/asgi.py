"""One server, three lanes: the probe from the event loop, streams beside Django, pages as WSGI in threads.

Django's own ASGI handler holds a thread for each open request, so streams do not go through it.
"""

import asyncio
import importlib
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings." + os.environ.get("REGISTRY_ENV", "production"))

from a2wsgi import WSGIMiddleware  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

PAGE_THREADS = 8
pages = WSGIMiddleware(get_wsgi_application(), workers=PAGE_THREADS)
importlib.import_module("analytics.starting").refuse_unless_safe()
live = importlib.import_module("analytics.live")  # named by string: registry never imports analytics


async def application(scope, receive, send):
    """Answer a request in the lane that its path belongs to."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/live":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"ok\n"})
    elif scope["type"] == "http":
        await (live.events if scope["path"].startswith("/events/") else pages)(scope, receive, send)


async def lifespan(receive, send):
    """Listen to Redis from the server's start to its end."""
    await receive()
    task = asyncio.create_task(live.subscription())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    task.cancel()
    await send({"type": "lifespan.shutdown.complete"})
