"""SQL of locks: what is locked as a whole changes on no path, and a lock is opened by what two persons agreed on in that transaction.

What two persons do (openings, redactions) is held together here: who asked is not who agrees, nor a deputy of whoever asked.
Run by migrations as reg_owner.
"""

from registry.access.guard_sql import APP, OWNER, WORKER

LAPSES_AFTER_DAYS = 14  # registry.models.lock reads it, and pages say it
MAY_ASK, MAY_APPROVE = ("manager",), ("manager", "lead")  # roles, as registry.access.roles has them


def _array(words):
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]"


PERSONS = """
-- Whether the transaction's person has one of these roles now, or stands in for an active one who has: what the registry knew when the
-- request began may be out of date.
CREATE FUNCTION guard.acts_as(roles text[]) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT guard.actor() IS NOT NULL AND current_setting('app.role', true) = ANY (roles)
    AND EXISTS (SELECT FROM registry_person WHERE email = guard.actor() AND is_active)
    AND EXISTS (SELECT FROM registry_person WHERE is_active AND role = ANY (roles)
                AND email = coalesce(nullif(current_setting('app.behalf', true), ''), guard.actor())) $$;

-- Whether the transaction's person is another than whoever asked, and neither stands in for the other, nor both for a third.
CREATE FUNCTION guard.is_second(asked_by text, asked_for text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT guard.actor() IS NOT NULL
    AND NOT ARRAY[guard.actor(), nullif(current_setting('app.behalf', true), '')] && ARRAY[asked_by, asked_for] $$;

-- What one asked for is ended once, agreed to by a second person in one of the roles, and is never rewritten. Arguments: the state that
-- agrees, roles that may, and after how many days nobody may any more ('' for never).
CREATE FUNCTION guard.two_persons() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  ending text[] := ARRAY['state', 'ended_by', 'ended_at', 'decision', 'transaction', 'events', 'digest', 'version'];
BEGIN
  IF guard.is_redacting() THEN RETURN NEW; END IF;
  IF OLD.state <> 'asked' OR NEW.state = 'asked' OR to_jsonb(OLD) - ending IS DISTINCT FROM to_jsonb(NEW) - ending THEN
    RAISE EXCEPTION 'row % of % is ended once and never rewritten', OLD.id, TG_TABLE_NAME;
  END IF;
  IF NEW.ended_by IS DISTINCT FROM guard.actor() THEN
    RAISE EXCEPTION 'row % of % is ended by whoever answers for it', OLD.id, TG_TABLE_NAME;
  END IF;
  IF NEW.state IN (TG_ARGV[0], 'declined') THEN
    IF NOT guard.is_second(OLD.asked_by, OLD.asked_for) THEN
      RAISE EXCEPTION 'row % of % needs a second person', OLD.id, TG_TABLE_NAME;
    END IF;
    IF NOT guard.acts_as(string_to_array(TG_ARGV[1], ' ')) THEN
      RAISE EXCEPTION 'row % of % needs a second person in one of the roles: %', OLD.id, TG_TABLE_NAME, TG_ARGV[1];
    END IF;
    IF TG_ARGV[2] <> '' AND OLD.asked_at < clock_timestamp() - make_interval(days => TG_ARGV[2]::int) THEN
      RAISE EXCEPTION 'row % of % was asked for more than % days ago', OLD.id, TG_TABLE_NAME, TG_ARGV[2];
    END IF;
  END IF;
  RETURN NEW;
END $$;
"""


def by_two(table, agreed, roles, days=""):
    """What is asked for in `table` is agreed to by a second person."""
    return f"""
CREATE TRIGGER two_persons BEFORE UPDATE ON {table}
  FOR EACH ROW EXECUTE FUNCTION guard.two_persons('{agreed}', '{" ".join(roles)}', '{days}');
"""


OF_REDACTIONS = f"""
ALTER POLICY asked ON registry_redaction
  WITH CHECK (site_id = ANY ((SELECT guard.sites())::bigint[]) AND state = 'asked' AND asked_by = (SELECT guard.actor())
    AND asked_for IS NOT DISTINCT FROM nullif(current_setting('app.behalf', true), '') AND ended_at IS NULL AND digest = '');
{by_two("registry_redaction", "done", ("manager",))}
"""  # noqa: S608 - our own words

