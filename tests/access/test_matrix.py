"""Who may open what: every named address × role → status. An address that is not in the table fails.

To add an address: one `Row` in the table below, in the order of the roles in ROLES. `{…}` in `at` names something of the world
that `world` builds; `method` and `body` where it is not a GET. Statuses are read aloud as policy: 302 to the login, 403 the role
lacks the right, 404 the case is not theirs (or does not exist), 200 it opens. Ask which status *should* stand there before running.
"""

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.timezone import now

from analytics.models import SavedDashboard
from registry.access.row_security import everything_scope, person_scope
from registry.actions import states
from registry.actions.audits import draw_audit
from registry.actions.endorsements import set_milestone
from registry.actions.import_jobs import take_in
from registry.actions.import_work import run_import
from registry.actions.locks import lock_all
from registry.actions.openings import ask_opening
from registry.actions.redactions import ask_redaction
from registry.models import FORMS, CheckRun, Death, Token
from tests import factories
from tests.access.headers import missing_headers

ROLES = ("nobody", "nurse", "foreign", "investigator", "manager", "lead", "statistician", "administrator")
#        (a case of KYO) coordinator of KYO, coordinator of OSA, investigator of KYO, …


@dataclass(frozen=True)
class Row:
    """What each role is answered at one address, in the order of ROLES."""

    name: str
    statuses: str
    at: dict = field(default_factory=dict)
    method: str = "get"
    body: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)


def first_key(form):
    """The key of a case's first row of a form."""
    return "1.1" if form.of_course and form.key_item else "1"


CASE = {"number": "KYO-0001"}
DEATH = {**CASE, "form": "death", "key": "1"}
EPISODE = {**CASE, "form": "crs_episode", "key": "1.1"}
DASHBOARD = {"slug": "tisagenlecleucel"}
LOCKABLE = (("site", "KYO"), ("cohort", "tisagenlecleucel"))
CUT = {"cohort": "tisagenlecleucel", "name": "none"}
KEY = {"Idempotency-Key": "matrix"}
ANSWER = {"step": "answer", "answer": "corrected"}
DOOR = "302 200 200 200 200 200 200 200"  # everybody who is logged in
REST_DOOR = "401 200 200 200 200 200 200 200"
OWN_CASE = "302 200 404 200 200 200 403 403"
OWN_ROW = "401 200 404 200 200 200 403 403"
WRITER = "302 200 404 200 403 403 403 403"
ADMINISTRATOR = "302 403 403 403 403 403 403 200"
ADMINISTRATOR_DOES = "302 403 403 403 403 403 403 302"
MANAGER_PAGE = "302 403 403 403 200 403 403 403"
MANAGER_DOES = "302 403 403 403 302 403 403 403"
POOLED_PAGE = "302 403 403 403 200 200 200 403"
POOLED_PAGE_BUT_EMPTY = "302 403 403 403 404 404 404 403"
POOLED = "401 403 403 403 200 200 200 403"
POOLED_BUT_EMPTY = "401 403 403 403 404 404 404 403"  # nothing is computed in this world
TAKERS = "401 200 200 200 200 200 200 403"
NO_EXPORT = "401 404 404 404 404 404 404 403"

