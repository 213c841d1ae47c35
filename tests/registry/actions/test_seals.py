"""The history of seals: an edit, a removal, a cut tail, a back-dated row and a change past the triggers each show."""

import psycopg
import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection

from registry.actions.seals import anchor_file, seal_history, verify_history
from tests.conftest import log_in_as
from tests.factories import infused_case, relapse, site
from tests.processes import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sealed(settings, tmp_path):
    """A case whose history is sealed twice; the test goes on as the worker."""
    settings.MEDIA_ROOT = str(tmp_path)
    case = infused_case(site("KYO"))
    try:
        seal_all()
        log_in_as("reg_app")
        relapse(case, 120)
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


def test_a_history_nobody_touched_holds(sealed, capsys):
    assert verify_history() == []
    assert seal_history() == 0, "nothing new, no seal"
    assert len(anchor_file().read_text().splitlines()) >= 2

    call_command("verify_history")

    assert capsys.readouterr().out == "The history holds.\n"


@pytest.mark.parametrize(
    ("crime", "place"),
    [
        ("UPDATE registry_historyevent SET actor = 'somebody else' WHERE item = 'rel_date'", "last"),
        ("UPDATE registry_historyevent SET at = at - interval '1 day' WHERE item = 'rel_date'", "last"),
        ("DELETE FROM registry_historyevent WHERE item = 'number' AND form = 'case'", "first"),
        ("DELETE FROM registry_historyevent WHERE id = (SELECT max(id) FROM registry_historyevent)", "last"),
        (
            "INSERT INTO registry_historyevent (at, actor, role, reason, request, transaction, site_id, case_id, form, row_id, kind, item) "
            "SELECT at, actor, role, 'late', request, transaction, site_id, case_id, form, row_id, kind, 'x' FROM registry_historyevent ORDER BY id LIMIT 1",
            "first",
        ),
    ],
    ids=["edit", "back-dated", "removed in the middle", "removed last", "inserted"],
)
def test_a_change_of_the_history_names_its_seal(sealed, crime, place):
    numbers = [line.split()[0] for line in anchor_file().read_text().splitlines()]

    as_administrator(crime)

    assert f"seal {numbers[0] if place == 'first' else numbers[-1]}" in places()


def test_a_tail_cut_off_with_its_seal_is_found_by_its_anchor(sealed):
    as_administrator(
        "DELETE FROM registry_historyevent WHERE transaction >= (SELECT max(low) FROM guard.seal)",
        "DELETE FROM registry_relapse",
        "DELETE FROM guard.seal WHERE number = (SELECT max(number) FROM guard.seal)",
    )

    assert [place.partition(" ")[0] for place in places()] == ["anchor"]


def test_an_answer_changed_past_the_triggers_is_named(sealed, capsys):
    as_administrator("UPDATE registry_infusion SET inf_weight = 55")

    with pytest.raises(SystemExit):
        call_command("verify_history")

    said = capsys.readouterr().out
    assert "infusion row" in said
    assert "inf_weight: stored is 55.00000000, the history says 40.00000000" in said


def test_a_row_removed_from_the_seals_themselves_shows(sealed):
    as_administrator("DELETE FROM guard.seal WHERE number = (SELECT min(number) FROM guard.seal)")

    assert places()


def test_the_serving_role_can_neither_seal_nor_read_seals(sealed):
    log_in_as("reg_app")
    with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("SELECT guard.seal_history()")
    with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM guard.seal")
