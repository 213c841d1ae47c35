"""One server, four lanes: the probe of life from the event loop, streams beside Django, pages as WSGI in threads, and a thread of
its own for what watches us, so that it is answered while every page thread is busy.

Django's own ASGI handler holds a thread for each open request, so streams do not go through it.
"""

import asyncio
import importlib
import json
import os
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings." + os.environ.get("REGISTRY_ENV", "production"))

from a2wsgi import WSGIMiddleware  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

PAGE_THREADS = 8
WATCHED = ("/ready", "/metrics")
PATIENCE = (
    10.0  # s that what watches us waits; a frozen server still acknowledges, so no timeout of PostgreSQL ends the wait
)
NO_ANSWER = f"no answer within {PATIENCE:.0f} s: PostgreSQL or its machine is frozen or overloaded"
MOST_HEARD = 4  # messages of a request's body that wait to be read
GONE = "registry.gone"
django = get_wsgi_application()


class UntilGone:
    """An answer that ends when its client has gone: a stream lets go of its snapshot and is noted as broken off, not sent to nobody until its end."""

    def __init__(self, answer, gone):
        self.answer, self.gone = answer, gone

    def __iter__(self):
        for piece in self.answer:
            if self.gone.is_set():
                return
            yield piece

    def close(self):
        """What the server calls at the end, whichever it was."""
        getattr(self.answer, "close", lambda: None)()


def answered(environ, start_response):
    """Django's answer as long as somebody is there."""
    return UntilGone(django(environ, start_response), environ["asgi.scope"][GONE])


pages = WSGIMiddleware(answered, workers=PAGE_THREADS)
probes = WSGIMiddleware(django, workers=1)
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
        await in_time(probes, by_our_name(scope), receive, send)
    elif scope["type"] == "http":
        await (live.events if scope["path"].startswith("/events/") else page)(scope, receive, send)


async def in_time(lane, scope, receive, send):
    """The lane's answer; 503 when it has not begun in time, whatever its thread waits for."""
    begun = asyncio.Event()

    async def note(message):
        begun.set()
        await send(message)

    answering = asyncio.create_task(lane(scope, receive, note))
    started = asyncio.create_task(begun.wait())
    await asyncio.wait((answering, started), timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    started.cancel()
    if answering.done() or begun.is_set():
        await answering
        return
    answering.cancel()
    said = {"ready": False, "checks": {"database": {"ok": False, "reason": NO_ANSWER}}}
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(said).encode()})


async def page(scope, receive, send):
    """Answer by Django, and listen whether the client goes away meanwhile."""
    scope[GONE], heard = threading.Event(), asyncio.Queue(MOST_HEARD)
    listening = asyncio.create_task(listen(receive, heard, scope[GONE]))
    try:
        await pages(scope, heard.get, send)
    finally:
        listening.cancel()


async def listen(receive, heard, gone):
    """Pass the request's body on as it is read, until the client goes away."""
    while not gone.is_set():
        message = await receive()
        if message["type"] == "http.disconnect":
            gone.set()
        await heard.put(message)


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
