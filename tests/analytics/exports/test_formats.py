"""Every format is read back by a reader that did not write it, and two exports are the same bytes."""

import csv
import hashlib
import io
import json
import zipfile
from functools import cache

import numpy as np
import openpyxl
import pandas as pd
import pyarrow
import pyarrow.parquet
import pyreadstat
import pytest

from analytics.exports import declared as d
from analytics.exports.declared import Code, Column, Label, Table
from analytics.exports.delivered import laid_down
from analytics.exports.formats.csv_file import csv_bytes
from analytics.exports.formats.sas_files import xpt_bytes
from analytics.exports.formats.spss_files import sav_bytes
from analytics.exports.formats.stata_files import dta_bytes
from analytics.exports.names import SAS_LABEL, SHORT, ascii_label, sas_names, shorten
from analytics.exports.options import Options
from analytics.exports.tables import tables_of
from analytics.exports.written import FORMATS, written, zipped
from tests.analytics.exports.worlds import told, whole, world

REASONS = tuple(Code(one, Label(one, one)) for one in ("ND", "UK", "NAP", "PD"))


@cache
def tables():
    return tables_of(world(), "consortium")


def strange():
    """Labels of 13 to 300 characters, an emoji, every reason, an empty column, text that is a formula."""
    lengths = (13, 14, 40, 86, 300)
    columns = [
        Column("case", Label("Case", "症例"), role=d.KEY),
        *(Column(f"n{one}", Label("Number", "あ" * one), d.NUMBER) for one in lengths),
        Column("n13_mr", Label("Reason", "理由"), d.CODE, d.REASON, codes=REASONS),
        Column(
            "code",
            Label("Code", "🧬" * 30),
            d.CODE,
            codes=(Code(1, Label("One", "一" * 86)), Code(2, Label("Two", "二"))),
        ),
        Column("day", Label("Day", "日"), d.DATE),
        Column("empty", Label("Empty", "空"), d.TEXT),
        Column("no_day", Label("No day", "空"), d.DATE),
        Column("text", Label("Text", "文"), d.TEXT),
    ]
    rows = pd.DataFrame(
        {
            "case": [f"c{place}" for place in range(5)],
            **{f"n{one}": [np.nan, np.nan, np.nan, np.nan, 0.1] for one in lengths},
            "n13_mr": ["ND", "UK", "NAP", "PD", None],
            "code": pd.array([1, 2, None, 1, 2], dtype="Int64"),
            "day": ["1960-01-01", "2024-02-29", None, "1900-01-01", "2026-11-26"],
            "empty": [None] * 5,
            "no_day": [None] * 5,
            "text": ["=1+1", "@cmd", "あいう🧬", None, 'a "quoted", one\nmore'],
        }
    )
    return Table("strange", Label("Strange", "変"), tuple(columns), rows)


def read(reader, content, suffix, tmp_path, **words):
    path = tmp_path / f"table{suffix}"
    path.write_bytes(content)
    return reader(path, **words)


@pytest.mark.parametrize("name", FORMATS)
def test_two_exports_are_the_same_bytes_and_the_manifest_knows_each_file(name, monkeypatch, tmp_path):
    of_odm = ("cases",) if name.startswith("odm") else ()  # which asks them for hospitals
    few = [one for one in tables() if one.name in ("infusion", "relapse", "adsl", *of_odm)]
    snapshot = told(world(), "infusion", inf_date="2024-06-03") if name == "odm_audit" else world()

    def made(folder):
        files = written(few, name, Options(language="ja"), snapshot, about={"profile": "consortium"})
        (tmp_path / folder).mkdir()
        names = [file for file, _sha256 in laid_down(files, tmp_path / folder)]
        zipped(tmp_path / folder, names, tmp_path / f"{folder}.zip")
        return names, (tmp_path / f"{folder}.zip").read_bytes()

    first = made("a")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert first == made("b")
    names, packed = first
    archive = zipfile.ZipFile(io.BytesIO(packed))
    assert archive.namelist() == names and names[-1] == "manifest.json"
    manifest = json.loads(archive.read("manifest.json"))
    assert [(one["name"], one["bytes"], one["sha256"]) for one in manifest["files"]] == [
        (file, len(content), hashlib.sha256(content).hexdigest())
        for file, content in ((file, archive.read(file)) for file in names[:-1])
    ]
    last = "relapse" if name.startswith("odm") else "adsl"
    assert manifest["dataset"]["sha256"] == world().hash and manifest["tables"][-1]["name"] == last


