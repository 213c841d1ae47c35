"""Passkeys: a second factor that is shown by finger, face or PIN."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from registry.access.guard_sql import APP

GRANTS = f"""
GRANT SELECT, INSERT, UPDATE, DELETE ON registry_passkey TO {APP};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP};
"""


class Migration(migrations.Migration):
    """Beside authenticator apps."""

    dependencies = [
        ("registry", "0014_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=60, verbose_name="Name")),
                ("credential", models.CharField(max_length=1400, unique=True)),
                ("public", models.BinaryField()),
                (
                    "transports",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                ("count", models.BigIntegerField(default=0)),
                ("last", models.CharField(default="", max_length=64)),
                ("is_synced", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passkeys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["added_at"],
            },
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
