"""Name a deputy for a time, take that back, begin and end working in somebody's place. A deputy's time ends by itself."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry import clock
from registry.access.deputies import may_stand_in
from registry.access.permissions import Permission
from registry.models import Deputy, Person

LONGEST_DAYS = 93


def candidates(person):
    """Who could be the deputy of `person`, by name."""
    others = Person.objects.filter(is_active=True).prefetch_related("sites")
    return [other for other in others if may_stand_in(person, other)]


@transaction.atomic
def name_deputy(person, other, *, begins, ends, by):
    """`other` may work in the place of `person` from `begins` to `ends`, both days included. One names one's own; an administrator anybody's."""
    if by.stands_in or (person.pk != by.pk and not by.may(Permission.PEOPLE_MANAGE)):
        raise PermissionDenied
    if not may_stand_in(person, other):
        raise ValidationError(
            {"deputy": _("Choose somebody who does the same kind of work, at one of the same hospitals.")}
        )
    if ends < begins or ends < clock.today():
        raise ValidationError({"ends": _("The last day lies before the first one, or is over.")})
    if (ends - max(begins, clock.today())).days >= LONGEST_DAYS:
        raise ValidationError({"ends": _("A deputy is named for %(days)d days at most. For longer, ask the administrator for the role itself.") % {"days": LONGEST_DAYS}})  # fmt: skip
    overlapping = Deputy.objects.filter(person=person, deputy=other, ended_at=None, begins__lte=ends, ends__gte=begins)
    if overlapping.exists():
        raise ValidationError({"deputy": _("This person is your deputy for some of these days already.")})
    return Deputy.objects.create(person=person, deputy=other, begins=begins, ends=ends, named_by=by.email)


@transaction.atomic
def end_deputy(deputy, *, by):
    """The time ends now. By whoever named it, by the deputy, or by an administrator."""
    if by.pk not in (deputy.person_id, deputy.deputy_id) and not by.may(Permission.PEOPLE_MANAGE):
        raise PermissionDenied
    Deputy.objects.filter(pk=deputy.pk, ended_at=None).update(ended_at=timezone.now())


def places_of(person):
    """In whose place `person` may work today."""
    now = {"begins__lte": clock.today(), "ends__gte": clock.today()}
    found = Deputy.objects.filter(deputy=person, ended_at=None, person__is_active=True, **now)
    return [one for one in found.select_related("person") if may_stand_in(one.person, person)]
