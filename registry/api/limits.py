"""How many requests somebody may send in a minute, by role. A first line only: the counters stand in Redis and may be lost."""

import functools
import logging
import time

import redis
import redis.exceptions
from django.conf import settings
from rest_framework.throttling import BaseThrottle

log = logging.getLogger(__name__)
WINDOW = 60  # seconds
WITHIN = 0.25  # seconds that a counter may take
QUIET_SECONDS = 5
_quiet_until = 0.0


class PerRole(BaseThrottle):
    """One allowance a minute for each person, whatever tokens or sessions they come by. Nobody known has the least."""

    def allow_request(self, request, view):
        """Whether this request is within the allowance."""
        self.seconds = seconds_to_wait(request)
        return not self.seconds

    def wait(self):
        """Seconds until the allowance is whole again."""
        return self.seconds


def seconds_to_wait(request):
    """0 for a request within the allowance of whoever sent it, else the seconds until the allowance is whole again."""
    role = request.user.role if request.user.is_authenticated else ""
    sent, left = counted(f"rest:{request.user.pk or BaseThrottle().get_ident(request)}")
    return 0 if sent <= settings.REST_REQUESTS_PER_MINUTE[role] else max(left, 1)


def counted(name):
    """(requests of this minute, this one included; seconds until the minute ends); (0, 0) while Redis is away."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return 0, 0
    try:
        with _redis(settings.REDIS_URL).pipeline() as together:
            together.incr(name)
            together.expire(name, WINDOW, nx=True)
            together.ttl(name)
            sent, _is_new, left = together.execute()
        return sent, left
    except redis.exceptions.RedisError:
        _quiet_until = time.monotonic() + QUIET_SECONDS
        log.warning("requests are not counted: Redis does not answer")
        return 0, 0


@functools.cache
def _redis(url):
    return redis.Redis.from_url(url, socket_timeout=WITHIN, socket_connect_timeout=WITHIN)
