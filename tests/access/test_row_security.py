"""PostgreSQL itself holds sites apart and the history whole: what the application forgets returns nothing, or is refused."""

import pytest
from celery import shared_task
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.http import JsonResponse
from django.test import Client
from django.urls import path

from analytics import actions
from analytics.models import AnalysisRun, Dataset
from registry.access.row_security import everything_scope, person_scope, site_scope
from registry.actions.drafts import keep_draft
from registry.models import FORMS, Case, HistoryEvent, Infusion, Outbox
from tests import factories
from tests.conftest import log_in_as
from tests.standing import standing

pytestmark = pytest.mark.django_db
SERVING = ("reg_app", "reg_worker")
CLINICAL = ("registry_case", *(form._meta.db_table for form in FORMS))
TRAIL = ("registry_historyevent", "registry_outbox")
POOLED = ("analytics_dataset", "analytics_datasettable", "analytics_analysisrun", "analytics_result")
OTHER_POOLED = (
    "analytics_cutorder",
    "analytics_cutreport",
    "analytics_publicbasis",
    "analytics_publicwithheld",
    "analytics_releasebasis",
    "analytics_resultcases",
    "analytics_resultchange",
)
# Not a site's and not pooled alone: what asks for the person, or for what the person may see.
ASKS = {
    **dict.fromkeys((*POOLED, *OTHER_POOLED), ("guard.pooled()",)),
    **dict.fromkeys(("analytics_export", "analytics_exportjob", "analytics_viewed"), ("guard.person()",)),
    **dict.fromkeys(("registry_importjob", "registry_importedrecord"), ("guard.person()",)),
    **dict.fromkeys(("registry_milestone", "registry_audit"), ("guard.pooled()",)),
    "analytics_saveddashboard": ("guard.pooled()", "guard.person()"),
    "analytics_savedpanel": ("guard.dashboards()",),
    "analytics_release": ("guard.sites()", "guard.pooled()"),
}
BY_COMMAND = {  # the worker's own, which is no person's; and what every hospital may read
    ("registry_milestone", "asked"): ("guard.sites()",),
    ("registry_audit", "asked"): ("guard.sites()",),
    ("analytics_export", "by_command"): ("guard.pooled()",),
    ("analytics_exportjob", "by_worker"): ("guard.pooled()",),
    ("registry_importjob", "by_worker"): ("guard.pooled()",),
    ("registry_importedrecord", "by_worker"): ("guard.pooled()",),
}
# What the web role may do to pooled tables beside reading them: ask for runs and cuts; what it changes of a run are columns.
ASKED_FOR = {"analytics_analysisrun": {"INSERT"}, "analytics_cutorder": {"INSERT"}}
OPEN = {"registry_person_sites", "analytics_publicissue"}  # who works where, which cuts were issued; no clinical data


@login_not_required
def forgetful(request):
    """A view that asks for everything."""
    told = HistoryEvent.objects.exclude(case_id=None)  # what is told of people is no site's
    counted = [rows.count() for rows in (Case.objects, Infusion.objects, told, Outbox.objects, Dataset.objects)]
    numbers = sorted(Case.objects.values_list("number", flat=True))
    return JsonResponse({"counted": counted, "numbers": numbers})


@shared_task
def forgetful_task():
    """A task that asks for everything."""
    return [model.objects.count() for model in (Case, Infusion, HistoryEvent, Outbox)]


urlpatterns = [path("forgetful/", forgetful)]


@standing
def sites():
    """Kyoto and Osaka with one infused case each."""
    kyoto, osaka = factories.site("KYO"), factories.site("OSA")
    factories.infused_case(kyoto)
    factories.infused_case(osaka)
    return kyoto, osaka


