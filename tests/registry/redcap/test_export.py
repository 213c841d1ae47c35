"""What a record export holds: whose rows, which columns, in which words."""

import csv
import hashlib
import io
import xml.etree.ElementTree as ElementTree

import pytest

from analytics.models import Export
from registry.access.row_security import person_scope
from registry.access.token_scopes import Scope
from registry.actions.cases import remove_case
from registry.actions.forms import save_form, void_form
from registry.models import ResponseAssessment
from tests import factories
from tests.registry.redcap.conftest import KARYOTYPE, Door

HEAD = "patient_id,redcap_repeat_instrument,redcap_repeat_instance"


def lines(door, **words):
    """The lines of a CSV export."""
    status, _kind, text = door("record", format="csv", **words)
    assert status == 200, text
    return text.splitlines()


def test_rows_and_columns_of_the_flat_shape(nurse):
    asked = {"fields": ["rsp_bm_blast", "sex_at_birth", "response_assessment_complete", "patient_complete"]}

    assert lines(nurse, **asked) == [
        f"{HEAD},sex_at_birth,patient_complete,rsp_bm_blast,response_assessment_complete",
        "KYO-0001,,,1,0,,",
        "KYO-0001,response_assessment,1,,,0.5,0",
        "KYO-0001,response_assessment,2,,,34,0",
    ]
    assert lines(nurse, fields="rsp_bm_blast", decimalCharacter=",", csvDelimiter="tab")[2].endswith("\t1\t0,5")


def test_both_shapes_of_a_list_say_the_same(nurse):
    assert lines(nurse, fields=["sex_at_birth", "dx_date"]) == lines(nurse, fields="sex_at_birth,dx_date")
    assert lines(nurse, records=["KYO-0001"]) == lines(nurse, records="KYO-0001,OSA-0001,KYO-0009") == lines(nurse)


def test_labels_and_checkboxes(nurse):
    raw = nurse.rows(fields="cyto_abn,sex_at_birth")[0]
    label = nurse.rows(fields="cyto_abn,sex_at_birth", rawOrLabel="label")[0]
    named = nurse.rows(fields="cyto_abn", rawOrLabel="label", exportCheckboxLabel="true")[0]
    both = nurse.rows(fields="sex_at_birth", rawOrLabel="both")[0]

    assert (raw["cyto_abn___3"], raw["cyto_abn___1"], raw["sex_at_birth"]) == ("1", "0", "1")
    assert (label["cyto_abn___3"], label["cyto_abn___1"], label["sex_at_birth"]) == ("Checked", "Unchecked", "Male")
    assert named["cyto_abn___88"] == "Other" and named["cyto_abn___1"] == ""
    assert (both["sex_at_birth"], both["sex_at_birth_label"]) == ("1", "Male")
    header = next(csv.reader(lines(nurse, rawOrLabelHeaders="label")))
    assert len(set(header)) == len(header) and "Sex at birth" in header


def test_single_answers(nurse):
    rows = list(csv.DictReader(lines(nurse, type="eav", forms="baseline_disease,response_assessment")))

    assert tuple(rows[0]) == ("record", "redcap_repeat_instrument", "redcap_repeat_instance", "field_name", "value")
    assert [row["value"] for row in rows if row["field_name"] == "cyto_abn"] == ["3", "88"]
    of_second = {row["field_name"]: row["value"] for row in rows if row["redcap_repeat_instance"] == "2"}
    assert of_second["rsp_bm_blast"] == "34" and "" not in of_second.values()


def test_every_format_holds_the_same_answers(nurse):
    of_json = nurse.rows(forms="baseline_disease")[0]
    of_csv = next(csv.DictReader(io.StringIO("\n".join(lines(nurse, forms="baseline_disease")))))
    of_xml = ElementTree.fromstring(nurse("record", format="xml", forms="baseline_disease")[2])[0]

    assert of_json == of_csv == {cell.tag: cell.text or "" for cell in of_xml}
    assert of_json["karyotype_iscn"] == KARYOTYPE and of_json["cyto_abn_oth"] == "染色体, その他"


