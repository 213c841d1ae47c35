"""What a hospital's investigator endorses: all of the hospital's data of a cohort, at a milestone that the consortium set."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models.states import Meaning


class Milestone(models.Model):
    """A day for which each hospital endorses its data of a cohort: an interim analysis, a data cut. Once ended it asks for nothing more."""

    cohort = models.ForeignKey("registry.Cohort", on_delete=models.PROTECT)
    name = models.CharField(_("Milestone"), max_length=80)
    day = models.DateField(_("Day"))
    set_by = models.CharField(max_length=254)
    set_at = models.DateTimeField(default=timezone.now)
    ended_by = models.CharField(max_length=254, blank=True)
    ended_at = models.DateTimeField(null=True)
    why_ended = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [models.UniqueConstraint(fields=["cohort", "name"], name="one_milestone_of_a_name")]

    def __str__(self):
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether hospitals are still asked."""
        return self.ended_at is None


class Endorsement(models.Model):
    """An investigator's signature under all of a hospital's data of a cohort. Never changed; the newest of a milestone counts.

    digest  SHA-256 over the digests of the forms covered, as signatures have them
    since   the change after which everything was shown to the signer: the last one that the hospital's endorsement before covers
    upto    the last change that is covered; a later one makes it stale
    """

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    meaning = models.CharField(_("Meaning"), max_length=10, choices=Meaning.choices)
    signer = models.CharField(_("Who"), max_length=254)
    signer_name = models.CharField(_("Name"), max_length=120)
    signed_at = models.DateTimeField(_("Signed"))
    digest = models.CharField(max_length=64)
    since = models.BigIntegerField()
    upto = models.BigIntegerField()
    cases = models.PositiveIntegerField()
    forms = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["milestone", "site", "id"], name="endorsements_of_milestone")]


class ShownChanges(models.Model):
    """Up to which change of a case its person was shown everything, on the page on which a hospital's data are endorsed."""

    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("registry.Case", on_delete=models.PROTECT, related_name="+")
    upto = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "case"], name="shown_once_a_case")]
