"""Files on their way in, what became of each of their records, and mappings that are kept."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.access.guard_sql import APP, SERVING, WORKER, isolate

# What somebody brings in is that person's alone. The sweeper rings for what waits and empties what has expired; it reads no file.
RUNG = "id, person_id, state, lease_until, attempts, rung_at, asked_at, ended_at, error, expires_at"
GUARDS = f"""
ALTER TABLE registry_importjob ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_importjob FORCE ROW LEVEL SECURITY;
CREATE POLICY own_imports ON registry_importjob
  USING (person_id = (SELECT guard.person())) WITH CHECK (person_id = (SELECT guard.person()));
CREATE POLICY by_worker ON registry_importjob TO {WORKER}
  USING ((SELECT guard.pooled())) WITH CHECK ((SELECT guard.pooled()));
ALTER TABLE registry_importedrecord ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_importedrecord FORCE ROW LEVEL SECURITY;
CREATE POLICY own_imports ON registry_importedrecord
  USING (person_id = (SELECT guard.person())) WITH CHECK (person_id = (SELECT guard.person()));
CREATE POLICY by_worker ON registry_importedrecord TO {WORKER}
  USING ((SELECT guard.pooled())) WITH CHECK ((SELECT guard.pooled()));
{isolate("registry_importlayout")}
GRANT SELECT, INSERT, UPDATE ON registry_importjob, registry_importlayout TO {APP};
GRANT SELECT, INSERT, UPDATE, DELETE ON registry_importedrecord TO {APP};
GRANT SELECT ({RUNG}), UPDATE (state, lease_until, rung_at, ended_at, error, content, expires_at) ON registry_importjob TO {WORKER};
GRANT SELECT (job_id), DELETE ON registry_importedrecord TO {WORKER};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {SERVING};
"""


class Migration(migrations.Migration):
    """After the accounts."""

    dependencies = [
        ("registry", "0016_accounts_finished"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("encoding", models.CharField(max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[("records", "records of this registry or of REDCap"), ("cases", "cases by a mapping")],
                        max_length=10,
                    ),
                ),
                ("mapping", models.TextField(blank=True)),
                ("completes", models.BooleanField(default=False)),
                ("content", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "step",
                    models.CharField(
                        choices=[("look", "looking"), ("store", "storing")], default="look", max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("mapping", "needs a mapping"),
                            ("queued", "waiting"),
                            ("running", "running"),
                            ("looked", "looked at"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("records", models.PositiveIntegerField(null=True)),
                ("records_done", models.PositiveIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(null=True)),
                ("fence", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("rung_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ("site", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
                (
                    "token",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="registry.token"),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ImportedRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(blank=True, max_length=60)),
                ("case", models.CharField(blank=True, max_length=10)),
                (
                    "rows",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("new", "new case"),
                            ("changed", "changed"),
                            ("unchanged", "nothing to change"),
                            ("refused", "refused"),
                        ],
                        max_length=10,
                    ),
                ),
                ("is_stored", models.BooleanField(default=False)),
                ("answers", models.PositiveIntegerField(default=0)),
                ("seen", models.CharField(blank=True, max_length=64)),
                ("faults", models.JSONField(default=list)),
                ("cells", models.JSONField(default=list)),
                ("queries", models.JSONField(default=list)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ("job", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="registry.importjob")),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="ImportLayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="Name")),
                ("header", models.CharField(max_length=64)),
                ("text", models.TextField()),
                ("kept_by", models.CharField(max_length=254)),
                ("kept_at", models.DateTimeField()),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "ordering": ["-kept_at"],
            },
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(fields=["person", "-id"], name="imports_of_person"),
        ),
        migrations.AddConstraint(
            model_name="importedrecord",
            constraint=models.UniqueConstraint(fields=("job", "number"), name="one_outcome_per_record"),
        ),
        migrations.AddConstraint(
            model_name="importlayout",
            constraint=models.UniqueConstraint(fields=("site", "header"), name="one_layout_per_header"),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
