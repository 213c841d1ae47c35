"""Locks of a hospital or a cohort as a whole, and what is asked for to open a lock of any kind."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.access.lock_sql import LAPSES_AFTER_DAYS
from registry.access.scope import OpeningQuerySet
from registry.models.two_persons import ASKED, WITHDRAWN, TwoPersons


def lapsed_before():
    """What was asked for until then can be agreed to no more."""
    return timezone.now() - timedelta(days=LAPSES_AFTER_DAYS)


class DatabaseLock(models.Model):
    """Every case of a hospital, or of a cohort, is locked: nothing is added or changed, in PostgreSQL too, until two persons open it.

    found   what stood against it when it was locked all the same: word (registry.lock_warnings) → how many
    """

    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT, null=True)
    cohort = models.ForeignKey("registry.Cohort", on_delete=models.PROTECT, null=True)
    reason = models.CharField(_("Why"), max_length=500)
    found = models.JSONField(default=dict)
    locked_by = models.CharField(max_length=254)
    locked_at = models.DateTimeField(default=timezone.now)
    opened_by = models.CharField(max_length=254, blank=True)
    opened_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(site=None, cohort__isnull=False) | models.Q(site__isnull=False, cohort=None),
                name="a_lock_has_one_place",
            ),
            models.UniqueConstraint(fields=["site"], condition=models.Q(opened_at=None), name="one_lock_per_site"),
            models.UniqueConstraint(fields=["cohort"], condition=models.Q(opened_at=None), name="one_lock_per_cohort"),
        ]

    def __str__(self):
        return self.place.name

    @property
    def place(self):
        """The hospital or cohort."""
        return self.site or self.cohort


class OpeningReason(models.TextChoices):
    """Why a lock is to be opened."""

    LATE = "late", _("Data or a report came late")
    SOURCE = "source", _("An answer does not agree with its source")
    CHECK = "check", _("A query or a check found something")
    CONSENT = "consent", _("Consent was withdrawn or changed")
    MISTAKE = "mistake", _("It was locked by mistake")
    OTHER = "other", _("Another reason")


class OpeningState(models.TextChoices):
    """asked: a second person is to decide. lapsed: too long ago, or the lock was opened another way."""

    ASKED = ASKED, pgettext_lazy("opening", "waits for a second person")
    APPROVED = "approved", pgettext_lazy("opening", "opened")
    DECLINED = "declined", pgettext_lazy("opening", "declined")
    WITHDRAWN = WITHDRAWN, pgettext_lazy("opening", "withdrawn")
    LAPSED = "lapsed", pgettext_lazy("opening", "lapsed")


class Opening(TwoPersons):
    """That a lock is to be opened, or was: of a form (`form`, `row_id`), a whole case, or a hospital or cohort (`lock`).

    decision     why the second person agreed or did not
    transaction  in which PostgreSQL let it be opened, and no other
    """

    case = models.ForeignKey("registry.Case", on_delete=models.PROTECT, null=True)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT, null=True)
    form = models.CharField(_("Form"), max_length=40, blank=True)
    row_id = models.BigIntegerField(null=True)
    lock = models.ForeignKey(DatabaseLock, on_delete=models.PROTECT, null=True)
    code = models.CharField(_("Reason"), max_length=10, choices=OpeningReason.choices)
    state = models.CharField(_("State"), max_length=10, choices=OpeningState.choices, default=OpeningState.ASKED)
    decision = models.CharField(max_length=500, blank=True)
    transaction = models.BigIntegerField(null=True)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["case", "state"], name="openings_of_case")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case=None, lock__isnull=False, form="", row_id=None)
                | models.Q(lock=None, case__isnull=False, form="", row_id=None)
                | (models.Q(lock=None, case__isnull=False, row_id__isnull=False) & ~models.Q(form="")),
                name="an_opening_has_one_place",
            ),
            models.UniqueConstraint(
                fields=["case", "form", "row_id"],
                condition=models.Q(state=ASKED, lock=None),
                nulls_distinct=False,
                name="one_opening_per_case_lock",
            ),
            models.UniqueConstraint(fields=["lock"], condition=models.Q(state=ASKED), name="one_opening_per_lock"),
        ]

    @property
    def lapses_at(self):
        """From when on nobody can agree any more."""
        return self.asked_at + timedelta(days=LAPSES_AFTER_DAYS)

    @property
    def is_open(self) -> bool:
        """Whether a second person can still decide."""
        return super().is_open and self.lapses_at > timezone.now()

    @property
    def stands(self) -> OpeningState:
        """The state, as it is by now."""
        return OpeningState.LAPSED if self.state == ASKED and not self.is_open else OpeningState(self.state)
