"""What one person asks for and a second one agrees to: who, when, why. PostgreSQL holds that they are two (registry.access.lock_sql)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ASKED, WITHDRAWN = "asked", "withdrawn"  # the states that every such request knows


class TwoPersons(models.Model):
    """One request. Subclasses give `state`, whose first value is ASKED.

    asked_for   in whose place a deputy asked; that one cannot agree either
    """

    reason = models.CharField(_("Why"), max_length=500)
    asked_by = models.CharField(_("Asked by"), max_length=254)
    asked_for = models.CharField(max_length=254, null=True)  # noqa: DJ001 - null, as the history knows rows of before
    asked_at = models.DateTimeField(_("Asked"), default=timezone.now)
    ended_by = models.CharField(max_length=254, blank=True)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        """Whether a second person is to agree."""
        return self.state == ASKED

    def is_asked_by(self, person) -> bool:
        """Whether `person` asked, or is of one place with whoever did: they stand in for each other, or for the same colleague."""
        place = {person.email, place_of(person)} - {None}
        return bool(place & {self.asked_by, self.asked_for})


def place_of(person):
    """In whose place a deputy works; None for the own one."""
    return person.stands_in.person.email if person.stands_in else None
