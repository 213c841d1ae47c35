"""One server, four lanes: the probe of life from the event loop, streams beside Django, pages as WSGI in threads, and a thread of
its own for what watches us, so that it is answered while every page thread is busy.

Django's own ASGI handler holds a thread for each open request, so streams do not go through it.
"""

import asyncio
import importlib
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings." + os.environ.get("REGISTRY_ENV", "production"))

from a2wsgi import WSGIMiddleware  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

PAGE_THREADS = 8
WATCHED = ("/ready", "/metrics")
wsgi = get_wsgi_application()
pages = WSGIMiddleware(wsgi, workers=PAGE_THREADS)
probes = WSGIMiddleware(wsgi, workers=1)
importlib.import_module("analytics.starting").refuse_unless_safe()
live = importlib.import_module("analytics.live")  # named by string: registry never imports analytics
presence = importlib.import_module("registry.presence")


async def application(scope, receive, send):
    """Answer a request in the lane that its path belongs to."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/live":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"ok\n"})
    elif scope["type"] == "http" and scope["path"] in WATCHED:
        await probes(by_our_name(scope), receive, send)
    elif scope["type"] == "http":
        await (live.events if scope["path"].startswith("/events/") else pages)(scope, receive, send)


def by_our_name(scope):
    """The request as if it were asked by our own name: a replica is watched by its address, which ALLOWED_HOSTS does not hold."""
    others = [pair for pair in scope["headers"] if pair[0] != b"host"]
    return {**scope, "headers": [*others, (b"host", settings.ALLOWED_HOSTS[0].encode())]}


async def lifespan(receive, send):
    """Listen to Redis, and note that we live, from the server's start to its end."""
    await receive()
    tasks = [asyncio.create_task(live.subscription()), asyncio.create_task(note_presence())]
    await send({"type": "lifespan.startup.complete"})
    await receive()
    for task in tasks:
        task.cancel()
    await asyncio.to_thread(presence.leave, "web")
    await send({"type": "lifespan.shutdown.complete"})


async def note_presence():
    """Note every few seconds that this replica lives."""
    while True:
        await asyncio.to_thread(presence.note, "web")
        await asyncio.sleep(presence.EVERY)
