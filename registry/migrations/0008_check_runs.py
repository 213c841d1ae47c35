"""A run of the checks can be taken up where it stopped; the worker holds cases without a right to change them; a locked case holds
its removed forms too."""

from django.db import migrations, models

from registry.access import guard_sql


def install(apps, schema_editor):
    """The functions."""
    schema_editor.execute(guard_sql.LOCKED + guard_sql.HOLD_CASES, params=None)  # "%" is SQL here, not a placeholder


class Migration(migrations.Migration):
    """After the sealed rows."""

    dependencies = [("registry", "0007_sealed_rows")]

    operations = [
        migrations.AddField("checkrun", "last_case", models.BigIntegerField(default=0)),
        migrations.AddField("checkrun", "fence", models.PositiveIntegerField(default=0)),
        migrations.AddField("checkrun", "attempts", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("checkrun", "rung_at", models.DateTimeField(null=True)),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
