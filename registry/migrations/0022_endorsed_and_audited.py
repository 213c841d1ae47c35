"""Hospitals endorse their data at milestones."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from registry.access import endorsement_sql


def install(apps, schema_editor):
    """Isolation, rights and history of the new tables."""
    for sql in endorsement_sql.INSTALL:
        schema_editor.execute(sql, params=None)  # "%" is SQL here, not a placeholder


class Migration(migrations.Migration):
    """After the redactions."""

    dependencies = [
        ("registry", "0020_redactions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="Milestone")),
                ("day", models.DateField(verbose_name="Day")),
                ("set_by", models.CharField(max_length=254)),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_by", models.CharField(blank=True, max_length=254)),
                ("ended_at", models.DateTimeField(null=True)),
                ("why_ended", models.CharField(blank=True, max_length=500)),
                ("cohort", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.cohort")),
            ],
            options={
                "ordering": ["-day", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Endorsement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "meaning",
                    models.CharField(
                        choices=[
                            ("reviewed", "I have reviewed these data"),
                            ("accurate", "These data are complete and agree with the source"),
                        ],
                        max_length=10,
                        verbose_name="Meaning",
                    ),
                ),
                ("signer", models.CharField(max_length=254, verbose_name="Who")),
                ("signer_name", models.CharField(max_length=120, verbose_name="Name")),
                ("signed_at", models.DateTimeField(verbose_name="Signed")),
                ("digest", models.CharField(max_length=64)),
                ("since", models.BigIntegerField()),
                ("upto", models.BigIntegerField()),
                ("cases", models.PositiveIntegerField()),
                ("forms", models.PositiveIntegerField()),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
                ("milestone", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.milestone")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ShownChanges",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("upto", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.case"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registry.site"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="milestone",
            constraint=models.UniqueConstraint(fields=("cohort", "name"), name="one_milestone_of_a_name"),
        ),
        migrations.AddIndex(
            model_name="endorsement",
            index=models.Index(fields=["milestone", "site", "id"], name="endorsements_of_milestone"),
        ),
        migrations.AddConstraint(
            model_name="shownchanges",
            constraint=models.UniqueConstraint(fields=("person", "case"), name="shown_once_a_case"),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
