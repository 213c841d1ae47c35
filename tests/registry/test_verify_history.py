"""The history of a database filled through the actions holds; after each way of tampering as superuser it names table, row, field."""

import re
from decimal import Decimal

import psycopg
import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection, transaction

from registry.access.row_security import everything_scope
from registry.actions import members
from registry.actions.forms import save_form, void_form
from registry.actions.seals import anchor_file, seal_history
from registry.models import HistoryEvent, Infusion, Outbox, Relapse
from registry.trail import verify_history
from tests import factories
from tests.conftest import log_in_as
from tests.processes import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sealed(settings, tmp_path):
    """Two cases entered, corrected, voided; people and sites changed; sealed twice. The test goes on as the worker."""
    settings.MEDIA_ROOT = str(tmp_path)
    kyoto = factories.site("KYO")
    nurse = factories.person("coordinator", sites=[kyoto])
    case = factories.infused_case(kyoto, by=nurse)
    factories.infused_case(factories.site("OSA"))
    try:
        seal_all()
        log_in_as("reg_app")
        with everything_scope(actor="tests"):
            infusion = Infusion.objects.get(case=case)
            infusion.inf_weight = Decimal(44)
            infusion = save_form(infusion, by=nurse, seen_version=infusion.version, reason="Weighed again")
            infusion.inf_weight = Decimal(45)
            save_form(infusion, by=nurse, seen_version=infusion.version, reason="And again")
        mistaken = factories.relapse(case, 90, by=nurse)
        with everything_scope(actor="tests"):
            void_form(mistaken, by=nurse, seen_version=1, reason="Of another patient")
        members.change_person(
            nurse,
            name="N",
            role="coordinator",
            sites=[kyoto, factories.site("OSA")],
            is_active=True,
            by=factories.BUILDER,
        )
        factories.relapse(case, 120, by=nurse)
        seal_all()
        yield case
    finally:
        log_in_as("reg_app")


def seal_all():
    """Seal until nothing is left: another transaction of the cluster may hold the newest rows back for a moment."""
    log_in_as("reg_worker")
    until(lambda: seal_history() >= 0 and not unsealed(), 60, "the history was not sealed")


