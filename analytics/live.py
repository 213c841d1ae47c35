"""What changed, told to the open browsers: names and revisions of panels, never a number; each browser fetches by its own rights."""

import asyncio
import contextlib
import logging
from http.cookies import SimpleCookie

import redis
import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections

from registry.access.permissions import Permission
from registry.models import Person

log = logging.getLogger(__name__)
PREFIX = "live:"
PATH = "/events/dashboards/"
PING_SECONDS, RECHECK_SECONDS = 15, 30
listeners: dict[str, set] = {}  # channel → wake-up calls of its browsers
latest: dict[str, bytes] = {}  # channel → last revision


def publish(cohort, analysis, revision):
    """Tell the dashboards of `cohort` that `analysis` has a newer result. Lost when Redis is down: pages also ask now and then."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1) as connection:
            connection.publish(f"{PREFIX}{cohort}", f"{revision}:{analysis}")
    except redis.RedisError:
        log.warning("live message lost: %s revision %s", cohort, revision)


async def subscription():
    """One Redis subscription a process; after a lost connection wake everybody, for something may have been missed."""
    while True:
        with contextlib.suppress(redis.RedisError, OSError):
            async with redis.asyncio.from_url(settings.REDIS_URL) as connection, connection.pubsub() as news:
                await news.psubscribe(f"{PREFIX}*")
                for channel in list(listeners):
                    wake(channel)
                async for message in news.listen():
                    if message["type"] == "pmessage":
                        channel = message["channel"].decode().removeprefix(PREFIX)
                        latest[channel] = message["data"]
                        wake(channel)
        await asyncio.sleep(1)


def wake(channel):
    """An Event and no queue: a burst is one refresh, and a slow browser costs nothing."""
    for call in listeners.get(channel, ()):
        call.set()


@sync_to_async
def allowed(session_key):
    """Whether this session is alive and its person may see pooled results."""
    close_old_connections()  # no request signals here: connections are closed by hand
    try:
        person_id = SessionStore(session_key).get(SESSION_KEY) if session_key else None
        person = Person.objects.filter(pk=person_id).first() if person_id else None
        return bool(person and person.may(Permission.POOLED_READ))
    finally:
        close_old_connections()


def session_key_of(scope):
    """The session's key out of the request's cookies, or nothing."""
    cookies = SimpleCookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


async def events(scope, receive, send):
    """GET /events/dashboards/<cohort>: text/event-stream until the browser leaves or its session ends; 404 without the right."""
    channel = scope["path"].removeprefix(PATH).strip("/")
    session_key = session_key_of(scope)
    known = scope["path"].startswith(PATH) and await allowed(session_key)
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": 200 if known else 404, "headers": headers})
    call, gone = (
        asyncio.Event(),
        asyncio.create_task(left(receive)),
    )  # sending to a closed socket raises nothing: wait for its end
    listeners.setdefault(channel, set()).add(call)
    clock, body = asyncio.get_running_loop().time, b"retry: 2000\n\n"
    due = clock() + RECHECK_SECONDS
    try:
        while known and not gone.done():
            await send({"type": "http.response.body", "body": body, "more_body": True})
            waiter = asyncio.create_task(call.wait())
            await asyncio.wait((waiter, gone), timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            waiter.cancel()
            body = b"event: refresh\ndata: " + latest.get(channel, b"0") + b"\n\n" if call.is_set() else b": ping\n\n"
            call.clear()
            if clock() > due:
                known, due = await allowed(session_key), clock() + RECHECK_SECONDS
    finally:
        gone.cancel()
        listeners[channel].discard(call)
        if not listeners[channel]:
            del listeners[channel]
    await send({"type": "http.response.body", "body": b""})


async def left(receive):
    """Ends when the browser has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
