"""SQL of the history of people and sites. It stands in the same table, under the same seals, but belongs to no case and no site:
only those who manage people see it. Run by migrations as reg_owner.
"""

# Never a password's hash: that it changed is told, not what it is. A sign-in stores a moment (and perhaps a newer hash of the same
# password), before anybody is signed in; it is the person's own. Where somebody works is told as one item for each site.
SEEN_BY = """
CREATE FUNCTION guard.people() RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT coalesce(current_setting('app.people', true), '') = 'on' $$;
CREATE POLICY people ON registry_historyevent FOR SELECT USING (case_id IS NULL AND (SELECT guard.people()));
"""

RECORD_PEOPLE = """
CREATE OR REPLACE FUNCTION guard.record_people() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END;
  after  jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}'::jsonb ELSE to_jsonb(NEW) END;
  stored jsonb := before || after;
  actor  text  := guard.actor();
BEGIN
  IF TG_OP = 'UPDATE' AND before - ARRAY['last_login', 'password'] = after - ARRAY['last_login', 'password'] THEN
    IF before -> 'password' = after -> 'password' THEN RETURN NULL; END IF;
    actor := coalesce(actor, stored ->> 'email');
  END IF;
  IF actor IS NULL THEN
    RAISE EXCEPTION 'a change of % needs somebody who answers for it: app.actor is not set, or its scope is not sealed', TG_TABLE_NAME;
  END IF;
  IF TG_OP = 'UPDATE' AND (TG_NARGS = 2 OR before -> 'id' <> after -> 'id') THEN
    RAISE EXCEPTION 'a row of % never changes its key', TG_TABLE_NAME;
  END IF;
  INSERT INTO registry_historyevent
    (at, actor, role, reason, request, transaction, form, row_id, kind, item, old, new)
  SELECT clock_timestamp(), actor, coalesce(current_setting('app.role', true), ''),
    coalesce(current_setting('app.reason', true), ''), coalesce(current_setting('app.request', true), ''),
    pg_current_xact_id()::text::bigint, TG_ARGV[0], (stored ->> CASE WHEN TG_NARGS = 2 THEN 'person_id' ELSE 'id' END)::bigint,
    lower(TG_OP), told.item, told.was, told.is_now
  FROM guard.told_of_people(before, after, TG_NARGS = 2) told;
  RETURN NULL;
END $$;
"""

TOLD_OF_PEOPLE = """
-- The items that differ, as they are told.
CREATE FUNCTION guard.told_of_people(before jsonb, after jsonb, works_at boolean)
RETURNS TABLE (item text, was jsonb, is_now jsonb) LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT 'site ' || code, CASE WHEN before <> '{}' THEN 'true'::jsonb END, CASE WHEN after <> '{}' THEN 'true'::jsonb END
  FROM registry_site WHERE works_at AND id = ((before || after) ->> 'site_id')::bigint
  UNION ALL
  SELECT key, nullif(nullif(before -> key, 'null'), 'false'), nullif(nullif(after -> key, 'null'), 'false')
  FROM jsonb_object_keys(before || after) key
  WHERE NOT works_at AND key NOT IN ('id', 'password', 'last_login')
    AND nullif(nullif(before -> key, 'null'), 'false') IS DISTINCT FROM nullif(nullif(after -> key, 'null'), 'false')
  UNION ALL
  SELECT 'password', NULL, NULL WHERE NOT works_at AND before -> 'password' IS DISTINCT FROM after -> 'password'
  ORDER BY 1 $$;
"""

INSTALL = SEEN_BY + RECORD_PEOPLE + TOLD_OF_PEOPLE


def record_people(table: str, form: str, *, works_at: bool = False) -> str:
    """History of a table of people or sites, by trigger."""
    arguments = f"'{form}', 'works at'" if works_at else f"'{form}'"
    return f"""
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION guard.record_people({arguments});
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
"""


# What was there before the triggers came, told as of now by the migration.
ALREADY_THERE = """
INSERT INTO registry_historyevent (at, actor, role, reason, request, transaction, form, row_id, kind, item, old, new)
SELECT clock_timestamp(), 'migration', 'system', 'known before this history began', 'command-migrate',
  pg_current_xact_id()::text::bigint, one.form, one.row_id, 'insert', told.item, told.was, told.is_now
FROM (
  SELECT 'site' AS form, id AS row_id, to_jsonb(s) AS stored, false AS works_at FROM registry_site s
  UNION ALL SELECT 'person', id, to_jsonb(p), false FROM registry_person p
  UNION ALL SELECT 'person', person_id, to_jsonb(w), true FROM registry_person_sites w
) one, guard.told_of_people('{}', one.stored, one.works_at) told;
"""