def unsealed():
    """Whether rows are younger than the last seal."""
    with psycopg.connect(project.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
        newest = "SELECT max(transaction) >= coalesce((SELECT max(high) FROM guard.seal), 0) FROM registry_historyevent"
        return administrator.execute(newest).fetchone()[0]


def as_administrator(*statements):
    """What somebody with all rights does behind everybody's back."""
    with psycopg.connect(project.ADMIN_URL, dbname=connection.settings_dict["NAME"]) as administrator:
        administrator.execute("SET session_replication_role = replica")
        for statement in statements:
            administrator.execute(statement)


def places():
    return [fault.place for fault in verify_history()]


def ids(model, **words):
    with everything_scope(actor="tests"):
        return model.objects.get(**words).pk


def test_a_history_nobody_touched_holds(sealed, capsys):
    assert verify_history() == []
    assert seal_history() == 0, "nothing new, no seal"
    assert len(anchor_file().read_text().splitlines()) >= 2

    call_command("verify_history")

    assert capsys.readouterr().out == "The history holds.\n"


WEIGHT = "form = 'infusion' AND item = 'inf_weight' AND new = '44'"
SECOND = f"(SELECT id FROM registry_historyevent WHERE {WEIGHT})"
THIRD = "(SELECT id FROM registry_historyevent WHERE form = 'infusion' AND item = 'inf_weight' AND new = '45')"
COLUMNS = "at, actor, role, reason, request, transaction, site_id, case_id, form, row_id, kind, item, old, new"
CRIMES = {
    "an edit of what was": (f"UPDATE registry_historyevent SET old = '39' WHERE {WEIGHT}",),
    "an edit of what it became": (f"UPDATE registry_historyevent SET new = '43' WHERE {WEIGHT}",),
    "an edit of who": (f"UPDATE registry_historyevent SET actor = 'somebody else' WHERE {WEIGHT}",),
    "an edit of why": (f"UPDATE registry_historyevent SET reason = '' WHERE {WEIGHT}",),
    "an edit of from where": (f"UPDATE registry_historyevent SET request = 'page-0' WHERE {WEIGHT}",),
    "a moment put back": (f"UPDATE registry_historyevent SET at = at - interval '1 day' WHERE {WEIGHT}",),
    "a back-dated row": (
        f"INSERT INTO registry_historyevent ({COLUMNS}) SELECT at - interval '1 day', actor, role, 'late', request, transaction, site_id, case_id, "
        f"form, row_id, kind, item, old, '41' FROM registry_historyevent WHERE {WEIGHT}",
    ),
    "a removal in the middle": (f"DELETE FROM registry_historyevent WHERE {WEIGHT}",),
    "rows in another order": (
        f"UPDATE registry_historyevent SET id = -id WHERE id IN ({SECOND}, {THIRD})",
        "UPDATE registry_historyevent e SET id = (SELECT -id FROM registry_historyevent o WHERE o.id < 0 AND o.id <> e.id) WHERE id < 0",
    ),
    "a value changed past the triggers": (
        f"UPDATE registry_infusion SET inf_weight = 55 WHERE id = (SELECT row_id FROM registry_historyevent WHERE {WEIGHT})",
    ),
}


@pytest.mark.parametrize("crime", CRIMES)
def test_tampering_names_table_row_and_field(sealed, crime, capsys):
    row = ids(Infusion, case=sealed)

    as_administrator(*CRIMES[crime])

    with pytest.raises(SystemExit) as ended:
        call_command("verify_history")
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert f"registry_infusion row {row}, inf_weight: " in said
    located = {line.partition(":")[0] for line in said.splitlines()[:-1]}
    assert {place for place in located if not place.startswith(f"registry_infusion row {row}, inf_weight")} == set()


def test_a_value_changed_past_the_triggers_is_told_with_both_values(sealed, capsys):
    as_administrator("UPDATE registry_infusion SET inf_weight = 55")

    with pytest.raises(SystemExit):
        call_command("verify_history")

    assert "inf_weight: stored is 55.00000000, the history says 45.00000000" in capsys.readouterr().out


def test_a_tail_cut_off_names_what_is_gone(sealed):
    row = ids(Relapse, case=sealed)

    as_administrator(
        "DELETE FROM registry_historyevent WHERE id = (SELECT max(id) FROM registry_historyevent WHERE item = 'rel_date')"
    )

    assert set(places()) == {f"registry_relapse row {row}, rel_date"}


def test_a_tail_cut_off_with_its_seal_and_its_rows_is_found_by_its_anchor(sealed):
    # All since the first correction, which began a seal; it may be in several, where other transactions of the cluster held rows back.
    row, since = ids(Relapse, case=sealed), f"(SELECT transaction FROM registry_historyevent WHERE {WEIGHT})"
    last_seals = f"number IN (SELECT number FROM guard.seal WHERE high > {since})"
    gone = f"transaction >= {since}"
    as_administrator(
        f"DELETE FROM registry_relapse WHERE id IN (SELECT row_id FROM registry_historyevent WHERE form = 'relapse' AND {gone})",
        f"UPDATE registry_infusion SET inf_weight = (SELECT old::numeric FROM registry_historyevent WHERE {WEIGHT} AND {gone}) "
        f"WHERE id = (SELECT row_id FROM registry_historyevent WHERE {WEIGHT} AND {gone})",
        "UPDATE registry_person SET name = (SELECT old #>> '{}' FROM registry_historyevent WHERE form = 'person' AND item = 'name' AND kind = 'update' "
        "AND row_id = registry_person.id) WHERE name = 'N'",
        "DELETE FROM registry_person_sites WHERE site_id = (SELECT id FROM registry_site WHERE code = 'OSA') AND person_id IN "
        f"(SELECT row_id FROM registry_historyevent WHERE item = 'site OSA' AND {gone})",
        f"DELETE FROM guard.sealed_event WHERE seal IN (SELECT number FROM guard.seal WHERE {last_seals})",
        f"DELETE FROM guard.seal WHERE {last_seals}",
        f"DELETE FROM registry_historyevent WHERE {gone}",
    )

    faults = verify_history()

    assert faults and all(one.place.startswith("anchor ") for one in faults)
    assert all("the end of the history was cut off" in one.what for one in faults)
    assert any(f"registry_relapse row {row}" in one.what for one in faults)


def test_a_row_that_is_gone_is_named(sealed):
    row = ids(Relapse, case=sealed)

    as_administrator(f"DELETE FROM registry_relapse WHERE id = {row}")

    assert places() == [f"registry_relapse row {row}"]


def test_a_seal_made_to_fit_breaks_the_next_or_its_anchor(sealed):
    hashed = "sha256(coalesce(l.salt, '') || convert_to(jsonb_strip_nulls(to_jsonb(e))::text, 'UTF8'))"
    as_administrator(
        "SET timezone = 'UTC'",
        f"UPDATE registry_historyevent SET actor = 'somebody else' WHERE {WEIGHT}",
        f"UPDATE guard.sealed_event l SET hash = {hashed} FROM registry_historyevent e WHERE e.id = l.event AND e.actor = 'somebody else'",
    )
    assert [place.partition(" ")[0] for place in places()] == ["seal"]

    as_administrator(
        "UPDATE guard.seal s SET hash = sha256(coalesce((SELECT hash FROM guard.seal WHERE number < s.number ORDER BY number DESC LIMIT 1), "
        "sha256('registry'::bytea)) || (SELECT string_agg(hash, ''::bytea ORDER BY place) FROM guard.sealed_event WHERE seal = s.number)) "
        f"WHERE number = (SELECT seal FROM guard.sealed_event WHERE event = {SECOND})"
    )
    assert {place.partition(" ")[0] for place in places()} <= {"seal", "anchor"}
    assert any(place.startswith("anchor") for place in places())


@pytest.mark.parametrize("table", ["guard.seal", "guard.sealed_event"])
def test_a_row_removed_from_the_seals_themselves_shows(sealed, table):
    number = "number" if table == "guard.seal" else "place"
    as_administrator(f"DELETE FROM {table} WHERE {number} = (SELECT min({number}) FROM {table})")

    assert places()


def test_where_somebody_works_changed_past_the_triggers_is_named(sealed):
    as_administrator("DELETE FROM registry_person_sites WHERE id = (SELECT max(id) FROM registry_person_sites)")

    (place,) = places()
    assert re.fullmatch(r"registry_person row \d+, site (KYO|OSA)", place)


def test_a_trigger_taken_away_is_named(sealed):
    as_administrator("ALTER TABLE registry_infusion DISABLE TRIGGER record")
    try:
        (fault,) = [fault for fault in verify_history() if fault.what.startswith("missing")]
    finally:
        as_administrator("ALTER TABLE registry_infusion ENABLE TRIGGER record")

    assert fault.place == "guard"
    assert fault.what.startswith("missing: trigger record on registry_infusion")


def test_the_serving_role_can_neither_seal_nor_read_seals(sealed):
    log_in_as("reg_app")
    with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("SELECT guard.seal_history()")
    for table in ("guard.seal", "guard.sealed_event"):
        with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table}")


def test_what_cannot_be_told_is_not_stored():
    """The history is written in the transaction of the change: if it fails, nothing is there."""
    kyoto = factories.site("KYO")
    case = factories.infused_case(kyoto)
    full = "ALTER TABLE registry_historyevent ADD CONSTRAINT full_disk CHECK (item <> 'rel_kind') NOT VALID"
    as_administrator(full)
    try:
        with everything_scope(actor="tests"):
            before = HistoryEvent.objects.count(), Outbox.objects.count()
        with pytest.raises(Exception, match="full_disk"), transaction.atomic():
            factories.relapse(case, 120)
    finally:
        as_administrator("ALTER TABLE registry_historyevent DROP CONSTRAINT full_disk")

    with everything_scope(actor="tests"):
        assert not Relapse.with_void.filter(case=case).exists()
        assert (HistoryEvent.objects.count(), Outbox.objects.count()) == before
