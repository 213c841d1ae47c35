"""Datasets, runs and results: every figure reads one stored Result, and every Result names its dataset."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.export_models import Export, ExportJob  # noqa: F401 - of this app
from analytics.packed import PackedField


class Dataset(models.Model):
    """What a cohort's analyses are computed from: the rows of one moment, de-identified, hashed, never changed.

    A cut has a name, a day up to which the cases are known, and who took it and why. When somebody in it withdraws consent it is
    retired: its tables and results go, its hash and what happened stay, and a successor without the case names it as predecessor.

    manifest     of a cut: what it holds and what it leaves out, kept when it is retired
    case_ids     of the cases in it, kept when it is retired: who holds a copy of it holds them; None of one from before they were kept
    verified_at  when its hashes were last computed anew; `differs` says what was not the same then
    """

    cohort = models.ForeignKey("registry.Cohort", on_delete=models.PROTECT)
    kind = models.CharField(
        max_length=4, choices=[("live", _("Live revision")), ("cut", _("Data cut"))], default="live"
    )
    revision = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    cases = models.PositiveIntegerField()
    sites = models.PositiveIntegerField(default=0)  # hospitals with a case in it
    made_at = models.DateTimeField(auto_now_add=True)
    code_version = models.CharField(max_length=40)
    name = models.SlugField(max_length=60, blank=True, default="")
    cut_date = models.DateField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    taken_by = models.CharField(max_length=254, blank=True, default="")
    retired_at = models.DateTimeField(null=True)
    retired_reason = models.CharField(max_length=300, blank=True, default="")
    predecessor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="successors")
    manifest = models.JSONField(default=dict)
    verified_at = models.DateTimeField(null=True)
    differs = models.JSONField(default=list)
    case_ids = ArrayField(models.BigIntegerField(), null=True)

    class Meta:
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "kind", "revision"], name="one_dataset_per_revision"),
            models.UniqueConstraint(fields=["cohort", "name"], condition=~models.Q(name=""), name="one_cut_per_name"),
        ]
        indexes = [models.Index(fields=["cohort", "-revision"], name="dataset_newest")]

    def __str__(self):
        return f"{self.cohort.code} {self.kind} {self.revision}"


class DatasetTable(models.Model):
    """One table of a dataset, as Parquet or CSV. In the database, so that a dataset is stored whole or not at all."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="tables")
    name = models.CharField(max_length=40)
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    parquet = PackedField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="one_table_per_name")]


class AnalysisRun(models.Model):
    """One analysis on one dataset by one version of the code: computed once, shared by all who ask.

    state is the truth, a message only says "look": a run is claimed with a lease and a fence, and only the holder of the newest
    fence can finish it. steps_done of steps are done, `step` says what is being done; who asked may cancel it.
    """

    QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="runs")
    analysis = models.CharField(max_length=80)
    spec = models.JSONField()
    spec_hash = models.CharField(max_length=64)
    code_version = models.CharField(max_length=40)
    requested_by = models.CharField(max_length=254)
    state = models.CharField(
        max_length=9,
        default=QUEUED,
        choices=[
            (QUEUED, _("queued")),
            (RUNNING, _("running")),
            (DONE, _("done")),
            (FAILED, _("failed")),
            (CANCELLED, _("cancelled")),
        ],
    )
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    deadline = models.DateTimeField()
    rung_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")
    cancelled_by = models.CharField(max_length=254, blank=True, default="")
    steps_done = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=80, blank=True, default="")

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


class ResultCases(models.Model):
    """The cases behind a run's Result, for those who may see cases: `packed` as `analytics.core.cases_behind` packs them."""

    run = models.OneToOneField(AnalysisRun, on_delete=models.CASCADE, primary_key=True, related_name="cases_behind")
    cases = models.PositiveIntegerField()
    packed = models.BinaryField()


class ResultChange(models.Model):
    """What a run's Result says otherwise than that of the revision before, of the same analysis by the same rules.

    body  `analytics.core.headline.moved`: numbers before and after. is_of_code: the code has changed too, not only the data
    """

    run = models.OneToOneField(AnalysisRun, on_delete=models.CASCADE, primary_key=True, related_name="change")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="changes")
    before = models.PositiveIntegerField()  # revision
    is_of_code = models.BooleanField(default=False)
    body = models.JSONField()


class Heartbeat(models.Model):
    """When a worker last finished the task that beat sends: progress, not mere life."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()


class CutOrder(models.Model):
    """What somebody asks the worker to do about a data cut: take it, verify it, write its report.

    As with a run, state is the truth and a message only says "look"; whoever works on it holds a lease and a fence.
    """

    TAKE, VERIFY, REPORT, ISSUE = "take", "verify", "report", "issue"
    QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"

    kind = models.CharField(
        max_length=6,
        choices=[(TAKE, _("freeze")), (VERIFY, _("verify")), (REPORT, _("report")), (ISSUE, _("issue for the public"))],
    )
    cohort = models.ForeignKey("registry.Cohort", on_delete=models.PROTECT)
    name = models.SlugField(max_length=60)
    cut_date = models.DateField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    dataset = models.ForeignKey(Dataset, null=True, on_delete=models.CASCADE, related_name="orders")
    language = models.CharField(max_length=5, blank=True, default="")
    audience = models.CharField(max_length=10, blank=True, default="")
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(
        max_length=7,
        default=QUEUED,
        choices=[(QUEUED, _("queued")), (RUNNING, _("running")), (DONE, _("done")), (FAILED, _("failed"))],
    )
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    steps_done = models.PositiveSmallIntegerField(default=0)
    steps = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "name"],
                condition=models.Q(kind="take", state__in=["queued", "running"]),
                name="one_order_per_name",
            ),
            models.UniqueConstraint(
                fields=["kind", "dataset", "language", "audience"],
                condition=models.Q(state__in=["queued", "running"]) & ~models.Q(kind="take"),
                name="one_open_order",
            ),
        ]


class CutReport(models.Model):
    """The whole catalogue on a cut as one file, as an audience may have it."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="reports")
    audience = models.CharField(max_length=10)
    language = models.CharField(max_length=5)
    format = models.CharField(max_length=4)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    code_version = models.CharField(max_length=40)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["format"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "audience", "language", "format"], name="one_report_per_audience"
            )
        ]


