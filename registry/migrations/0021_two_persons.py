"""A lock is opened by two persons, and a hospital or a cohort is locked as a whole."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from registry.access import lock_sql, redaction_sql


def install(apps, schema_editor):
    """What holds that they are two, that what is locked as a whole stays as it is, and where free text stands now."""
    for sql in (redaction_sql.PLACES, *lock_sql.INSTALL):
        schema_editor.execute(sql, params=None)  # "%" is SQL here, not a placeholder


class Migration(migrations.Migration):
    """After the redactions."""

    dependencies = [
        ("registry", "0020_redactions"),
    ]

    operations = [
        migrations.AddField(
            model_name="redaction",
            name="asked_for",
            field=models.CharField(max_length=254, null=True),
        ),
        migrations.CreateModel(
            name="DatabaseLock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="Why")),
                ("found", models.JSONField(default=dict)),
                ("locked_by", models.CharField(max_length=254)),
                ("locked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("opened_by", models.CharField(blank=True, max_length=254)),
                ("opened_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "cohort",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="registry.cohort"),
                ),
                ("site", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="Why")),
                ("asked_by", models.CharField(max_length=254, verbose_name="Asked by")),
                ("asked_for", models.CharField(max_length=254, null=True)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="Asked")),
                ("ended_by", models.CharField(blank=True, max_length=254)),
                ("ended_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("form", models.CharField(blank=True, max_length=40, verbose_name="Form")),
                ("row_id", models.BigIntegerField(null=True)),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("late", "Data or a report came late"),
                            ("source", "An answer does not agree with its source"),
                            ("check", "A query or a check found something"),
                            ("consent", "Consent was withdrawn or changed"),
                            ("mistake", "It was locked by mistake"),
                            ("other", "Another reason"),
                        ],
                        max_length=10,
                        verbose_name="Reason",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waits for a second person"),
                            ("approved", "opened"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                            ("lapsed", "lapsed"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("decision", models.CharField(blank=True, max_length=500)),
                ("transaction", models.BigIntegerField(null=True)),
                ("case", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="registry.case")),
                (
                    "lock",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="registry.databaselock"
                    ),
                ),
                ("site", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="databaselock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cohort__isnull", False), ("site", None)),
                    models.Q(("cohort", None), ("site__isnull", False)),
                    _connector="OR",
                ),
                name="a_lock_has_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="databaselock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("opened_at", None)), fields=("site",), name="one_lock_per_site"
            ),
        ),
        migrations.AddConstraint(
            model_name="databaselock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("opened_at", None)), fields=("cohort",), name="one_lock_per_cohort"
            ),
        ),
        migrations.AddIndex(
            model_name="opening",
            index=models.Index(fields=["case", "state"], name="openings_of_case"),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case", None), ("form", ""), ("lock__isnull", False), ("row_id", None)),
                    models.Q(("case__isnull", False), ("form", ""), ("lock", None), ("row_id", None)),
                    models.Q(
                        ("case__isnull", False),
                        ("lock", None),
                        ("row_id__isnull", False),
                        models.Q(("form", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="an_opening_has_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lock", None), ("state", "asked")),
                fields=("case", "form", "row_id"),
                name="one_opening_per_case_lock",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("lock",), name="one_opening_per_lock"
            ),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
