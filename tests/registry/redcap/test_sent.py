"""What is sent while it is read: one snapshot, and a note in any case."""

import hashlib
import threading
from types import SimpleNamespace

import pytest
from django.db import InternalError, connection
from django.db.utils import DatabaseError

from analytics.models import Export
from registry.access.row_security import person_scope, snapshot_scope
from registry.models import ResponseAssessment, Site
from registry.noted import sent_and_noted
from tests import factories
from tests.registry.redcap.conftest import build_world


def test_an_export_that_breaks_off_is_raised_and_noted(nurse):
    def pieces():
        source.rows = 3
        yield "first"
        yield "second"
        raise DatabaseError("gone")

    source = SimpleNamespace(pieces=pieces, rows=0, cases=list)
    words = {"what": "redcap record", "kind": "csv", "filters": {}}
    sent = sent_and_noted(source, nurse.person, "rest-x", **words)

    assert next(sent) == b"first"
    with pytest.raises(DatabaseError):
        next(sent)
    with person_scope(nurse.person):
        note = Export.objects.get()
    assert (note.what, note.about["rows"]) == ("redcap record (broken off)", 3)
    assert note.digest == hashlib.sha256(b"firstsecond").hexdigest()


def test_an_export_is_one_snapshot_in_which_nothing_is_written(transactional_db):
    world = build_world()
    nurse = factories.person("coordinator", sites=[world.kyoto])

    def meanwhile():
        factories.stored_form(world.case, "response_assessment", rsp_date=factories.day(180))
        connection.close()

    with snapshot_scope(nurse):
        before = ResponseAssessment.objects.count()
        writer = threading.Thread(target=meanwhile)
        writer.start()
        writer.join()
        assert ResponseAssessment.objects.count() == before == 2
    with person_scope(nurse):
        assert ResponseAssessment.objects.count() == 3
    with pytest.raises(InternalError, match="read-only"), snapshot_scope(nurse):
        Site.objects.filter(pk=world.kyoto.pk).update(name="Another")


def test_an_administrator_turns_imports_on(world, client):
    client.force_login(factories.person("administrator"))
    address = f"/sites/{world.osaka.pk}/"

    assert b'name="accepts_api_import"' in client.get(address).content
    client.post(address, {"name": world.osaka.name, "is_active": "on", "accepts_api_import": "on"})
    assert Site.objects.get(pk=world.osaka.pk).accepts_api_import
    client.post(address, {"name": world.osaka.name, "is_active": "on"})
    assert not Site.objects.get(pk=world.osaka.pk).accepts_api_import
