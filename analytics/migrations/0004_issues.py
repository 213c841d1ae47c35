"""Exports of datasets: who took which tables under which profile; one by a command has no person."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.access import guard_sql

BY_COMMAND = f"""
CREATE POLICY by_command ON analytics_export FOR INSERT TO {guard_sql.WORKER}
  WITH CHECK (person_id IS NULL AND (SELECT guard.pooled()));
GRANT INSERT ON analytics_export TO {guard_sql.WORKER};
"""
NO_MORE = f"""
DROP POLICY by_command ON analytics_export;
REVOKE INSERT ON analytics_export FROM {guard_sql.WORKER};
"""


class Migration(migrations.Migration):
    """After the dashboards."""

    dependencies = [("analytics", "0003_dashboards")]

    operations = [
        migrations.AlterField(
            model_name="export",
            name="person",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="export", name="by", field=models.CharField(blank=True, default="", max_length=254)
        ),
        migrations.AddField(
            model_name="export", name="profile", field=models.CharField(blank=True, default="", max_length=12)
        ),
        migrations.AddField(model_name="export", name="about", field=models.JSONField(default=dict)),
        migrations.RunSQL(BY_COMMAND, NO_MORE),
    ]
