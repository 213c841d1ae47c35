"""The seven calls of one REDCapR::redcap_read(), as recorded, and what that client makes of the answers. R's package is in no
archive that the tests install from, so its rules are written down here: what it looks at, and where it stops.
"""

import csv
import io
import json

import pytest
from django.test import Client

from registry.redcap.dictionary import METADATA
from tests import factories
from tests.registry.redcap.conftest import FORM, Door, text_of

RECORD = {
    "content": "record",
    "format": "csv",
    "type": "flat",
    "rawOrLabel": "raw",
    "rawOrLabelHeaders": "raw",
    "exportCheckboxLabel": "false",
    "exportSurveyFields": "false",
    "exportDataAccessGroups": "false",
    "exportBlankForGrayFormStatus": "FALSE",
    "filterLogic": "",
}
ENCODINGS = ("form", "multipart")  # httr's default is the second


def read(key, encoding, words):
    """The text of one call; any other status than 200 is a failure for this client."""
    sent = {"token": key, **words}
    if encoding == "form":
        sent = "&".join(f"{name}={value}" for name, value in sent.items())
        status, kind, text = text_of(Client().post("/api/redcap", sent, content_type=FORM))
    else:
        status, kind, text = text_of(Client().post("/api/redcap/", sent))
    assert status == 200, text
    assert kind.endswith("; charset=utf-8")
    return text


def rows_of(text):
    """The rows of a CSV as dictionaries."""
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_seven_calls(nurse, encoding):
    def call(**words):
        return read(nurse.key, encoding, words)

    # 1 · the first field named is the record's id
    record_id = rows_of(call(content="exportFieldNames", format="csv"))[0]["original_field_name"]
    # 2 · all 18 words; the types decide those of the columns
    metadata = json.loads(call(content="metadata", format="json"))
    assert all(tuple(field) == METADATA for field in metadata) and metadata[0]["field_name"] == record_id
    # 3 · a status for each form
    forms = [row["instrument_name"] for row in rows_of(call(content="instrument", format="csv"))]
    assert {field["form_name"] for field in metadata} == set(forms)
    # 4 · 0 or 1; a blank second one stops the client
    (project,) = rows_of(call(content="project", format="csv"))
    asked = ("is_longitudinal", "has_repeating_instruments_or_events", "record_autonumbering_enabled")
    assert [project[name] for name in asked] == ["0", "1", "1"]
    # 5 · any row means that ids are text
    assert rows_of(call(content="dag", format="csv"))
    # 6 · the ids: the first column
    text = call(**RECORD, fields=record_id)
    assert text.splitlines()[0].split(",") == [record_id, "redcap_repeat_instrument", "redcap_repeat_instance"]
    ids = list(dict.fromkeys(row[record_id] for row in rows_of(text)))
    # 7 · a batch: every id of call 6 comes back, and the columns are those of the dictionary
    batch = rows_of(call(**RECORD, records=",".join(ids)))
    assert {row[record_id] for row in batch} == set(ids) == {"KYO-0001"}
    known = {row["export_field_name"] for row in rows_of(call(content="exportFieldNames", format="csv"))}
    assert set(batch[0]) == known | {"redcap_repeat_instrument", "redcap_repeat_instance"}
    assert {f"{form}_complete" for form in forms} <= set(batch[0])
    assert "KYO" in ids[0] and any(row["cyto_abn___88"] == "1" for row in batch)


def test_a_batch_of_one_form_has_every_id_and_the_repeat_columns(nurse):
    text = read(nurse.key, "form", {**RECORD, "forms": "death", "records": "KYO-0001"})

    assert text.splitlines()[0].startswith("patient_id,redcap_repeat_instrument,redcap_repeat_instance,death_date")
    assert [row["patient_id"] for row in rows_of(text)] == ["KYO-0001"]


def test_no_record_is_a_header_without_rows(world):
    nobody = Door(factories.person("coordinator", sites=[factories.site("NAG")]))

    assert read(nobody.key, "form", {**RECORD, "fields": "patient_id"}) == (
        "patient_id,redcap_repeat_instrument,redcap_repeat_instance\n"
    )
