"""Tables of a dataset are read as they were stored, take little room, and those from before are read too."""

import pytest
from django.db import connection

from analytics.models import Dataset, DatasetTable
from registry.access.row_security import everything_scope
from tests import factories
from tests.scenarios.cuts.worlds import as_worker, everything

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = b"case,time\n" + b"c1,365\n" * 10_000
CONTENTS = {"text": TEXT, "parquet": b"PAR1" + bytes(range(256)), "empty": b"", "words": "x\x01,日本\n".encode()}


@pytest.fixture
def tables():
    """A dataset with a table of each kind of content; name → how many bytes it takes in the database."""
    cohort = factories.cohort()

    def stored():
        dataset = Dataset.objects.create(cohort=cohort, revision=1, hash="0" * 64, cases=1, code_version="x")
        for name, content in CONTENTS.items():
            DatasetTable.objects.create(dataset=dataset, name=name, rows=1, sha256="0" * 64, parquet=content)
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, octet_length(parquet) FROM analytics_datasettable")
            return dict(cursor.fetchall())

    return as_worker(lambda: everything(stored))


def test_what_was_stored_is_read_and_text_takes_little_room(tables):
    with everything_scope(actor="tests"):
        read = {one.name: one.parquet for one in DatasetTable.objects.all()}

    assert read == CONTENTS
    assert tables["text"] < len(TEXT) / 20
    assert tables["parquet"] == len(CONTENTS["parquet"])


def test_what_was_stored_before_is_read_as_it_is(tables):
    def written_before():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE analytics_datasettable SET parquet = %s WHERE name = 'text'", [TEXT])
        return DatasetTable.objects.get(name="text").parquet

    assert as_worker(lambda: everything(written_before)) == TEXT
