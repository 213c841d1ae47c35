"""The history of people and of sites; it belongs to no case."""

import django.contrib.postgres.indexes
from django.db import migrations, models

from registry.access import people_sql


def install(apps, schema_editor):
    """Triggers, who may read, and what is there already."""

    def run(sql):
        schema_editor.execute(sql, params=None)  # "%" is SQL here, not a placeholder

    run(people_sql.INSTALL)
    run(people_sql.record_people("registry_person", "person"))
    run(people_sql.record_people("registry_person_sites", "person", works_at=True))
    run(people_sql.record_people("registry_site", "site"))
    run(people_sql.ALREADY_THERE)


class Migration(migrations.Migration):
    """After the daily logs."""

    dependencies = [("registry", "0005_daily_logs")]
    operations = [
        migrations.AlterField("historyevent", "site_id", models.BigIntegerField(null=True)),
        migrations.AlterField("historyevent", "case_id", models.BigIntegerField(null=True)),
        migrations.AddIndex(
            "historyevent", django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="history_by_time")
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
