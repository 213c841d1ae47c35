"""SQL of the signed scope. What a transaction may see is believed only with a seal that the application made for that very transaction:
SQL that slips into a statement can set `app.context`, but it cannot seal it. Run by migrations as reg_owner.
"""

# HMAC-SHA-256 by the core's sha256() alone: the key, filled to 64 bytes, XORed with 0x36 and with 0x5c. Only reg_owner reads it.
# A seal holds for one transaction of one connection (its process, its beginning), so that one that was read is of no use later.
# now() and not the clock: a long transaction keeps its scope, and no clock but the database's is asked.
SIGNED = """
CREATE TABLE guard.key (inner_pad bytea NOT NULL, outer_pad bytea NOT NULL);

CREATE FUNCTION guard.is_sealed() RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said text := concat_ws(E'\\n', pg_backend_pid(), extract(epoch FROM now()),
    coalesce(current_setting('app.context', true), ''), coalesce(current_setting('app.pooled', true), ''),
    coalesce(current_setting('app.people', true), ''), coalesce(current_setting('app.actor', true), ''),
    coalesce(current_setting('app.role', true), ''), coalesce(current_setting('app.behalf', true), ''),
    coalesce(current_setting('app.request', true), ''));
BEGIN
  RETURN EXISTS (SELECT FROM guard.key
    WHERE current_setting('app.seal', true) = encode(sha256(outer_pad || sha256(inner_pad || convert_to(said, 'UTF8'))), 'hex'));
END $$;

CREATE OR REPLACE FUNCTION guard.sites() RETURNS bigint[] LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN guard.is_sealed()
    THEN coalesce(string_to_array(nullif(current_setting('app.context', true), ''), ','), '{}')::bigint[]
    ELSE '{}'::bigint[] END $$;

CREATE OR REPLACE FUNCTION guard.pooled() RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT coalesce(current_setting('app.pooled', true), '') = 'on' AND guard.is_sealed() $$;

CREATE OR REPLACE FUNCTION guard.people() RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT coalesce(current_setting('app.people', true), '') = 'on' AND guard.is_sealed() $$;

CREATE OR REPLACE FUNCTION guard.actor() RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT CASE WHEN guard.is_sealed() THEN nullif(current_setting('app.actor', true), '') END $$;

CREATE OR REPLACE FUNCTION guard.person() RETURNS bigint LANGUAGE sql STABLE AS
  $$ SELECT id FROM registry_person WHERE email = guard.actor() $$;
"""

# What the functions were before.
UNSIGNED = """
CREATE OR REPLACE FUNCTION guard.sites() RETURNS bigint[] LANGUAGE sql STABLE AS
  $$ SELECT coalesce(string_to_array(nullif(current_setting('app.context', true), ''), ','), '{}')::bigint[] $$;
CREATE OR REPLACE FUNCTION guard.pooled() RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT coalesce(current_setting('app.pooled', true), '') = 'on' $$;
CREATE OR REPLACE FUNCTION guard.people() RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT coalesce(current_setting('app.people', true), '') = 'on' $$;
CREATE OR REPLACE FUNCTION guard.actor() RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT nullif(current_setting('app.actor', true), '') $$;
CREATE OR REPLACE FUNCTION guard.person() RETURNS bigint LANGUAGE sql STABLE AS
  $$ SELECT id FROM registry_person WHERE email = guard.actor() $$;
DROP FUNCTION guard.is_sealed();
DROP TABLE guard.key;
"""
