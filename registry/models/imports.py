"""Files that somebody brings in: the file while it is worked on, what became of each record, and mappings that are kept for the next file."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportLayout(models.Model):
    """A mapping that is kept for the next file of a hospital with the same columns.

    header  SHA-256 of the file's columns, by which it is found again, whatever their order
    text    the mapping, as YAML (registry/imports/mapping.py); it holds no answer of a patient
    """

    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    name = models.CharField(_("Name"), max_length=200)
    header = models.CharField(max_length=64)
    text = models.TextField()
    kept_by = models.CharField(max_length=254)
    kept_at = models.DateTimeField()

    class Meta:
        ordering = ["-kept_at"]
        constraints = [models.UniqueConstraint(fields=["site", "header"], name="one_layout_per_header")]


class ImportJob(models.Model):
    """A file on its way in, record by record: looked at first, then stored as it was seen. A killed process costs one batch.

    kind     records: of this registry or of a REDCap project; cases: by `mapping`, one row a case
    mapping  YAML; blank until somebody has made it
    token    by which it was sent; its bounds hold while it is worked on
    content  the file, encrypted; gone when it is forgotten or has expired
    digest   SHA-256 of file, encoding, mapping and choices: the same again is the same job
    step     what is done, or was done last; state: how far that is
    counts   how many records of each outcome, new cases, answers and queries, of the last step
    """

    class Kind(models.TextChoices):
        """What the file holds."""

        RECORDS = "records", _("records of this registry or of REDCap")
        CASES = "cases", _("cases by a mapping")

    class Step(models.TextChoices):
        """What is being done."""

        LOOK = "look", _("looking")
        STORE = "store", _("storing")

    class State(models.TextChoices):
        """How far it is."""

        MAPPING = "mapping", _("needs a mapping")
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        LOOKED = "looked", _("looked at")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT)
    token = models.ForeignKey("registry.Token", on_delete=models.PROTECT, null=True)
    site = models.ForeignKey(
        "registry.Site", on_delete=models.PROTECT, null=True
    )  # of every row, where the mapping names none
    name = models.CharField(max_length=200)
    encoding = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    mapping = models.TextField(blank=True)
    completes = models.BooleanField(default=False)  # forms that nothing blocks are marked complete
    content = models.BinaryField()
    digest = models.CharField(max_length=64)

    step = models.CharField(max_length=10, choices=Step.choices, default=Step.LOOK)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    records = models.PositiveIntegerField(null=True)
    records_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    asked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)  # claims since the last batch that was stored
    rung_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["person", "-id"], name="imports_of_person")]

    @property
    def is_open(self) -> bool:
        """Whether a process is to work on it."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def kind_is_ready(self) -> bool:
        """Whether everything is there that the work needs: the mapping, where it needs one."""
        return self.kind == self.Kind.RECORDS or bool(self.mapping)


class ImportedRecord(models.Model):
    """What became of one record of a file, or would become of it.

    number   its place in the order in which records are stored
    rows     the rows of the file that it was made of, as the person's program numbers them
    seen     SHA-256 of the changes that were looked at; what is stored is that or nothing
    faults, cells, queries   lists of lists: what stood in the way, each answer before and after, what the checks ask
    """

    class Outcome(models.TextChoices):
        """What became of it."""

        NEW = "new", _("new case")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("nothing to change")
        REFUSED = "refused", _("refused")

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE)
    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=60, blank=True)
    case = models.CharField(max_length=10, blank=True)
    rows = ArrayField(models.PositiveIntegerField(), default=list)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    is_stored = models.BooleanField(default=False)  # it was that step's turn to store it; a refused one was not
    answers = models.PositiveIntegerField(default=0)
    seen = models.CharField(max_length=64, blank=True)
    faults = models.JSONField(default=list)
    cells = models.JSONField(default=list)
    queries = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="one_outcome_per_record")]