TABLE = [
    # Everybody.
    Row("login", "200 200 200 200 200 200 200 200"),
    Row("single_sign_on", "404 404 404 404 404 404 404 404"),  # not configured in this world
    Row("single_sign_on_back", "404 404 404 404 404 404 404 404"),
    Row("signed_out", "302 302 302 302 302 302 302 302"),
    Row("person_separate", ADMINISTRATOR_DOES, {"pk": "{nurse}"}, method="post"),
    Row("person_leave", ADMINISTRATOR, {"pk": "{nurse}"}),
    Row("person_leave", "302 403 403 403 403 403 403 422", {"pk": "{nurse}"}, method="post"),
    Row("person_stay", ADMINISTRATOR_DOES, {"pk": "{nurse}"}, method="post"),
    Row("logout", "302 302 302 302 302 302 302 302", method="post"),
    Row("factor_ask", "302 302 302 302 302 302 302 302"),  # a password was right in none of these browsers
    Row("factor_add", "302 200 200 200 200 200 200 200"),
    Row("factor_end", "302 404 404 404 404 404 404 404", {"pk": 1}, method="post"),
    Row("passkey_add", "302 200 200 200 200 200 200 200"),
    Row("passkey_add", "302 422 422 422 422 422 422 422", method="post", body={"_passkey": "{}"}),
    Row("passkey_end", "302 404 404 404 404 404 404 404", {"pk": 1}, method="post"),
    Row("deputies", DOOR),
    Row("deputies", "302 422 422 422 422 422 422 422", method="post"),
    Row("deputy_end", "302 404 404 404 404 404 404 404", {"pk": 1}, method="post"),
    Row("work_for", "302 404 404 404 404 404 404 404", {"pk": 1}, method="post"),
    Row("own_work", "302 302 302 302 302 302 302 302", method="post"),
    Row("codes_new", "302 302 302 302 302 302 302 302", method="post"),
    Row("confirm", DOOR),
    Row("confirm", "302 302 302 302 302 302 302 302", method="post"),
    Row("password_forgot", "200 200 200 200 200 200 200 200"),
    Row("password_forgot", "200 200 200 200 200 200 200 200", method="post", body={"email": "x@example.org"}),
    Row("password_link", "302 302 302 302 302 302 302 302", {"key": "x"}),
    Row("password_new", "410 410 410 410 410 410 410 410"),
    Row("security", DOOR),
    Row("session_end", "302 302 302 302 302 302 302 302", {"name": "0123456789abcdef"}, method="post"),
    Row("sessions_end", "302 302 302 302 302 302 302 302", method="post"),
    Row("language", "302 302 302 302 302 302 302 302", method="post", body={"language": "ja"}),
    Row("home", "302 302 302 302 302 302 302 302"),
    Row("clients", DOOR),
    Row("codebook", DOOR),
    Row("codebook_csv", DOOR, {"table": "items"}),
    Row("codebook_json", DOOR),
    Row("forms_print", DOOR),
    Row("form_blank", DOOR, {"form": "crs"}),
    Row("tokens", "302 200 200 200 200 200 200 403"),
    Row(
        "tokens",
        "302 200 200 200 200 200 200 403",
        method="post",
        body={"purpose": "R", "days": "30", "scopes": "read"},
    ),
    Row("token_revoke", "302 302 404 404 404 404 404 403", {"pk": "{token}"}, method="post"),
    # Cases and their forms. 422: the role may, the answers may not.
    Row("worklist", "302 200 200 200 200 200 403 403"),
    Row("cases", "302 200 200 200 200 200 403 403"),
    Row("case_new", "302 200 200 200 403 403 403 403"),
    Row("case_new", "302 302 422 302 403 403 403 403", method="post", body={"site": "{kyoto}"}),
    Row("case", OWN_CASE, CASE),
    Row("case_remove", "302 302 404 302 403 403 403 403", CASE, method="post", body={"reason": "Enrolled twice"}),
    Row("case_history", OWN_CASE, CASE),
    Row("case_print", OWN_CASE, CASE),
    Row("case_summary", OWN_CASE, CASE),
    Row("form_print", OWN_CASE, DEATH),
    Row(
        "answer_echo",
        WRITER,
        {**CASE, "form": "relapse"},
        method="post",
        body={"item": "rel_date", "text": "2025"},
    ),
    Row("form_new", WRITER, {**CASE, "form": "relapse"}),
    Row("form", OWN_CASE, DEATH),
    Row("form", "302 302 404 302 403 403 403 403", DEATH, method="post", body={"version": "1"}),
    Row("form_check", WRITER, DEATH, method="post"),
    Row("form_draft", WRITER, DEATH, method="post"),
    Row("form_draft", "302 302 404 302 302 302 403 403", DEATH, method="post", body={"drop": "1"}),
    Row("log", OWN_CASE, EPISODE),
    Row("log", "302 302 404 302 403 403 403 403", EPISODE, method="post", body={"go": "save"}),
    Row("log_grades", WRITER, EPISODE, method="post"),
    Row("form_history", OWN_CASE, DEATH),
    Row(
        "form_void",
        "302 302 404 302 403 403 403 403",
        DEATH,
        method="post",
        body={"version": "1", "reason": "Not dead"},
    ),
    # States: the investigator signs, the data manager verifies and locks, the site says what is reported elsewhere. 422: refused.
    Row("case_sign", "302 403 403 200 403 403 403 403", CASE),
    Row("case_sign", "302 403 403 422 403 403 403 403", CASE, method="post", body={"password": "wrong"}),
    *(
        Row(name, MANAGER_DOES, DEATH, method="post", body={"version": "1", "reason": "x"})
        for name in ("form_verify", "form_unverify", "form_lock")
    ),
    Row("case_lock", MANAGER_DOES, CASE, method="post"),
    # Opening a lock: a data manager asks, another one or a lead decides; 422: without a reason, and 302 where it is asked for already.
    *(Row(name, MANAGER_PAGE, at) for name, at in (("form_unlock", DEATH), ("case_unlock", CASE))),
    *(
        Row(name, "302 403 403 403 422 403 403 403", at, method="post", body={"code": "late"})
        for name, at in (("form_unlock", DEATH), ("case_unlock", CASE), ("lock_unlock", {"pk": "{lock}"}))
    ),
    Row("lock_unlock", MANAGER_DOES, {"pk": "{lock}"}),
    Row("opening", "302 403 403 403 200 200 403 403", {"pk": "{opening}"}),
    Row(
        "opening",
        "302 403 403 403 422 302 403 403",
        {"pk": "{opening}"},
        method="post",
        body={"step": "approve", "reason": "x"},
    ),
    Row("locks", "302 403 403 403 200 200 403 403"),
    *(Row(f"lock_{kind}", MANAGER_PAGE, {"code": code}) for kind, code in LOCKABLE),
    *(Row(f"lock_{kind}", "302 403 403 403 422 403 403 403", {"code": code}, method="post") for kind, code in LOCKABLE),
    Row("form_exempt", "302 200 404 200 200 403 403 403", {**CASE, "form": "relapse"}),
    Row("form_exempt", "302 422 404 422 422 403 403 403", {**CASE, "form": "relapse"}, method="post"),
    Row("names", "302 200 404 200 200 403 403 403", CASE),
    Row("names", "302 422 404 422 422 403 403 403", CASE, method="post"),
    Row("name_confirm", "302 403 403 403 422 403 403 403", {**CASE, "pk": "{name}"}, method="post"),
    Row("name_leave", "302 302 404 404 302 403 403 403", {**CASE, "pk": "{name}"}, method="post"),  # the nurse asked
    Row("exemption_end", "302 302 404 302 302 403 403 403", {**CASE, "pk": "{exemption}"}, method="post"),
    Row("forms", MANAGER_PAGE),
    Row("forms", "302 403 403 403 422 403 403 403", method="post", body={"act": "verify"}),
    # Milestones: leads and data managers set them, the investigator endorses the own hospital's data. 422: no day; a wrong password.
    Row("milestones", "302 200 200 200 200 200 403 403"),
    Row("milestones", "302 403 403 403 422 422 403 403", method="post", body={"name": "Interim analysis"}),
    Row("milestone", "302 200 200 200 200 200 403 403", {"pk": "{milestone}"}),
    Row(
        "milestone_end",
        "302 403 403 403 302 302 403 403",
        {"pk": "{milestone}"},
        method="post",
        body={"reason": "The cut is taken"},
    ),
    Row("endorsement", OWN_CASE, {"pk": "{milestone}", "site": "KYO"}),
    Row(
        "endorsement",
        "302 403 404 422 403 403 403 403",
        {"pk": "{milestone}", "site": "KYO"},
        method="post",
        body={"password": "wrong"},
    ),
    # Audits: data managers draw and judge them; whoever did not enter a form enters it again. 422: nothing is named, or chosen.
    Row("audits", "302 200 200 200 200 200 403 403"),
    Row("audits", "302 403 403 403 422 403 403 403", method="post"),
    Row("audit", "302 200 200 200 200 200 403 403", {"pk": "{audit}"}),
    Row("audit_ask", MANAGER_DOES, {"pk": "{audit}"}, method="post"),
    Row("audit_report", "302 200 200 200 200 200 403 403", {"pk": "{audit}"}),
    Row("audit_form", OWN_CASE, {"pk": "{audit}", "form": "{audit_form}"}),
    Row("audit_form", "302 422 404 422 422 422 403 403", {"pk": "{audit}", "form": "{audit_form}"}, method="post"),
    # Records from a file: those who enter forms, at their own hospitals.
    Row("imports", "302 200 200 200 403 403 403 403"),
    Row("imports", "302 422 422 422 403 403 403 403", method="post", body={"step": "preview"}),
    *(
        Row(name, "302 200 404 404 403 403 403 403", {"pk": "{import_job}"})
        for name in ("import_job", "import_job_state", "import_report", "import_refused", "import_mapping")
    ),
    Row("import_job", "302 302 404 404 403 403 403 403", {"pk": "{import_job}"}, method="post", body={"step": "store"}),
    Row(
        "import_mapping",
        "302 422 404 404 403 403 403 403",
        {"pk": "{import_job}"},
        method="post",
        body={"step": "table"},
    ),
    # The checks over every case.
    Row("checks", MANAGER_PAGE),
    Row("checks", MANAGER_DOES, method="post"),
    Row("check_run", MANAGER_PAGE, {"pk": "{run}"}),
    # Queries: the site answers, the data manager raises, closes and opens again. 422: nothing is selected.
    Row("queries", "302 200 200 200 200 200 403 403"),
    Row("queries", "302 422 422 422 403 403 403 403", method="post", body={"step": "answer"}),
    Row("queries_csv", "302 200 200 200 200 200 403 403"),
    Row("query", OWN_CASE, {"pk": "{query}"}),
    Row(
        "query",
        "302 403 404 403 302 403 403 403",
        {"pk": "{query}"},
        method="post",
        body={"step": "close", "version": "1", "text": "Seen"},
    ),
    Row("query_ask", "302 403 403 403 302 403 403 403", DEATH, method="post", body={"ask_death_date": "Which day?"}),
    Row("query_new", "302 403 403 403 200 403 403 403"),
    Row("query_new", "302 403 403 403 422 403 403 403", method="post", body={"step": "preview"}),
    # The trail of all sites.
    Row("trail", "302 403 403 403 200 403 403 403"),
    Row("trail_export", "302 403 403 403 200 403 403 403"),
    # People and sites.
    Row("person_history", ADMINISTRATOR, {"pk": "{nurse}"}),
    Row("site_history", ADMINISTRATOR, {"pk": "{kyoto}"}),
    Row("person_invite", ADMINISTRATOR_DOES, {"pk": "{nurse}"}, method="post"),
    Row("person_invite_withdraw", ADMINISTRATOR_DOES, {"pk": "{nurse}"}, method="post"),
    Row("person_security", ADMINISTRATOR, {"pk": "{nurse}"}),
    Row("person_sessions_end", ADMINISTRATOR_DOES, {"pk": "{nurse}"}, method="post"),
    Row("person_factors_end", ADMINISTRATOR_DOES, {"pk": "{nurse}"}, method="post"),
    Row("people", ADMINISTRATOR),
    Row("person_new", ADMINISTRATOR),
    Row("person", ADMINISTRATOR, {"pk": "{nurse}"}),
    Row("person", ADMINISTRATOR, {"pk": "{nurse}"}, method="post"),
    Row("sites", ADMINISTRATOR),
    Row("site_new", ADMINISTRATOR),
    Row("site_new", "302 403 403 403 403 403 403 302", method="post", body={"code": "NAG", "name": "Nagoya"}),
    Row("site", ADMINISTRATOR, {"pk": "{kyoto}"}),
    # Operation: the same for everybody; 503 because no worker has reported in this world.
    Row("ready", "503 503 503 503 503 503 503 503"),
    Row("metrics", "401 401 401 401 401 401 401 401"),  # for whoever shows METRICS_TOKEN, and no session counts
    Row("operations", ADMINISTRATOR),
    # Dashboards: pooled outcomes of all sites.
    Row("analyses", POOLED_PAGE),
    Row("analysis", POOLED_PAGE, {"name": "os"}),
    Row("dashboards", POOLED_PAGE),
    # Exploring. Nothing is computed in this world: to ask for a run is refused to nobody who may, and finds no dataset.
    Row("explore", POOLED_PAGE),
    Row("explore_state", POOLED_PAGE),
    Row("explore_panel", POOLED_PAGE),
    Row("explore_run", "302 403 403 403 422 422 422 403", method="post", body={"query": "endpoint=efs-b"}),
    Row("explore_cancel", POOLED_PAGE_BUT_EMPTY, {"pk": 1}, method="post"),
    Row(
        "view_save",
        "302 403 403 403 302 302 302 403",
        method="post",
        body={"query": "endpoint=efs-b", "title": "EFS", "new_title": "Call"},
    ),
    # A dashboard that the manager shares: a lead may change it too; one of the lead alone is nobody else's.
    Row("saved_dashboard", POOLED_PAGE, {"pk": "{shared}"}),
    Row("saved_dashboard", "302 403 403 403 404 200 404 403", {"pk": "{own}"}),
    Row("saved_dashboard_change", "302 403 403 403 200 200 403 403", {"pk": "{shared}"}),
    Row(
        "saved_dashboard_change",
        "302 403 403 403 404 302 404 403",
        {"pk": "{own}"},
        method="post",
        body={"title": "Mine", "version": "1"},
    ),
    Row("datasets", POOLED_PAGE),
    # Data cuts; none is frozen in this world.
    Row(
        "cut_take",
        "302 403 403 403 302 302 403 403",
        {"cohort": "tisagenlecleucel"},
        method="post",
        body={"name": "first", "date": "2024-03-31"},
    ),
    Row("cut", POOLED_PAGE_BUT_EMPTY, CUT),
    Row("cut_state", POOLED_PAGE_BUT_EMPTY, CUT),
    *(
        Row(name, POOLED_PAGE_BUT_EMPTY, CUT, method="post")
        for name in ("cut_verify", "cut_compute", "cut_report_make")
    ),
    Row("cut_report", POOLED_PAGE_BUT_EMPTY, {**CUT, "form": "pdf"}),
    # What was issued of a cut for the public; nothing is in this world.
    Row("public", "302 404 404 404 404 404 404 403", CUT),
    Row("public_figure", "302 404 404 404 404 404 404 403", {**CUT, "analysis": "os"}),
    Row("public_file", "302 404 404 404 404 404 404 403", {**CUT, "analysis": "os", "kind": "svg"}),
    Row("public_data", "302 404 404 404 404 404 404 403", {**CUT, "analysis": "os"}),
    Row("public_issue", "302 403 403 403 403 404 403 403", CUT, method="post"),
    Row("public_report_make", POOLED_PAGE_BUT_EMPTY, CUT, method="post"),
    Row("public_report", POOLED_PAGE_BUT_EMPTY, {**CUT, "form": "pdf"}),
    Row("compare", POOLED_PAGE, {"cohort": "tisagenlecleucel"}),
    Row("compare_figure", POOLED_PAGE_BUT_EMPTY, {"cohort": "tisagenlecleucel", "name": "os"}),
    Row("dashboard", POOLED_PAGE, DASHBOARD),
    Row("dashboard_state", POOLED_PAGE, DASHBOARD),
    Row("panel", POOLED_PAGE, {**DASHBOARD, "name": "os"}),
    Row("panels", POOLED_PAGE, DASHBOARD, body={"of": "os:wide"}),
    # The own hospital beside the others; nothing is released in this world.
    Row("own_site", "302 200 200 200 403 403 403 403"),
    Row("own_site", "302 200 404 200 403 403 403 403", body={"site": "KYO"}),
    Row("own_site_figure", "302 404 404 404 403 403 403 403", {"name": "os"}),
    Row("own_site_cases", "302 404 404 404 403 403 403 403", {"name": "os"}),
    Row("run_figure", POOLED_PAGE_BUT_EMPTY, {"pk": 1, "kind": "svg"}),
    Row("run_data", POOLED_PAGE_BUT_EMPTY, {"pk": 1}),
    # From a result to its cases, and back: for those who may see both. Nothing is computed in this world.
    Row("run_cases", "302 403 403 403 404 404 403 403", {"pk": 1}),
    Row("case_results", "302 403 403 403 200 200 403 403", CASE),
    Row("revision", "302 403 403 403 404 404 403 403", {"cohort": "tisagenlecleucel", "revision": 1}),
    # Scorecards: all hospitals for those who compare them; a hospital's people are led to their own.
    Row("scorecards", "302 302 302 302 200 200 403 403"),
    Row("scorecard", OWN_CASE, {"code": "KYO"}),
    Row("scorecard_funnels", "302 404 404 404 200 200 403 403"),
    # REST: everybody who is logged in; what an error means, everybody.
    # The REDCap door takes no CSRF token: a token in the body opens it, never a session, so all these sessions are nobody to it.
    *(Row(name, "405 405 405 405 405 405 405 405") for name in ("redcap", "redcap-api")),
    *(Row(name, "403 403 403 403 403 403 403 403", method="post") for name in ("redcap", "redcap-api")),
    Row("api-index", REST_DOOR),
    Row("api-schema", REST_DOOR),
    Row("api-docs", DOOR),
    Row("api-problem", "200 200 200 200 200 200 200 200", {"kind": "stale"}),
    Row("api-sites", REST_DOOR),
    Row("api-codebook", REST_DOOR),
    # REST: cases and forms. 409: stored already; 428: the version is not named.
    Row("api-cases", "401 200 200 200 200 200 403 403"),
    Row("api-cases", "401 201 422 201 403 403 403 403", method="post", body={"site": "KYO"}, headers=KEY),
    Row("api-case", OWN_ROW, CASE),
    *(Row(f"api-{form.form_name}", "401 200 200 200 200 200 403 403") for form in FORMS),
    *(Row(f"api-{form.form_name}-detail", OWN_ROW, {**CASE, "key": first_key(form)}) for form in FORMS),
    Row("api-relapse", "401 201 404 201 403 403 403 403", method="post", body={"case": "KYO-0001"}, headers=KEY),
    Row("api-death", "401 409 404 409 403 403 403 403", method="post", body={"case": "KYO-0001"}, headers=KEY),
    Row("api-death-detail", "401 428 404 428 403 403 403 403", {**CASE, "key": "1"}, method="patch"),
    Row("api-queries", "401 200 200 200 200 200 403 403"),
    Row("api-query", OWN_ROW, {"pk": "{query}"}),
    Row(
        "api-query-steps", "401 428 404 428 403 403 403 403", {"pk": "{query}"}, method="post", body=ANSWER, headers=KEY
    ),
    # REST: records from a file, of those who enter forms. 415: a file comes as a form; 409: there is nothing to go on with.
    Row("api-imports", "401 200 200 200 403 403 403 403"),
    Row("api-imports", "401 415 415 415 403 403 403 403", method="post"),
    Row("api-import-whole", "401 415 415 415 403 403 403 403", method="post"),
    *(
        Row(name, "401 200 404 404 403 403 403 403", {"pk": "{import_job}"})
        for name in ("api-import", "api-import-records", "api-import-report", "api-import-refused")
    ),
    Row("api-import", "401 200 404 404 403 403 403 403", {"pk": "{import_job}"}, method="delete"),
    Row(
        "api-import-steps",
        "401 409 404 404 403 403 403 403",
        {"pk": "{import_job}"},
        method="post",
        body={"step": "go_on"},
    ),
    # REST: pooled data.
    Row("api-datasets", POOLED),
    Row("api-endpoints", POOLED_BUT_EMPTY, {"cohort": "tisagenlecleucel"}),
    Row("api-case-table", POOLED_BUT_EMPTY, {"cohort": "tisagenlecleucel"}),
    Row("api-answers", POOLED_BUT_EMPTY, {"cohort": "tisagenlecleucel", "form": "infusion"}),
    Row("api-analyses", POOLED),
    # Exports: the people of a hospital take its own cases, the others datasets; lead and data manager see who took what.
    Row("exports", "302 200 200 200 200 200 200 403"),
    Row("exports", "302 422 422 422 422 422 422 403", method="post", body={"of": "none/live"}),
    Row("exports_state", "302 200 200 200 200 200 200 403"),
    Row("export_file", "302 404 404 404 404 404 404 403", {"pk": 1}),
    Row("export_delete", "302 404 404 404 404 404 404 403", {"pk": 1}, method="post"),
    Row("export_log", "302 403 403 403 200 200 403 403"),
    Row("export_log_csv", "302 403 403 403 200 200 403 403"),
    # REST: exports. The people of a hospital take its own cases, the others datasets.
    Row("api-exports", TAKERS),
    Row("api-exports", "401 202 202 202 202 202 202 403", method="post"),
    Row("api-export", NO_EXPORT, {"pk": 1}),
    Row("api-export", NO_EXPORT, {"pk": 1}, method="delete"),
    Row("api-export-file", NO_EXPORT, {"pk": 1}),
    Row("api-stream-check", "401 404 404 404 404 404 404 404", {"name": "0" * 32}),
    # REST: what was issued for the public is there for every role but the administrator; in this world nothing was.
    Row("api-public", TAKERS),
    Row("api-public-issue", NO_EXPORT, CUT),
    Row("api-public-result", NO_EXPORT, {**CUT, "analysis": "os"}),
    Row("api-public-data", NO_EXPORT, {**CUT, "analysis": "os"}),
    Row("api-results", POOLED),
    Row("api-result", POOLED_BUT_EMPTY, {"name": "os"}),
    Row("api-result-data", POOLED_BUT_EMPTY, {"name": "os"}),
    Row("api-result-script", POOLED_BUT_EMPTY, {"name": "os"}),
    Row("api-runs", POOLED),
    Row("api-runs", "401 403 403 403 422 422 422 403", method="post"),
    Row("api-run", POOLED_BUT_EMPTY, {"pk": 1}),
    Row("api-run", POOLED_BUT_EMPTY, {"pk": 1}, method="delete"),
    Row("api-run-result", POOLED_BUT_EMPTY, {"pk": 1}),
    Row("api-run-figure", POOLED_BUT_EMPTY, {"pk": 1}),
    Row("api-run-data", POOLED_BUT_EMPTY, {"pk": 1}),
    Row("api-run-script", POOLED_BUT_EMPTY, {"pk": 1}),
]