@pytest.mark.parametrize("table", ["wide", "follow_up", "adtte", "cases", "endpoints"])
def test_csv_and_parquet_hold_the_same(table):
    one = next(found for found in tables() if found.name == table)
    content = csv_bytes(one, Options())
    read_back = list(csv.reader(io.StringIO(content.decode())))
    parquet = dict(whole(written([one], "parquet", Options(), world(), about={})))[f"{table}.parquet"]
    typed = pyarrow.parquet.read_table(io.BytesIO(parquet)).to_pandas()

    assert read_back[0] == [column.name for column in one.columns] == list(typed)
    assert len(read_back) == len(one.rows) + 1 == len(typed) + 1
    for place, column in enumerate(one.columns):
        found = [line[place] for line in read_back[1:]]
        assert [text == "" for text in found] == list(typed[column.name].isna())
        if column.is_numeric:
            assert [float(text) for text in found if text] == list(typed[column.name].dropna().astype(float))


def test_sas_version_5_by_the_reader_of_pandas(tmp_path):
    for table in [*(one for one in tables() if one.name in ("wide", "infusion", "adtte", "adae")), strange()]:
        names = sas_names(table)
        found = read(pd.read_sas, xpt_bytes(table, 5, "en"), ".xpt", tmp_path, format="xport", encoding="utf-8")
        assert list(found) == list(names.values()) and all(len(one) <= 8 for one in found)
        for column in table.columns:
            source, back = table.rows[column.name], found[names[column.name]]
            if column.kind == d.DATE:
                days = (pd.to_datetime(pd.Series(source.to_numpy(dtype=object))) - pd.Timestamp("1960-01-01")).dt.days
                np.testing.assert_array_equal(back.astype(float).round(), days.astype(float))  # pandas reads 0 as 5e-79
            elif column.is_numeric:
                np.testing.assert_allclose(
                    back.astype(float),
                    source.astype("Float64").to_numpy(float, na_value=np.nan),
                    rtol=1e-14,
                    atol=1e-70,
                )
            else:
                assert [one or "" for one in back.fillna("")] == [
                    "" if one is None else shorten(one, 200).rstrip() for one in source
                ]


def test_sas_labels_are_ascii_and_each_long_label_has_a_short_form():
    listed = {line["label"]: line["short"] for line in csv.DictReader(SHORT.open(encoding="utf-8"))}
    assert all(len(short) <= SAS_LABEL and short.isascii() for short in listed.values())
    for table in tables():
        for column in table.columns:
            label = ascii_label(column)
            assert label.isascii() and 0 < len(label) <= SAS_LABEL
            if column.role in (d.ANSWER, d.DERIVED, d.KEY) and "___" not in column.name:
                assert label in (column.short, listed.get(column.label.en), label) and (
                    len(column.label.en) <= SAS_LABEL or column.short or column.label.en in listed
                ), column.label.en


def test_japanese_labels_of_every_length_come_back_whole_or_shortened_at_a_character(tmp_path):
    table = strange()
    _frame, sav = read(pyreadstat.read_sav, sav_bytes(table, "ja"), ".sav", tmp_path)
    _frame, dta = read(pyreadstat.read_dta, dta_bytes(table, "ja"), ".dta", tmp_path)
    _frame, xpt = read(pyreadstat.read_xport, xpt_bytes(table, 8, "ja"), ".xpt", tmp_path)
    for column in table.columns:
        whole = column.label.ja
        assert sav.column_names_to_labels[column.name] == shorten(whole, 255)
        assert dta.column_names_to_labels[column.name] == whole[:80]
        assert xpt.column_names_to_labels[column.name] == shorten(whole, 256)
    assert sav.variable_value_labels["code"] == {1.0: "一" * 40, 2.0: "二"}
    assert dta.variable_value_labels["code"] == {1: "一" * 86, 2: "二"}


