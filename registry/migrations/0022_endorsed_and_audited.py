"""Hospitals endorse their data at milestones; forms are entered again blindly in audits."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from registry.access import audit_sql, endorsement_sql


def install(apps, schema_editor):
    """Isolation, rights and history of the new tables."""
    for sql in (*endorsement_sql.INSTALL, *audit_sql.INSTALL):
        schema_editor.execute(sql, params=None)  # "%" is SQL here, not a placeholder


class Migration(migrations.Migration):
    """After the redactions."""

    dependencies = [
        ("registry", "0021_two_persons"),
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
        migrations.CreateModel(
            name="Audit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="Audit")),
                ("site_ids", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("seed", models.BigIntegerField()),
                ("population", models.PositiveIntegerField()),
                ("drawn_by", models.CharField(max_length=254)),
                ("drawn_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("cohort", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.cohort")),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="AuditForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(max_length=40, verbose_name="Form")),
                ("row_id", models.BigIntegerField()),
                ("began_by", models.CharField(blank=True, max_length=254)),
                ("began_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("sealed_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("audit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.audit")),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.case")),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="AuditAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("item", models.CharField(max_length=40)),
                ("stored", models.JSONField(null=True)),
                ("entered", models.JSONField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("agreed", "agreed"),
                            ("differs", "differs"),
                            ("not_stored", "missing in the registry"),
                            ("not_entered", "missing in the re-entry"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("registry", "the registry is wrong"),
                            ("reentry", "the re-entry is wrong"),
                            ("both", "both are wrong"),
                            ("unclear", "the source is not clear"),
                        ],
                        max_length=10,
                        verbose_name="Judgement",
                    ),
                ),
                ("judged_by", models.CharField(blank=True, max_length=254)),
                ("judged_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.case")),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
                ("audit_form", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.auditform")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="auditform",
            index=models.Index(
                condition=models.Q(("sealed_at", None)), fields=["began_by"], name="audits_being_entered"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditform",
            constraint=models.UniqueConstraint(fields=("audit", "form", "row_id"), name="drawn_once_an_audit"),
        ),
        migrations.AddConstraint(
            model_name="auditanswer",
            constraint=models.UniqueConstraint(fields=("audit_form", "item"), name="compared_once_a_form"),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