def addresses(patterns, prefix=""):
    """Names of all addresses below `patterns`; an address without a name is its own pattern, which no row can have."""
    for one in patterns:
        if hasattr(one, "url_patterns"):
            space = f"{one.namespace}:" if one.namespace else ""
            yield from addresses(one.url_patterns, prefix + space)
        else:
            yield f"{prefix}{one.name}" if one.name else f"without a name: {one.pattern}"


@pytest.fixture
def world(db):
    """One case of Kyoto and somebody in every role."""
    return build_world()


def build_world():
    """The world of the table; the accessibility tests walk the same one in a browser."""
    kyoto, osaka = factories.site("KYO"), factories.site("OSA")
    people = {
        "nobody": None,
        "nurse": factories.person("coordinator", sites=[kyoto]),
        "foreign": factories.person("coordinator", sites=[osaka]),
        "investigator": factories.person("investigator", sites=[kyoto]),
        **{role: factories.person(role) for role in ("manager", "lead", "statistician", "administrator")},
    }
    case = factories.infused_case(kyoto)
    for form in FORMS:
        if form.form_name not in factories.USUAL or not factories.USUAL[form.form_name]:
            factories.stored_form(case, form.form_name)
    query = asked_about(case, by=people["manager"])
    exemption = states.exempt(case, "crs", kind="elsewhere", reason="In another registry", by=people["nurse"]).pk
    run = CheckRun.objects.create(state="done", requested_by="check_cases", requested_at=now(), ended_at=now()).pk
    ids = {"token": mint(people["nurse"]), "query": query, "exemption": exemption, "run": run}
    ids |= {"shared": board(people["manager"], is_shared=True), "own": board(people["lead"], is_shared=False)}
    ids["name"] = ask_redaction(case, "Yamada", reason="The patient's name", by=people["nurse"]).pk
    lock = lock_all(factories.cohort("closed"), reason="Published", by=people["manager"])
    ids["lock"], asked = lock.pk, ask_opening(lock, code="late", reason="A letter", by=people["manager"])
    ids["opening"] = asked.pk
    words = {"cohort": factories.cohort(), "name": "Interim analysis", "day": date(2026, 9, 1)}
    ids["milestone"] = set_milestone(**words, by=people["manager"]).pk
    ids |= drawn(case, by=people["manager"])
    ids["import_job"] = looked_at(people["nurse"], kyoto)
    return SimpleNamespace(kyoto=kyoto, people=people, **ids)


