"""Tokens say what they may do. Those made before read and write as they did, and answer what they answered."""

import django.contrib.postgres.fields
from django.db import migrations, models

AS_BEFORE = "UPDATE registry_token SET scopes = '{read,write}', has_identifiers = true;"
CHOICES = [("read", "READ"), ("write", "WRITE"), ("export", "EXPORT"), ("import", "IMPORT")]


class Migration(migrations.Migration):
    """After the saves of a dataset."""

    dependencies = [("registry", "0011_saves_of_a_dataset")]

    operations = [
        migrations.AddField(
            "token",
            "scopes",
            django.contrib.postgres.fields.ArrayField(
                models.CharField(choices=CHOICES, max_length=8), default=list, size=None
            ),
        ),
        migrations.AddField(
            "token",
            "site_ids",
            django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), blank=True, default=list, size=None),
        ),
        migrations.AddField("token", "has_identifiers", models.BooleanField(default=False)),
        migrations.RunSQL(AS_BEFORE, migrations.RunSQL.noop),
    ]