class SavedDashboard(models.Model):
    """Views that somebody keeps together: for the own eyes, or shared with all who see pooled outcomes."""

    owner = models.ForeignKey("registry.Person", on_delete=models.PROTECT, related_name="dashboards")
    title = models.CharField(_("Title"), max_length=120)
    is_shared = models.BooleanField(_("Shared"), default=False)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title", "id"]

    def __str__(self):
        return self.title


class SavedPanel(models.Model):
    """One view of a saved dashboard: `query` is the address that says what is asked."""

    dashboard = models.ForeignKey(SavedDashboard, on_delete=models.CASCADE, related_name="panels")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("Title"), max_length=200)
    query = models.CharField(max_length=4000)
    saved_by = models.CharField(max_length=254)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["position", "id"]


class Release(models.Model):
    """A result as an audience may see it, under a policy of disclosure control.

    audience  "card": a scorecard; "own": the site's own cases, exact; "others": the other sites together, withheld and rounded; "public": of a cut,
              for outside, without a site
    cases_behind  of "own": the cases behind the numbers, as `analytics.core.cases_packed` packs them
    """

    site = models.ForeignKey("registry.Site", null=True, on_delete=models.CASCADE)
    audience = models.CharField(max_length=10)
    analysis = models.CharField(max_length=80)
    analysis_hash = models.CharField(max_length=64)
    dataset = models.ForeignKey(Dataset, null=True, on_delete=models.SET_NULL)
    policy = models.CharField(max_length=20)
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    cases_behind = models.BinaryField(null=True)
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["site", "audience", "analysis", "-id"], name="release_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "analysis"], condition=models.Q(audience="public"), name="one_public_release"
            )
        ]


class PublicIssue(models.Model):
    """That the results of a cut were issued for the public: once, and never otherwise. Every signed-in role may know it.

    cohort, name, day, hash  of the cut, whose own row is not everybody's
    taken_down_at            when its releases were deleted: somebody in the cut withdrew consent
    """

    dataset = models.OneToOneField(Dataset, on_delete=models.PROTECT, related_name="public_issue")
    cohort = models.ForeignKey("registry.Cohort", on_delete=models.PROTECT)
    name = models.SlugField(max_length=60)
    cut_date = models.DateField()
    hash = models.CharField(max_length=64)
    policy = models.CharField(max_length=20)
    code_version = models.CharField(max_length=40)
    issued_by = models.CharField(max_length=254)
    issued_at = models.DateTimeField(auto_now_add=True)
    taken_down_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]


class PublicBasis(models.Model):
    """The cases behind the public form of one analysis, to judge whether a later one would give somebody away. For workers.

    body  cases: names; counts, marks: name of a number → places in cases; read: digest of what is read of each case, or ""
    """

    issue = models.ForeignKey(PublicIssue, on_delete=models.PROTECT, related_name="bases")
    analysis = models.CharField(max_length=80)
    body = models.JSONField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["issue", "analysis"], name="one_public_basis")]


class PublicWithheld(models.Model):
    """Why the public form of an analysis was not issued: which number differs by how few cases from which issued one. For those who see exact numbers."""

    issue = models.ForeignKey(PublicIssue, on_delete=models.PROTECT, related_name="withheld")
    analysis = models.CharField(max_length=80)
    cell = models.CharField(max_length=200)
    other_cut = models.CharField(max_length=60)
    other_analysis = models.CharField(max_length=80)
    other_cell = models.CharField(max_length=200)
    cases = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["id"]


class ReleaseBasis(models.Model):
    """What a released form of the other sites was made of, to judge whether the next one would give somebody away. For workers.

    counts  exact counts of the curves; cases: pseudonym → digest of what the analyses read of the case, of the last one alone
    """

    site = models.ForeignKey("registry.Site", on_delete=models.CASCADE)
    cohort = models.ForeignKey("registry.Cohort", on_delete=models.CASCADE)
    policy = models.CharField(max_length=20)
    counts = models.JSONField()
    cases = models.JSONField(default=dict)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["site", "cohort", "id"], name="release_bases")]


class Viewed(models.Model):
    """Who looked at which result, and how few patients its smallest group had. Never a value."""

    person = models.ForeignKey("registry.Person", on_delete=models.PROTECT)
    analysis = models.CharField(max_length=80)
    spec_hash = models.CharField(max_length=64)
    dataset_hash = models.CharField(max_length=64)
    smallest = models.PositiveIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
