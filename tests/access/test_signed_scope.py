"""What a transaction may see is believed with a seal for that very transaction only: SQL that slips in can set it, not seal it."""

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from analytics import health
from registry.access import signing
from registry.access.row_security import SEAL, SETTINGS, everything_scope, site_scope
from registry.models import Case, HistoryEvent
from tests import factories
from tests.conftest import log_in_as

pytestmark = pytest.mark.django_db
# Where a seal must be of another transaction than the one that is tried.
of_its_own = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kyoto():
    """Kyoto and Osaka, each with a case; Kyoto."""
    kyoto, osaka = factories.site("KYO"), factories.site("OSA")
    factories.infused_case(kyoto)
    factories.infused_case(osaka)
    return kyoto


def slip_in(**said):
    """What injected SQL can do: set anything that the scope is read from."""
    with connection.cursor() as cursor:
        for name, value in said.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [f"app.{name}", value])


def scope_as_it_stands():
    """Everything that tells the scope, its seal included, as injected SQL would read it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}', true)" for name in (*SETTINGS, SEAL)))
        return dict(zip((name.removeprefix("app.") for name in (*SETTINGS, SEAL)), cursor.fetchone(), strict=True))


@pytest.mark.parametrize(
    "said",
    [
        {"context": "{all}"},
        {"context": "{all}", "seal": ""},
        {"context": "{all}", "seal": "0" * 64},
        {"role": "lead"},
        {"actor": "somebody.else@example.org"},
    ],
)
def test_a_scope_that_was_changed_shows_nothing(kyoto, said):
    everything = ",".join(str(pk) for pk in range(kyoto.pk, kyoto.pk + 50))
    with site_scope([kyoto.pk], actor="nurse@example.org"):
        assert Case.objects.count() == 1
        slip_in(**{name: value.format(all=everything) for name, value in said.items()})
        assert Case.objects.count() == 0


def test_pooled_tables_and_people_are_not_reached_by_saying_so(kyoto):
    told = "SELECT guard.pooled(), guard.people(), guard.actor()"
    with site_scope([kyoto.pk], actor="nurse@example.org"), connection.cursor() as cursor:
        slip_in(pooled="on", people="on", actor="lead@example.org")
        cursor.execute(told)
        assert cursor.fetchone() == (False, False, None)
        assert not HistoryEvent.objects.exists()
    with everything_scope(actor="tests"), connection.cursor() as cursor:
        cursor.execute(told)
        assert cursor.fetchone() == (True, True, "tests")


def test_nobody_answers_for_a_change_in_anothers_name(kyoto):
    with site_scope([kyoto.pk], actor="nurse@example.org"):
        slip_in(actor="lead@example.org")
        with pytest.raises(DatabaseError, match="row-level security|not sealed"), transaction.atomic():
            Case.objects.create(number="KYO-0009", site=kyoto, cohort=factories.cohort())


@of_its_own
def test_a_seal_that_was_read_is_of_no_use_in_another_transaction(kyoto):
    with everything_scope(actor="tests"):
        stolen = scope_as_it_stands()
        assert Case.objects.count() == 2
    with transaction.atomic():
        slip_in(**stolen)
        assert Case.objects.count() == 0


@of_its_own
def test_a_seal_that_was_read_is_of_no_use_on_another_connection(kyoto):
    place = {key: connection.settings_dict[key.upper()] for key in ("host", "port", "user", "password")}
    name = connection.settings_dict["NAME"]
    with everything_scope(actor="tests"), psycopg.connect(dbname=name, **place) as other:
        for setting, value in scope_as_it_stands().items():
            other.execute("SELECT set_config(%s, %s, true)", [f"app.{setting}", value])
        assert other.execute("SELECT count(*) FROM registry_case").fetchone() == (0,)


@pytest.mark.parametrize("attempt", ["SELECT * FROM guard.key", "DELETE FROM guard.key",
                                     "INSERT INTO guard.key VALUES ('', '')", "UPDATE guard.key SET inner_pad = ''"])  # fmt: skip
def test_those_who_serve_neither_read_nor_change_the_key(db, attempt):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attempt)


def test_a_process_with_another_key_sees_nothing_and_says_so(kyoto):
    assert health.scope() is None
    with override_settings(SECRET_KEY="a key that the database was never told"):
        with site_scope([kyoto.pk]):
            assert Case.objects.count() == 0
        assert "run manage.py migrate" in health.scope()
    assert health.scope() is None


@of_its_own
def test_while_keys_are_changed_both_are_believed(kyoto):
    name = connection.settings_dict["NAME"]
    with psycopg.connect(settings.ADMIN_URL, dbname=name, autocommit=True) as administrator:
        before = administrator.execute("SELECT inner_pad, outer_pad FROM guard.key").fetchall()
        try:
            with override_settings(SECRET_KEY="the new", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
                as_owner(signing.tell_keys)
                assert health.scope() is None
            assert health.scope() is None
            with override_settings(SECRET_KEY="the new", SECRET_KEY_FALLBACKS=[]):
                as_owner(signing.tell_keys)
                assert health.scope() is None
            assert health.scope() is not None
        finally:
            administrator.execute("DELETE FROM guard.key")
            for pads in before:
                administrator.execute("INSERT INTO guard.key VALUES (%s, %s)", pads)


def as_owner(act):
    """Do it as the role that migrates."""
    log_in_as("reg_owner")
    try:
        act()
    finally:
        log_in_as("reg_app")


def test_a_scope_holds_no_line_break(db):
    with pytest.raises(ValueError, match="line breaks"), site_scope([], actor="a\nb"):
        pass
