"""A name that was typed into free text is taken out of the record and of its history, by two persons."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from registry.access import redaction_sql


def install(apps, schema_editor):
    """The functions that take it out, and the triggers and seals that let them."""
    for sql in redaction_sql.INSTALL:
        schema_editor.execute(sql, params=None)  # "%" is SQL here, not a placeholder


class Migration(migrations.Migration):
    """After the readings."""

    dependencies = [
        ("registry", "0019_readings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Redaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="Why")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waits for a second person"),
                            ("done", "taken out"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("asked_by", models.CharField(max_length=254, verbose_name="Asked by")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="Asked")),
                ("ended_by", models.CharField(blank=True, max_length=254)),
                ("ended_at", models.DateTimeField(null=True)),
                ("events", models.PositiveIntegerField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("version", models.PositiveIntegerField(default=1)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.case")),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["case", "state"], name="redactions_of_case")],
            },
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
