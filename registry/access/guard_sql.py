"""SQL of the guards that hold below the application: isolation of sites, the history, the outbox. Run by migrations as reg_owner."""

APP, WORKER, OWNER = "reg_app", "reg_worker", "reg_owner"
SERVING = f"{APP}, {WORKER}"

SCHEMA = f"""
CREATE SCHEMA guard;
GRANT USAGE ON SCHEMA guard TO {SERVING};

-- The sites whose rows exist for this transaction. Evaluated once a query: policies call it inside (SELECT …).
CREATE FUNCTION guard.sites() RETURNS bigint[] LANGUAGE sql STABLE AS
  $$ SELECT coalesce(string_to_array(nullif(current_setting('app.context', true), ''), ','), '{{}}')::bigint[] $$;

-- Who answers for the transaction's changes, if anybody. 0018_signed lets these functions believe sealed scopes only.
CREATE FUNCTION guard.actor() RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.actor', true), '') $$;

-- Whether the pooled tables of all sites exist for this transaction.
CREATE FUNCTION guard.pooled() RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT coalesce(current_setting('app.pooled', true), '') = 'on' $$;

CREATE FUNCTION guard.refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION '% on % is refused: this table is append-only', TG_OP, TG_TABLE_NAME; END $$;
"""

# One row of history for each changed item, and one outbox row for each changed row of a form or case ('quiet' tables have none:
# no curve depends on them). Runs as the owner, so that the serving roles need no right to write either table; a change without
# an actor is refused, so no path can leave one out. A state that is not set (false) is told like one that is missing.
RECORD = """
CREATE OR REPLACE FUNCTION guard.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END;
  after  jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}'::jsonb ELSE to_jsonb(NEW) END;
  stored jsonb := before || after;
  actor  text  := guard.actor();
  of_case bigint := (stored ->> CASE WHEN TG_ARGV[0] = 'case' THEN 'id' ELSE 'case_id' END)::bigint;
BEGIN
  IF actor IS NULL THEN
    RAISE EXCEPTION 'a change of % needs somebody who answers for it: app.actor is not set, or its scope is not sealed', TG_TABLE_NAME;
  END IF;
  IF TG_OP = 'UPDATE' AND (before -> 'id', before -> 'site_id', before -> 'case_id')
      IS DISTINCT FROM (after -> 'id', after -> 'site_id', after -> 'case_id') THEN
    RAISE EXCEPTION 'a row of % never changes its key, case or site', TG_TABLE_NAME;
  END IF;
  INSERT INTO registry_historyevent
    (at, actor, role, reason, request, transaction, site_id, case_id, form, row_id, kind, item, old, new)
  SELECT clock_timestamp(), actor, coalesce(current_setting('app.role', true), ''),
    coalesce(current_setting('app.reason', true), ''), coalesce(current_setting('app.request', true), ''),
    pg_current_xact_id()::text::bigint, (stored ->> 'site_id')::bigint, of_case, TG_ARGV[0], (stored ->> 'id')::bigint,
    lower(TG_OP), item, was, is_now
  FROM jsonb_object_keys(stored) item,
    LATERAL (SELECT nullif(nullif(before -> item, 'null'), 'false') AS was, nullif(nullif(after -> item, 'null'), 'false') AS is_now) each
  WHERE item NOT IN ('id', 'site_id', 'case_id', 'version') AND was IS DISTINCT FROM is_now
  ORDER BY item;
  IF TG_NARGS = 1 THEN
    INSERT INTO registry_outbox (site_id, case_id, form, at)
    VALUES ((stored ->> 'site_id')::bigint, of_case, TG_ARGV[0], clock_timestamp());
  END IF;
  RETURN NULL;
END $$;
"""


def on_behalf(function: str) -> str:
    """The same function of the history, which says in whose place a deputy worked, too."""
    return function.replace("(at, actor, role, reason", "(at, actor, role, on_behalf, reason").replace(
        "coalesce(current_setting('app.role', true), ''),",
        "coalesce(current_setting('app.role', true), ''), nullif(current_setting('app.behalf', true), ''),",
    )


