"""The requests of REDCapR, written down from its public source (OuhscBbmc/REDCapR, R/kernel-api.R and the functions named below), and
what that client makes of the answers: what it looks at, and where it stops. The package itself is in no archive that the tests install from.
"""

import csv
import io
import json
from urllib.parse import quote

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
    "filterLogic": "",
    "dateRangeBegin": "",
    "dateRangeEnd": "",
    "exportBlankForGrayFormStatus": "FALSE",
}
ENCODINGS = ("form", "multipart")  # of kernel_api, and of versions before it, which left httr its default
HTTR = {"User-Agent": "OuhscBbmc/REDCapR", "Accept": "application/json, text/xml, application/xml, */*", "Accept-Encoding": "deflate, gzip"}  # fmt: skip


def read(key, encoding, words):
    """The text of one call; any other status than 200 is a failure for this client."""
    sent = {"token": key, **words}
    if encoding == "form":  # curl_escape: everything but letters, digits and -._~
        sent = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sent.items())
        answer = Client().post("/api/redcap", sent, content_type=FORM, headers=HTTR)
    else:
        answer = Client().post("/api/redcap/", sent, headers=HTTR)
    status, kind, text = text_of(answer)
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


CALLS = {  # function → its words, the begin of the answer
    "redcap_variables": ({"content": "exportFieldNames", "format": "csv"}, "original_field_name,choice_value,export_field_name\npatient_id,"),
    "redcap_metadata_read(forms, fields)": (
        {"content": "metadata", "format": "json", "fields[0]": "patient_id", "forms[0]": "death", "forms[1]": "crs"}, '[{"field_name":"patient_id"'),
    "redcap_instruments": ({"content": "instrument", "format": "csv"}, "instrument_name,instrument_label\n"),
    "redcap_instrument_repeating": ({"content": "repeatingFormsEvents", "format": "csv"}, "form_name,custom_form_label\n"),
    "redcap_project_info_read": ({"content": "project", "format": "csv"}, "project_id,project_title,"),
    "redcap_dag_read": ({"content": "dag", "format": "csv"}, "data_access_group_name,unique_group_name,data_access_group_id\n"),
    "redcap_users_export": ({"content": "user", "format": "csv"}, "username,email,firstname,lastname,expiration,"),
    "redcap_log_read": ({"content": "log", "format": "csv", "record": "", "user": ""}, "timestamp,username,action,details,record\n"),
    "redcap_version": ({"content": "version"}, "14."),
    "redcap_next_free_record_name": ({"content": "generateNextRecordName", "format": "csv"}, "KYO-0002"),
    "redcap_read_eav_oneshot": (
        {name: value for name, value in {**RECORD, "type": "eav"}.items() if not name.startswith(("raw", "exportCheckbox"))},
        "record,redcap_repeat_instrument,redcap_repeat_instance,field_name,value\n"),
    "redcap_read_oneshot(filter_logic, raw_or_label)": (
        {**RECORD, "rawOrLabel": "label", "filterLogic": "[rsp_bm_blast] >= 5", "forms": "response_assessment"}, "patient_id,redcap_repeat_instrument,"),
    "redcap_read_oneshot(datetime_range_begin)": ({**RECORD, "dateRangeBegin": "2020-01-01 00:00:00", "fields": "patient_id"}, "patient_id,"),
}  # fmt: skip


def test_every_documented_call_that_reads_is_answered(nurse, subtests):
    for name, (words, begins) in CALLS.items():
        with subtests.test(name):
            text = read(nurse.key, "form", words)
            assert text.startswith(begins), text[:200]
            assert '"' in begins or "\r" not in text


def test_what_redcap_write_sends_is_stored_and_its_ids_come_back(nurse):
    words = {**RECORD, "forms": "response_assessment", "records": "KYO-0001"}
    rows = rows_of(read(nurse.key, "form", words))
    rows = [{**row, "rsp_bm_blast": "7"} for row in rows if row["redcap_repeat_instance"] == "2"]
    out = io.StringIO()  # readr::format_csv, na = ""
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    sent = {"content": "record", "format": "csv", "type": "flat", "data": out.getvalue(), "overwriteBehavior": "overwrite",
            "returnContent": "ids", "returnFormat": "csv"}  # fmt: skip
    assert read(nurse.key, "form", sent).splitlines()[1:] == ["KYO-0001"]  # the first line is a name for this client
    assert [row["rsp_bm_blast"] for row in rows_of(read(nurse.key, "form", words)) if row["redcap_repeat_instance"] == "2"] == ["7"]  # fmt: skip
