"""A name that is taken out of a case leaves titles, notes and stored files, too."""

from django.db import migrations

from registry.access import redaction_sql

NOTES = f"""
CREATE OR REPLACE FUNCTION guard.redact_notes(of_case bigint, name text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  -- Files that hold the case are made anew when somebody asks; those that are being made begin again.
  UPDATE analytics_exportjob SET state = 'expired', ended_at = clock_timestamp(), expires_at = clock_timestamp()
  WHERE state = 'ready' AND of_case = ANY (cases);
  UPDATE analytics_exportjob SET state = 'queued', fence = fence + 1, lease_until = NULL, rung_at = NULL WHERE state = 'running';
  UPDATE analytics_saveddashboard SET title = replace(title, name, '{redaction_sql.MARK}') WHERE strpos(title, name) > 0;
  UPDATE analytics_savedpanel SET title = replace(title, name, '{redaction_sql.MARK}') WHERE strpos(title, name) > 0;
  DELETE FROM analytics_cutreport r USING analytics_dataset d WHERE d.id = r.dataset_id AND strpos(d.reason, redact_notes.name) > 0;
  UPDATE analytics_dataset SET reason = replace(reason, redact_notes.name, '{redaction_sql.MARK}'), retired_reason = replace(retired_reason, redact_notes.name, '{redaction_sql.MARK}')
  WHERE strpos(reason || retired_reason, redact_notes.name) > 0;
  UPDATE analytics_cutorder SET reason = replace(reason, redact_notes.name, '{redaction_sql.MARK}') WHERE strpos(reason, redact_notes.name) > 0;
END $$;
"""  # noqa: S608 - a mark of our own
TABLES = ("analytics_exportjob", "analytics_saveddashboard", "analytics_savedpanel", "analytics_cutreport")


class Migration(migrations.Migration):
    """After the own cases."""

    dependencies = [("analytics", "0008_own_cases"), ("registry", "0020_redactions")]
    operations = [
        migrations.RunSQL([NOTES, *map(redaction_sql.while_redacting, TABLES)], migrations.RunSQL.noop),
    ]
