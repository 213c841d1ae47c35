"""Exports that a worker makes, and which cases an export held."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.access import guard_sql

# Whoever asks sees the own ones and may give them up; the worker makes the files of all.
GUARDS = f"""
ALTER TABLE analytics_exportjob ENABLE ROW LEVEL SECURITY;
ALTER TABLE analytics_exportjob FORCE ROW LEVEL SECURITY;
CREATE POLICY own_exports ON analytics_exportjob
  USING (person_id = (SELECT guard.person())) WITH CHECK (person_id = (SELECT guard.person()));
CREATE POLICY by_worker ON analytics_exportjob TO {guard_sql.WORKER}
  USING ((SELECT guard.pooled())) WITH CHECK ((SELECT guard.pooled()));
GRANT SELECT, INSERT, UPDATE (state, ended_at, lease_until) ON analytics_exportjob TO {guard_sql.APP};
GRANT SELECT, UPDATE ON analytics_exportjob TO {guard_sql.WORKER};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {guard_sql.SERVING};
"""


class Migration(migrations.Migration):
    """After the exports by command."""

    dependencies = [
        ("analytics", "0004_issues"),
        ("registry", "0013_api_import"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="cases",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
        ),
        migrations.AddField(
            model_name="dataset",
            name="case_ids",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
        ),
        migrations.CreateModel(
            name="ExportJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("dataset_name", models.CharField(max_length=60)),
                ("format", models.CharField(max_length=10)),
                ("profile", models.CharField(max_length=12)),
                ("labels", models.CharField(max_length=5)),
                ("language", models.CharField(max_length=5)),
                ("excel", models.BooleanField(default=False)),
                ("delimiter", models.CharField(max_length=9)),
                (
                    "tables",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "sites",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), default=list, size=None
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("code_version", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("ready", "ready"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                            ("deleted", "deleted"),
                            ("expired", "expired"),
                            ("taken_back", "taken back"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("fence", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("rung_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("step", models.CharField(blank=True, default="", max_length=10)),
                ("steps_done", models.PositiveSmallIntegerField(default=0)),
                ("steps", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, default="", max_length=300)),
                ("revision", models.PositiveIntegerField(null=True)),
                ("dataset_hash", models.CharField(blank=True, default="", max_length=64)),
                ("seen", models.TextField(blank=True, default="")),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("size", models.BigIntegerField(null=True)),
                ("rows", models.BigIntegerField(null=True)),
                (
                    "cases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                ("expires_at", models.DateTimeField(null=True)),
                ("cohort", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.cohort")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["person", "-id"], name="exports_of_person"),
                    models.Index(fields=["key", "-id"], name="exports_alike"),
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "running", "ready"])),
                        fields=["id"],
                        name="exports_kept",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
