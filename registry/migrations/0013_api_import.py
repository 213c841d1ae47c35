"""A site may let REDCap clients bring records in. None does until somebody who manages sites says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the scopes of tokens."""

    dependencies = [("registry", "0012_token_scopes")]

    operations = [
        migrations.AddField(
            "site",
            "accepts_api_import",
            models.BooleanField(db_default=False, default=False, verbose_name="Takes records in by REDCap clients"),
        ),
    ]
