"""An ODM file is valid by the CDISC schema, every identifier resolves, every value fits its item, and a profile's limits hold."""

import re
from datetime import UTC, date, datetime
from functools import cache

import pytest
from lxml import etree
from odmlib import loader, odm_loader
from odmlib.oid_generator import create_oid_checker
from odmlib.schema_manager import get_schema_path

from analytics.exports.options import Options
from analytics.exports.tables import tables_of
from analytics.exports.written import written
from registry.odm.study import Change
from tests.analytics.exports.worlds import PLANTED, world

NS = {"o": "http://www.cdisc.org/ns/odm/v1.3"}
SITES = {"full": ["KYO", "OSA"]}
SHAPES = {
    "integer": r"-?\d+",
    "float": r"-?\d+(\.\d+)?",
    "partialDate": r"\d{4}(-\d{2}(-\d{2})?)?",
    "date": r"\d{4}-\d{2}-\d{2}",
    "text": r".{1,2000}",
}


@cache
def made(profile):
    files = dict(
        written(tables_of(world(12), profile, sites=SITES.get(profile)), "odm", Options(), world(12), about={})
    )
    return files["dataset.xml"]


@cache
def tree(profile):
    return etree.fromstring(made(profile), etree.XMLParser(resolve_entities=False, no_network=True))


def odm_faults(content):
    """What the CDISC schema, the check of identifiers and the values' own types find wrong."""
    schema = etree.XMLSchema(etree.parse(get_schema_path("odm", "1.3.2")))
    document = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    if not schema.validate(document):
        return [f"line {one.line}: {one.message}" for one in schema.error_log][:20]
    return list(unresolved(document)) or list(value_faults(document))


def unresolved(document):
    """References to what is not defined. Every name of a reference ends in OID."""
    defined = {one.get("OID") for one in document.iter() if one.get("OID")}
    for one in document.iter():
        for name, value in one.attrib.items():
            if name.endswith("OID") and name not in ("OID", "FileOID") and value not in defined:
                yield f"{one.tag}: {name} {value} is not defined"


def value_faults(document):
    """Values that are not of their item's type, list or possible range, and items that stand twice in a group."""
    lists = {
        one.get("OID"): {item.get("CodedValue") for item in one.findall("o:CodeListItem", NS)}
        for one in document.iterfind(".//o:CodeList", NS)
    }
    items = {one.get("OID"): one for one in document.iterfind(".//o:ItemDef", NS)}
    for group in document.iterfind(".//o:ItemGroupData", NS):
        seen = [one.get("ItemOID") for one in group]
        if len(set(seen)) < len(seen):
            yield f"{group.get('ItemGroupOID')} holds an item twice"
        for one in group:
            item, value = items[one.get("ItemOID")], one.get("Value")
            if (value is None) != (one.get("IsNull") == "Yes"):
                yield f"{one.get('ItemOID')}: neither a value nor null"
            if value is None:
                continue
            kind, coded = item.get("DataType"), item.find("o:CodeListRef", NS)
            if not re.fullmatch(SHAPES[kind], value, re.DOTALL):
                yield f"{item.get('OID')}: {value!r} is no {kind}"
            elif kind in ("date", "partialDate"):
                date.fromisoformat(value + "-01-01"[: 10 - len(value)] if len(value) == 4 else (value + "-01")[:10])
            if coded is not None and value not in lists[coded.get("CodeListOID")]:
                yield f"{item.get('OID')}: {value!r} is not in its list"


@pytest.mark.parametrize("profile", ["full", "consortium", "deidentified"])
def test_the_file_is_valid_and_its_values_fit(profile):
    assert odm_faults(made(profile)) == []


def test_odmlib_reads_the_file_and_resolves_every_identifier():
    reader = loader.ODMLoader(odm_loader.XMLODMLoader())
    reader.load_odm_string(made("consortium").decode())
    root = reader.root()
    root.verify_oids(create_oid_checker("odm_1_3_2"))  # raises at the first that does not resolve
    assert len(root.ClinicalData[0].SubjectData) == 12


