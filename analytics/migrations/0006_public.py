"""Results of cuts issued for the public: once, for every signed-in role; what they rest on is for workers alone."""

import django.db.models.deletion
from django.db import migrations, models

from registry.access import guard_sql

POOLED = ("analytics_publicbasis", "analytics_publicwithheld")


def install(apps, schema_editor):
    """Row-level security and rights; a public release exists for everybody, and is never changed."""
    for table in POOLED:
        schema_editor.execute(guard_sql.pool(table), params=None)
    schema_editor.execute(guard_sql.PUBLIC_RELEASES, params=None)


class Migration(migrations.Migration):
    """After the exports that workers make."""

    dependencies = [
        ("analytics", "0005_exports"),
        ("registry", "0013_api_import"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicBasis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("analysis", models.CharField(max_length=80)),
                ("body", models.JSONField()),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="PublicIssue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.SlugField(max_length=60)),
                ("cut_date", models.DateField()),
                ("hash", models.CharField(max_length=64)),
                ("policy", models.CharField(max_length=20)),
                ("code_version", models.CharField(max_length=40)),
                ("issued_by", models.CharField(max_length=254)),
                ("issued_at", models.DateTimeField(auto_now_add=True)),
                ("taken_down_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="PublicWithheld",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("analysis", models.CharField(max_length=80)),
                ("cell", models.CharField(max_length=200)),
                ("other_cut", models.CharField(max_length=60)),
                ("other_analysis", models.CharField(max_length=80)),
                ("other_cell", models.CharField(max_length=200)),
                ("cases", models.PositiveSmallIntegerField()),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AlterField(
            model_name="cutorder",
            name="kind",
            field=models.CharField(
                choices=[
                    ("take", "freeze"),
                    ("verify", "verify"),
                    ("report", "report"),
                    ("issue", "issue for the public"),
                ],
                max_length=6,
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.UniqueConstraint(
                condition=models.Q(("audience", "public")), fields=("dataset", "analysis"), name="one_public_release"
            ),
        ),
        migrations.AddField(
            model_name="publicissue",
            name="cohort",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.cohort"),
        ),
        migrations.AddField(
            model_name="publicissue",
            name="dataset",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="public_issue", to="analytics.dataset"
            ),
        ),
        migrations.AddField(
            model_name="publicbasis",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="bases", to="analytics.publicissue"
            ),
        ),
        migrations.AddField(
            model_name="publicwithheld",
            name="issue",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="withheld", to="analytics.publicissue"
            ),
        ),
        migrations.AddConstraint(
            model_name="publicbasis",
            constraint=models.UniqueConstraint(fields=("issue", "analysis"), name="one_public_basis"),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
