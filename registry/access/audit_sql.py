"""SQL of audits by blind re-entry. Run by migrations as reg_owner."""

from registry.access.guard_sql import APP, WORKER, isolate, record, same_site_as_case

# Every hospital reads which audits there are; whoever sees all sites together draws them, and nobody changes one.
AUDIT = f"""
ALTER TABLE registry_audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_audit FORCE ROW LEVEL SECURITY;
CREATE POLICY asked ON registry_audit FOR SELECT USING (cardinality((SELECT guard.sites())) > 0);
CREATE POLICY pooled ON registry_audit FOR INSERT WITH CHECK ((SELECT guard.pooled()));
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON registry_audit
  FOR EACH ROW EXECUTE FUNCTION guard.record('audit', 'quiet');
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry_audit FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
GRANT SELECT, INSERT ON registry_audit TO {APP};
GRANT SELECT ON registry_audit TO {WORKER};
"""

# What is sealed stays: a form is sealed once, by whoever began it, and of a compared answer only the judgement is added.
SEALED = """
CREATE FUNCTION guard.sealed_audit() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.sealed_at IS NOT NULL THEN
    RAISE EXCEPTION 'form % of the audit is sealed', OLD.id;
  END IF;
  IF NEW.sealed_at IS NOT NULL AND (OLD.began_by = '' OR OLD.began_by <> NEW.began_by OR OLD.began_by IS DISTINCT FROM guard.actor()) THEN
    RAISE EXCEPTION 'form % of the audit is sealed by whoever began it alone', OLD.id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sealed BEFORE UPDATE ON registry_auditform FOR EACH ROW EXECUTE FUNCTION guard.sealed_audit();
"""
RIGHTS = f"""
REVOKE UPDATE ON registry_auditform, registry_auditanswer FROM {APP};
GRANT UPDATE (began_by, began_at, read_at, sealed_at, version) ON registry_auditform TO {APP};
GRANT UPDATE (verdict, judged_by, judged_at, version) ON registry_auditanswer TO {APP};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP};
"""  # noqa: S608 - names of roles
OF_CASES = [
    part
    for table, form in (("registry_auditform", "audit_form"), ("registry_auditanswer", "audit_answer"))
    for part in (isolate(table), record(table, form, quiet=True), same_site_as_case(table))
]

INSTALL = (AUDIT, *OF_CASES, SEALED, RIGHTS)