def test_the_checks_find_what_is_wrong():
    right = made("consortium").decode()
    wrong = right.replace('ItemOID="IT.infusion.inf_date" Value="2024-06-03"', 'ItemOID="IT.infusion.nowhere" Value="2024"', 1)  # fmt: skip
    assert wrong != right
    assert odm_faults(wrong.encode())


def test_metadata_say_units_limits_codes_and_both_languages():
    form = tree("full")
    item = form.find(".//o:ItemDef[@Name='rsp_bm_blast']", NS)
    assert item.get("DataType") == "float"
    assert item.find("o:MeasurementUnitRef", NS) is not None
    said = {one.get("Comparator") + one.get("SoftHard"): one[0].text for one in item.findall("o:RangeCheck", NS)}
    assert said["GEHard"] == "0"
    words = {one.get("{http://www.w3.org/XML/1998/namespace}lang"): one.text for one in item.find("o:Question", NS)}
    assert set(words) == {"en", "ja"}
    assert re.search("[ぁ-ん一-龥]", words["ja"])
    assert form.find(".//o:ItemDef[@Name='dx_date']", NS).get("DataType") == "partialDate"
    assert form.find(".//o:ItemDef[@Name='inf_date']", NS).get("DataType") == "date"


def test_every_stored_answer_is_in_the_full_file():
    """Against the snapshot's own rows, not against the exported tables."""
    from analytics.exports import extract as door

    names = {case: number for case, (number, code) in world(12).numbers.items() if code in SITES["full"]}
    found = {}
    for subject in tree("full").iterfind(".//o:SubjectData", NS):
        for form in subject.iterfind(".//o:FormData", NS):
            key = (form.get("FormOID").removeprefix("FO."), subject.get("SubjectKey"), form.get("FormRepeatKey"))
            found[key] = {one.get("ItemOID").rpartition(".")[2]: one.get("Value") for one in form[0]}
    for form in door.declared_forms():
        for _place, row in world(12).forms[form.name].iterrows():
            if row["case"] not in names:
                continue
            there = found[form.name, names[row["case"]], row[form.key_item] if form.key_item else None]
            for question in form.questions:
                if question.name in (form.key_item, "mrn_hash", "lot_id"):
                    continue
                assert there.get(f"{question.name}_mr") == row[f"{question.name}_mr"]
                if question.kind == "date" and row[question.name]:
                    length = {"D": 10, "M": 7, "Y": 4}[row[f"{question.name}_p"]]
                    assert there[question.name] == row[question.name][:length]
                elif question.kind == "text" and row[question.name] and question.name in there:
                    assert there[question.name] == row[question.name]


def test_a_reason_stands_beside_a_null():
    null = tree("consortium").find(".//o:ItemData[@IsNull='Yes']", NS)
    reason = null.getparent().find(f"o:ItemData[@ItemOID='{null.get('ItemOID')}_mr']", NS)
    assert reason.get("Value") in ("ND", "UK", "NAP", "PD")


def test_what_is_planted_leaves_only_in_the_full_file():
    assert PLANTED in made("full").decode()
    for profile in ("consortium", "deidentified"):
        assert PLANTED not in made(profile).decode()
    assert "2024-06-03" not in made("deidentified").decode()
    assert not tree("deidentified").findall(".//o:AuditRecord", NS)


def test_audit_records_name_time_person_and_reason():
    from dataclasses import replace

    number = next(number for number, code in world(12).numbers.values() if code == "KYO")
    change = Change(datetime(2026, 2, 1, 8, 30, tzinfo=UTC), "u0123456789ab", "misread <the> chart & more")
    changed = replace(world(12), changes={("infusion", number, 1, 1): {"inf_date": change}})
    files = dict(written(tables_of(changed, "full", sites=["KYO"]), "odm", Options(), changed, about={}))
    assert odm_faults(files["dataset.xml"]) == []
    (record,) = etree.fromstring(files["dataset.xml"]).findall(".//o:AuditRecord", NS)
    said = [record.find(f"o:{name}", NS) for name in ("UserRef", "DateTimeStamp", "ReasonForChange")]
    assert said[0].get("UserOID") == "U.u0123456789ab"
    assert (said[1].text, said[2].text) == ("2026-02-01T08:30:00+00:00", "misread <the> chart & more")
    assert record.getparent().get("ItemOID") == "IT.infusion.inf_date"