def rows(statement, *values):
    """What a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def refused(statement, *values, says="permission denied"):
    """PostgreSQL refuses the statement, and says why."""
    with pytest.raises(DatabaseError, match=says), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


# A forgotten filter.


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("role", ["statistician", "administrator"])
def test_a_request_that_forgets_its_filter_finds_no_case(sites, role):
    client = Client()
    client.force_login(factories.person(role))

    assert client.get("/forgetful/").json()["numbers"] == []
    assert client.get("/forgetful/").json()["counted"][:4] == [0, 0, 0, 0]


@pytest.mark.urls(__name__)
def test_a_request_of_nobody_finds_nothing(sites):
    assert Client().get("/forgetful/").json() == {"counted": [0, 0, 0, 0, 0], "numbers": []}


@pytest.mark.urls(__name__)
def test_a_request_that_forgets_its_filter_finds_the_own_site_only(sites):
    kyoto, _osaka = sites
    client = Client()
    client.force_login(factories.person("coordinator", sites=[kyoto]))

    assert client.get("/forgetful/").json()["numbers"] == ["KYO-0001"]


@pytest.mark.django_db(transaction=True)
def test_a_task_that_forgets_its_scope_finds_nothing():
    factories.infused_case(factories.site("KYO"))
    log_in_as("reg_worker")
    try:
        assert forgetful_task.apply().get() == [0, 0, 0, 0]
        with everything_scope(actor="tests"):
            assert forgetful_task.apply().get()[:2] == [1, 1]
    finally:
        log_in_as("reg_app")


FILLED = (
    "registry_case",
    "registry_patient",
    "registry_leukapheresis",
    "registry_cartcourse",
    "registry_infusion",
    *TRAIL,
)


@pytest.mark.parametrize("table", FILLED)
def test_raw_sql_without_a_scope_finds_nothing(sites, table):
    with everything_scope(actor="tests"):
        assert rows(f"SELECT 1 FROM {table}")

    assert rows(f"SELECT 1 FROM {table}") == []


@pytest.mark.django_db(transaction=True)
def test_pooled_tables_do_not_exist_for_a_site():
    kyoto = factories.site("KYO")
    factories.infused_case(kyoto)
    log_in_as("reg_worker")
    try:
        actions.build_datasets()
        with everything_scope(actor="tests"):
            actions.run_analysis(AnalysisRun.objects.filter(analysis="os").get().pk)
    finally:
        log_in_as("reg_app")

    for table in POOLED:
        with site_scope([kyoto.pk], actor="tests"):
            assert rows(f"SELECT 1 FROM {table}") == []
        assert rows(f"SELECT 1 FROM {table}") == []
        with site_scope([], pooled=True):
            assert rows(f"SELECT 1 FROM {table}")


def test_raw_sql_in_a_scope_finds_its_sites_only(sites):
    kyoto, osaka = sites
    with site_scope([kyoto.pk]):
        assert rows("SELECT DISTINCT site_id FROM registry_infusion") == [(kyoto.pk,)]
        assert rows("SELECT DISTINCT site_id FROM registry_historyevent") == [(kyoto.pk,)]
        assert rows("SELECT 1 FROM registry_case WHERE site_id = %s", osaka.pk) == []
    assert rows("SELECT 1 FROM registry_case") == []


def test_a_draft_exists_for_whoever_typed_it_only(sites):
    kyoto, _osaka = sites
    nurse, other = (factories.person("coordinator", sites=[kyoto], email=f"{name}@example.org") for name in "ab")
    manager = factories.person("manager")
    with person_scope(nurse):
        keep_draft(Infusion.objects.get(), [("inf_weight", "41")], by=nurse, seen_version=1)
        assert len(rows("SELECT 1 FROM registry_draft")) == 1

    for scope in (person_scope(other), person_scope(manager), everything_scope(actor="tests"), site_scope([kyoto.pk])):
        with scope, connection.cursor() as cursor:
            assert rows("SELECT 1 FROM registry_draft") == []
            cursor.execute("UPDATE registry_draft SET version = 2")
            assert cursor.rowcount == 0
            cursor.execute("DELETE FROM registry_draft")
            assert cursor.rowcount == 0
    with person_scope(other):
        insert = "INSERT INTO registry_draft (person_id, case_id, site_id, form, key, version, typed, saved_at) SELECT %s, case_id, site_id, 'infusion', '1.1', 1, '[]', now() FROM registry_infusion"
        refused(insert, nurse.pk, says="row-level security")


def test_a_scope_ends_where_it_ends(sites):
    kyoto, osaka = sites
    with site_scope([kyoto.pk]):
        with site_scope([osaka.pk]):
            assert Case.objects.get().number == "OSA-0001"
        assert Case.objects.get().number == "KYO-0001"
    assert not Case.objects.exists()


def test_the_identity_in_use_is_the_serving_role(sites):
    assert rows("SELECT current_user, session_user") == [("reg_app", "reg_app")]


# Writing where one has no business.


def test_a_case_of_another_site_cannot_be_inserted(sites):
    kyoto, osaka = sites
    insert = "INSERT INTO registry_case (number, site_id, cohort_id, enrolled_at, version) VALUES ('OSA-0002', %s, %s, now(), 0)"
    cohort = factories.cohort().pk
    with site_scope([kyoto.pk], actor="tests"):
        refused(insert, osaka.pk, cohort, says="row-level security")
        refused(insert, kyoto.pk + osaka.pk, cohort, says="row-level security")


def test_a_form_cannot_be_attached_to_another_sites_case(sites):
    kyoto, osaka = sites
    with site_scope([osaka.pk]):
        foreign = Case.objects.get().pk
    with site_scope([kyoto.pk], actor="tests"):
        insert = "INSERT INTO registry_death (case_id, site_id, version, is_void) VALUES (%s, %s, 1, false)"
        refused(insert, foreign, osaka.pk, says="row-level security")
        refused(f"{insert}; SET CONSTRAINTS ALL IMMEDIATE", foreign, kyoto.pk, says="site_of_case")


def test_a_row_cannot_be_moved_to_another_site_or_case(sites):
    kyoto, osaka = sites
    move = "UPDATE registry_infusion SET inf_seq = 9, (site_id, case_id) = (SELECT site_id, id FROM registry_case WHERE site_id = %s)"
    with everything_scope(actor="tests"):
        refused(f"{move} WHERE site_id = %s", osaka.pk, kyoto.pk, says="never changes")
    with site_scope([kyoto.pk], actor="tests"):
        refused("UPDATE registry_infusion SET site_id = %s", osaka.pk, says="row-level security|never changes")


def test_an_update_that_forgets_its_filter_changes_the_own_site_only(sites):
    kyoto, osaka = sites
    with site_scope([kyoto.pk], actor="tests"), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_infusion SET inf_weight = 41")
        assert cursor.rowcount == 1
    with site_scope([osaka.pk]):
        assert Infusion.objects.get().inf_weight == 40


@pytest.mark.parametrize("table", CLINICAL)
def test_a_clinical_row_is_neither_deleted_nor_truncated(sites, table):
    with everything_scope(actor="tests"):
        refused(f"DELETE FROM {table}")
        refused(f"TRUNCATE {table} CASCADE")


# The history.


@pytest.mark.parametrize("table", TRAIL)
def test_the_trail_is_written_by_nobody(sites, table):
    with everything_scope(actor="tests"):
        assert rows(f"SELECT count(*) FROM {table}")[0][0] > 0
        refused(f"UPDATE {table} SET case_id = 0")
        refused(f"DELETE FROM {table}")
        refused(f"TRUNCATE {table}")
        refused(f"INSERT INTO {table} SELECT * FROM {table}")


def test_a_change_needs_somebody_who_answers_for_it(sites):
    kyoto, _osaka = sites
    with site_scope([kyoto.pk]):
        refused("UPDATE registry_infusion SET inf_weight = 41", says="needs somebody who answers for it")
    with site_scope([kyoto.pk], actor="nurse@example.org"), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_infusion SET inf_weight = 41")
        event = HistoryEvent.objects.filter(form="infusion", item="inf_weight").latest("pk")
    assert (event.actor, event.old, event.new, event.kind) == ("nurse@example.org", 40, 41, "update")


def test_raw_sql_and_bulk_writes_leave_history_too(sites):
    with everything_scope(actor="tests"):
        before = HistoryEvent.objects.count(), Outbox.objects.count()
        Infusion.objects.update(inf_weight=42)
        assert (HistoryEvent.objects.count(), Outbox.objects.count()) == (before[0] + 2, before[1] + 2)


@pytest.mark.parametrize("statement", ["SET session_replication_role = replica", "ALTER TABLE registry_case DISABLE TRIGGER record",
                                       "ALTER TABLE registry_case NO FORCE ROW LEVEL SECURITY", "DROP POLICY own_sites ON registry_case",
                                       "SET ROLE reg_owner", "CREATE TABLE copy_of_cases AS SELECT 1",
                                       "CREATE OR REPLACE FUNCTION guard.sites() RETURNS bigint[] LANGUAGE sql AS 'SELECT NULL::bigint[]'"])  # fmt: skip
def test_the_serving_role_cannot_take_a_guard_away(sites, statement):
    refused(statement, says="permission denied|must be owner")


# What the catalogue says.


def tables_with_a_site():
    """Every table that has a site, and every pooled one."""
    found = rows(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'site_id' AND NOT a.attisdropped "
        "WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
    )
    return {name for (name,) in found} - OPEN | set(POOLED)


def test_every_table_with_a_site_is_isolated_by_force(db):
    tables = tables_with_a_site()
    assert {*CLINICAL, *TRAIL} <= tables
    settings = dict(
        rows(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = ANY (%s)",
            list(tables),
        )
    )

    assert [name for name in sorted(tables) if not settings[name]] == []


def test_every_policy_asks_for_the_site_or_the_pooled_right(db):
    policies = rows(
        "SELECT c.relname, p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), "
        "ARRAY(SELECT rolname FROM pg_roles WHERE oid = ANY (p.polroles))::text[] FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
    )
    covered = set()
    for table, policy, command, using, check, roles in policies:
        if roles == ["reg_owner"]:  # the trigger's own way into the history
            continue
        usual = ASKS.get(table, ("guard.people()" if policy == "people" else "guard.sites()",))
        guards = BY_COMMAND.get((table, policy), usual)
        asked = {"r": [using], "a": [check]}.get(command, [using, check])
        assert all(expression and guard in expression for expression in asked for guard in guards), (table, policy)
        covered.add(table)
    assert covered >= tables_with_a_site()


@pytest.mark.parametrize("role", SERVING)
def test_a_serving_role_owns_nothing_and_stands_under_the_guards(db, role):
    ((is_super, bypasses, creates_roles, creates_databases),) = rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s", role
    )
    owned = rows("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = %s", role)
    functions = rows("SELECT proname FROM pg_proc WHERE pg_get_userbyid(proowner) = %s", role)
    groups = rows(
        "SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = %s",
        role,
    )

    assert (is_super, bypasses, creates_roles, creates_databases) == (False, False, False, False)
    assert owned == functions == groups == []


@pytest.mark.parametrize("role", SERVING)
def test_a_serving_role_has_no_right_beyond_its_work(db, role):
    for table in (*CLINICAL, *TRAIL):
        for right in ("DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            assert rows("SELECT has_table_privilege(%s, %s, %s)", role, table, right) == [(False,)], (table, right)
    for table in CLINICAL:
        assert rows("SELECT has_table_privilege('reg_worker', %s, 'INSERT, UPDATE')", table) == [(False,)], table
    for table in (*POOLED, *OTHER_POOLED):
        held = {
            right
            for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
            if rows("SELECT has_table_privilege('reg_app', %s, %s)", table, right) == [(True,)]
        }
        assert held == ASKED_FOR.get(table, set()), table


def test_the_web_role_changes_of_a_run_only_whether_it_is_wanted(db):
    """No word of what was asked, and nothing that a worker holds it by."""
    columns = "SELECT attname FROM pg_attribute WHERE attrelid = 'analytics_analysisrun'::regclass AND attnum > 0 AND NOT attisdropped"
    may = {
        name
        for (name,) in rows(columns)
        if rows("SELECT has_column_privilege('reg_app', 'analytics_analysisrun', %s, 'UPDATE')", name) == [(True,)]
    }
    assert {"state", "cancelled_by"} <= may
    assert not may & {"spec", "spec_hash", "dataset_id", "code_version", "analysis", "fence", "id"}


def test_only_the_known_functions_run_with_the_owners_rights(db):
    definers = rows("SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
                    "WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')")  # fmt: skip
    known = {"guard.record", "guard.record_people", "guard.seal_history", "guard.sealed_places", "guard.broken_seals",
             "guard.broken_events", "guard.seals", "guard.hold_cases", "guard.is_sealed", "guard.hand_over_drafts",
             "guard.is_redacting", "guard.ask_redaction", "guard.withdraw_redaction", "guard.redact", "guard.broken_redactions",
             "guard.acts_as", "guard.is_opening", "guard.is_whole_locked", "guard.database_lock"}  # fmt: skip
    assert {name for (name,) in definers} == known
    assert rows("SELECT 1 FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace") == []


def test_the_web_process_stores_no_dataset(db):
    with pytest.raises(ProgrammingError, match="permission denied"), site_scope([], pooled=True):
        Dataset.objects.create(cohort=factories.cohort(), revision=1, hash="0" * 64, cases=1, code_version="x")
