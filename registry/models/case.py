"""One patient's case at one site."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.access.scope import CaseManager, CaseQuerySet


class Case(models.Model):
    """A patient in the registry. The number (site code and order at the site) is given by the registry and never changes."""

    number = models.CharField(_("Case number"), max_length=8, unique=True)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    cohort = models.ForeignKey("registry.Cohort", on_delete=models.PROTECT)
    stratum = models.CharField(_("Group in an imported cohort"), max_length=60, null=True, blank=True)
    enrolled_at = models.DateTimeField(auto_now_add=True)
    is_locked = models.BooleanField(default=False, db_default=False)  # no form can be added, changed or removed
    is_void = models.BooleanField(default=False, db_default=False)  # enrolled by mistake: counted nowhere
    version = models.PositiveIntegerField(default=0)

    objects = CaseManager.from_queryset(CaseQuerySet)()
    with_void = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["number"]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        """The case's page."""
        from django.urls import reverse

        return reverse("case", args=[self.number])

    @property
    def is_closed(self) -> bool:
        """Whether nothing of it can be added or changed: it is locked, or its hospital or cohort is."""
        if "is_locked_around" not in self.__dict__:  # asked for without with_locks
            self.is_locked_around = Case.with_void.with_locks().get(pk=self.pk).is_locked_around
        return self.is_locked or self.is_locked_around