SENT = b"id,sex,born\nA-1,1,2011-02-03\nA-2,9,2012-03-04\n"
MAPPED = (
    "forms: [{form: patient, items: {mrn_hash: {column: id}, sex_at_birth: {column: sex}, birth_date: {column: born}}}]"
)


def looked_at(person, site):
    """The id of an import of a row that can be stored and of one that cannot."""
    with person_scope(person):
        words = {"name": "cases.csv", "encoding": "utf-8", "kind": "cases", "mapping": MAPPED, "site": site}
        job, _is_new = take_in(by=person, content=SENT, **words)
    run_import(job.pk, person.pk)
    return job.pk


def board(owner, *, is_shared):
    """The id of a dashboard of saved views, without a view."""
    with person_scope(owner):
        return SavedDashboard.objects.create(owner=owner, title=f"Of {owner}", is_shared=is_shared).pk


def asked_about(case, *, by):
    """The id of a query about the case's death."""
    with everything_scope(actor="tests"):
        return factories.query(Death.objects.get(case=case), item="death_date", by=by).pk


def drawn(case, *, by):
    """The ids of an audit and of its only form, a complete one of another case of the hospital."""
    other = factories.enrolled_case(case.site)
    factories.completed_form(other)
    audit = draw_audit(name="Autumn", cohort=factories.cohort(), sites=[case.site], size=1, by=by)
    with everything_scope(actor="tests"):
        return {"audit": audit.pk, "audit_form": audit.auditform_set.get().pk}