# A lock of a hospital is seen by its people, one of a cohort by everybody who sees cases.
SEEN = "(site_id = ANY ((SELECT guard.sites())::bigint[]) OR site_id IS NULL AND cardinality((SELECT guard.sites())::bigint[]) > 0)"

TABLES = f"""
ALTER TABLE registry_databaselock ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_databaselock FORCE ROW LEVEL SECURITY;
CREATE POLICY own_sites ON registry_databaselock FOR SELECT USING {SEEN};
CREATE POLICY made ON registry_databaselock FOR INSERT
  WITH CHECK ({SEEN} AND locked_by = (SELECT guard.actor()) AND opened_at IS NULL AND guard.acts_as({_array(MAY_ASK)}));
CREATE POLICY opened ON registry_databaselock FOR UPDATE USING {SEEN} WITH CHECK {SEEN};
CREATE POLICY looked_at ON registry_databaselock FOR SELECT TO {OWNER} USING (true);

ALTER TABLE registry_opening ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_opening FORCE ROW LEVEL SECURITY;
CREATE POLICY own_sites ON registry_opening FOR SELECT USING {SEEN};
CREATE POLICY asked ON registry_opening FOR INSERT
  WITH CHECK ({SEEN} AND state = 'asked' AND asked_by = (SELECT guard.actor())
    AND asked_for IS NOT DISTINCT FROM nullif(current_setting('app.behalf', true), '') AND ended_at IS NULL AND transaction IS NULL
    AND guard.acts_as({_array(MAY_ASK)}));
CREATE POLICY ended ON registry_opening FOR UPDATE USING {SEEN} WITH CHECK {SEEN};
CREATE POLICY looked_at ON registry_opening TO {OWNER} USING (true) WITH CHECK (true);

CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON registry_databaselock
  FOR EACH ROW EXECUTE FUNCTION guard.record('database_lock', 'quiet');
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON registry_opening
  FOR EACH ROW EXECUTE FUNCTION guard.record('opening', 'quiet');
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry_databaselock FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry_opening FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
ALTER TABLE registry_opening ADD CONSTRAINT registry_opening_site_of_case FOREIGN KEY (case_id, site_id) REFERENCES registry_case (id, site_id);
GRANT SELECT, INSERT, UPDATE ON registry_databaselock, registry_opening TO {APP};
GRANT SELECT ON registry_databaselock, registry_opening TO {WORKER};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP};

-- Those who manage people read of people and sites; of locks those read who see cases.
ALTER POLICY people ON registry_historyevent
  USING (case_id IS NULL AND form::text <> ALL (ARRAY['database_lock', 'opening']) AND (SELECT guard.people()));
CREATE POLICY whole_locks ON registry_historyevent FOR SELECT
  USING (site_id IS NULL AND form::text = ANY (ARRAY['database_lock', 'opening']) AND cardinality((SELECT guard.sites())::bigint[]) > 0);
"""  # noqa: S608 - names of roles

OPENINGS = f"""
-- Asked at the database's time; what was agreed on holds for this transaction alone.
CREATE FUNCTION guard.of_now() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF guard.is_redacting() THEN RETURN NEW; END IF;
  IF TG_OP = 'INSERT' THEN NEW.asked_at := clock_timestamp();
  ELSIF NEW.state = 'approved' THEN NEW.transaction := pg_current_xact_id()::text::bigint;
  ELSE NEW.transaction := NULL; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER of_now BEFORE INSERT OR UPDATE ON registry_opening FOR EACH ROW EXECUTE FUNCTION guard.of_now();
{by_two("registry_opening", "approved", MAY_APPROVE, LAPSES_AFTER_DAYS)}

-- Whether two persons agreed, in this transaction, to open the row, its case, or the lock of a hospital or cohort.
CREATE FUNCTION guard.is_opening(place text, row_key bigint, of_case bigint, of_lock bigint) RETURNS boolean LANGUAGE sql STABLE
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM registry_opening WHERE state = 'approved' AND transaction = pg_current_xact_id()::text::bigint
    AND (lock_id = of_lock OR case_id = of_case
      AND (form = '' OR 'registry_' || replace(form, '_', '') = place AND row_id = row_key))) $$;
"""  # noqa: S608 - our own words

