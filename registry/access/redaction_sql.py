"""SQL of redactions: a name that was typed into free text is taken out of the record and of its history by two persons.

Nobody else changes an event: the serving roles may neither update the history nor call a part of this. What was replaced is stored
nowhere; until the second person confirms, a salted hash tells that both mean the same text. Run by migrations as reg_owner.
"""

from registry.access.guard_sql import APP, LOCKED, OWNER, RECORD, SERVING, on_behalf

MARK = (
    "■■"  # of two characters, as the shortest text that is taken out: what it replaces never grows. In Shift_JIS too.
)
SHORTEST = len(MARK)
VOID_BECAUSE = "A name was taken out of the form."  # registry.actions.redactions has it translated

# Free text of a case, by the name that the history gives its table. Hashes, codes and people's own names are none.
FREE_TEXT = {
    "patient": (
        "ext_id_cibmtr",
        "ext_id_ebmt",
        "ext_id_trump",
        "ext_id_nrmd",
        "referring_site",
        "race_ethnicity_oth",
        "indication_oth",
    ),
    "baseline_disease": ("karyotype_iscn", "all_subtype_oth", "cyto_abn_oth", "predisposition_oth", "emd_dx_oth"),
    "prior_therapy": ("prior_rt_oth",),
    "leukapheresis": ("aph_repeat_reason_oth",),
    "manufacturing": ("lot_id", "mfg_site_oth", "mfg_fail_reason_oth", "oos_reason_oth", "oos_route_oth"),
    "bridging_therapy": ("brg_type_oth",),
    "lymphodepletion": ("ld_omit_reason_oth", "ld_regimen_oth"),
    "pre_infusion_assessment": ("pre_mrd_method_oth",),
    "cart_course": ("noninf_reason_oth", "prod_name_oth"),
    "crs": ("anticytokine_oth",),
    "icans_episode": ("icans_therapy_oth",),
    "adverse_event": ("ae_kind_oth", "inf_site_oth"),
    "response_assessment": ("rsp_mrd_method_oth",),
    "relapse": ("rel_lineage_switch_oth",),
    "subsequent_therapy": ("stx_type_oth", "stx_reason_oth"),
    "follow_up": ("transfer_site",),
    "death": ("death_cause_oth",),
    "subsequent_neoplasm": ("smn_histology", "smn_type_oth"),
}
THREADS = {
    "query": ("registry_query", ("text",)),
    "query_step": ("registry_querystep", ("text",)),
    "exemption": ("registry_exemption", ("reason",)),
    "redaction": ("registry_redaction", ("reason",)),
    "opening": ("registry_opening", ("reason", "decision")),
}
BESIDE = ("registry_historyevent", "registry_importjob", "registry_importedrecord")


def _columns():
    """(name in the history, table, column) of every free text as SQL rows."""
    forms = [(form, f"registry_{form.replace('_', '')}", names) for form, names in FREE_TEXT.items()]
    threads = [(form, table, names) for form, (table, names) in THREADS.items()]
    return ",\n      ".join(
        f"('{form}', '{table}', '{name}')" for form, table, names in forms + threads for name in names
    )


def _unless_redacting(function):
    """The same function of a trigger, which lets a redaction pass: that is told once, as itself."""
    return function.replace("BEGIN", "BEGIN\n  IF guard.is_redacting() THEN RETURN NEW; END IF;", 1)


def while_redacting(table):
    """The owner of the tables reaches rows of `table` while a redaction runs, and only then."""
    return f"""
CREATE POLICY redacting ON {table} TO {OWNER}
  USING ((SELECT guard.is_redacting())) WITH CHECK ((SELECT guard.is_redacting()));
"""


