"""Exports for outside the consortium; the trail as a format."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the public results."""

    dependencies = [("analytics", "0006_public")]

    operations = [
        migrations.AddField("exportjob", "abroad", models.BooleanField(default=False, db_default=False)),
    ]