WHOLE = f"""
-- Whether a hospital or a cohort is locked. Holds back a lock that is being made until this transaction has ended, and waits for one.
CREATE FUNCTION guard.is_whole_locked(hospital bigint, cohort bigint) RETURNS boolean LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  LOCK TABLE registry_case IN ROW SHARE MODE;
  RETURN EXISTS (SELECT FROM registry_databaselock WHERE opened_at IS NULL AND (site_id = hospital OR cohort_id = cohort));
END $$;

-- A lock is made once every save that began before has ended; it changes only by being opened, as two persons agreed.
CREATE FUNCTION guard.database_lock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  opening text[] := ARRAY['opened_by', 'opened_at', 'version'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT guard.acts_as({_array(MAY_ASK)}) THEN RAISE EXCEPTION 'a lock needs a data manager who answers for it'; END IF;
    LOCK TABLE registry_case IN EXCLUSIVE MODE;
    NEW.locked_at := clock_timestamp();
    RETURN NEW;
  END IF;
  IF OLD.opened_at IS NOT NULL OR NEW.opened_at IS NULL OR to_jsonb(OLD) - opening IS DISTINCT FROM to_jsonb(NEW) - opening THEN
    RAISE EXCEPTION 'lock % is opened once and never rewritten', OLD.id;
  END IF;
  IF NEW.opened_by IS DISTINCT FROM guard.actor() OR NOT guard.is_opening('', NULL, NULL, OLD.id) THEN
    RAISE EXCEPTION 'opening lock % needs two persons', OLD.id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER database_lock BEFORE INSERT OR UPDATE ON registry_databaselock FOR EACH ROW EXECUTE FUNCTION guard.database_lock();
"""  # noqa: S608 - our own words

# Replaces guard_sql.LOCKED: in a locked hospital or cohort nothing is added or changed, and a lock is opened by two persons.
LOCKED = """
CREATE OR REPLACE FUNCTION guard.locked() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  own registry_case;
BEGIN
  IF guard.is_redacting() THEN RETURN NEW; END IF;
  IF TG_TABLE_NAME = 'registry_case' THEN
    own := NEW;
  ELSE
    SELECT * INTO own FROM registry_case WHERE id = NEW.case_id;
  END IF;
  IF guard.is_whole_locked(own.site_id, own.cohort_id) THEN
    RAISE EXCEPTION 'case % is locked with its hospital or cohort: nothing can be added or changed', own.number;
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF TG_TABLE_NAME <> 'registry_case' AND own.is_locked THEN
      RAISE EXCEPTION 'case % is locked: nothing can be added', own.id;
    END IF;
    RETURN NEW;
  END IF;
  IF to_jsonb(OLD) - ARRAY['is_locked', 'version'] IS DISTINCT FROM to_jsonb(NEW) - ARRAY['is_locked', 'version'] THEN
    IF OLD.is_locked THEN
      RAISE EXCEPTION 'row % of % is locked', OLD.id, TG_TABLE_NAME;
    END IF;
    IF TG_TABLE_NAME <> 'registry_case' AND own.is_locked THEN
      RAISE EXCEPTION 'case % is locked: nothing can be changed', own.id;
    END IF;
  END IF;
  IF OLD.is_locked AND NOT NEW.is_locked THEN
    IF coalesce(current_setting('app.reason', true), '') = '' THEN
      RAISE EXCEPTION 'unlocking row % of % needs a reason', OLD.id, TG_TABLE_NAME;
    END IF;
    IF NOT guard.is_opening(TG_TABLE_NAME, OLD.id, own.id, NULL) THEN
      RAISE EXCEPTION 'unlocking row % of % needs two persons', OLD.id, TG_TABLE_NAME;
    END IF;
  END IF;
  RETURN NEW;
END $$;
DROP TRIGGER locked ON registry_case;
CREATE TRIGGER locked BEFORE INSERT OR UPDATE ON registry_case FOR EACH ROW EXECUTE FUNCTION guard.locked();

-- Beside the forms: what says that a form is not required.
CREATE FUNCTION guard.in_open_case() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  own registry_case;
BEGIN
  IF guard.is_redacting() THEN RETURN NEW; END IF;
  SELECT * INTO own FROM registry_case WHERE id = NEW.case_id;
  IF own.is_locked OR guard.is_whole_locked(own.site_id, own.cohort_id) THEN
    RAISE EXCEPTION 'case % is locked: nothing can be added or changed', own.number;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER locked BEFORE INSERT OR UPDATE ON registry_exemption FOR EACH ROW EXECUTE FUNCTION guard.in_open_case();
"""

INSTALL = (PERSONS, OF_REDACTIONS, TABLES, OPENINGS, WHOLE, LOCKED)
