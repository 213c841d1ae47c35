"""An export of ten thousand cases is not cut off while their table is made between two statements."""

import pytest
from django.db import connection

from analytics.exports import snapshot
from tests import factories
from tests.conftest import log_in_as


@pytest.mark.django_db(transaction=True)
def test_the_snapshot_outlasts_the_making_of_the_case_table(monkeypatch):
    factories.infused_case(factories.site("KYO"))
    make, shown = snapshot.case_table, []

    def slow(*words):
        with connection.cursor() as cursor:
            cursor.execute("SHOW idle_in_transaction_session_timeout")
            shown.append(cursor.fetchone()[0])
        return make(*words)

    monkeypatch.setattr(snapshot, "case_table", slow)
    log_in_as("reg_worker")
    try:
        snapshot.snapshot_of("tisagenlecleucel", "live", "consortium", actor="tests")
        with connection.cursor() as cursor:
            cursor.execute("SHOW idle_in_transaction_session_timeout")
            shown.append(cursor.fetchone()[0])
    finally:
        log_in_as("reg_app")
    assert shown == ["10min", "30s"]
