"""A name typed into free text is taken out of everything by two persons, and the history still holds and says so."""

from types import SimpleNamespace

import psycopg
import pytest
from django.conf import settings as project
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from analytics.core.items import files as answers
from analytics.core.items.declared import items_of_forms
from analytics.models import SavedDashboard
from registry.access.redaction_sql import FREE_TEXT, MARK
from registry.access.row_security import everything_scope, person_scope
from registry.actions.drafts import keep_draft
from registry.actions.forms import save_form
from registry.actions.once import once
from registry.actions.openings import ask_opening
from registry.actions.queries import raise_query
from registry.actions.redactions import VOID_BECAUSE, ask_redaction, confirm_redaction, withdraw_redaction
from registry.actions.signatures import sign_forms
from registry.actions.states import lock_form
from registry.models import FORMS, Death, Draft, HistoryEvent, Patient, Signature
from registry.trail import verify_history
from tests import factories
from tests.conftest import log_in_as
from tests.registry.test_verify_history import as_administrator, seal_all

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "山田太郎Yamada"
OTHER = 88  # of the causes of death


@pytest.fixture
def told(settings, tmp_path):
    """A case with NAME wherever free text is kept: answers, a correction, a reason, a draft, a query, a title, a locked form, a signature."""
    settings.MEDIA_ROOT = str(tmp_path)
    kyoto = factories.site("KYO")
    nurse, doctor = factories.person("coordinator", sites=[kyoto]), factories.person("investigator", sites=[kyoto])
    manager = factories.person("manager")
    case = factories.infused_case(kyoto, by=nurse, referring_site=f"Clinic of {NAME}")
    with everything_scope(actor="tests"):
        patient = Patient.objects.get(case=case)
        patient.referring_site = f"{NAME}, Otsu"
        patient = save_form(patient, by=nurse, seen_version=patient.version, reason=f"{NAME} said so")
        keep_draft(patient, [("referring_site", f"Otsu {NAME}"), ("sex_at_birth", "1")], by=nurse, seen_version=2)
        raise_query(patient, item="referring_site", text=f"Is {NAME} a name?", by=manager)
        once(lambda: {"to": f"/?q={NAME}"}, by=nurse, key="k", body=b"")
    death = factories.completed_form(
        case,
        by=nurse,
        death_date=factories.day(200),
        death_cause=OTHER,
        death_cause_oth=f"as {NAME}",
        death_in_remission=1,
        death_cart_related=1,
    )
    sign_forms(case, [("death", death.key, death.version)], meaning="reviewed", password=factories.PASSWORD, by=doctor)
    with everything_scope(actor="tests"):
        ask_opening(
            lock_form(death, by=manager, seen_version=death.version), code="late", reason=f"{NAME} died", by=manager
        )
    with person_scope(manager):
        SavedDashboard.objects.create(owner=manager, title=f"As {NAME}")
    second = factories.person("manager", email="second@example.org")
    return SimpleNamespace(case=case, nurse=nurse, doctor=doctor, manager=manager, second=second)


TEXTS = """
SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
JOIN information_schema.tables USING (table_schema, table_name) WHERE table_schema IN ('public', 'guard') AND table_type = 'BASE TABLE'
"""