def mint(person):
    """The id of a token of `person`."""
    factories.token(person)
    return Token.objects.get(owner=person).pk


def known_ids(world):
    """What `{…}` in a row stands for."""
    return {
        "{kyoto}": world.kyoto.pk,
        "{nurse}": world.people["nurse"].pk,
        "{token}": world.token,
        "{query}": world.query,
        "{exemption}": world.exemption,
        "{run}": world.run,
        "{shared}": world.shared,
        "{own}": world.own,
        "{import_job}": world.import_job,
        "{name}": world.name,
        "{lock}": world.lock,
        "{opening}": world.opening,
        "{milestone}": world.milestone,
        "{audit}": world.audit,
        "{audit_form}": world.audit_form,
    }


def path_of(world, row):
    """The address of a row."""
    known = known_ids(world)
    return reverse(row.name, kwargs={name: known.get(value, value) for name, value in row.at.items()})


def signed_in(world):
    """Role → the cookie of somebody who has signed in."""
    cookies = {}
    for role, person in world.people.items():
        client = Client()
        if person:
            client.force_login(person)
        cookies[role] = client.cookies
    return cookies


def answered(world, row, role, cookies):
    """What this role is answered; what the request stored is undone."""
    client = Client(raise_request_exception=False)
    client.cookies.load({name: one.value for name, one in cookies[role].items()})
    known, path = known_ids(world), path_of(world, row)
    with transaction.atomic():
        words = {"content_type": "application/json"} if path.startswith("/api/") and row.method != "get" else {}
        body = {name: known.get(value, value) for name, value in row.body.items()}
        answer = getattr(client, row.method)(path, body, headers=row.headers, **words)
        transaction.set_rollback(True)
    assert missing_headers(answer) == [], path
    return str(answer.status_code)


def test_every_address_is_in_the_table():
    named = set(addresses(get_resolver().url_patterns))

    assert sorted(named - {row.name for row in TABLE}) == [], "add a row for each"
    assert sorted({row.name for row in TABLE} - named) == [], "these addresses are gone"


def test_every_role_is_answered_as_the_table_says(world):
    cookies = signed_in(world)
    found = {(row.name, row.method): " ".join(answered(world, row, role, cookies) for role in ROLES) for row in TABLE}

    assert found == {(row.name, row.method): row.statuses for row in TABLE}