def test_reasons_are_user_missing_in_spss_and_stata(tmp_path):
    table = strange()
    shown, about = read(pyreadstat.read_sav, sav_bytes(table, "en"), ".sav", tmp_path, user_missing=True)
    hidden, _about = read(pyreadstat.read_sav, sav_bytes(table, "en"), ".sav", tmp_path)
    assert list(shown["n13"]) == [-91, -92, -93, -94, 0.1] and about.missing_ranges["n13"] == [{"lo": -94, "hi": -91}]
    assert hidden["n13"].isna().sum() == 4

    stata = read(
        pd.read_stata,
        dta_bytes(table, "en"),
        ".dta",
        tmp_path,
        convert_missing=True,
        convert_categoricals=False,
        convert_dates=False,
    )
    assert [str(one) for one in stata["n13"][:4]] == [".d", ".u", ".a", ".p"] and stata["n13"][4] == 0.1
    dates = read(pd.read_stata, dta_bytes(table, "en"), ".dta", tmp_path, convert_categoricals=False)["day"]
    assert [None if pd.isna(one) else f"{one:%Y-%m-%d}" for one in dates] == list(table.rows["day"])
    assert [None if pd.isna(one) else f"{one:%Y-%m-%d}" for one in shown["day"]] == list(table.rows["day"])


def test_a_number_that_is_the_code_of_a_reason_is_refused():
    table = strange()
    rows = table.rows.assign(n14=-92.0)
    with pytest.raises(ValueError, match=r"strange\.n14 holds a number between -94 and -91"):
        sav_bytes(table.with_rows(rows), "en")


def test_no_cell_of_the_workbook_is_a_formula_and_only_csv_for_excel_is_guarded():
    content = dict(whole(written([strange()], "xlsx", Options(), world(), about={})))["dataset.xlsx"]
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert book.sheetnames == ["strange", "codebook", "labels"] and book["strange"]["L2"].value == "=1+1"

    plain, guarded = csv_bytes(strange(), Options()), csv_bytes(strange(), Options(excel=True))
    assert b",=1+1\n" in plain and b"'" not in plain
    assert guarded.startswith(b"\xef\xbb\xbf") and b",'=1+1\n" in guarded and b",'@cmd\n" in guarded


def test_labels_stand_in_the_place_of_codes_or_beside_them():
    table = strange()
    label = csv_bytes_of(table, Options(labels="label", language="ja"))
    both = csv_bytes_of(table, Options(labels="both"))
    assert label["code"][:3] == ["一" * 86, "二", ""]
    assert both["code"][:3] == ["1", "2", ""] and both["code_label"][:3] == ["One", "Two", ""]
    with pytest.raises(ValueError, match="labels 'words' is unknown"):
        Options(labels="words")


def csv_bytes_of(table, options):
    content = dict(whole(written([table], "csv", options, world(), about={})))["strange.csv"].decode()
    lines = list(csv.reader(io.StringIO(content)))
    return {name: [line[place] for line in lines[1:]] for place, name in enumerate(lines[0])}


def test_ndjson_says_between_which_days_a_partial_date_lies():
    one = next(found for found in tables() if found.name == "follow_up")
    content = dict(whole(written([one], "ndjson", Options(), world(), about={})))["follow_up.ndjson"]
    rows = [json.loads(line) for line in content.splitlines()]
    partial = next(row["fup_date"] for row in rows if row["fup_date"] and row["fup_date"]["precision"] == "M")
    assert len(rows) == len(one.rows) and set(rows[0]) == {column.name for column in one.columns} - {
        *("fup_date_p", "fup_date_text", "last_disease_date_p", "last_disease_date_text")
    }
    assert partial["earliest"] == f"{partial['text']}-01" and partial["latest"] > partial["earliest"]
