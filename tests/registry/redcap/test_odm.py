"""The project and its records as CDISC ODM: valid, whole, and taken back in without a change."""

from lxml import etree
from odmlib.schema_manager import get_schema_path

from tests import factories
from tests.registry.redcap.conftest import KARYOTYPE, events

NS = {"o": "http://www.cdisc.org/ns/odm/v1.3"}


def parsed(text):
    document = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    etree.XMLSchema(etree.parse(get_schema_path("odm", "1.3.2"))).assertValid(document)
    return document


def test_the_project_with_its_records_is_valid_and_holds_the_own_hospital_alone(nurse, world):
    status, kind, text = nurse("project_xml")
    assert (status, kind) == (200, "text/xml; charset=utf-8")
    document = parsed(text)
    assert [one.get("SubjectKey") for one in document.findall(".//o:SubjectData", NS)] == [world.case.number]
    values = {one.get("ItemOID"): one.get("Value") for one in document.iterfind(".//o:ItemData", NS)}
    assert values["IT.baseline_disease.dx_date"] == f"2020-{factories.BORN.month:02}"
    assert values["IT.baseline_disease.karyotype_iscn"] == KARYOTYPE
    assert values["IT.baseline_disease.cyto_abn_oth"] == "染色体, その他"
    assert "IT.patient.mrn_hash" not in values
    rows = document.findall(".//o:FormData[@FormOID='FO.response_assessment']", NS)
    assert [one.get("FormRepeatKey") for one in rows] == ["1", "2"]


def test_the_metadata_alone(nurse, world):
    document = parsed(nurse("project_xml", returnMetadataOnly="true")[2])
    assert document.find("o:ClinicalData", NS) is None
    assert len(document.findall(".//o:FormDef", NS)) == 27


def test_what_was_taken_comes_back_without_a_change(nurse, world):
    text = nurse("record", format="odm")[2]
    parsed(text)
    before = events()
    status, kind, answer = nurse("record", format="odm", data=text, returnFormat="json")
    assert (status, answer) == (200, '{"count": 1}')
    assert events() == before
    changed = text.replace('Value="0.5"', 'Value="0.75"')
    assert changed != text
    assert nurse("record", format="odm", data=changed, returnFormat="json")[0] == 200
    assert events() > before
    assert {row["rsp_bm_blast"] for row in nurse.rows(fields=["rsp_bm_blast"]) if row["rsp_bm_blast"]} == {"0.75", "34"}


def test_entities_and_what_is_no_odm_are_refused(nurse, world):
    bomb = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><ODM>&b;</ODM>'
    for data, word in ((bomb, "document type"), ("<x/>", "first element"), ("<ODM", "not well-formed"), ("a,b\n1,2", "not well-formed")):  # fmt: skip
        status, _kind, said = nurse("record", format="odm", data=data)
        assert status == 400
        assert word in said


def test_the_dialect_of_redcap_project_files_is_taken(nurse, world):
    """FormData under SubjectData, attributes of its own, checkbox fields by name."""
    data = f"""<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:redcap="https://projectredcap.org" ODMVersion="1.3.1">
      <ClinicalData StudyOID="P" MetaDataVersionOID="M"><SubjectData SubjectKey="{world.case.number}" redcap:RecordIdField="patient_id">
        <FormData FormOID="Form.response_assessment"><ItemGroupData ItemGroupOID="response_assessment.rsp_bm_blast" redcap:RepeatInstance="2">
          <ItemData ItemOID="rsp_bm_blast" Value="35"/></ItemGroupData></FormData>
      </SubjectData></ClinicalData></ODM>"""
    assert nurse("record", format="odm", data=data, returnFormat="json")[::2] == (200, '{"count": 1}')
    assert {row["rsp_bm_blast"] for row in nurse.rows(fields=["rsp_bm_blast"]) if row["rsp_bm_blast"]} == {"0.5", "35"}
