"""Seals over the history, so that a change of it shows."""

from django.db import migrations

from registry.access import seal_sql


def install(apps, schema_editor):
    """The table of seals and the functions that make and check them."""
    schema_editor.execute(seal_sql.INSTALL, params=None)


class Migration(migrations.Migration):
    """After the guards."""

    dependencies = [("registry", "0002_guard")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