def places_of(name):
    """Every table.column of the database that holds the name, whatever its type and whosever the rows."""
    with psycopg.connect(project.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
        held = []
        for schema, table, column, kind in administrator.execute(TEXTS).fetchall():
            text, sought = (f'"{column}"', name.encode()) if kind == "bytea" else (f'"{column}"::text', name)
            asked = f'SELECT EXISTS (SELECT FROM {schema}."{table}" WHERE position(%s IN {text}) > 0)'
            if administrator.execute(asked, [sought]).fetchone()[0]:
                held.append(f"{table}.{column}")
    return set(held)


HELD = {
    "analytics_saveddashboard.title",
    "registry_death.death_cause_oth",
    "registry_draft.typed",
    "registry_historyevent.new",
    "registry_historyevent.old",
    "registry_historyevent.reason",
    "registry_idempotencykey.answer",
    "registry_opening.reason",
    "registry_patient.referring_site",
    "registry_query.text",
    "registry_querystep.text",
}


def redacted(told):
    """What becomes of the case when two persons take the name out."""
    asked = ask_redaction(told.case, f" {NAME} ", reason="The patient's name", by=told.nurse)
    return confirm_redaction(asked, NAME, by=told.manager)


@pytest.fixture
def _served_again():
    """The next test serves again, whatever becomes of this one."""
    yield
    log_in_as("reg_app")


def seal():
    """Seal all there is, then serve again."""
    seal_all()
    log_in_as("reg_app")


@pytest.mark.usefixtures("_served_again")
def test_a_name_is_taken_out_of_everything_and_the_history_holds_and_says_so(told, capsys):
    seal()
    assert places_of(NAME) == HELD
    with everything_scope(actor="tests"):
        before = list(
            HistoryEvent.objects.order_by("id").values(
                "id", "at", "actor", "role", "request", "transaction", "kind", "item"
            )
        )
    sealed = hashes()

    done = redacted(told)

    assert places_of(NAME) == set()
    assert (done.state, done.asked_by, done.ended_by) == ("done", told.nurse.email, told.manager.email)
    # Two of the registration, the query and its step, the death and the hash of its signature, what is asked about its lock.
    assert done.events == 7
    assert hashes()[: len(sealed)] == sealed, "no hash is touched"
    with everything_scope(actor="tests"):
        kept = list(HistoryEvent.objects.filter(id__lte=before[-1]["id"]).order_by("id").values(*before[0]))
        assert kept == before, "who did what and when stays"
        assert Patient.objects.get(case=told.case).referring_site == f"{MARK}, Otsu"
    with person_scope(told.nurse):
        assert ["referring_site", f"Otsu {MARK}"] in Draft.objects.get(case=told.case).typed
    with everything_scope(actor="tests"):
        (void,) = Signature.objects.filter(case=told.case)
        assert (void.voided_because, void.digest) == (VOID_BECAUSE, "") and Death.objects.get(case=told.case).is_locked
        assert HistoryEvent.objects.filter(reason=f"{MARK} said so").exists()
    assert verify_history() == []
    seal()
    call_command("verify_history")
    said = capsys.readouterr().out
    assert f"Redacted in {told.case.number}: {done.events} changes, on " in said and told.nurse.email in said
    assert said.endswith("The history holds.\n")
    _check_nothing_can_be_tried_out(done)
    _check_it_cannot_be_edited_again()


def hashes():
    """The hashes under the seals, in order."""
    with psycopg.connect(project.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
        return administrator.execute("SELECT event, hash FROM guard.sealed_event ORDER BY seal, place").fetchall()


def _check_nothing_can_be_tried_out(done):
    with psycopg.connect(project.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
        salts = administrator.execute(
            "SELECT count(*), count(salt) FROM guard.sealed_event s JOIN guard.redacted_event USING (event)"
        ).fetchone()
        left = administrator.execute("SELECT count(*) FROM guard.redaction_text").fetchone()[0]
    assert salts == (done.events, 0) and left == 0


def _check_it_cannot_be_edited_again():
    as_administrator(f"UPDATE registry_historyevent SET reason = 'other' WHERE reason = '{MARK} said so'")
    assert verify_history() != []
    as_administrator(f"UPDATE registry_historyevent SET reason = '{MARK} said so' WHERE reason = 'other'")
    assert verify_history() == []
    as_administrator("DELETE FROM guard.redacted_event WHERE event = (SELECT min(event) FROM guard.redacted_event)")
    assert any("redaction" in fault.place for fault in verify_history())


def test_one_person_alone_takes_nothing_out(told):
    by_manager = ask_redaction(told.case, NAME, reason="The patient's name", by=told.manager)

    with pytest.raises(ValidationError, match="Somebody else"):
        confirm_redaction(by_manager, NAME, by=told.manager)
    for one in (told.nurse, told.doctor):
        with pytest.raises(PermissionDenied):
            confirm_redaction(by_manager, NAME, by=one)
    with pytest.raises(ValidationError, match="not the text"):
        confirm_redaction(by_manager, "山田", by=told.second)
    assert places_of(NAME) == HELD
    withdraw_redaction(by_manager, by=told.manager)
    with pytest.raises(ValidationError, match="ended meanwhile"):
        confirm_redaction(by_manager, NAME, by=told.second)


@pytest.mark.parametrize(
    ("text", "reason"), [("山", "why"), (NAME * 20, "why"), ('a"b', "why"), (NAME, ""), (NAME, f"It is {NAME}")]
)
def test_what_cannot_be_taken_out_is_refused_by_name(text, reason):
    kyoto = factories.site("KYO")
    case, nurse = factories.enrolled_case(kyoto), factories.person("coordinator", sites=[kyoto])
    with pytest.raises(ValidationError):
        ask_redaction(case, text, reason=reason, by=nurse)


FORGED = {
    "an event edited": ("UPDATE registry_historyevent SET old = '1'", "permission denied"),
    "a redaction made done": ("UPDATE registry_redaction SET state = 'done'", "permission denied"),
    "a redaction done from the start": (
        "INSERT INTO registry_redaction (case_id, site_id, reason, state, asked_by, asked_at, ended_by, digest, version) "
        "SELECT id, site_id, 'x', 'done', 'x', now(), 'x', '', 1 FROM registry_case",
        "row-level security",
    ),
    "one asked for in another's name": (
        "INSERT INTO registry_redaction (case_id, site_id, reason, state, asked_by, asked_at, ended_by, digest, version) "
        "SELECT id, site_id, 'x', 'asked', 'x', now(), '', '', 1 FROM registry_case",
        "row-level security",
    ),
    "a redaction said to run": ("INSERT INTO guard.redacting VALUES ('', 1)", "permission denied"),
    "its text read": ("SELECT * FROM guard.redaction_text", "permission denied"),
    "its part called": (f"SELECT guard.redact_case(1, '{NAME}')", "permission denied"),
    "the own one confirmed": (
        f"SELECT guard.redact((SELECT max(id) FROM registry_redaction), '{NAME}')",
        "second person",
    ),
}


def test_a_forged_redaction_is_refused_by_postgresql(told):
    ask_redaction(told.case, NAME, reason="The patient's name", by=told.manager)

    for what, (statement, says) in FORGED.items():
        with (
            pytest.raises(DatabaseError, match=says),
            person_scope(told.manager),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
            pytest.fail(what)
    unsealed = (
        f"SELECT set_config('app.actor', 'x', true), set_config('app.role', 'manager', true), guard.redact(1, '{NAME}')"
    )
    with pytest.raises(DatabaseError, match="data manager"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(unsealed)
    assert places_of(NAME) == HELD


def test_every_free_text_of_the_forms_is_known():
    """A new text of a form that redactions do not know would keep names: name it in FREE_TEXT, and install the functions anew."""
    texts = {
        form.form_name: {
            field.column
            for field in form._meta.local_fields
            if field.get_internal_type() in ("CharField", "TextField") and not field.choices and field.max_length >= 500
        }
        - {"mrn_hash"}
        for form in FORMS
    }
    assert {form: set(names) for form, names in FREE_TEXT.items()} == {
        form: names for form, names in texts.items() if names
    }
    assert all(form._meta.db_table == f"registry_{form.form_name.replace('_', '')}" for form in FORMS)
    analysed = {(form, name) for form in items_of_forms() for name in texts[form] & set(answers.columns_of(form))}
    assert not analysed, "datasets hold no free text: a redaction leaves them as they are"
