"""Attempts at passwords and codes are counted before anything is hashed. The counts stand in PostgreSQL, changed in one statement.

A refused attempt counts nowhere and costs no hash; one that passed is given back. Nobody can shut somebody else out: a device from
which an account signed in before has a count of its own, and so has each account at each source.
"""

import hashlib
import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db import connection
from django.shortcuts import render

HASHED, WINDOW = 10, 300  # attempts at one account from one source (or one known device); seconds
# lane → (attempts, seconds)
LIMITS = {
    "device": (HASHED, WINDOW),
    "account and source": (HASHED, WINDOW),
    "account": (100, 3600),
    "source": (50, WINDOW),
    "network": (200, WINDOW),
    "dead tokens": (60, WINDOW),
    "single sign-on": (60, WINDOW),
    "letters": (3, 3600),
    "stopped": (1, WINDOW),
}
ALERT_AT, ALERT_WINDOW = 20, 3600  # refused attempts at one account; seconds
LIMITS["refused"] = ALERT_AT, ALERT_WINDOW
DEVICE_SALT, DEVICE_AGE = "registry.known-device", 180 * 24 * 3600

TAKE = """
INSERT INTO registry_attemptcount AS stored (key, since, count)
SELECT key, now(), 1 FROM unnest(%(keys)s::text[], %(windows)s::int[]) AS wanted (key, seconds) ORDER BY key
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN stored.since < now() - make_interval(secs => (SELECT seconds FROM unnest(%(keys)s::text[], %(windows)s::int[])
    AS w (key, seconds) WHERE w.key = excluded.key)) THEN 1 ELSE stored.count + 1 END,
  since = CASE WHEN stored.since < now() - make_interval(secs => (SELECT seconds FROM unnest(%(keys)s::text[], %(windows)s::int[])
    AS w (key, seconds) WHERE w.key = excluded.key)) THEN now() ELSE stored.since END
RETURNING key, count, extract(epoch FROM now() - since)::int
"""
GIVE_BACK = """
UPDATE registry_attemptcount SET count = greatest(count - 1, 0) WHERE key IN (
  SELECT key FROM registry_attemptcount WHERE key = ANY (%s::text[]) ORDER BY key FOR UPDATE)
"""
FORGET = "DELETE FROM registry_attemptcount WHERE key = ANY (%s::text[])"


def key_of(lane, *words):
    """The key of a count: tells nothing about whose it is."""
    return hashlib.sha256("\0".join((lane, *words)).encode()).hexdigest()


def taken(lanes):
    """Count one attempt in each of `lanes` ({lane: words}). Seconds to wait: 0 when it may go on; then it must be settled or given back."""
    waits = [
        max(1, LIMITS[lane][1] - since) for lane, (count, since) in count_one(lanes).items() if count > LIMITS[lane][0]
    ]
    if waits:
        give_back(lanes)
    return max(waits, default=0)


def count_one(lanes):
    """Count one more in each of `lanes`: {lane: (count, seconds since its window began)}."""
    keys = {key_of(lane, *words): lane for lane, words in lanes.items()}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"keys": list(keys), "windows": [LIMITS[lane][1] for lane in keys.values()]})
        return {keys[key]: (count, since) for key, count, since in cursor.fetchall()}


def give_back(lanes):
    """As if it had not been tried."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, [[key_of(lane, *words) for lane, words in lanes.items()]])


def forget(lanes):
    """Begin these counts anew."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [[key_of(lane, *words) for lane, words in lanes.items()]])


def source_of(request):
    """(source, network) of a request: an address or, of IPv6, what one subscriber has; and what is around it."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return "unknown", "unknown"
    near, far = (32, 24) if address.version == 4 else (64, 48)
    return tuple(
        str(ipaddress.ip_network((address, bits), strict=False).network_address) + f"/{bits}" for bits in (near, far)
    )


@dataclass
class Attempt:
    """One attempt at an account. The view says how it ended; while it says nothing, nothing was tried."""

    account: str
    lanes: dict
    outcome: str = ""
    person: object = None
    note: str = ""

    def passed(self, person, note=""):
        """The right password or code."""
        self.outcome, self.person, self.note = "passed", person, note

    def asked(self):
        """Neither right nor wrong, but it counts."""
        self.outcome = "asked"

    def failed(self, person=None, note=""):
        """A wrong one."""
        self.outcome, self.person, self.note = "failed", person, note


def attempt_at(account, request, what):
    """The lanes of an attempt at `account`: the device's own where it is known, else those of account, source and network."""
    account = account.strip().lower()[:254]
    device = known_device(request, account)
    if device:
        return Attempt(account, {"device": (what, device)})
    source, network = source_of(request)
    return Attempt(
        account,
        {
            "account and source": (what, account, source),
            "account": (what, account),
            "source": (what, source),
            "network": (what, network),
        },
    )


def known_device(request, account):
    """The name of this device, if `account` signed in from it before; else nothing."""
    try:
        device = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=DEVICE_SALT, max_age=DEVICE_AGE
        )
    except signing.BadSignature:
        return ""
    return device["name"] if device["account"] == key_of("device", account) else ""


def remember_device(request, response, account, name):
    """Let the browser keep that `account` signed in from it."""
    value = signing.dumps({"account": key_of("device", account.lower()), "name": name}, salt=DEVICE_SALT)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        value,
        max_age=DEVICE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def counted(what, account_of):
    """Count each POST to a view as an attempt at `account_of(request)` before the view runs; an empty account is not counted."""

    def decorate(view):
        view.counted = what, account_of
        return view

    return decorate


class ThrottleMiddleware:
    """Counts attempts outside the request's transaction, which may roll back and would hold the counts until its end."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.attempt = None
        response = self.get_response(request)
        if request.attempt:
            from registry.actions.security import settle  # the actions need the models, the settings this

            settle(request, request.attempt)
        return response

    def process_view(self, request, view, args, kwargs):
        """429, before anything is hashed, where there were too many."""
        what, account_of = getattr(view, "counted", (None, None))
        account = account_of(request) if what and request.method == "POST" else ""
        if not account:
            return None
        attempt = attempt_at(account, request, what)
        seconds = taken(attempt.lanes)
        if seconds:
            from registry.actions.security import note_stopped

            note_stopped(request, attempt)
            return too_many(request, seconds)
        request.attempt = attempt
        return None


def too_many(request, seconds):
    """The answer 429: how long to wait, in words."""
    if request.path_info.startswith("/api/"):
        from registry.api.problems import response_of

        response = response_of(request, "throttled")
    else:
        response = render(request, "429.html", {"minutes": -(-seconds // 60)}, status=429)
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    return response
