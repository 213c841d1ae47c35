"""The security log and what follows from it: counts of attempts are settled, alerts raised."""

from django.db import transaction
from django.utils import timezone

from registry.access import throttle
from registry.models import Happened, Letter, Purpose, SecurityEvent


def note(kind, *, person=None, by="", source="", agent="", about=""):
    """One line in the security log, now."""
    return SecurityEvent.objects.create(
        kind=kind, person=person, by=by, source=source[:45], agent=agent[:200], note=about[:200], at=timezone.now()
    )


def note_for(request, kind, person, *, about=""):
    """One line about `person`, from where this request came; by whom, if another is signed in."""
    user = getattr(request, "user", None)
    by = user.email if user and user.is_authenticated and user.pk != getattr(person, "pk", None) else ""
    return note(kind, person=person, by=by, source=address_of(request), agent=agent_of(request), about=about)


def address_of(request):
    """The address that a request came from."""
    return request.META.get("REMOTE_ADDR", "")[:45]


def agent_of(request):
    """What the browser says of itself."""
    return request.headers.get("User-Agent", "")[:200]


@transaction.atomic
def settle(request, attempt):
    """What an attempt leaves: a passed one gives back its counts, a failed one stands in the log and may raise an alert."""
    if attempt.outcome not in ("failed", "asked"):
        throttle.give_back(attempt.lanes)
    if attempt.outcome == "passed":
        own = {name: words for name, words in attempt.lanes.items() if name in ("device", "account and source")}
        throttle.forget(own)
        throttle.forget({"refused": (attempt.account,)})
    if attempt.outcome == "failed":
        kind = Happened.NOT_PROVED if attempt.note in ("proof", "sign") else Happened.REFUSED
        note_for(request, kind, attempt.person, about=attempt.note)
        if throttle.count_one({"refused": (attempt.account,)})["refused"][0] == throttle.ALERT_AT:
            raise_alert(request, attempt.person)


def raise_alert(request, person):
    """A line in the log, and a letter to those who manage people. `person` is empty where no account has that address."""
    note_for(request, Happened.ALERT, person)
    Letter.objects.create(purpose=Purpose.ALERT, person=person, wanted_by="security")


def note_stopped(request, attempt):
    """The first attempt that is stopped in a window stands in the log; the others cost one statement."""
    if not throttle.taken({"stopped": (attempt.account, *throttle.source_of(request))}):
        from registry.models import Person

        person = Person.objects.filter(email=attempt.account).first()
        note_for(request, Happened.THROTTLED, person)
