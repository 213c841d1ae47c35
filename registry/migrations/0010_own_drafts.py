"""A draft exists for the person who typed it, and for nobody else."""

from django.db import migrations

from registry.access.guard_sql import OWN_DRAFTS

BACK = """
DROP POLICY own_drafts ON registry_draft;
CREATE POLICY own_sites ON registry_draft
  USING (site_id = ANY ((SELECT guard.sites())::bigint[])) WITH CHECK (site_id = ANY ((SELECT guard.sites())::bigint[]));
DROP FUNCTION guard.person();
"""


class Migration(migrations.Migration):
    """After the void cases."""

    dependencies = [("registry", "0009_void_cases")]

    operations = [migrations.RunSQL(OWN_DRAFTS, BACK)]
