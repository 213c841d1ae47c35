"""Accounts: sessions that their owners see, second factors, one-time links, letters, counts of attempts, the security log."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from registry.access.guard_sql import APP, WORKER

GRANTS = f"""
GRANT SELECT, INSERT, UPDATE, DELETE ON registry_attemptcount, registry_session, registry_factor, registry_recoverycode TO {APP};
GRANT SELECT, INSERT, UPDATE ON registry_letter, registry_onetimelink TO {APP}, {WORKER};
GRANT SELECT, DELETE ON registry_attemptcount, registry_session TO {WORKER};
GRANT SELECT, INSERT ON registry_securityevent TO {APP}, {WORKER};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP}, {WORKER};
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON registry_securityevent FOR EACH ROW EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry_securityevent FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
"""


class Migration(migrations.Migration):
    """After the door for imports."""

    dependencies = [
        ("registry", "0013_api_import"),
    ]

    operations = [
        migrations.CreateModel(
            name="AttemptCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("count", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Factor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=60, verbose_name="Name")),
                ("secret", models.TextField()),
                ("last_step", models.BigIntegerField(default=0)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="factors", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["added_at"],
            },
        ),
        migrations.CreateModel(
            name="OneTimeLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("invite", "Invitation"), ("reset", "New password"), ("alert", "Alert")], max_length=10
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="links", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignedInSession",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("source", models.CharField(default="", max_length=45)),
                ("agent", models.CharField(default="", max_length=200)),
                ("began_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "db_table": "registry_session",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("invite", "Invitation"), ("reset", "New password"), ("alert", "Alert")], max_length=10
                    ),
                ),
                ("wanted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("wanted_by", models.CharField(default="", max_length=254)),
                ("done_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("fault", models.CharField(default="", max_length=200)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("done_at", None)), fields=["wanted_at"], name="letters_to_send")
                ],
            },
        ),
        migrations.CreateModel(
            name="SecurityEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("signed_in", "Signed in"),
                            ("refused", "Sign-in refused"),
                            ("throttled", "Stopped: too many attempts"),
                            ("alert", "Alert: 20 sign-ins were refused within an hour"),
                            ("proved", "Confirmed that it is you"),
                            ("not_proved", "Confirmation refused"),
                            ("factor_added", "Second factor added"),
                            ("factor_ended", "Second factor removed"),
                            ("codes_made", "Recovery codes made"),
                            ("code_used", "Recovery code used"),
                            ("password_set", "Password set"),
                            ("session_ended", "Session ended"),
                            ("invited", "Invited"),
                            ("invitation_ended", "Invitation withdrawn"),
                            ("token_refused", "Tokens refused"),
                        ],
                        max_length=20,
                    ),
                ),
                ("by", models.CharField(default="", max_length=254)),
                ("source", models.CharField(default="", max_length=45)),
                ("agent", models.CharField(default="", max_length=200)),
                ("note", models.CharField(default="", max_length=200)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="security_events",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [models.Index(fields=["person", "-at"], name="security_by_person")],
            },
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
