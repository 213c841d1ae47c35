"""States of forms and cases, queries, signatures, exemptions, drafts, derived values, runs of the checks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.access import guard_sql

FORMS = (
    "patient", "baseline_disease", "prior_therapy", "prior_transplant", "leukapheresis", "manufacturing", "bridging_therapy",
    "lymphodepletion", "pre_infusion_assessment", "cart_course", "infusion", "crs", "crs_episode", "icans", "icans_episode",
    "iechs_haematotoxicity", "adverse_event", "response_assessment", "bcell_assessment", "relapse", "subsequent_therapy",
    "follow_up", "death", "subsequent_neoplasm", "late_effects",
)  # fmt: skip
RECORDED = {
    "query": "registry_query",
    "query_step": "registry_querystep",
    "signature": "registry_signature",
    "exemption": "registry_exemption",
}
APP, WORKER = guard_sql.APP, guard_sql.WORKER


def install(apps, schema_editor):
    """The guards of the new tables, and the lock on every form."""

    def run(sql):
        schema_editor.execute(sql, params=None)  # "%" is SQL here, not a placeholder

    run(guard_sql.RECORD + guard_sql.LOCKED)
    for form in FORMS:
        run(guard_sql.lockable(apps.get_model("registry", form.replace("_", ""))._meta.db_table))
    run("CREATE TRIGGER locked BEFORE UPDATE ON registry_case FOR EACH ROW EXECUTE FUNCTION guard.locked()")
    for name, table in RECORDED.items():
        run(guard_sql.isolate(table) + guard_sql.record(table, name, quiet=True) + guard_sql.same_site_as_case(table))
    for table in ("registry_draft", "registry_derivedvalue"):
        run(guard_sql.isolate(table) + guard_sql.same_site_as_case(table))
        run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
    run(f"REVOKE UPDATE ON registry_querystep FROM {APP}")
    run(f"REVOKE UPDATE ON registry_signature FROM {APP}")
    run(f"GRANT UPDATE (voided_at, voided_because, version) ON registry_signature TO {APP}")
    # The worker checks stored cases: it may open and close the registry's own queries and store derived values.
    run(f"GRANT SELECT, INSERT, UPDATE ON registry_query TO {WORKER}")
    run(f"GRANT SELECT, INSERT ON registry_querystep TO {WORKER}")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON registry_derivedvalue TO {WORKER}")
    run(f"GRANT SELECT, INSERT, UPDATE ON registry_checkrun TO {APP}, {WORKER}")
    run(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {guard_sql.SERVING}")


class Migration(migrations.Migration):
    """After the seals."""

    dependencies = [
        ("registry", "0003_seals"),
    ]

    operations = [
        migrations.AddField(
            model_name="adverseevent",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="adverseevent",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="adverseevent",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="baselinedisease",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="baselinedisease",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="baselinedisease",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="bcellassessment",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="bcellassessment",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="bcellassessment",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="bridgingtherapy",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="bridgingtherapy",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="bridgingtherapy",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="cartcourse",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="cartcourse",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="cartcourse",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="case",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="crs",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="crs",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="crs",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="crsepisode",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="crsepisode",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="crsepisode",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="death",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="death",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="death",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="followup",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="followup",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="followup",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="icans",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="icans",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="icans",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="icansepisode",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="icansepisode",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="icansepisode",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="iechshaematotoxicity",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="iechshaematotoxicity",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="iechshaematotoxicity",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="infusion",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="infusion",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="infusion",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="lateeffects",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="lateeffects",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="lateeffects",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="leukapheresis",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="leukapheresis",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="leukapheresis",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="lymphodepletion",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="lymphodepletion",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="lymphodepletion",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="manufacturing",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="manufacturing",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="manufacturing",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="patient",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="patient",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="patient",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="preinfusionassessment",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="preinfusionassessment",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="preinfusionassessment",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="priortherapy",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="priortherapy",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="priortherapy",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="priortransplant",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="priortransplant",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="priortransplant",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="relapse",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="relapse",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="relapse",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="responseassessment",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="responseassessment",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="responseassessment",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="subsequentneoplasm",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="subsequentneoplasm",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="subsequentneoplasm",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="subsequenttherapy",
            name="is_complete",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="subsequenttherapy",
            name="is_locked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="subsequenttherapy",
            name="is_verified",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="CheckRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("requested_by", models.CharField(max_length=254)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "waiting"), ("running", "running"), ("done", "done"), ("failed", "failed")],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("cases_done", models.PositiveIntegerField(default=0)),
                ("cases_all", models.PositiveIntegerField(null=True)),
                ("counts", models.JSONField(default=dict)),
                ("queries_opened", models.PositiveIntegerField(default=0)),
                ("queries_closed", models.PositiveIntegerField(default=0)),
                ("requested_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("site_code", models.CharField(blank=True, max_length=3)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Query",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(max_length=40, verbose_name="Form")),
                ("row_id", models.BigIntegerField()),
                ("item", models.CharField(blank=True, max_length=40, verbose_name="Item")),
                ("rule", models.CharField(blank=True, max_length=80, verbose_name="Rule")),
                ("rule_version", models.CharField(blank=True, max_length=20)),
                ("severity", models.CharField(default="soft", max_length=10)),
                (
                    "origin",
                    models.CharField(
                        choices=[("machine", "the registry"), ("manager", "a data manager")],
                        max_length=10,
                        verbose_name="Raised by",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("answered", "answered"), ("closed", "closed")],
                        default="open",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("text", models.TextField(verbose_name="Question")),
                ("values", models.JSONField(default=dict)),
                ("is_accepted", models.BooleanField(default=False)),
                (
                    "answer_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("confirmed", "confirmed against the source"),
                            ("corrected", "corrected"),
                            ("unavailable", "source not available"),
                            ("other", "other"),
                        ],
                        max_length=12,
                        verbose_name="Answer",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="Opened")),
                ("changed_at", models.DateTimeField(verbose_name="Last step")),
                ("version", models.PositiveIntegerField(default=1)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.case")),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "ordering": ["opened_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="QueryStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="When")),
                ("actor", models.CharField(max_length=254, verbose_name="Who")),
                ("role", models.CharField(max_length=20, verbose_name="Role")),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("opened", "opened"),
                            ("answered", "answered"),
                            ("closed", "closed"),
                            ("reopened", "re-opened"),
                            ("resolved", "closed by a correction"),
                        ],
                        max_length=10,
                        verbose_name="Step",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("confirmed", "confirmed against the source"),
                            ("corrected", "corrected"),
                            ("unavailable", "source not available"),
                            ("other", "other"),
                        ],
                        max_length=12,
                        verbose_name="Answer",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="Words")),
                ("version", models.PositiveIntegerField(default=1)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.case")),
                (
                    "query",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="registry.query"
                    ),
                ),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(max_length=40, verbose_name="Form")),
                ("row_id", models.BigIntegerField()),
                ("form_version", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "meaning",
                    models.CharField(
                        choices=[
                            ("reviewed", "I have reviewed these data"),
                            ("accurate", "These data are complete and agree with the source"),
                        ],
                        max_length=10,
                        verbose_name="Meaning",
                    ),
                ),
                ("signer", models.CharField(max_length=254, verbose_name="Who")),
                ("signer_name", models.CharField(max_length=120, verbose_name="Name")),
                ("signed_at", models.DateTimeField(verbose_name="Signed")),
                ("voided_at", models.DateTimeField(null=True, verbose_name="Void since")),
                ("voided_because", models.CharField(blank=True, max_length=200, verbose_name="Why it is void")),
                ("version", models.PositiveIntegerField(default=1)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.case")),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="DerivedValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(max_length=40)),
                ("row_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=40)),
                ("value", models.JSONField(null=True)),
                ("scale", models.CharField(max_length=60)),
                ("missing", models.JSONField(default=list)),
                ("because", models.JSONField(default=list)),
                ("is_provisional", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="registry.case")),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "form", "row_id", "name"), name="one_value_per_derived_field"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(max_length=40)),
                ("key", models.CharField(blank=True, max_length=20)),
                ("version", models.PositiveIntegerField()),
                ("typed", models.JSONField()),
                ("saved_at", models.DateTimeField()),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.case")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "ordering": ["-saved_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "case", "form", "key"), name="one_draft_per_form")
                ],
            },
        ),
        migrations.CreateModel(
            name="Exemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(max_length=40, verbose_name="Form")),
                ("slot", models.CharField(blank=True, max_length=10, verbose_name="Planned visit")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("waived", "waived by the data manager"),
                            ("elsewhere", "reported to another registry"),
                        ],
                        max_length=10,
                        verbose_name="Kind",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="Why")),
                ("actor", models.CharField(max_length=254, verbose_name="Who")),
                ("at", models.DateTimeField(verbose_name="When")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="Ended")),
                ("version", models.PositiveIntegerField(default=1)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.case")),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("case", "form", "slot"),
                        name="one_exemption_per_form",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="query",
            index=models.Index(fields=["case", "state"], name="queries_of_case"),
        ),
        migrations.AddIndex(
            model_name="query",
            index=models.Index(fields=["state", "opened_at", "id"], name="queries_by_age"),
        ),
        migrations.AddConstraint(
            model_name="query",
            constraint=models.UniqueConstraint(
                condition=models.Q(("origin", "machine")),
                fields=("form", "row_id", "item", "rule", "text"),
                name="one_query_per_fact",
            ),
        ),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(fields=["case"], name="signatures_of_case"),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at", None)), fields=("form", "row_id"), name="one_signature_per_form"
            ),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
