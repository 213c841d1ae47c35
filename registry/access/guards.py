"""The guards as they were shipped (guards.txt), compared with those of the database: none is missing, switched off, weakened or new."""

from pathlib import Path

from django.db import connection

SHIPPED = Path(__file__).with_name("guards.txt")

# One line for each guard. Functions by the hash of their body, so that an emptied one shows; `enabled` is O when it always fires.
IN_FORCE = """
SELECT format('trigger %s on %s: %s, enabled %s', tgname, tgrelid::regclass,
  regexp_replace(pg_get_triggerdef(oid), '^CREATE TRIGGER \\S+ | ON \\S+', '', 'g'), tgenabled)
FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text NOT LIKE 'guard.%'
UNION ALL
SELECT format('policy %s on %s: %s to %s using %s check %s', polname, polrelid::regclass, polcmd,
  CASE WHEN polroles = '{0}' THEN 'everybody' ELSE (SELECT string_agg(rolname, ', ' ORDER BY rolname) FROM pg_roles WHERE oid = ANY (polroles)) END,
  coalesce(pg_get_expr(polqual, polrelid), '-'), coalesce(pg_get_expr(polwithcheck, polrelid), '-'))
FROM pg_policy
UNION ALL
SELECT format('isolation of %s: enabled %s, forced %s', oid::regclass, relrowsecurity, relforcerowsecurity)
FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND (relrowsecurity OR relforcerowsecurity)
UNION ALL
SELECT format('function %s: %s, %s, owner %s', p.oid::regprocedure, CASE WHEN prosecdef THEN 'as its owner' ELSE 'as the caller' END,
  left(encode(sha256(convert_to(prosrc || coalesce(array_to_string(proconfig, ','), ''), 'UTF8')), 'hex'), 16), pg_get_userbyid(proowner))
FROM pg_proc p WHERE pronamespace = 'guard'::regnamespace
UNION ALL
SELECT format('grant to %s on %s: %s', pg_get_userbyid(grantee), c.oid::regclass, string_agg(privilege_type, ', ' ORDER BY privilege_type))
FROM pg_class c, aclexplode(relacl) WHERE relkind IN ('r', 'p') AND relnamespace IN ('public'::regnamespace, 'guard'::regnamespace)
  AND grantee <> relowner GROUP BY grantee, c.oid
"""


def in_force():
    """The database's guards, one line each."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE)
        return sorted(line for (line,) in cursor.fetchall())


def shipped():
    """The guards that migrations make, one line each."""
    return SHIPPED.read_text(encoding="utf-8").splitlines()


def differences():
    """What is not as shipped, in words; nothing when everything is."""
    found, wanted = set(in_force()), set(shipped())
    return [
        *(f"missing: {line}" for line in sorted(wanted - found)),
        *(f"not shipped: {line}" for line in sorted(found - wanted)),
    ]
