"""Blind re-entry: critical items of forms, drawn at random, are entered again from the source by somebody else, and compared."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.access.scope import CaseRowQuerySet


class Audit(models.Model):
    """A sample of complete forms. `population`: of how many it was drawn, by the number `seed` that anybody can draw it with again."""

    cohort = models.ForeignKey("registry.Cohort", on_delete=models.PROTECT)
    name = models.CharField(_("Audit"), max_length=80, unique=True)
    site_ids = ArrayField(models.BigIntegerField())
    seed = models.BigIntegerField()
    population = models.PositiveIntegerField()
    drawn_by = models.CharField(max_length=254)
    drawn_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return self.name


class AuditForm(models.Model):
    """One form of the sample. Until it is sealed no stored answer stands beside it, and nothing typed is kept.

    began_by   who enters it again; nobody else does, and that one is shown no page of the case until it is sealed
    read_at    when that person had last been shown the case before
    """

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT)
    case = models.ForeignKey("registry.Case", on_delete=models.PROTECT)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    form = models.CharField(_("Form"), max_length=40)
    row_id = models.BigIntegerField()
    began_by = models.CharField(max_length=254, blank=True)
    began_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    sealed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseRowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["audit", "form", "row_id"], name="drawn_once_an_audit")]
        indexes = [
            models.Index(fields=["began_by"], condition=models.Q(sealed_at=None), name="audits_being_entered"),
        ]


class Outcome(models.TextChoices):
    """What the comparison of one item shows."""

    AGREED = "agreed", pgettext_lazy("audit", "agreed")
    DIFFERS = "differs", pgettext_lazy("audit", "differs")
    NOT_STORED = "not_stored", _("missing in the registry")
    NOT_ENTERED = "not_entered", _("missing in the re-entry")


class Verdict(models.TextChoices):
    """Who was wrong, by the source."""

    REGISTRY = "registry", _("the registry is wrong")
    REENTRY = "reentry", _("the re-entry is wrong")
    BOTH = "both", _("both are wrong")
    UNCLEAR = "unclear", _("the source is not clear")


class AuditAnswer(models.Model):
    """One critical item of a sealed form, as it was stored and as it was entered again: value, precision, reason. Never free text."""

    audit_form = models.ForeignKey(AuditForm, on_delete=models.PROTECT)
    case = models.ForeignKey("registry.Case", on_delete=models.PROTECT)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    item = models.CharField(max_length=40)
    stored = models.JSONField(null=True)
    entered = models.JSONField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    verdict = models.CharField(_("Judgement"), max_length=10, choices=Verdict.choices, blank=True)
    judged_by = models.CharField(max_length=254, blank=True)
    judged_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseRowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["audit_form", "item"], name="compared_once_a_form")]
