"""Pooled tables exist only where a transaction may see all sites together; the worker writes them, pages read them."""

from django.db import migrations

from registry.access import guard_sql

POOLED = ("analytics_dataset", "analytics_datasettable", "analytics_analysisrun", "analytics_result")


def install(apps, schema_editor):
    """Row-level security and rights."""
    for table in POOLED:
        schema_editor.execute(guard_sql.pool(table), params=None)
    tables = ", ".join((*POOLED, "analytics_heartbeat"))
    schema_editor.execute(f"GRANT SELECT ON {tables} TO {guard_sql.APP}")
    schema_editor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {guard_sql.WORKER}")
    schema_editor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {guard_sql.SERVING}")


class Migration(migrations.Migration):
    """The guards of every table of 0001."""

    dependencies = [("analytics", "0001_initial"), ("registry", "0002_guard")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
