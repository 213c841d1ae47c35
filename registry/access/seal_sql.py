"""SQL of the seals: the history is hashed in batches, each hash over the one before, so that an edit, a removal in the middle, a
removed last row and a back-dated row each show. Nothing locks a save. Run by migrations as reg_owner.

A seal covers a half-open range of transaction ids, from the end of the last one up to the oldest transaction still running: below
that every transaction has ended, so nothing arrives late, and gaps in sequences do not matter.
"""

from registry.access.guard_sql import OWNER, SERVING, WORKER

INSTALL = f"""
CREATE TABLE guard.seal (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, low bigint NOT NULL, high bigint NOT NULL,
  rows bigint NOT NULL, hash bytea NOT NULL, sealed_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX history_by_transaction ON registry_historyevent (transaction);
CREATE POLICY by_sealer ON registry_historyevent FOR SELECT TO {OWNER} USING (true);

CREATE FUNCTION guard.digest(low bigint, high bigint, OUT rows bigint, OUT body bytea) LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
  SELECT count(*), coalesce(string_agg(
    sha256(convert_to(jsonb_strip_nulls(to_jsonb(e))::text, 'UTF8')), ''::bytea ORDER BY transaction, id), '')
  FROM public.registry_historyevent e WHERE transaction >= low AND transaction < high $$;

CREATE FUNCTION guard.seal_history() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  last guard.seal;
  till bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  news record;
BEGIN
  LOCK TABLE guard.seal IN SHARE ROW EXCLUSIVE MODE;  -- one sealer at a time; readers pass
  SELECT * INTO last FROM guard.seal ORDER BY number DESC LIMIT 1;
  SELECT * INTO news FROM guard.digest(coalesce(last.high, 0), till);
  IF news.rows = 0 THEN RETURN 0; END IF;
  INSERT INTO guard.seal (low, high, rows, hash)
  VALUES (coalesce(last.high, 0), till, news.rows, sha256(coalesce(last.hash, sha256('registry'::bytea)) || news.body))
  RETURNING * INTO last;
  RETURN last.number;
END $$;

-- The seals that do not hold any more, with how many rows they covered and how many are there now.
CREATE FUNCTION guard.broken_seals() RETURNS TABLE (number bigint, sealed_at timestamptz, sealed_rows bigint, found_rows bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.number, s.sealed_at, s.rows, d.rows FROM (
    SELECT *, lag(hash, 1, sha256('registry'::bytea)) OVER w AS before, lag(high, 1, 0::bigint) OVER w AS start
    FROM guard.seal WINDOW w AS (ORDER BY number)) s, guard.digest(s.low, s.high) d
  WHERE s.low <> s.start OR s.rows <> d.rows OR s.hash <> sha256(s.before || d.body) ORDER BY s.number $$;

CREATE FUNCTION guard.seals(since bigint) RETURNS TABLE (number bigint, hash text, sealed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT number, encode(hash, 'hex'), sealed_at FROM guard.seal WHERE number >= since ORDER BY number $$;

REVOKE ALL ON FUNCTION guard.seal_history(), guard.broken_seals(), guard.seals(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.seal_history() TO {WORKER};
GRANT EXECUTE ON FUNCTION guard.broken_seals(), guard.seals(bigint) TO {SERVING};
"""


