"""Files that are no table, or too much of one, are refused in words that say what to do."""

import zipfile

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from registry.imports import reading
from registry.imports.reading import read_table


def table(tmp_path, content, name="cases.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path)


def refusal(tmp_path, content, name="cases.csv"):
    with pytest.raises(ValidationError) as refused:
        table(tmp_path, content, name)
    return " ".join(refused.value.messages)


def test_rows_bear_the_numbers_that_the_users_program_shows(tmp_path):
    found = table(tmp_path, b"\xef\xbb\xbfa, b ,\n1,2\n\n,,\n 3 ,\n")
    assert found.columns == ["a", "b"]
    assert [(line.number, line.cells) for line in found.lines] == [(2, {"a": "1", "b": "2"}), (5, {"a": "3", "b": ""})]


def test_quoted_cells_may_hold_commas_and_line_ends(tmp_path):
    found = table(tmp_path, 'a,b\n"x, y","two\nlines"\n')
    assert found.lines[0].cells == {"a": "x, y", "b": "two\nlines"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "The file is empty"),
        ("a,b\n", "no row below its header"),
        ("a,,b\n1,2,3\n", "Column 2 of the header has no name"),
        ("a,b,a\n1,2,3\n", "names these columns twice: a"),
        (",".join(f"c{n % 198}" for n in range(200)) + "\n" + ",".join("1" * 200), "names these columns twice: c0, c1"),
        ("a,b\n1,2,3\n", "Row 2 has 3 cells; the header has 2"),
        ('a,b\n"1,2\n', "is not CSV"),
        (b"a,b\n1,\x00\n", "NUL"),
        (b"a,b\n1,\xe9\n", "not UTF-8 text (byte 6)"),
        ("a,b\n1," + "x" * 5000 + "\n", "Row 2, column b holds more than 4000 characters"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, said):
    assert said in refusal(tmp_path, content)


def test_limits(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    assert "more than 2 rows" in refusal(tmp_path, "a\n1\n2\n3\n")
    monkeypatch.setattr(reading, "MOST_COLUMNS", 1)
    assert "more than 1 columns" in refusal(tmp_path, "a,b\n1,2\n")
    monkeypatch.setattr(reading, "MOST_BYTES", 3)
    assert "up to 0 MB are possible" in refusal(tmp_path, "a\n1\n")


def test_only_csv_and_xlsx_are_read(tmp_path):
    assert "ends in “.xls”; expected .csv or .xlsx" in refusal(tmp_path, "a\n1\n", "cases.xls")
    with pytest.raises(ValidationError, match="There is no file"):
        read_table(tmp_path / "absent.csv")


def test_a_damaged_or_exploding_workbook_is_refused(tmp_path, monkeypatch):
    assert "cannot be read as an XLSX workbook" in refusal(tmp_path, b"PK nonsense", "cases.xlsx")
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("hello.txt", "x")
    with pytest.raises(ValidationError, match="cannot be read as an XLSX workbook"):
        read_table(tmp_path / "other.xlsx")
    workbook(tmp_path / "cases.xlsx")
    assert read_table(tmp_path / "cases.xlsx").lines[0].cells == {"a": "1"}
    monkeypatch.setattr(reading, "MOST_BYTES_UNPACKED", 10)
    with pytest.raises(ValidationError, match="unpacks to"):
        read_table(tmp_path / "cases.xlsx")


@pytest.mark.parametrize("spoilt", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_entities_in_a_workbook_are_not_expanded(tmp_path, spoilt):
    """The billion laughs: defusedxml refuses the declaration."""
    workbook(tmp_path / "good.xlsx")
    for name, declaration in (("plain", b"<!--a-->"), ("bad", b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>')):
        start = b'<?xml version="1.0"?>' + declaration
        rewrite(
            tmp_path / "good.xlsx",
            tmp_path / f"{name}.xlsx",
            spoilt,
            lambda body, start=start: start + body.rpartition(b"?>")[2],
        )
    assert read_table(tmp_path / "plain.xlsx").lines[0].cells == {"a": "1"}
    with pytest.raises(ValidationError, match="cannot be read as an XLSX workbook"):
        read_table(tmp_path / "bad.xlsx")


def test_the_size_that_a_sheet_claims_is_not_believed(tmp_path):
    workbook(tmp_path / "good.xlsx")
    sheet = "xl/worksheets/sheet1.xml"
    rewrite(
        tmp_path / "good.xlsx", tmp_path / "vast.xlsx", sheet, lambda body: body.replace(b"A1:A2", b"A1:XFD1048576")
    )
    assert [line.cells for line in read_table(tmp_path / "vast.xlsx").lines] == [{"a": "1"}]


def workbook(path):
    """One column, one row."""
    book = Workbook()
    book.active.append(["a"])
    book.active.append([1])
    book.save(path)


def rewrite(source, target, part, change):
    """A copy of a workbook with one of its parts changed."""
    with zipfile.ZipFile(source) as good, zipfile.ZipFile(target, "w") as bad:
        for name in good.namelist():
            body = good.read(name)
            changed = change(body) if name == part else body
            assert name != part or changed != body
            bad.writestr(name, changed)
