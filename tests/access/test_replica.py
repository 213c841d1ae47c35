"""Large reads by the replica: only it, only while it is level with the primary, and nothing is written through it."""

import psycopg
import pytest
from django.conf import settings
from django.db import InternalError, connection, connections, transaction

from analytics.exports.snapshot import snapshot_of
from analytics.models import Export
from registry.access import replica
from registry.access.replica import REPLICA, from_replica
from tests import factories
from tests.registry.api.conftest import Rest
from tests.scenarios.cuts.worlds import everything

pytestmark = pytest.mark.django_db(transaction=True)
IS_REPLICA = "SELECT coalesce(current_setting('app.is_replica', true), '')"
OPTIONS = "-c default_transaction_read_only=on -c app.is_replica=yes"


@pytest.fixture
def second(transactional_db, monkeypatch):
    """A second connection to the same server, which only reads."""
    words = {**connection.settings_dict, "OPTIONS": {**connection.settings_dict["OPTIONS"], "options": OPTIONS}}
    monkeypatch.setitem(connections.settings, REPLICA, words)
    connections[REPLICA].connect()
    yield connections[REPLICA]
    connections[REPLICA].close()
    del connections[REPLICA]


def reads_from():
    with connection.cursor() as cursor:
        cursor.execute(IS_REPLICA)
        return cursor.fetchone()[0]


def test_a_stream_and_an_export_are_read_from_the_replica_and_noted_on_the_primary(second):
    case = factories.infused_case(factories.site("KYO"))
    rest = Rest(factories.person("coordinator", sites=[case.site]))
    read = []
    with second.execute_wrapper(lambda execute, sql, *more: read.append(sql) or execute(sql, *more)):
        answer = rest.get("infusion", Accept="text/csv")
        assert len(b"".join(answer.streaming_content).splitlines()) == 2
        streamed = len(read)
        found = snapshot_of("tisagenlecleucel", "live", "consortium", actor="tests")
    assert 0 < streamed < len(read)
    assert len(found.forms["infusion"]) == 1
    assert reads_from() == "" and everything(Export.objects.count) == 1


def test_nothing_is_written_through_it_and_a_transaction_goes_on_where_it_began(second):
    with from_replica():
        assert reads_from() == "yes"
        with pytest.raises(InternalError, match="read-only"):
            factories.site("OSA")
    assert reads_from() == ""
    with transaction.atomic(), from_replica():
        assert reads_from() == ""


def test_while_it_lags_or_is_away_the_primary_is_read(second, monkeypatch, caplog):
    monkeypatch.setattr(replica, "PATIENCE", 0.1)
    monkeypatch.setattr(
        replica, "LEVEL", "SELECT false AND %s <> ''"
    )  # a server that is still to replay what was committed
    with from_replica():
        assert reads_from() == ""
    assert "behind" in caplog.text
    with psycopg.connect(settings.ADMIN_URL, autocommit=True) as administrator:
        administrator.execute("SELECT pg_terminate_backend(%s)", [second.connection.info.backend_pid])
    with from_replica():
        assert reads_from() == ""
    assert "not there" in caplog.text
