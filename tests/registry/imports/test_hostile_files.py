"""A file that is wrong, or made to harm, is refused early, in words, and cheaply: before its rows are read, in little time and memory."""

import io
import time
import tracemalloc
import zipfile

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from registry.imports.mapping import mapping_of
from registry.imports.reading import read_content
from registry.imports.sources import rows_of

CELLS = b"a,b\n" + b"1,2\n" * 1_000_000  # 4 MB
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
    "<sheetData>{}</sheetData></worksheet>"
)
ENTITIES = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "{}">]><ODM>&b;</ODM>'.format("&a;" * 1000)


def workbook(**parts):
    """An XLSX of one cell, with parts of it replaced."""
    plain, made = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active.append(["id", "x"])
    book.active.append(["A-1", "=1+1"])
    book.save(plain)
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for one in before.infolist():
            after.writestr(one.filename, parts.get(one.filename.rpartition("/")[2], before.read(one)))
    return made.getvalue()


def cheaply(read, *words, seconds=2.0):
    """What the refusal says; it took no more processor time than that."""
    began = time.process_time()
    with pytest.raises(ValidationError) as refusal:
        read(*words)
    took = time.process_time() - began
    assert took < seconds, f"{took:.1f} s"
    return " ".join(refusal.value.messages)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("million.csv", CELLS, "more than 20000 rows"),
        ("large.csv", b"x" * (21 * 1024**2), "up to 20 MB"),
        ("wide.csv", ",".join(f"c{n}" for n in range(1_001)).encode() + b"\n1\n", "more than 1000 columns"),
        ("twice.csv", ",".join(f"c{n % 100}" for n in range(200)).encode() + b"\n1\n", "names these columns twice: c0, c1"),
        ("empty.csv", b"", "The file is empty"),
        ("header.csv", b"id,sex\n", "no row below its header"),
        ("bytes.csv", b"id\n\x00\n", "NUL bytes"),
        ("jis.csv", "番号\n患者\n".encode("cp932"), "not UTF-8"),
        ("bom16.csv", "id\nA\n".encode("utf-16"), "not UTF-8"),
        ("quote.csv", b'id,x\nA,"1\n', "is not CSV"),
        ("long.csv", b"id\n" + b"x" * 5_000 + b"\n", "more than 4000 characters"),
        ("laughs.xlsx", workbook(**{"sharedStrings.xml": ENTITIES, "sheet1.xml": ENTITIES}), "cannot be read as an XLSX"),
        ("million.xlsx", workbook(**{"sheet1.xml": SHEET.format('<row><c t="n"><v>1</v></c></row>' * 200_000)}), "rows"),
        ("no.xlsx", b"PK\x03\x04", "cannot be read as an XLSX"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_refused_cheaply(name, content, said):
    assert said in cheaply(read_content, name, content, seconds=5)


def test_what_unpacks_to_much_is_refused_before_it_is_unpacked():
    content = bytearray(workbook())
    listed = content.index(b"PK\x01\x02")  # the first entry of the list at the end; its size unpacked stands at 24
    content[listed + 24 : listed + 28] = (201 * 1024**2).to_bytes(4, "little")
    tracemalloc.start()
    assert "201 MB" in cheaply(read_content, "bomb.xlsx", bytes(content))
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    assert peak < 5, f"{peak:.0f} MB"


def test_entities_are_not_read_in_odm():
    assert "document type" in cheaply(rows_of, "dataset.xml", ENTITIES.encode())


def test_a_formula_is_the_value_that_it_had_and_a_mark_is_no_part_of_a_name():
    assert read_content("x.xlsx", workbook()).lines[0].cells == {"id": "A-1", "x": ""}
    assert read_content("x.csv", b"\xef\xbb\xbfid\nA\n").columns == ["id"]


def test_a_sheet_that_claims_a_billion_cells_is_read_as_far_as_it_goes():
    content = workbook(**{"sheet1.xml": SHEET.format('<row><c t="inlineStr"><is><t>id</t></is></c></row><row><c><v>7</v></c></row>')})  # fmt: skip
    assert read_content("x.xlsx", content).lines[0].cells == {"id": "7"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", "not YAML"),
        ("forms: !!python/object/apply:os.system [ls]", "not YAML"),
        ("[" * 5_000, "not YAML"),
        ("cohort: [1]\nforms: []", "“cohort” must be a text"),
        ("forms: [{form: [1], items: {}}]", "There is no form"),
        ("forms: [{form: patient, items: {mrn_hash: {column: x, dates: YDM}}}]", "“dates” is YDM"),
        ("forms: [{form: patient, items: {mrn_hash: [[1]]}}]", "a number, a text, a date or codes"),
        ("forms: [{form: patient, when: {a: {}}, items: {mrn_hash: {column: x}}}]", "less_than, filled"),
        ("x" * 300_000, "larger than 256 kB"),
    ],
)
def test_a_mapping_that_is_none_is_refused_cheaply(text, said):
    assert said in cheaply(mapping_of, text)
