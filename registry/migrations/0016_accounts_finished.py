"""Single sign-on, deputies, leavers; the history says in whose place a deputy worked."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from registry.access import guard_sql, people_sql
from registry.access.guard_sql import APP, WORKER

GRANTS = f"""
GRANT SELECT, INSERT, UPDATE, DELETE ON registry_identity TO {APP};
GRANT SELECT, INSERT, UPDATE ON registry_deputy, registry_leaving TO {APP}, {WORKER};
GRANT SELECT ON registry_identity TO {WORKER};
GRANT SELECT, UPDATE ON registry_token TO {WORKER};
GRANT SELECT, UPDATE (is_active) ON registry_person TO {WORKER};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP}, {WORKER};
"""
BEHALF = guard_sql.on_behalf(guard_sql.RECORD) + guard_sql.on_behalf(people_sql.RECORD_PEOPLE)


class Migration(migrations.Migration):
    """After passkeys."""

    dependencies = [
        ("registry", "0015_passkeys"),
    ]

    operations = [
        migrations.AddField(
            model_name="historyevent",
            name="on_behalf",
            field=models.CharField(max_length=254, null=True),
        ),
        migrations.AlterField(
            model_name="securityevent",
            name="kind",
            field=models.CharField(
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
                    ("joined", "Joined with the single sign-on"),
                    ("separated", "Separated from the single sign-on"),
                    ("deputy_named", "Deputy named"),
                    ("deputy_ended", "Deputy's time ended"),
                    ("stands_in", "Works as a deputy from here on"),
                    ("leaves", "The account's end is set"),
                    ("stays", "The account's end is taken back"),
                    ("left", "The account ended"),
                    ("token_refused", "Tokens refused"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Deputy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begins", models.DateField(verbose_name="From")),
                ("ends", models.DateField(verbose_name="To")),
                ("named_by", models.CharField(max_length=254)),
                ("named_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "deputy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stands_in_for",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deputies",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["begins", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("deputy")), _negated=True),
                        name="nobody_is_their_own_deputy",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends__gte", models.F("begins"))), name="a_deputy_has_a_day"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.CharField(max_length=255)),
                ("subject", models.CharField(max_length=255)),
                ("joined_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "subject"), name="one_person_per_identity"),
                    models.UniqueConstraint(fields=("person", "issuer"), name="one_identity_per_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Leaving",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_day", models.DateField(verbose_name="Last day")),
                ("set_by", models.CharField(max_length=254)),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(null=True)),
                ("taken_back_at", models.DateTimeField(null=True)),
                ("drafts", models.PositiveIntegerField(default=0)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leavings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at", None), ("taken_back_at", None)),
                        fields=("person",),
                        name="one_end_of_an_account",
                    )
                ],
            },
        ),
        migrations.RunSQL(GRANTS + BEHALF + guard_sql.HAND_OVER, migrations.RunSQL.noop),
    ]
