"""The end of an account: at a date, with a successor where somebody must go on. What is signed stays signed."""

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry import clock
from registry.access.deputies import may_stand_in
from registry.access.row_security import everything_scope
from registry.actions.doors import check_not_the_last, close_doors, has_drafts
from registry.actions.members import check_manages_people
from registry.models import Leaving


def leaving_of(person):
    """The end that is set and not reached yet, or None."""
    return Leaving.objects.select_related("successor").filter(person=person, done_at=None, taken_back_at=None).first()


@transaction.atomic
def set_end(person, *, last_day, successor, by):
    """The account ends after `last_day`; at once, if that is over. Raises ValidationError naming the field."""
    check_manages_people(by)
    if person.pk == by.pk:
        raise ValidationError(_("For yourself another administrator does this."))
    if not person.is_active:
        raise ValidationError(_("This account is ended already."))
    if successor is not None and not may_stand_in(person, successor):
        raise ValidationError(
            {"successor": _("Choose somebody who does the same kind of work, at one of the same hospitals.")}
        )
    check_not_the_last(person)
    if successor is None and has_drafts(person):
        raise ValidationError({"successor": _("There are drafts of this person. Choose who goes on with them.")})
    Leaving.objects.filter(person=person, done_at=None, taken_back_at=None).update(taken_back_at=timezone.now())
    leaving = Leaving.objects.create(person=person, last_day=last_day, successor=successor, set_by=by.email)
    if last_day < clock.today():
        _end(leaving)
    return leaving


@transaction.atomic
def take_back(person, *, by):
    """The account goes on."""
    check_manages_people(by)
    return Leaving.objects.filter(person=person, done_at=None, taken_back_at=None).update(taken_back_at=timezone.now())


def end_due():
    """End the accounts whose last day is over; returns whose."""
    ended = []
    due = Leaving.objects.filter(done_at=None, taken_back_at=None, last_day__lt=clock.today())
    for pk in due.values_list("pk", flat=True):
        with transaction.atomic():
            one = Leaving.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk, done_at=None).first()
            if one is not None:
                _end(one)
                ended.append(one.person)
    return ended


def _end(leaving):
    """Nothing of the account opens anything any more; its drafts are the successor's."""
    person, now = leaving.person, timezone.now()
    with everything_scope(actor=leaving.set_by, role="administrator"):
        person.is_active = False
        person.save(update_fields=["is_active"])
        leaving.drafts = _handed_over(person, leaving.successor) if leaving.successor else 0
    close_doors(person)
    leaving.done_at = now
    leaving.save(update_fields=["done_at", "drafts"])


def _handed_over(person, successor):
    with connection.cursor() as cursor:
        cursor.execute("SELECT guard.hand_over_drafts(%s, %s)", [person.pk, successor.pk])
        return cursor.fetchone()[0]