TABLES = f"""
-- What the redaction that runs has changed, with one row more that says that it runs. Empty again before the transaction ends:
-- whoever finds a row is inside it.
CREATE TABLE guard.redacting (form text NOT NULL, id bigint NOT NULL);
CREATE TABLE guard.redaction_text (redaction bigint PRIMARY KEY, asked_by text NOT NULL, salt bytea NOT NULL, hash bytea NOT NULL);
-- The hash of a sealed event as a redaction left it. What the event was is told by the seal's own hash, whose salt is gone.
CREATE TABLE guard.redacted_event (redaction bigint, event bigint, hash bytea NOT NULL, PRIMARY KEY (event, redaction));
ALTER TABLE guard.sealed_event ADD COLUMN salt bytea;
CREATE INDEX sealed_event_by_event ON guard.sealed_event USING brin (event);

CREATE FUNCTION guard.is_redacting() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
  $$ SELECT EXISTS (SELECT FROM guard.redacting) $$;

ALTER TABLE registry_redaction ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_redaction FORCE ROW LEVEL SECURITY;
CREATE POLICY own_sites ON registry_redaction FOR SELECT USING (site_id = ANY ((SELECT guard.sites())::bigint[]));
CREATE POLICY asked ON registry_redaction FOR INSERT
  WITH CHECK (site_id = ANY ((SELECT guard.sites())::bigint[]) AND state = 'asked' AND asked_by = (SELECT guard.actor())
    AND ended_at IS NULL AND digest = '');
CREATE POLICY ended ON registry_redaction FOR UPDATE TO {OWNER} USING (true) WITH CHECK (true);
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON registry_redaction
  FOR EACH ROW EXECUTE FUNCTION guard.record('redaction', 'quiet');
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry_redaction FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
GRANT SELECT, INSERT ON registry_redaction TO {APP};
GRANT SELECT ON registry_redaction TO reg_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP};
"""  # noqa: S608 - names of roles

WORDS = f"""
-- JSON with `name` taken out of every text in it; its keys stay.
CREATE FUNCTION guard.without(said jsonb, name text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN CASE jsonb_typeof(said)
    WHEN 'string' THEN to_jsonb(replace(said #>> '{{}}', name, '{MARK}'))
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(guard.without(one, name) ORDER BY place), '[]') FROM jsonb_array_elements(said) WITH ORDINALITY each (one, place))
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(key, guard.without(value, name)), '{{}}') FROM jsonb_each(said))
    ELSE said END;
END $$;
"""  # noqa: S608 - our own mark

PLACES = f"""
-- Every free text of a case.
CREATE OR REPLACE FUNCTION guard.free_text() RETURNS TABLE (form text, place text, item text) LANGUAGE sql IMMUTABLE AS $$
  SELECT * FROM (VALUES
      {_columns()}) each $$;
"""  # noqa: S608 - names of our own tables

ASK = """
-- Keeps what tells the second person's text from another. By whoever asked, once.
CREATE FUNCTION guard.ask_redaction(which bigint, name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
DECLARE
  seed bytea := uuid_send(gen_random_uuid());
BEGIN
  IF NOT EXISTS (SELECT FROM registry_redaction WHERE id = which AND state = 'asked' AND asked_by = guard.actor()
      AND strpos(reason, name) = 0) THEN
    RAISE EXCEPTION 'redaction % is not asked for by whoever answers for this transaction', which;
  END IF;
  INSERT INTO guard.redaction_text VALUES (which, guard.actor(), seed, sha256(seed || convert_to(name, 'UTF8')));
END $$;

CREATE FUNCTION guard.withdraw_redaction(which bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
BEGIN
  IF guard.actor() IS NULL OR NOT EXISTS (SELECT FROM guard.redaction_text t JOIN registry_redaction r ON r.id = t.redaction
      WHERE r.id = which AND (t.asked_by = guard.actor() OR current_setting('app.role', true) = 'manager')) THEN
    RAISE EXCEPTION 'redaction % is not open for whoever answers for this transaction', which;
  END IF;
  DELETE FROM guard.redaction_text WHERE redaction = which;
  UPDATE registry_redaction SET state = 'withdrawn', ended_by = guard.actor(), ended_at = clock_timestamp() WHERE id = which;
END $$;
"""