def test_filters(nurse, world):
    assert [
        row["redcap_repeat_instance"] for row in nurse.rows(filterLogic="[rsp_bm_blast] > 5", fields="rsp_seq")
    ] == ["", 2]
    assert nurse.rows(filterLogic="[sex_at_birth] = '2'") == []
    assert nurse.rows(filterLogic="[cyto_abn(88)] = '1' and ([dx_date_text] = '2020-03' or [dx_date] <> '')")
    assert nurse.rows(dateRangeBegin="2000-01-01 00:00:00", dateRangeEnd="2001-01-01 00:00:00") == []
    assert nurse.rows(dateRangeBegin="2000-01-01 00:00:00") == nurse.rows()


def test_a_form_never_saved_is_gray(nurse):
    assert nurse.rows(fields="death_complete")[0]["death_complete"] == "0"
    assert nurse.rows(fields="death_complete", exportBlankForGrayFormStatus="TRUE")[0]["death_complete"] == ""


def test_groups_are_told_to_those_who_have_several(nurse, manager):
    assert "redcap_data_access_group" not in nurse.rows(exportDataAccessGroups="true")[0]
    groups = {row["patient_id"]: row["redcap_data_access_group"] for row in manager.rows(exportDataAccessGroups="true")}
    assert groups == {"KYO-0001": "kyo", "OSA-0001": "osa"}


def test_an_instance_keeps_its_number_when_another_row_goes(nurse, world):
    with person_scope(factories.BUILDER):
        first = ResponseAssessment.objects.get(case=world.case, rsp_seq=1)
        void_form(first, by=factories.BUILDER, seen_version=first.version, reason="Of another patient")
    factories.stored_form(world.case, "cart_course", course_no=2, infused=1)
    factories.stored_form(world.case, "response_assessment", course_no=2, rsp_date=factories.day(300))

    rows = nurse.rows(fields="rsp_course_no,rsp_seq")[1:]
    assert [(row["redcap_repeat_instance"], row["rsp_course_no"], row["rsp_seq"]) for row in rows] == [
        (2, "1", "2"),
        (1001, "2", "1"),
    ]


def test_who_is_in_no_export(nurse, world):
    waiting = factories.infused_case(world.kyoto, consent_type=None)  # no basis for data use is recorded
    removed = factories.infused_case(world.kyoto)
    with person_scope(factories.BUILDER):
        remove_case(removed, by=factories.BUILDER, reason="Enrolled twice")
    assert {row["patient_id"] for row in nurse.rows()} == {"KYO-0001"}
    assert waiting.number not in {row["patient_id"] for row in nurse.rows(fields="patient_id")}
    logged = nurse("log", format="csv")[2]
    assert "KYO-0001" in logged and waiting.number not in logged and removed.number not in logged

    with person_scope(factories.BUILDER):
        patient = world.case.patient_set.get()
        patient.consent_withdrawn = 1
        save_form(patient, by=factories.BUILDER, seen_version=patient.version, reason="Letter of today")
    assert nurse.rows() == []
    assert "KYO-0001" not in nurse("log", format="csv")[2]


def test_a_token_without_identifiers_is_given_none(world):
    door = Door(factories.person("investigator", sites=[world.kyoto]), has_identifiers=False)
    row = door.rows()[0]

    assert not {"birth_date", "birth_date_text", "karyotype_iscn", "mrn_hash"} & set(row) and "dx_date" in row
    assert door.rows(fields=["birth_date", "sex_at_birth"])[0].keys() >= {"sex_at_birth"}
    assert "birth_date" not in door("log", format="csv")[2]
    assert door("record", format="json", filterLogic="[birth_date] > '2012-01-01'")[0] == 400


@pytest.mark.parametrize("content", ["record", "log"])
def test_every_export_is_on_the_trail(nurse, content):
    _status, _kind, text = nurse(content, format="csv", records="KYO-0001")
    with person_scope(nurse.person):
        (note,) = Export.objects.all()

    assert (note.person, note.what, note.format) == (nurse.person, f"redcap {content}", "csv")
    rows = len(list(csv.reader(io.StringIO(text)))) - 1
    assert note.about == {"filters": {"records": "KYO-0001"}, "rows": rows, "is_whole": True}
    assert (note.cases is not None) == (content == "record")
    assert note.digest == hashlib.sha256(text.encode()).hexdigest()


def test_a_token_narrowed_to_one_hospital_takes_that_one(world):
    door = Door(factories.person("manager"), sites=[world.osaka], scopes=[Scope.EXPORT])

    assert {row["patient_id"] for row in door.rows()} == {"OSA-0001"}
