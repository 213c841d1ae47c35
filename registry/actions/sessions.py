"""End sessions: an ended one is not found by the next request, and open streams end with it."""

import hashlib
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from registry.access.permissions import Permission
from registry.models import AttemptCount, SignedInSession

COUNTS_KEPT = 24 * 3600  # seconds, above every window


def name_of(session_key):
    """By what a page names a session: its key is never shown."""
    return hashlib.sha256(f"session:{session_key}".encode()).hexdigest()[:16]


def sessions_of(person):
    """The living sessions of `person`, the last used first."""
    return SignedInSession.objects.filter(person=person, expire_date__gt=timezone.now()).order_by("-seen_at")


def end_session(person, name, *, by):
    """End the session of `person` that a page named. Returns whether there was one. One ends the own; an administrator anybody's."""
    _check(person, by)
    found = [one.session_key for one in sessions_of(person) if name_of(one.session_key) == name]
    return bool(SignedInSession.objects.filter(session_key__in=found).delete()[0])


def end_sessions(person, *, by, but=""):
    """End all sessions of `person`, but the one with the key `but`. Returns how many."""
    _check(person, by)
    return SignedInSession.objects.filter(person=person).exclude(session_key=but).delete()[0]


def clear_ended():
    """Remove what serves nobody any more: ended sessions, old counts of attempts."""
    now = timezone.now()
    SignedInSession.objects.filter(expire_date__lt=now).delete()
    AttemptCount.objects.filter(since__lt=now - timedelta(seconds=COUNTS_KEPT)).delete()


def _check(person, by):
    if person != by and not by.may(Permission.PEOPLE_MANAGE):
        raise PermissionDenied
