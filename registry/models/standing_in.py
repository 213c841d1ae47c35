"""Who works for whom for a time, and when somebody's account ends."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry import clock
from registry.models.person import Person


class Deputy(models.Model):
    """Somebody who may work in another's place, in that role and at those sites, from the first day to the last; never both at once.

    The days are those of the registry's clock (DISPLAY_TIME_ZONE), the last one included.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="deputies")
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="stands_in_for")
    begins = models.DateField(_("From"))
    ends = models.DateField(_("To"))
    named_by = models.CharField(max_length=254)
    named_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["begins", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(person=models.F("deputy")), name="nobody_is_their_own_deputy"),
            models.CheckConstraint(condition=models.Q(ends__gte=models.F("begins")), name="a_deputy_has_a_day"),
        ]

    @property
    def is_now(self) -> bool:
        """Whether the deputy may work in the other's place at this moment."""
        return self.ended_at is None and self.begins <= clock.today() <= self.ends and self.person.is_active


class Leaving(models.Model):
    """When somebody's account ends: after the last day. What was begun goes to the successor.

    drafts   how many drafts were handed over, once it is done
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="leavings")
    last_day = models.DateField(_("Last day"))
    successor = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    set_by = models.CharField(max_length=254)
    set_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    drafts = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(done_at=None, taken_back_at=None),
                name="one_end_of_an_account",
            )
        ]
