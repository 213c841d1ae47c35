"""Cuts with a name, runs that can be cancelled, saved views, released results, and who looked at and took what; with their guards."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.access import guard_sql

POOLED = ("analytics_resultcases", "analytics_resultchange", "analytics_cutorder", "analytics_cutreport")
BASIS = "analytics_releasebasis"  # exact counts: for workers alone
LOGS = ("analytics_viewed", "analytics_export")
# What the web changes of a run: it takes the wish back, or asks again for one that failed.
ASKED = "state, cancelled_by, requested_by, attempts, error, deadline, ended_at, lease_until, rung_at"


def install(apps, schema_editor):
    """Row-level security and rights. The web asks for runs and cancels them; the worker does the rest."""
    for statement in (guard_sql.OF_VIEWS, *(guard_sql.own_acts(table) for table in LOGS)):
        schema_editor.execute(statement, params=None)
    for table in POOLED:
        schema_editor.execute(guard_sql.pool(table), params=None)
    schema_editor.execute(f"GRANT SELECT ON {', '.join(POOLED)} TO {guard_sql.APP}")
    schema_editor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(POOLED)} TO {guard_sql.WORKER}")
    schema_editor.execute(guard_sql.pool(BASIS), params=None)
    schema_editor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {BASIS} TO {guard_sql.WORKER}")
    schema_editor.execute(f"GRANT INSERT ON analytics_cutorder TO {guard_sql.APP}")
    schema_editor.execute(f"GRANT INSERT, UPDATE ({ASKED}) ON analytics_analysisrun TO {guard_sql.APP}")
    schema_editor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {guard_sql.SERVING}")


class Migration(migrations.Migration):
    """After the guards of 0002."""

    dependencies = [
        ("analytics", "0002_guard"),
        ("registry", "0010_own_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=20)),
                ("what", models.CharField(max_length=120)),
                ("format", models.CharField(max_length=10)),
                ("audience", models.CharField(default="exact", max_length=10)),
                ("dataset_hash", models.CharField(blank=True, default="", max_length=64)),
                ("spec_hash", models.CharField(blank=True, default="", max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("audience", models.CharField(max_length=10)),
                ("analysis", models.CharField(max_length=80)),
                ("analysis_hash", models.CharField(max_length=64)),
                ("policy", models.CharField(max_length=20)),
                ("body", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("issued_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SavedDashboard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="Title")),
                ("is_shared", models.BooleanField(default=False, verbose_name="Shared")),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["title", "id"],
            },
        ),
        migrations.CreateModel(
            name="SavedPanel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=200, verbose_name="Title")),
                ("query", models.CharField(max_length=4000)),
                ("saved_by", models.CharField(max_length=254)),
                ("saved_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Viewed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("analysis", models.CharField(max_length=80)),
                ("spec_hash", models.CharField(max_length=64)),
                ("dataset_hash", models.CharField(max_length=64)),
                ("smallest", models.PositiveIntegerField(null=True)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ResultCases",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="cases_behind",
                        serialize=False,
                        to="analytics.analysisrun",
                    ),
                ),
                ("cases", models.PositiveIntegerField()),
                ("packed", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="ResultChange",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="change",
                        serialize=False,
                        to="analytics.analysisrun",
                    ),
                ),
                ("before", models.PositiveIntegerField()),
                ("is_of_code", models.BooleanField(default=False)),
                ("body", models.JSONField()),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="analytics.dataset"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReleaseBasis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("policy", models.CharField(max_length=20)),
                ("counts", models.JSONField()),
                ("cases", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("cohort", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="registry.cohort")),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="registry.site")),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["site", "cohort", "id"], name="release_bases")],
            },
        ),
        migrations.AddField(
            model_name="analysisrun",
            name="cancelled_by",
            field=models.CharField(blank=True, default="", max_length=254),
        ),
        migrations.AddField(
            model_name="analysisrun",
            name="step",
            field=models.CharField(blank=True, default="", max_length=80),
        ),
        migrations.AddField(
            model_name="analysisrun",
            name="steps",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="analysisrun",
            name="steps_done",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="dataset",
            name="cut_date",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="name",
            field=models.SlugField(blank=True, default="", max_length=60),
        ),
        migrations.AddField(
            model_name="dataset",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddField(
            model_name="dataset",
            name="retired_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="retired_reason",
            field=models.CharField(blank=True, default="", max_length=300),
        ),
        migrations.AddField(
            model_name="dataset",
            name="taken_by",
            field=models.CharField(blank=True, default="", max_length=254),
        ),
        migrations.AlterField(
            model_name="analysisrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "queued"),
                    ("running", "running"),
                    ("done", "done"),
                    ("failed", "failed"),
                    ("cancelled", "cancelled"),
                ],
                default="queued",
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="dataset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("name", ""), _negated=True), fields=("cohort", "name"), name="one_cut_per_name"
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="person",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="release",
            name="dataset",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to="analytics.dataset"),
        ),
        migrations.AddField(
            model_name="release",
            name="site",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="registry.site"),
        ),
        migrations.AddField(
            model_name="saveddashboard",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="dashboards", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="savedpanel",
            name="dashboard",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="panels", to="analytics.saveddashboard"
            ),
        ),
        migrations.AddField(
            model_name="viewed",
            name="person",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name="release",
            index=models.Index(fields=["site", "audience", "analysis", "-id"], name="release_newest"),
        ),
        migrations.AddField(
            model_name="dataset",
            name="predecessor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successors",
                to="analytics.dataset",
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="manifest",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="dataset",
            name="verified_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="differs",
            field=models.JSONField(default=list),
        ),
        migrations.CreateModel(
            name="CutOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("take", "freeze"), ("verify", "verify"), ("report", "report")], max_length=6
                    ),
                ),
                ("name", models.SlugField(max_length=60)),
                ("cut_date", models.DateField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("language", models.CharField(blank=True, default="", max_length=5)),
                ("audience", models.CharField(blank=True, default="", max_length=10)),
                ("asked_by", models.CharField(max_length=254)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "queued"), ("running", "running"), ("done", "done"), ("failed", "failed")],
                        default="queued",
                        max_length=7,
                    ),
                ),
                ("fence", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("rung_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("steps_done", models.PositiveSmallIntegerField(default=0)),
                ("steps", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", max_length=300)),
                ("cohort", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.cohort")),
                (
                    "dataset",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="orders",
                        to="analytics.dataset",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "take"), ("state__in", ["queued", "running"])),
                        fields=("cohort", "name"),
                        name="one_order_per_name",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "running"]), models.Q(("kind", "take"), _negated=True)
                        ),
                        fields=("kind", "dataset", "language", "audience"),
                        name="one_open_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CutReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("audience", models.CharField(max_length=10)),
                ("language", models.CharField(max_length=5)),
                ("format", models.CharField(max_length=4)),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("code_version", models.CharField(max_length=40)),
                ("made_at", models.DateTimeField(auto_now=True)),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reports", to="analytics.dataset"
                    ),
                ),
            ],
            options={
                "ordering": ["format"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dataset", "audience", "language", "format"), name="one_report_per_audience"
                    ),
                ],
            },
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
