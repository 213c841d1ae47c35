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


def unexplained(table: str, form: str) -> str:
    """A query for the stored answers of `table` that are not what the history says last: (row, item, stored, in history)."""
    return f"""
SELECT row.id, answer.key, answer.value::text, last.new::text
FROM {table} row, jsonb_each(to_jsonb(row)) answer
LEFT JOIN LATERAL (
  SELECT new FROM registry_historyevent e
  WHERE e.form = '{form}' AND e.row_id = row.id AND e.item = answer.key ORDER BY e.id DESC LIMIT 1) last ON true
WHERE answer.key NOT IN ('id', 'site_id', 'case_id', 'version')
  AND nullif(nullif(answer.value, 'null'), 'false') IS DISTINCT FROM nullif(nullif(last.new, 'null'), 'false')
ORDER BY row.id, answer.key
"""
