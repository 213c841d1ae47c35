"""What one person asked for and a second one decides: the parts that redactions and openings share."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from registry.models import Person
from registry.models.two_persons import ASKED, place_of


def by_whom(person):
    """Who asks, as it is stored."""
    return {"asked_by": person.email, "asked_for": place_of(person)}


def waiting(rows, pk):
    """The request with this key among `rows`, those that the person may see, while it waits. PermissionDenied, ValidationError."""
    asked = rows.filter(pk=pk).first()
    if asked is None:
        raise PermissionDenied
    if asked.state != ASKED:
        raise ValidationError(_("This was ended meanwhile. Nothing was changed."), code="ended")
    return asked


def check_second(asked, by):
    """Raise ValidationError where `by` asked, or is of one place with whoever did."""
    if asked.asked_by == by.email:
        raise ValidationError(_("You asked for this yourself. Somebody else has to confirm it."), code="same")
    if asked.is_asked_by(by):
        words = _(
            "Whoever asked for this and you are each other's deputies, or the same person's. A third person has to confirm it."
        )
        raise ValidationError(words, code="same")


def check_still(by, permission):
    """Raise PermissionDenied where the right was taken from `by`, or from whom `by` stands in for, since the request began."""
    now = Person.objects.in_bulk({by.pk, by.stands_in.person_id if by.stands_in else by.pk})
    holder = now[by.stands_in.person_id if by.stands_in else by.pk]
    if not (now[by.pk].is_active and holder.role == by.role and holder.may_by_role(permission) and by.may(permission)):
        raise PermissionDenied
