"""Who read which case."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from registry.access.guard_sql import APP, WORKER

TABLE = "registry_casereading"
# Each writes the own lines about what is there for them, and nobody changes one.
GUARDED = f"""
ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_sites ON {TABLE} USING (site_id = ANY ((SELECT guard.sites())::bigint[]))
  WITH CHECK (site_id = ANY ((SELECT guard.sites())::bigint[]) AND person_id = (SELECT guard.person()));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
GRANT SELECT, INSERT ON {TABLE} TO {APP};
GRANT SELECT ON {TABLE} TO {WORKER};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP};
"""


class Migration(migrations.Migration):
    """After the sealed scopes."""

    dependencies = [("registry", "0018_signed")]
    operations = [
        migrations.CreateModel(
            name="CaseReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("site_id", models.BigIntegerField()),
                ("case_id", models.BigIntegerField()),
                ("page", models.CharField(max_length=40)),
                ("request", models.CharField(max_length=60)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["case_id", "at"], name="readings_of_case")],
            },
        ),
        migrations.RunSQL(GUARDED, migrations.RunSQL.noop),
    ]
