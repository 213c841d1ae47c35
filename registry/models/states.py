"""What is stored about forms besides their answers: signatures, exemptions, drafts, derived values, runs of the checks."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry.access.scope import CaseRowQuerySet


class Meaning(models.TextChoices):
    """What a signature says."""

    REVIEWED = "reviewed", _("I have reviewed these data")
    ACCURATE = "accurate", _("These data are complete and agree with the source")


class Signature(models.Model):
    """Somebody's electronic signature under one stored form. Void once the form changes or is unlocked.

    `digest` is SHA-256 over the canonical image of the form as signed, so that a change past the application shows too.
    """

    case = models.ForeignKey("registry.Case", on_delete=models.PROTECT)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    form = models.CharField(_("Form"), max_length=40)
    row_id = models.BigIntegerField()
    form_version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    meaning = models.CharField(_("Meaning"), max_length=10, choices=Meaning.choices)
    signer = models.CharField(_("Who"), max_length=254)
    signer_name = models.CharField(_("Name"), max_length=120)
    signed_at = models.DateTimeField(_("Signed"))
    voided_at = models.DateTimeField(_("Void since"), null=True)
    voided_because = models.CharField(_("Why it is void"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseRowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case"], name="signatures_of_case")]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "row_id"], condition=models.Q(voided_at=None), name="one_signature_per_form"
            )
        ]

    @property
    def why_void(self) -> str:
        """Why it is void, in the reader's language."""
        return gettext(self.voided_because) if self.voided_because else ""


class ExemptionKind(models.TextChoices):
    """Why an expected form is not required."""

    WAIVED = "waived", _("waived by the data manager")
    ELSEWHERE = "elsewhere", _("reported to another registry")


class Exemption(models.Model):
    """An expected form that is not required. `slot`: the planned visit of a repeating form, such as "M12"; else blank."""

    case = models.ForeignKey("registry.Case", on_delete=models.PROTECT)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    form = models.CharField(_("Form"), max_length=40)
    slot = models.CharField(_("Planned visit"), max_length=10, blank=True)
    kind = models.CharField(_("Kind"), max_length=10, choices=ExemptionKind.choices)
    reason = models.CharField(_("Why"), max_length=500)
    actor = models.CharField(_("Who"), max_length=254)
    at = models.DateTimeField(_("When"))
    ended_at = models.DateTimeField(_("Ended"), null=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseRowQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "form", "slot"], condition=models.Q(ended_at=None), name="one_exemption_per_form"
            )
        ]


class Draft(models.Model):
    """What somebody typed into a form and has not saved. Not a record: it has no history and goes with the save."""

    person = models.ForeignKey("registry.Person", on_delete=models.CASCADE)
    case = models.ForeignKey("registry.Case", on_delete=models.PROTECT)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    form = models.CharField(max_length=40)
    key = models.CharField(max_length=20, blank=True)  # blank: a row not stored yet
    version = models.PositiveIntegerField()  # of the form when the typing began
    typed = models.JSONField()  # [name, text] pairs as the page sends them
    saved_at = models.DateTimeField()

    objects = CaseRowQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at"]
        constraints = [models.UniqueConstraint(fields=["person", "case", "form", "key"], name="one_draft_per_form")]


class DerivedValue(models.Model):
    """A derived field as of the last save: never typed, never corrected, computed anew from the answers.

    `value` is null while an answer it needs is missing; `missing` names those.
    """

    case = models.ForeignKey("registry.Case", on_delete=models.CASCADE)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    form = models.CharField(max_length=40)
    row_id = models.BigIntegerField()
    name = models.CharField(max_length=40)
    value = models.JSONField(null=True)
    scale = models.CharField(max_length=60)  # with its version and the registry's reading of it
    missing = models.JSONField(default=list)
    because = models.JSONField(default=list)
    is_provisional = models.BooleanField(default=False)
    at = models.DateTimeField()

    objects = CaseRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "form", "row_id", "name"], name="one_value_per_derived_field")
        ]


class CheckRun(models.Model):
    """One run of every check over the stored cases, with how far it is."""

    class State(models.TextChoices):
        """Where a run is."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    site_code = models.CharField(max_length=3, blank=True)  # blank: every site
    requested_by = models.CharField(max_length=254)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    cases_done = models.PositiveIntegerField(default=0)
    cases_all = models.PositiveIntegerField(null=True)
    last_case = models.BigIntegerField(default=0)  # checked up to here, by id: where the next batch begins
    counts = models.JSONField(default=dict)  # severity → rule → findings
    queries_opened = models.PositiveIntegerField(default=0)
    queries_closed = models.PositiveIntegerField(default=0)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)  # whoever works on it lives, up to here
    fence = models.PositiveIntegerField(default=0)  # grows with each claim: only the newest may store
    attempts = models.PositiveSmallIntegerField(default=0)  # claims since the last batch that was stored
    rung_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]

    @property
    def is_open(self) -> bool:
        """Whether it is still to end."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)
