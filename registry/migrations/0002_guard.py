"""Isolation of sites, history and outbox: PostgreSQL holds them whatever the application forgets."""

from django.db import migrations

from registry.access import guard_sql

FORMS = (
    "patient", "baseline_disease", "prior_therapy", "prior_transplant", "leukapheresis", "manufacturing", "bridging_therapy",
    "lymphodepletion", "pre_infusion_assessment", "cart_course", "infusion", "crs", "crs_episode", "icans", "icans_episode",
    "iechs_haematotoxicity", "adverse_event", "response_assessment", "bcell_assessment", "relapse", "subsequent_therapy",
    "follow_up", "death", "subsequent_neoplasm", "late_effects",
)  # fmt: skip
OPEN_TABLES = ("registry_site", "registry_cohort", "registry_person", "registry_token", "registry_idempotencykey")


def install(apps, schema_editor):
    """Everything in one go, before the first row exists."""

    def run(sql):
        schema_editor.execute(sql, params=None)  # "%" is SQL here, not a placeholder

    run(guard_sql.SCHEMA)
    run(guard_sql.RECORD)
    run("ALTER TABLE registry_case ADD CONSTRAINT registry_case_with_site UNIQUE (id, site_id)")
    run(guard_sql.isolate("registry_case") + guard_sql.record("registry_case", "case"))
    for form in FORMS:
        model = apps.get_model("registry", form.replace("_", ""))
        table = model._meta.db_table
        names = {field.name for field in model._meta.fields}
        run(guard_sql.isolate(table) + guard_sql.record(table, form) + guard_sql.same_site_as_case(table))
        run(guard_sql.value_or_reason(table, sorted(name for name in names if f"{name}_mr" in names)))
        dates = sorted(name for name in names if f"{name}_p" in names)
        if dates:
            run(guard_sql.date_has_precision(table, dates))
    run(guard_sql.written_by_trigger("registry_historyevent"))
    run(guard_sql.written_by_trigger("registry_outbox"))
    run(COVERED)
    run(f"GRANT SELECT ON {', '.join(OPEN_TABLES)} TO {guard_sql.WORKER}")
    run(f"GRANT SELECT, INSERT, UPDATE ON {', '.join(OPEN_TABLES)} TO {guard_sql.APP}")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON registry_person_sites, django_session TO {guard_sql.APP}")
    run(f"GRANT SELECT ON registry_person_sites, django_content_type, django_migrations TO {guard_sql.SERVING}")
    run(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {guard_sql.SERVING}")


COVERED = f"""
GRANT UPDATE (dataset_id) ON registry_outbox TO {guard_sql.WORKER};
CREATE POLICY covered ON registry_outbox FOR UPDATE TO {guard_sql.WORKER}
  USING (site_id = ANY ((SELECT guard.sites())::bigint[])) WITH CHECK (site_id = ANY ((SELECT guard.sites())::bigint[]));
"""


class Migration(migrations.Migration):
    """The guards of every table of 0001."""

    dependencies = [
        ("registry", "0001_initial"),
        ("sessions", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
