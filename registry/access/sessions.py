"""Sessions in PostgreSQL. An ended one is not found: 30 minutes after its person was last seen, 12 hours after the sign-in,
or when the person or an administrator ended it. What may serve is decided here alone, for pages and for streams.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from registry.models import SignedInSession

BEGAN, SEEN, PROVED, SOURCE, AGENT = "_began", "_seen", "_proved", "_source", "_agent"
FACTOR = "_factor"  # whether a second factor was shown
STANDS_IN = "_stands_in"  # in whose place its person works (a Deputy's key)
PENDING = "_pending"  # whose password was right, while the second step is due
NOTED_EVERY = 60  # seconds: a moment that is noted at each request would make each request a write


class SessionStore(DatabaseStore):
    """Django's, with columns by which somebody knows the own sessions."""

    @classmethod
    def get_model_class(cls):
        """The table."""
        return SignedInSession

    def create_model_instance(self, data):
        """The row of `data`."""
        row = super().create_model_instance(data)
        if SESSION_KEY in data:
            began, seen = moment(data[BEGAN]), moment(data[SEEN])
            row.person_id = int(data[SESSION_KEY])
            row.began_at, row.seen_at = began, seen
            row.source, row.agent = data.get(SOURCE, ""), data.get(AGENT, "")
            row.expire_date = min(
                seen + timedelta(seconds=settings.SESSION_IDLE_SECONDS),
                began + timedelta(seconds=settings.SESSION_COOKIE_AGE),
            )
        return row

    def save(self, must_create=False):
        """Store it; the first time with a person in it is the sign-in."""
        data = self._get_session(no_load=must_create)
        if SESSION_KEY in data and BEGAN not in data:
            data[BEGAN] = data[SEEN] = timezone.now().timestamp()
        super().save(must_create)


def moment(seconds):
    """The instant that a session holds as seconds."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def note_seen(session):
    """Whoever the session belongs to did something just now."""
    now = timezone.now().timestamp()
    if SESSION_KEY in session and now - session.get(SEEN, 0) >= NOTED_EVERY:
        session[SEEN] = now


def note_proved(session):
    """The person showed a password or a factor just now."""
    session[PROVED] = timezone.now().timestamp()


def is_proved(session):
    """Whether the person showed a password or a factor within the last minutes, in this session; the sign-in is one."""
    last = session.get(PROVED, session.get(BEGAN, 0))
    return 0 <= timezone.now().timestamp() - last <= settings.PROOF_SECONDS