REDACT = f"""
-- Takes the name out: the number of events of the history that held it. -1: it is not the text that was asked for.
CREATE FUNCTION guard.redact(which bigint, name text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  who text := guard.actor();
  kept guard.redaction_text;
  of_case registry_case;
  changed bigint;
  left_hash bytea;
  signed bigint[];
BEGIN
  IF who IS NULL OR current_setting('app.role', true) IS DISTINCT FROM 'manager' THEN
    RAISE EXCEPTION 'a redaction needs a data manager who answers for it';
  END IF;
  SELECT * INTO kept FROM guard.redaction_text WHERE redaction = which FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'redaction % is not open', which; END IF;
  IF kept.asked_by = who THEN RAISE EXCEPTION 'redaction % needs a second person', which; END IF;
  IF kept.hash <> sha256(kept.salt || convert_to(name, 'UTF8')) THEN RETURN -1; END IF;
  SELECT c.* INTO STRICT of_case FROM registry_case c JOIN registry_redaction r ON r.case_id = c.id WHERE r.id = which FOR UPDATE OF c;
  LOCK TABLE guard.seal IN SHARE ROW EXCLUSIVE MODE;  -- what is sealed meanwhile is sealed as it is then

  INSERT INTO guard.redacting VALUES ('', which);
  PERFORM guard.redact_case(of_case.id, name);
  PERFORM guard.redact_elsewhere(of_case.number, name);
  PERFORM guard.redact_notes(of_case.id, name);
  INSERT INTO guard.redacted_event SELECT DISTINCT which, e.id, sha256(convert_to(jsonb_strip_nulls(to_jsonb(e))::text, 'UTF8'))
  FROM registry_historyevent e JOIN guard.sealed_event s ON s.event = e.id
  WHERE e.id IN (SELECT id FROM guard.redacting WHERE form = '(event)');
  UPDATE guard.sealed_event SET salt = NULL WHERE event IN (SELECT id FROM guard.redacting WHERE form = '(event)');
  SELECT count(DISTINCT id) INTO changed FROM guard.redacting WHERE form = '(event)';
  SELECT sha256(coalesce(string_agg(hash, ''::bytea ORDER BY event), '')) INTO left_hash FROM guard.redacted_event WHERE redaction = which;
  -- The row says in its own history, and by its version, that somebody was there: a page that is open with the name is out of date.
  INSERT INTO registry_historyevent
    (at, actor, role, on_behalf, reason, request, transaction, site_id, case_id, form, row_id, kind, item, new)
  SELECT clock_timestamp(), who, 'manager', nullif(current_setting('app.behalf', true), ''), '',
    coalesce(current_setting('app.request', true), ''), pg_current_xact_id()::text::bigint, of_case.site_id, of_case.id, r.form, r.id,
    'update', 'redacted', to_jsonb(which)
  FROM (SELECT DISTINCT form, id FROM guard.redacting WHERE form IN ({", ".join(f"'{form}'" for form in FREE_TEXT)})) r;
  DELETE FROM guard.redaction_text WHERE redaction = which;
  signed := array(SELECT id FROM guard.redacting WHERE form = 'signature');
  DELETE FROM guard.redacting;

  UPDATE registry_signature SET voided_at = clock_timestamp(), voided_because = '{VOID_BECAUSE}'
  WHERE id = ANY (signed) AND voided_at IS NULL;
  UPDATE registry_redaction SET state = 'done', ended_by = who, ended_at = clock_timestamp(), events = changed, digest = encode(left_hash, 'hex')
  WHERE id = which;
  RETURN changed;
END $$;

-- The case's own tables and its history.
CREATE FUNCTION guard.redact_case(of_case bigint, name text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT * FROM guard.free_text() LOOP
    EXECUTE format('WITH changed AS (UPDATE %1$I SET %2$I = replace(%2$I, $1, %3$L) WHERE case_id = $2 AND strpos(%2$I, $1) > 0 RETURNING id)
      INSERT INTO guard.redacting SELECT %4$L, id FROM changed', one.place, one.item, '{MARK}', one.form) USING name, of_case;
  END LOOP;
  FOR one IN SELECT DISTINCT t.form, t.place FROM guard.free_text() t JOIN guard.redacting r ON r.form = t.form LOOP
    EXECUTE format('UPDATE %I SET version = version + 1 WHERE id IN (SELECT id FROM guard.redacting WHERE form = %L)', one.place, one.form);
  END LOOP;
  UPDATE registry_query SET values = guard.without(values, name) WHERE case_id = of_case AND guard.without(values, name) <> values;
  UPDATE registry_draft SET typed = (
    SELECT jsonb_agg(jsonb_build_array(pair -> 0, guard.without(pair -> 1, name)) ORDER BY place)
    FROM jsonb_array_elements(typed) WITH ORDINALITY each (pair, place))
  WHERE case_id = of_case AND guard.without(typed, name) <> typed;
  -- A signature's hash is of the form as it was: with all else known, the name could be tried out.
  WITH changed AS (UPDATE registry_signature s SET digest = '' FROM guard.redacting r
    WHERE s.case_id = of_case AND s.form = r.form AND s.row_id = r.id RETURNING s.id)
  INSERT INTO guard.redacting SELECT 'signature', id FROM changed;
  WITH changed AS (
    UPDATE registry_historyevent e SET reason = replace(reason, name, '{MARK}'),
      old = CASE WHEN is_hash AND old IS NOT NULL THEN '""' WHEN is_free THEN guard.without(old, name) ELSE old END,
      new = CASE WHEN is_hash AND new IS NOT NULL THEN '""' WHEN is_free THEN guard.without(new, name) ELSE new END
    FROM (
      SELECT id AS event, t.item IS NOT NULL OR h.form = 'query' AND h.item = 'values' AS is_free,
        h.form = 'signature' AND h.item = 'digest' AND h.row_id IN (SELECT r.id FROM guard.redacting r WHERE r.form = 'signature') AS is_hash
      FROM registry_historyevent h LEFT JOIN guard.free_text() t ON t.form = h.form AND t.item = h.item
      WHERE h.case_id = of_case) told
    WHERE e.id = told.event AND (strpos(reason, name) > 0 OR is_hash
      OR is_free AND (guard.without(old, name) IS DISTINCT FROM old OR guard.without(new, name) IS DISTINCT FROM new))
    RETURNING e.id)
  INSERT INTO guard.redacting SELECT '(event)', id FROM changed;
END $$;

-- What is kept beside the case: files and reports of imports, answers of creates that are kept for a second attempt, reasons about people.
CREATE FUNCTION guard.redact_elsewhere(number text, name text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE registry_importjob SET content = '', expires_at = clock_timestamp()
  WHERE state NOT IN ('queued', 'running') AND id IN (SELECT job_id FROM registry_importedrecord r WHERE r."case" = redact_elsewhere.number);
  UPDATE registry_importedrecord r SET name = replace(r.name, redact_elsewhere.name, '{MARK}'), faults = guard.without(faults, redact_elsewhere.name),
    cells = guard.without(cells, redact_elsewhere.name), queries = guard.without(queries, redact_elsewhere.name)
  WHERE strpos(r.name || faults || cells || queries, redact_elsewhere.name) > 0;
  UPDATE registry_importjob j SET name = replace(j.name, redact_elsewhere.name, '{MARK}'), mapping = replace(mapping, redact_elsewhere.name, '{MARK}')
  WHERE strpos(j.name || mapping, redact_elsewhere.name) > 0;
  UPDATE registry_importlayout l SET name = replace(l.name, redact_elsewhere.name, '{MARK}'), text = replace(text, redact_elsewhere.name, '{MARK}')
  WHERE strpos(l.name || text, redact_elsewhere.name) > 0;
  UPDATE registry_idempotencykey SET answer = guard.without(answer, name) WHERE strpos(answer::text, name) > 0;
  WITH changed AS (UPDATE registry_historyevent SET reason = replace(reason, name, '{MARK}')
    WHERE case_id IS NULL AND strpos(reason, name) > 0 RETURNING id)
  INSERT INTO guard.redacting SELECT '(event)', id FROM changed;
END $$;

-- Titles and notes beside the record; the analyses give it what they keep.
CREATE FUNCTION guard.redact_notes(of_case bigint, name text) RETURNS void LANGUAGE sql SET search_path = public, pg_temp AS $$ SELECT $$;

REVOKE ALL ON FUNCTION guard.redact(bigint, text), guard.redact_case(bigint, text), guard.redact_elsewhere(text, text),
  guard.redact_notes(bigint, text), guard.ask_redaction(bigint, text), guard.withdraw_redaction(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.redact(bigint, text), guard.ask_redaction(bigint, text), guard.withdraw_redaction(bigint) TO {APP};
"""  # noqa: S608 - our own words

