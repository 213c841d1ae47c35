"""SQL of milestones and of what hospitals endorse at them. Run by migrations as reg_owner."""

from registry.access.guard_sql import APP, WORKER

# Every hospital reads what is asked of it; whoever sees all sites together asks, and ends the asking, and changes nothing else of it.
MILESTONE = f"""
ALTER TABLE registry_milestone ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_milestone FORCE ROW LEVEL SECURITY;
CREATE POLICY asked ON registry_milestone FOR SELECT USING (cardinality((SELECT guard.sites())) > 0);
CREATE POLICY pooled ON registry_milestone FOR INSERT WITH CHECK ((SELECT guard.pooled()));
CREATE POLICY ended ON registry_milestone FOR UPDATE USING ((SELECT guard.pooled())) WITH CHECK ((SELECT guard.pooled()));
CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON registry_milestone
  FOR EACH ROW EXECUTE FUNCTION guard.record('milestone', 'quiet');
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry_milestone FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
GRANT SELECT, INSERT ON registry_milestone TO {APP};
GRANT UPDATE (ended_by, ended_at, why_ended) ON registry_milestone TO {APP};
GRANT SELECT ON registry_milestone TO {WORKER};
"""

# Signed by whoever answers for the transaction, at one of its hospitals, and never changed.
ENDORSEMENT = f"""
ALTER TABLE registry_endorsement ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_endorsement FORCE ROW LEVEL SECURITY;
CREATE POLICY own_sites ON registry_endorsement USING (site_id = ANY ((SELECT guard.sites())::bigint[]))
  WITH CHECK (site_id = ANY ((SELECT guard.sites())::bigint[]) AND signer = (SELECT guard.actor()));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON registry_endorsement FOR EACH ROW EXECUTE FUNCTION guard.refuse();
CREATE TRIGGER record AFTER INSERT ON registry_endorsement FOR EACH ROW EXECUTE FUNCTION guard.record('endorsement', 'quiet');
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry_endorsement FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
GRANT SELECT, INSERT ON registry_endorsement TO {APP};
GRANT SELECT ON registry_endorsement TO {WORKER};
"""

# What somebody was shown is known to that person alone, and never goes back.
SHOWN = f"""
ALTER TABLE registry_shownchanges ENABLE ROW LEVEL SECURITY;
ALTER TABLE registry_shownchanges FORCE ROW LEVEL SECURITY;
CREATE POLICY own_reading ON registry_shownchanges
  USING (site_id = ANY ((SELECT guard.sites())::bigint[]) AND person_id = (SELECT guard.person()))
  WITH CHECK (site_id = ANY ((SELECT guard.sites())::bigint[]) AND person_id = (SELECT guard.person()));
ALTER TABLE registry_shownchanges ADD CONSTRAINT registry_shownchanges_site_of_case
  FOREIGN KEY (case_id, site_id) REFERENCES registry_case (id, site_id);
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry_shownchanges FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
GRANT SELECT, INSERT ON registry_shownchanges TO {APP};
GRANT UPDATE (upto, at) ON registry_shownchanges TO {APP};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP};
"""

INSTALL = (MILESTONE, ENDORSEMENT, SHOWN)
