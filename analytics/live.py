"""What changed, told to the open browsers: names and revisions of panels, never a number; each browser fetches by its own rights.

A revision's results come one after the other; the pages are told of them together. Without Redis nothing can be told: streams end, and
the pages ask from time to time until they are served again.
"""

import asyncio
import contextlib
import logging
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import redis
import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import close_old_connections

from registry import metrics
from registry.access.deputies import put_in_place
from registry.access.permissions import Permission
from registry.access.sessions import SessionStore
from registry.models import Person

log = logging.getLogger(__name__)
PREFIX = f"live:{urlsplit(settings.REDIS_URL).path.strip('/') or 0}:"  # messages know no databases of a Redis: those we share it with
PATH = "/events/dashboards/"
OWN_SITE_PATH = "/events/own-site/"  # a channel for each hospital: when others save is nothing that it is told
DATASET = "dataset"  # in the place of an analysis: a dataset was stored
PING_SECONDS, RECHECK_SECONDS, HEAR_SECONDS = 15, settings.LIVE_RECHECK_SECONDS, 2
GATHER_SECONDS, APART_SECONDS = 0.1, 0.5  # what comes together is one wake-up; the next one waits
listeners: dict[str, set] = {}  # channel → wake-up calls of its browsers
latest: dict[str, bytes] = {}  # channel → last revision
woken: dict[str, float] = {}  # channel → when its browsers were, or will be, woken
TOLD = b"event: refresh\ndata: %b\n\n"
hears = asyncio.Event()  # set while Redis tells us


def channel_of_site(code):
    """The channel of a hospital's own page."""
    return f"site-{code}"


def publish(cohort, analysis, revision):
    """Tell the dashboards of `cohort` that `analysis` has a newer result, or that there is a newer dataset. Also a hospital's own page,
    by its channel, that something was released to it.

    Lost when Redis is down: pages also ask now and then.
    """
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
                async for message in news.listen():
                    if message["type"] == "psubscribe":  # again, too, after a connection that was lost and found
                        hears.set()
                        for channel in list(listeners):
                            wake(channel)
                    elif message["type"] == "pmessage":
                        channel = message["channel"].decode().removeprefix(PREFIX)
                        latest[channel] = message["data"]
                        wake(channel)
        hears.clear()
        for channel in list(listeners):
            wake_now(channel)
        await asyncio.sleep(1)


def wake(channel):
    """Wake the channel's browsers soon, all that is told until then together."""
    loop = asyncio.get_running_loop()
    now, last = loop.time(), woken.get(channel, 0)
    if last <= now:  # else a wake-up is on its way
        woken[channel] = max(now + GATHER_SECONDS, last + APART_SECONDS)
        loop.call_at(woken[channel], wake_now, channel)


def wake_now(channel):
    """An Event and no queue: a slow browser costs nothing."""
    for call in listeners.get(channel, ()):
        call.set()


@sync_to_async
def allowed(session_key, path):
    """Whether this session is alive and its person may see what this path tells of: pooled results, or those of an own hospital."""
    close_old_connections()  # no request signals here: connections are closed by hand
    try:
        session = SessionStore(session_key) if session_key else {}
        person_id = session.get(SESSION_KEY)
        person = Person.objects.filter(pk=person_id).first() if person_id else None
        if person is None or not put_in_place(session, person):
            return False
        if path.startswith(OWN_SITE_PATH):
            of_site = person.working_sites.filter(code=path.removeprefix(OWN_SITE_PATH).strip("/"))
            return person.may(Permission.OWN_SITE_READ) and of_site.exists()
        return path.startswith(PATH) and person.may(Permission.POOLED_READ)
    finally:
        close_old_connections()


def channel_of(path):
    """The channel that a path listens to."""
    if path.startswith(OWN_SITE_PATH):
        return channel_of_site(path.removeprefix(OWN_SITE_PATH).strip("/"))
    return path.removeprefix(PATH).strip("/")


def session_key_of(scope):
    """The session's key out of the request's cookies, or nothing."""
    cookies = SimpleCookie(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


async def events(scope, receive, send):
    """GET /events/dashboards/<cohort>, /events/own-site/<hospital>: text/event-stream until the browser leaves, its session or right ends, or Redis is lost.

    404 without the right, 503 without Redis; a browser that is refused asks by HTTP, where it is told why.
    """
    channel = channel_of(scope["path"])
    session_key = session_key_of(scope)
    known = await allowed(session_key, scope["path"])
    status = 404 if not known else 200 if await heard() else 503
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if status != 200:
        await send({"type": "http.response.body", "body": b""})
        return
    call, gone = (
        asyncio.Event(),
        asyncio.create_task(left(receive)),
    )  # sending to a closed socket raises nothing: wait for its end
    listeners.setdefault(channel, set()).add(call)
    metrics.STREAMS.inc()
    clock, body = asyncio.get_running_loop().time, b"retry: 2000\n\n"
    due = clock() + RECHECK_SECONDS
    try:
        while known and hears.is_set() and not gone.done():
            await send({"type": "http.response.body", "body": body, "more_body": True})
            waiter = asyncio.create_task(call.wait())
            await asyncio.wait(
                (waiter, gone), timeout=min(PING_SECONDS, RECHECK_SECONDS), return_when=asyncio.FIRST_COMPLETED
            )
            waiter.cancel()
            body = TOLD % latest.get(channel, b"0") if call.is_set() else b": ping\n\n"
            call.clear()
            if clock() > due:
                known, due = await allowed(session_key, scope["path"]), clock() + RECHECK_SECONDS
        if not gone.done():  # the page asks at once, and is told why
            await send({"type": "http.response.body", "body": TOLD % b"0", "more_body": True})
    finally:
        gone.cancel()
        metrics.STREAMS.dec()
        listeners[channel].discard(call)
        if not listeners[channel]:
            del listeners[channel]
    await send({"type": "http.response.body", "body": b""})


async def heard():
    """Whether Redis tells us; a server that has just started is given a moment."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(hears.wait(), HEAR_SECONDS)
    return hears.is_set()


async def left(receive):
    """Ends when the browser has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