# Drafts are their authors' alone, for the owner of the tables too. When somebody leaves, what they began at the sites of the one who
# goes on becomes that one's, unless that one has a draft of the same form.
HAND_OVER = f"""
CREATE POLICY handed_over ON registry_draft TO {OWNER} USING (true) WITH CHECK (true);
CREATE FUNCTION guard.hand_over_drafts(leaver bigint, heir bigint) RETURNS bigint LANGUAGE sql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
  WITH handed AS (
    UPDATE registry_draft d SET person_id = heir
    WHERE d.person_id = leaver AND (SELECT guard.people())
      AND EXISTS (SELECT FROM registry_person_sites w WHERE w.person_id = heir AND w.site_id = d.site_id)
      AND NOT EXISTS (SELECT FROM registry_draft own WHERE own.person_id = heir AND own.case_id = d.case_id
                      AND own.form = d.form AND own.key = d.key)
    RETURNING 1)
  SELECT count(*) FROM handed $$;
REVOKE ALL ON FUNCTION guard.hand_over_drafts(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.hand_over_drafts(bigint, bigint) TO {SERVING};
"""  # noqa: S608 - names of roles alone

# As first shipped; lock_sql.LOCKED has replaced it. A locked row changes only by being unlocked, for a reason; in a locked case nothing is
# added and no removed row comes back.
LOCKED = """
CREATE OR REPLACE FUNCTION guard.locked() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF (SELECT is_locked FROM registry_case WHERE id = NEW.case_id) THEN
      RAISE EXCEPTION 'case % is locked: nothing can be added', NEW.case_id;
    END IF;
    RETURN NEW;
  END IF;
  IF to_jsonb(OLD) - ARRAY['is_locked', 'version'] IS DISTINCT FROM to_jsonb(NEW) - ARRAY['is_locked', 'version'] THEN
    IF OLD.is_locked THEN
      RAISE EXCEPTION 'row % of % is locked', OLD.id, TG_TABLE_NAME;
    END IF;
    IF TG_TABLE_NAME <> 'registry_case' THEN
      IF (SELECT is_locked FROM registry_case WHERE id = NEW.case_id) THEN
        RAISE EXCEPTION 'case % is locked: nothing can be changed', NEW.case_id;
      END IF;
    END IF;
  END IF;
  IF OLD.is_locked AND NOT NEW.is_locked AND coalesce(current_setting('app.reason', true), '') = '' THEN
    RAISE EXCEPTION 'unlocking row % of % needs a reason', OLD.id, TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$;
"""

# Hold cases until the transaction ends, as a save does, without the right to change them: what the worker needs to check them.
HOLD_CASES = f"""
CREATE OR REPLACE FUNCTION guard.hold_cases(cases bigint[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM registry_case WHERE id = ANY (cases) ORDER BY id FOR UPDATE;
END $$;
REVOKE ALL ON FUNCTION guard.hold_cases(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.hold_cases(bigint[]) TO {SERVING};
"""


def isolate(table: str, *, site: str = "site_id") -> str:
    """Row-level security of a table with a site: only rows of the transaction's sites can be seen or written."""
    mine = f"{site} = ANY ((SELECT guard.sites())::bigint[])"
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_sites ON {table} USING ({mine}) WITH CHECK ({mine});
"""


OWN_DRAFTS = """
-- Who answers for the transaction, if that is a person.
CREATE FUNCTION guard.person() RETURNS bigint LANGUAGE sql STABLE AS
  $$ SELECT id FROM registry_person WHERE email = current_setting('app.actor', true) $$;

DROP POLICY own_sites ON registry_draft;
CREATE POLICY own_drafts ON registry_draft
  USING (site_id = ANY ((SELECT guard.sites())::bigint[]) AND person_id = (SELECT guard.person()))
  WITH CHECK (site_id = ANY ((SELECT guard.sites())::bigint[]) AND person_id = (SELECT guard.person()));
"""


def pool(table: str) -> str:
    """Row-level security of a pooled table: its rows exist only where the transaction may see all sites together."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY pooled ON {table} USING ((SELECT guard.pooled())) WITH CHECK ((SELECT guard.pooled()));
"""


def record(table: str, form: str, *, quiet: bool = False) -> str:
    """History and, unless quiet, outbox of a table, by trigger, so that raw SQL and bulk writes count too."""
    arguments = f"'{form}', 'quiet'" if quiet else f"'{form}'"
    return f"""
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION guard.record({arguments});
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
GRANT SELECT, INSERT, UPDATE ON {table} TO {APP};
GRANT SELECT ON {table} TO {WORKER};
"""


def lockable(table: str) -> str:
    """A table whose locked rows PostgreSQL holds whatever path a change takes."""
    return f"""
CREATE TRIGGER locked BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION guard.locked();
"""


def written_by_trigger(table: str) -> str:
    """A table that only guard.record() fills: the serving roles read their sites' rows and nothing else."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_sites ON {table} FOR SELECT USING (site_id = ANY ((SELECT guard.sites())::bigint[]));
CREATE POLICY by_trigger ON {table} FOR INSERT TO {OWNER} WITH CHECK (true);
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
GRANT SELECT ON {table} TO {SERVING};
"""


def same_site_as_case(table: str) -> str:
    """A form's site is its case's site, held by a composite foreign key."""
    return f"""
