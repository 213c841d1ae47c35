"""Files that people take along: what is asked for, and the log of who took what."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class ExportJob(models.Model):
    """A dataset as one file that somebody asked for. A worker makes it; it is kept for some days under its SHA-256.

    dataset_name  live, or the cut's name; revision, dataset_hash: which it was, once it is read
    sites         codes of the hospitals of a full export; tables: those wanted, [] for all
    abroad        only cases whose consent reaches outside the consortium
    key           SHA-256 of what is asked for: equal wishes have equal keys
    seen          PostgreSQL's snapshot in which the record was read: what it shows is in the file
    state         the truth, as of a run: whoever makes the file holds a lease and a fence. error: a word of ERRORS
    sha256, size  of the file, and its place; rows of all its tables; cases: ids of those in it
    """

    QUEUED, RUNNING, READY, FAILED = "queued", "running", "ready", "failed"
    CANCELLED, DELETED, EXPIRED, TAKEN_BACK = "cancelled", "deleted", "expired", "taken_back"
    STATES = [
        (QUEUED, _("queued")),
        (RUNNING, _("running")),
        (READY, _("ready")),
        (FAILED, _("failed")),
        (CANCELLED, _("cancelled")),
        (DELETED, _("deleted")),
        (EXPIRED, _("expired")),
        (TAKEN_BACK, _("taken back")),
    ]

    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT)
    cohort = models.ForeignKey("registry.Cohort", on_delete=models.PROTECT)
    dataset_name = models.CharField(max_length=60)
    format = models.CharField(max_length=10)
    profile = models.CharField(max_length=12)
    labels = models.CharField(max_length=5)
    language = models.CharField(max_length=5)
    excel = models.BooleanField(default=False)
    delimiter = models.CharField(max_length=9)
    tables = ArrayField(models.CharField(max_length=40), default=list)
    sites = ArrayField(models.CharField(max_length=10), default=list)
    abroad = models.BooleanField(default=False, db_default=False)
    key = models.CharField(max_length=64)
    code_version = models.CharField(max_length=40)

    state = models.CharField(max_length=10, default=QUEUED, choices=STATES)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=10, blank=True, default="")
    steps_done = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")

    revision = models.PositiveIntegerField(null=True)
    dataset_hash = models.CharField(max_length=64, blank=True, default="")
    seen = models.TextField(blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size = models.BigIntegerField(null=True)
    rows = models.BigIntegerField(null=True)
    cases = ArrayField(models.BigIntegerField(), null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["person", "-id"], name="exports_of_person"),
            models.Index(fields=["key", "-id"], name="exports_alike"),
            models.Index(
                fields=["id"], condition=models.Q(state__in=["queued", "running", "ready"]), name="exports_kept"
            ),
        ]

    def __str__(self):
        return f"export {self.pk} of {self.dataset_stated}"

    @property
    def dataset_stated(self):
        """The dataset for people and headers: cohort, and live with its revision if there is one, or the cut's name."""
        if self.dataset_name != "live":
            return f"{self.cohort.code} cut:{self.dataset_name}"
        return f"{self.cohort.code} live" + (f" {self.revision}" if self.revision else "")

    @property
    def file_name(self):
        """The name under which the file is taken along; the hash tells two apart."""
        name = f"cut-{self.dataset_name}" if self.dataset_name != "live" else "live"
        return f"{self.cohort.code}_{name}_{self.profile}_{self.format}_{self.sha256[:8]}.zip"


class Export(models.Model):
    """Who took what along: a figure, a table, a report, a dataset.

    person  None of a command; by: who runs it there
    profile, about  of a dataset: what the profile lets through; hospitals, tables, rows and how they are written
    cases           ids of the cases whose rows are in it; None of what holds no rows of cases
    """

    person = models.ForeignKey("registry.Person", null=True, on_delete=models.PROTECT)
    by = models.CharField(max_length=254, blank=True, default="")
    profile = models.CharField(max_length=12, blank=True, default="")
    about = models.JSONField(default=dict)
    role = models.CharField(max_length=20)
    what = models.CharField(max_length=120)
    format = models.CharField(max_length=10)
    audience = models.CharField(max_length=10, default="exact")
    dataset_hash = models.CharField(max_length=64, blank=True, default="")
    spec_hash = models.CharField(max_length=64, blank=True, default="")
    digest = models.CharField(max_length=64)
    cases = ArrayField(models.BigIntegerField(), null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
