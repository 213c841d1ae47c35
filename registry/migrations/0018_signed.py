"""The scope of a transaction is believed only with its seal, and so is who answers for a change."""

from django.db import migrations

from registry.access import guard_sql, people_sql, signed_sql, signing


def install(apps, schema_editor):
    """The functions, and the key by which they judge."""
    behalf = map(guard_sql.on_behalf, (guard_sql.RECORD, people_sql.RECORD_PEOPLE))
    for sql in (signed_sql.SIGNED, *behalf):
        schema_editor.execute(sql, params=None)  # "%" is SQL here, not a placeholder
    signing.tell_keys()


def remove(apps, schema_editor):
    """Believe unsigned scopes again."""
    schema_editor.execute(signed_sql.UNSIGNED, params=None)


class Migration(migrations.Migration):
    """After the imports."""

    dependencies = [("registry", "0017_imports")]
    operations = [migrations.RunPython(install, remove)]
