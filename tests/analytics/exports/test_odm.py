"""An ODM file is valid by the CDISC schema, every identifier resolves, every value fits its item, and a profile's limits hold."""

import re
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from lxml import etree
from odmlib import loader, odm_loader
from odmlib.oid_generator import create_oid_checker
from odmlib.schema_manager import get_schema_path

from analytics.exports.options import Options
from analytics.exports.tables import tables_of
from analytics.exports.written import kept, needed, written
from analytics.pseudonyms import pseudonym
from tests.analytics.exports.worlds import PLANTED, told, whole, world

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
        whole(written(tables_of(world(12), profile, sites=SITES.get(profile)), "odm", Options(), world(12), about={}))
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


LATER = (
    (5, "doctor@a.example", "misread <the> chart & more", {"inf_viability": 80}),
    (9, "doctor@a.example", "not measured", {"inf_viability": None, "inf_viability_mr": "ND"}),
    (12, "nurse@a.example", "", {"is_complete": True}),
    (20, "nurse@a.example", "another patient's", {"is_void": True}),
)


def of_kyoto(*later):
    """(the full file's tables of one hospital, a snapshot that tells how an infusion there was entered and changed, whose it is)."""
    numbers = {number: pk for pk, (number, code) in enumerate(world(12).numbers.values()) if code == "KYO"}
    snapshot = replace(world(12), ids=numbers)
    first = {"inf_date": "2024-06-03", "inf_date_p": "D", "inf_viability": 90.5, "inf_route": [1, 2]}
    changed = told(snapshot, "infusion", *later, **first)
    return tables_of(changed, "full", sites=["KYO"]), changed, min(numbers)


def made_of(tables, kind, snapshot):
    content = dict(whole(written(tables, kind, Options(), snapshot, about={})))["dataset.xml"]
    assert odm_faults(content) == []
    return etree.fromstring(content)


def said_by(record):
    return [
        record.find("o:UserRef", NS).get("UserOID"),
        record.findtext("o:DateTimeStamp", None, NS),
        record.findtext("o:ReasonForChange", None, NS),
    ]


def test_the_snapshot_tells_the_last_change_of_each_answer():
    tables, changed, _case = of_kyoto(LATER[0])
    nurse, doctor = (f"U.{pseudonym('user', one)}" for one in ("nurse@a.example", "doctor@a.example"))
    records = {
        one.getparent().get("ItemOID"): said_by(one)
        for one in made_of(tables, "odm", changed).iterfind(".//o:AuditRecord", NS)
    }
    assert records["IT.infusion.inf_date"] == [nurse, "2026-02-01T08:00:00+00:00", None]
    assert records["IT.infusion.inf_viability"] == [doctor, "2026-02-01T08:05:00+00:00", "misread <the> chart & more"]


def test_the_audit_file_tells_every_change_of_every_answer_to_the_end():
    tables, changed, case = of_kyoto(*LATER)
    file = made_of(tables, "odm_audit", changed)
    assert file.get("FileType") == "Transactional"
    steps = file.findall(".//o:SubjectData", NS)
    assert {one.get("SubjectKey") for one in steps} == {case}
    forms = [one.find(".//o:FormData", NS) for one in steps]
    assert [one.get("TransactionType") for one in forms] == [
        "Insert",
        "Update",
        "Update",
        "Remove",
    ]  # a state is no answer
    items = [
        {one.get("ItemOID").rpartition(".")[2]: (one.get("TransactionType"), one.get("Value") or one.get("IsNull")) for one in form.iterfind(".//o:ItemData", NS)}
        for form in forms
    ]  # fmt: skip
    assert items[0].items() >= {"inf_date": ("Insert", "2024-06-03"), "inf_viability": ("Insert", "90.5")}.items()
    assert items[1] == {"inf_viability": ("Update", "80")}
    assert items[2] == {"inf_viability": ("Update", "Yes"), "inf_viability_mr": ("Insert", "ND")}
    records = [[said_by(one)[2] for one in form.iterfind(".//o:AuditRecord", NS)] for form in forms]
    assert set(records[0]) == {None} and len(records[0]) == len(items[0])
    assert records[1:] == [["misread <the> chart & more"], ["not measured"] * 2, ["another patient's"]]


@pytest.mark.parametrize("profile", ["full", "consortium"])
def test_the_audit_file_says_no_more_than_the_profile_may(profile):
    free = {"inf_viability_oth": PLANTED, "lot_id": PLANTED, "inf_site": PLANTED}
    tables, changed, _case = of_kyoto((1, "a@a.example", "", free))
    if profile == "consortium":
        changed = told(world(12), "infusion", inf_date="2024-06-03", inf_date_p="D", **free)
        tables = tables_of(changed, profile)
    text = etree.tostring(made_of(tables, "odm_audit", changed)).decode()
    assert PLANTED not in text and "a.example" not in text


def test_what_has_no_history_to_tell_is_refused():
    with pytest.raises(ValueError, match="a cut has none"):
        whole(written(tables_of(world(12), "consortium"), "odm_audit", Options(), world(12), about={}))


def test_one_form_alone_still_names_its_hospitals():
    tables = tables_of(world(12), "consortium", wanted=needed("odm", ["infusion"]))
    files = dict(whole(written(kept(tables, "odm", world(12), ["infusion"]), "odm", Options(), world(12), about={})))
    document = etree.fromstring(files["dataset.xml"])
    assert [one.get("Name") for one in document.iterfind(".//o:FormDef", NS)] == ["infusion"]
    assert len(document.findall(".//o:SiteRef", NS)) == 12
