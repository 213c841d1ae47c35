"""Datasets, runs and results: every figure reads one stored Result, and every Result names its dataset."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Dataset(models.Model):
    """What a cohort's analyses are computed from: the rows of one moment, de-identified, hashed, never changed."""

    cohort = models.ForeignKey("registry.Cohort", on_delete=models.PROTECT)
    kind = models.CharField(
        max_length=4, choices=[("live", _("Live revision")), ("cut", _("Data cut"))], default="live"
    )
    revision = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    cases = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)
    code_version = models.CharField(max_length=40)

    class Meta:
        ordering = ["-revision"]
        constraints = [models.UniqueConstraint(fields=["cohort", "kind", "revision"], name="one_dataset_per_revision")]
        indexes = [models.Index(fields=["cohort", "-revision"], name="dataset_newest")]

    def __str__(self):
        return f"{self.cohort.code} {self.kind} {self.revision}"


class DatasetTable(models.Model):
    """One table of a dataset as Parquet. In the database, so that a dataset is stored whole or not at all."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="tables")
    name = models.CharField(max_length=40)
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    parquet = models.BinaryField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="one_table_per_name")]


class AnalysisRun(models.Model):
    """One analysis on one dataset by one version of the code: computed once, shared by all who ask.

    state is the truth, a message only says "look": a run is claimed with a lease and a fence, and only the holder of the newest
    fence can finish it.
    """

    QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="runs")
    analysis = models.CharField(max_length=80)
    spec = models.JSONField()
    spec_hash = models.CharField(max_length=64)
    code_version = models.CharField(max_length=40)
    requested_by = models.CharField(max_length=254)
    state = models.CharField(
        max_length=8,
        default=QUEUED,
        choices=[(QUEUED, _("queued")), (RUNNING, _("running")), (DONE, _("done")), (FAILED, _("failed"))],
    )
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    deadline = models.DateTimeField()
    rung_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["spec_hash", "dataset", "code_version"], name="one_run_per_question"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state__in=["queued", "running"]), name="runs_open"),
            models.Index(fields=["analysis", "-id"], name="runs_of_analysis"),
        ]


class Result(models.Model):
    """What a run found. Page, JSON, CSV and figure all read this one."""

    run = models.OneToOneField(AnalysisRun, on_delete=models.CASCADE, primary_key=True)
    body = models.JSONField()
    digest = models.CharField(max_length=64)


class Heartbeat(models.Model):
    """When a worker last finished the task that beat sends: progress, not mere life."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
