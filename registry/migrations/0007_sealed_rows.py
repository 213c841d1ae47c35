"""A seal keeps the hash of each of its rows, so that what was changed is found row by row."""

from django.db import migrations

from registry.access import seal_sql


def install(apps, schema_editor):
    """The table of sealed rows, filled for the seals there are, and the functions that use it."""
    schema_editor.execute(seal_sql.ROW_BY_ROW, params=None)


class Migration(migrations.Migration):
    """After the history of people."""

    dependencies = [("registry", "0006_people_history")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