ALTER TABLE {table} ADD CONSTRAINT {table}_site_of_case FOREIGN KEY (case_id, site_id) REFERENCES registry_case (id, site_id);
"""


def value_or_reason(table: str, names: list[str]) -> str:
    """No column holds both a value and a reason why it is missing; a date has a precision exactly if it has a value."""
    rules = [f"({name} IS NULL OR {name}_mr IS NULL)" for name in names]
    return f"ALTER TABLE {table} ADD CONSTRAINT {table}_value_or_reason CHECK ({' AND '.join(rules)});\n"


def date_has_precision(table: str, names: list[str]) -> str:
    """A date has a precision exactly if it has a value."""
    rules = [f"(({name} IS NULL) = ({name}_p IS NULL))" for name in names]
    return f"ALTER TABLE {table} ADD CONSTRAINT {table}_date_precision CHECK ({' AND '.join(rules)});\n"


OF_VIEWS = f"""
-- Saved views: the own ones, and those that their owner shares with all who see pooled outcomes.
ALTER TABLE analytics_saveddashboard ENABLE ROW LEVEL SECURITY;
ALTER TABLE analytics_saveddashboard FORCE ROW LEVEL SECURITY;
CREATE POLICY own_or_shared ON analytics_saveddashboard
  USING ((SELECT guard.pooled()) AND (is_shared OR owner_id = (SELECT guard.person())))
  WITH CHECK ((SELECT guard.pooled()) AND (is_shared OR owner_id = (SELECT guard.person())));
-- The saved dashboards that exist for the transaction.
CREATE FUNCTION guard.dashboards() RETURNS bigint[] LANGUAGE sql STABLE AS
  $$ SELECT array(SELECT id FROM analytics_saveddashboard) $$;
ALTER TABLE analytics_savedpanel ENABLE ROW LEVEL SECURITY;
ALTER TABLE analytics_savedpanel FORCE ROW LEVEL SECURITY;
CREATE POLICY of_dashboard ON analytics_savedpanel
  USING (dashboard_id = ANY ((SELECT guard.dashboards())::bigint[]))
  WITH CHECK (dashboard_id = ANY ((SELECT guard.dashboards())::bigint[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON analytics_saveddashboard, analytics_savedpanel TO {APP};

-- Released results: a site's own and those of the others as it may see them; those for outside where all sites are seen together.
ALTER TABLE analytics_release ENABLE ROW LEVEL SECURITY;
ALTER TABLE analytics_release FORCE ROW LEVEL SECURITY;
CREATE POLICY own_sites ON analytics_release
  USING (site_id = ANY ((SELECT guard.sites())::bigint[]) OR (site_id IS NULL AND (SELECT guard.pooled())))
  WITH CHECK (site_id = ANY ((SELECT guard.sites())::bigint[]) OR (site_id IS NULL AND (SELECT guard.pooled())));
GRANT SELECT ON analytics_release TO {APP};
GRANT SELECT, INSERT, UPDATE, DELETE ON analytics_release TO {WORKER};
"""  # noqa: S608 - names of roles

PUBLIC_RELEASES = f"""
-- What was issued of a cut for the public exists for everybody who is signed in; the serving roles never change it.
ALTER POLICY own_sites ON analytics_release
  USING (site_id = ANY ((SELECT guard.sites())::bigint[])
    OR (site_id IS NULL AND (audience = 'public' OR (SELECT guard.pooled()))));
CREATE TRIGGER public_stands BEFORE UPDATE ON analytics_release
  FOR EACH ROW WHEN (OLD.audience = 'public') EXECUTE FUNCTION guard.refuse();
GRANT SELECT ON analytics_publicissue, analytics_publicwithheld TO {SERVING};
GRANT INSERT, UPDATE ON analytics_publicissue, analytics_publicbasis TO {WORKER};
GRANT INSERT ON analytics_publicwithheld TO {WORKER};
GRANT SELECT ON analytics_publicbasis TO {WORKER};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {SERVING};
"""


def own_acts(table: str) -> str:
    """A log of what people did: each writes the own lines only, nobody changes one, and those who see all sites read them."""
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own_acts ON {table} FOR INSERT WITH CHECK (person_id = (SELECT guard.person()));
CREATE POLICY read_acts ON {table} FOR SELECT
  USING (person_id = (SELECT guard.person()) OR (SELECT guard.pooled()));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
GRANT SELECT, INSERT ON {table} TO {APP};
GRANT SELECT ON {table} TO {WORKER};
"""