# From here on each hash of a seal has a salt of its own, which a redaction deletes: then nobody can try out what the event said.
SEAL = f"""
CREATE OR REPLACE FUNCTION guard.seal_history() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  last guard.seal;
  till bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  this bigint;
BEGIN
  LOCK TABLE guard.seal IN SHARE ROW EXCLUSIVE MODE;  -- one sealer at a time; readers pass
  SELECT * INTO last FROM guard.seal ORDER BY number DESC LIMIT 1;
  IF NOT EXISTS (SELECT FROM registry_historyevent WHERE transaction >= coalesce(last.high, 0) AND transaction < till) THEN
    RETURN 0;
  END IF;
  this := nextval(pg_get_serial_sequence('guard.seal', 'number'));
  INSERT INTO guard.sealed_event (seal, place, event, form, row_id, item, hash, salt)
  SELECT this, row_number() OVER (ORDER BY transaction, id), id, form, row_id, item, sha256(seed || convert_to(said, 'UTF8')), seed
  FROM (
    SELECT transaction, id, form, row_id, item, jsonb_strip_nulls(to_jsonb(e))::text AS said, uuid_send(gen_random_uuid()) AS seed
    FROM registry_historyevent e WHERE transaction >= coalesce(last.high, 0) AND transaction < till OFFSET 0) told;
  INSERT INTO guard.seal (number, low, high, rows, hash) OVERRIDING SYSTEM VALUE
  SELECT this, coalesce(last.high, 0), till, count(*),
    sha256(coalesce(last.hash, sha256('registry'::bytea)) || string_agg(hash, ''::bytea ORDER BY place))
  FROM guard.sealed_event WHERE seal = this;
  RETURN this;
END $$;

DROP FUNCTION guard.hashed(bigint, bigint);
CREATE OR REPLACE FUNCTION guard.broken_events() RETURNS TABLE (seal bigint, event bigint, form text, row_id bigint, item text, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
  SELECT l.seal, coalesce(l.event, e.id), coalesce(l.form, e.form), coalesce(l.row_id, e.row_id), coalesce(l.item, e.item),
    CASE WHEN e.id IS NULL THEN 'removed' WHEN l.event IS NULL THEN 'added' ELSE 'changed' END
  FROM guard.sealed_event l
  FULL JOIN (SELECT * FROM registry_historyevent WHERE transaction < (SELECT coalesce(max(high), 0) FROM guard.seal)) e ON e.id = l.event
  LEFT JOIN (SELECT DISTINCT ON (event) event, hash FROM guard.redacted_event ORDER BY event, redaction DESC) r ON r.event = l.event
  WHERE coalesce(r.hash, l.hash) IS DISTINCT FROM
    sha256(CASE WHEN r.hash IS NULL THEN coalesce(l.salt, '') ELSE '' END || convert_to(jsonb_strip_nulls(to_jsonb(e))::text, 'UTF8'))
  ORDER BY 2 $$;

-- The redactions whose hashes are not those that were told when they were done, or that have none of their own.
CREATE FUNCTION guard.broken_redactions() RETURNS TABLE (redaction bigint) LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
  SELECT coalesce(r.id, e.redaction) FROM (SELECT * FROM registry_redaction WHERE state = 'done') r
  FULL JOIN (SELECT redaction, string_agg(hash, ''::bytea ORDER BY event) AS body FROM guard.redacted_event GROUP BY redaction) e
  ON e.redaction = r.id
  WHERE r.digest IS DISTINCT FROM encode(sha256(coalesce(e.body, '')), 'hex') ORDER BY 1 $$;
REVOKE ALL ON FUNCTION guard.broken_redactions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.broken_redactions() TO {SERVING};
"""  # noqa: S608 - names of roles

RECORD_BUT, LOCKED_BUT = map(_unless_redacting, (on_behalf(RECORD), LOCKED))
INSTALL = (TABLES, RECORD_BUT, LOCKED_BUT, WORDS, PLACES, ASK, REDACT, SEAL, *map(while_redacting, BESIDE))
