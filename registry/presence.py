"""Which processes live: each notes itself in Redis every few seconds, with its version. A hint for people, never the ground of a decision."""

import json
import logging
import os
import socket
import time
from dataclasses import dataclass

import redis
from django.conf import settings

log = logging.getLogger(__name__)
KEY = "processes"
EVERY, GONE_AFTER, FORGOTTEN_AFTER = 15, 45, 3600  # seconds
SINCE = time.time()
_noted_at = -EVERY  # monotonic


@dataclass(frozen=True)
class Process:
    """A process as it noted itself: what it serves, where, by which code, since when, and how many seconds ago it was heard of."""

    service: str
    place: str
    version: str
    since: float
    age: float
    queues: tuple = ()

    @property
    def is_alive(self):
        """Whether it was heard of just now."""
        return self.age < GONE_AFTER


def connect():
    """Redis, with little patience."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)


def note(service, *, queues=()):
    """Note this process, at most every EVERY seconds; without Redis nothing is noted."""
    global _noted_at
    if time.monotonic() - _noted_at < EVERY:
        return
    _noted_at = time.monotonic()
    said = {"at": time.time(), "version": settings.CODE_VERSION, "since": SINCE, "queues": list(queues)}
    try:
        with connect() as line:
            line.hset(KEY, f"{service} {socket.gethostname()}:{os.getpid()}", json.dumps(said))
    except (redis.RedisError, OSError):
        log.warning("presence not noted: Redis does not answer")


def leave(service):
    """This process ends in good order."""
    try:
        with connect() as line:
            line.hdel(KEY, f"{service} {socket.gethostname()}:{os.getpid()}")
    except (redis.RedisError, OSError):
        return


def processes():
    """Every Process that was heard of in the last hour, by service and place. Raises RedisError."""
    with connect() as line:
        noted = line.hgetall(KEY)
        found = [_read(name.decode(), json.loads(said)) for name, said in noted.items()]
        old = [f"{one.service} {one.place}" for one in found if one.age > FORGOTTEN_AFTER]
        if old:
            line.hdel(KEY, *old)
    return sorted(
        (one for one in found if one.age <= FORGOTTEN_AFTER), key=lambda one: (one.service, not one.is_alive, one.place)
    )


def _read(name, said):
    service, _blank, place = name.partition(" ")
    return Process(
        service,
        place,
        said["version"],
        said["since"],
        max(0.0, time.time() - said["at"]),
        tuple(said["queues"]),
    )