# From here on a seal keeps the hash of each of its rows, so that a change is found row by row and not only batch by batch. The
# seal's own hash is what it always was: over these hashes, in order, and over the seal before.
ROW_BY_ROW = f"""
CREATE TABLE guard.sealed_event (
  seal bigint, place bigint, event bigint NOT NULL, form text NOT NULL, row_id bigint NOT NULL, item text NOT NULL,
  hash bytea NOT NULL, PRIMARY KEY (seal, place));

CREATE FUNCTION guard.hashed(low bigint, high bigint)
RETURNS TABLE (place bigint, event bigint, form text, row_id bigint, item text, hash bytea)
LANGUAGE sql STABLE SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
  SELECT row_number() OVER (ORDER BY transaction, id), id, form, row_id, item,
    sha256(convert_to(jsonb_strip_nulls(to_jsonb(e))::text, 'UTF8'))
  FROM registry_historyevent e WHERE transaction >= low AND transaction < high $$;

INSERT INTO guard.sealed_event SELECT number, h.* FROM guard.seal, guard.hashed(low, high) h;
DROP FUNCTION guard.seal_history();
DROP FUNCTION guard.broken_seals();
DROP FUNCTION guard.digest(bigint, bigint);

CREATE FUNCTION guard.seal_history() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
  INSERT INTO guard.sealed_event SELECT this, h.* FROM guard.hashed(coalesce(last.high, 0), till) h;
  INSERT INTO guard.seal (number, low, high, rows, hash) OVERRIDING SYSTEM VALUE
  SELECT this, coalesce(last.high, 0), till, count(*),
    sha256(coalesce(last.hash, sha256('registry'::bytea)) || string_agg(hash, ''::bytea ORDER BY place))
  FROM guard.sealed_event WHERE seal = this;
  RETURN this;
END $$;

-- The seals that do not hold any more in themselves: over the hashes of their rows, or over the seal before.
CREATE FUNCTION guard.broken_seals() RETURNS TABLE (number bigint, sealed_at timestamptz, sealed_rows bigint, found_rows bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(s.number, l.seal), s.sealed_at, s.rows, coalesce(l.rows, 0) FROM (
    SELECT *, lag(hash, 1, sha256('registry'::bytea)) OVER w AS before, lag(high, 1, 0::bigint) OVER w AS start
    FROM guard.seal WINDOW w AS (ORDER BY number)) s
  FULL JOIN (
    SELECT seal, count(*) AS rows, string_agg(hash, ''::bytea ORDER BY place) AS body FROM guard.sealed_event GROUP BY seal) l
  ON l.seal = s.number
  WHERE s.number IS NULL OR l.seal IS NULL OR s.low <> s.start OR s.rows <> l.rows OR s.hash <> sha256(s.before || l.body)
  ORDER BY 1 $$;

-- The rows of the history that are not what was sealed: changed, removed, or added below the newest seal.
CREATE FUNCTION guard.broken_events() RETURNS TABLE (seal bigint, event bigint, form text, row_id bigint, item text, fault text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT l.seal, coalesce(l.event, e.event), coalesce(l.form, e.form), coalesce(l.row_id, e.row_id), coalesce(l.item, e.item),
    CASE WHEN e.event IS NULL THEN 'removed' WHEN l.event IS NULL THEN 'added' ELSE 'changed' END
  FROM guard.sealed_event l
  FULL JOIN guard.hashed(0, (SELECT coalesce(max(high), 0) FROM guard.seal)) e ON e.event = l.event
  WHERE l.hash IS DISTINCT FROM e.hash ORDER BY 2 $$;

-- Which rows a seal covers: what its anchor names, so that a tail cut off with its seals can still be told.
CREATE FUNCTION guard.sealed_places(number bigint, most integer) RETURNS TABLE (form text, row_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT form, row_id FROM guard.sealed_event WHERE seal = number GROUP BY form, row_id ORDER BY min(place) LIMIT most $$;

REVOKE ALL ON FUNCTION guard.hashed(bigint, bigint), guard.seal_history(), guard.sealed_places(bigint, integer),
  guard.broken_seals(), guard.broken_events() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guard.seal_history(), guard.sealed_places(bigint, integer) TO {WORKER};
GRANT EXECUTE ON FUNCTION guard.broken_seals(), guard.broken_events() TO {SERVING};
"""

# What no history row tells: keys, the counter of saves, and of a person the moment of the last sign-in and the password's hash.
UNTOLD = "'id', 'site_id', 'case_id', 'version', 'last_login', 'password'"


def unexplained(table: str, form: str) -> str:
    """A query for the stored answers of `table` that are not what the history says last: (row, item, stored, in history)."""
    return f"""
SELECT row.id, answer.key, answer.value::text, last.new::text
FROM {table} row, jsonb_each(to_jsonb(row)) answer
LEFT JOIN LATERAL (
  SELECT new FROM registry_historyevent e
  WHERE e.form = '{form}' AND e.row_id = row.id AND e.item = answer.key ORDER BY e.id DESC LIMIT 1) last ON true
WHERE answer.key NOT IN ({UNTOLD})
  AND nullif(nullif(answer.value, 'null'), 'false') IS DISTINCT FROM nullif(nullif(last.new, 'null'), 'false')
ORDER BY row.id, answer.key
"""


def vanished(table: str, form: str) -> str:
    """A query for the rows that the history knows and `table` has no more: (row, how many answers it had)."""
    return f"""
SELECT row_id, count(*) FILTER (WHERE new IS NOT NULL) FROM (
  SELECT DISTINCT ON (row_id, item) row_id, item, new FROM registry_historyevent WHERE form = '{form}'
  ORDER BY row_id, item, id DESC) last
WHERE new IS NOT NULL AND NOT EXISTS (SELECT FROM {table} row WHERE row.id = last.row_id)
GROUP BY row_id ORDER BY row_id
"""


# Where somebody works, stored and told: (person, item, is stored, is told).
MISPLACED = """
SELECT coalesce(stored.person_id, told.row_id), coalesce(stored.item, told.item), stored.item IS NOT NULL, told.item IS NOT NULL
FROM (SELECT w.person_id, 'site ' || s.code AS item FROM registry_person_sites w JOIN registry_site s ON s.id = w.site_id) stored
FULL JOIN (
  SELECT row_id, item FROM (
    SELECT DISTINCT ON (row_id, item) row_id, item, new FROM registry_historyevent
    WHERE form = 'person' AND item LIKE 'site %' ORDER BY row_id, item, id DESC) last
  WHERE new IS NOT NULL) told
ON told.row_id = stored.person_id AND told.item = stored.item
WHERE stored.item IS NULL OR told.item IS NULL
ORDER BY 1, 2
"""

# Events that do not follow from the one before: of the same item another value, of the same row a later moment.
DISORDER = """
SELECT form, row_id, item, id, before::text, old::text, at < earlier FROM (
  SELECT *, lag(new) OVER (PARTITION BY form, row_id, item ORDER BY id) AS before,
    lag(at) OVER (PARTITION BY form, row_id ORDER BY id) AS earlier
  FROM registry_historyevent) event
WHERE nullif(old, 'false') IS DISTINCT FROM nullif(before, 'false') OR at < earlier
ORDER BY id
"""
