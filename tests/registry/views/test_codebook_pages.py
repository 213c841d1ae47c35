"""The codebook on pages and in files: every item, code, check and derived field, in both languages, safe in a spreadsheet."""

import csv
import io
import json

import pytest
from django.utils.html import escape
from django.utils.translation import override, pgettext

from deploy import messages
from registry import codebook as book
from registry.api.csv_cells import FORMULA
from registry.dictionary.codelists import CODE_LISTS
from registry.edit_checks.table import described_checks
from registry.fields import code_label
from registry.grading.fields import FIELDS
from registry.models import FORMS
from registry.views import codebook as view

LANGUAGES = ("en", "ja")


@pytest.fixture(scope="module", autouse=True)
def compiled():
    messages.compile_all(messages.ROOT)


def read(client, address):
    """The rows of a CSV as a spreadsheet would read it."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_form_shows_every_item_with_its_words(nurse, language, subtests):
    nurse.cookies["django_language"] = language
    for form in FORMS:
        page = nurse.get(f"/codebook/?form={form.form_name}").content.decode()
        with subtests.test(form.form_name), override(language):
            for name, item in form.items().items():
                assert f'<tr id="{name}">' in page
                assert escape(pgettext("item", item.label)) in page
                for code in item.codelist or ():
                    assert f"{code.value} · {escape(code_label(item.codelist, code.value))}" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_file_of_questions_holds_every_item_of_every_form(nurse, language):
    rows = read(nurse, f"/codebook/items.csv?lang={language}")
    expected = [(form.form_name, name) for form in FORMS for name in form.items()]
    assert [(row["form"], row["variable"]) for row in rows] == expected
    with override(language):
        for row, (form, name) in zip(rows, [(one, name) for one in FORMS for name in one.items()], strict=True):
            item = form.items()[name]
            assert row["label"].removeprefix("'") == pgettext("item", item.label)
            assert row["asked_if"] == " and ".join(f"{one.item} {one.comparison} {one.codes}" for one in item.asked_if)
            assert bool(row["asked_if_words"]) == bool(item.asked_if)
            assert row["columns"].split()[0] == name and set(row["columns"].split()) <= {name, *form.columns()}
            limits = [row["possible_low"], row["possible_high"], row["usual_low"], row["usual_high"]]
            spans = [getattr(span, end) if span else None for span in (item.hard, item.soft) for end in ("low", "high")]
            assert limits == ["" if limit is None else str(limit) for limit in spans]
            assert len(row["codes"].split(" | ")) == max(len(item.codelist or ()), 1)
            assert row["required"] == str(int(item.required))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_other_files_hold_every_code_check_and_derived_field(nurse, language):
    codes = read(nurse, f"/codebook/codes.csv?lang={language}")
    with override(language):
        for name, codelist in CODE_LISTS.items():
            own = [(row["code"], row["label"].removeprefix("'")) for row in codes if row["codelist"] == name]
            assert own == [(str(one.value), code_label(codelist, one.value)) for one in codelist]
    assert {"ND", "UK", "NAP", "PD"} == {row["code"] for row in codes if row["codelist"] == "missing_reason"}
    checks = read(nurse, f"/codebook/checks.csv?lang={language}")
    told = [one.message_ja if language == "ja" else one.message for one in described_checks()]
    assert [row["message"] for row in checks] == told and all(row["reads"] for row in checks)
    assert [row["variable"] for row in read(nurse, f"/codebook/derived.csv?lang={language}")] == [
        one.name for one in FIELDS
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_json_holds_everything(nurse, language):
    answer = nurse.get(f"/codebook/codebook.json?lang={language}")
    body = json.loads(answer.content)
    assert body["language"] == language
    assert [form["form"] for form in body["forms"]] == [form.form_name for form in FORMS]
    for form, model in zip(body["forms"], FORMS, strict=True):
        assert [item["variable"] for item in form["items"]] == list(model.items())
    assert body["code_lists"].keys() == {*CODE_LISTS, "missing_reason", "date_precision"}
    assert len(body["checks"]) == len(described_checks()) and len(body["derived"]) == len(FIELDS)


def test_the_languages_differ(nurse):
    english, japanese = (read(nurse, f"/codebook/items.csv?lang={one}") for one in LANGUAGES)
    for one, other in zip(english, japanese, strict=True):
        assert one["label"] != other["label"], one["variable"]
        assert one["variable"] == other["variable"] and one["codelist"] == other["codelist"]


def test_without_a_language_the_files_speak_that_of_the_pages(nurse):
    nurse.cookies["django_language"] = "ja"
    assert json.loads(nurse.get("/codebook/codebook.json").content)["language"] == "ja"
    assert json.loads(nurse.get("/codebook/codebook.json?lang=xx").content)["language"] == "ja"


def test_an_item_names_the_checks_and_derived_fields_that_read_it():
    entry = next(one for one in book.entries() if one.name == "inf_dose_total")
    assert {"X10", "X11"} <= {check.number for check in entry.checks}
    assert "dose_kg" in {field.name for field in entry.derived}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_other_parts_open(nurse, language):
    nurse.cookies["django_language"] = language
    parts = {
        "codes": list(CODE_LISTS),
        "checks": [one.number for one in described_checks()],
        "derived": [one.name for one in FIELDS],
    }
    for part, wanted in parts.items():
        page = nurse.get(f"/codebook/?part={part}").content.decode()
        assert all(f'id="{name}"' in page for name in wanted), part


def test_a_table_that_does_not_exist_is_not_found(nurse):
    assert nurse.get("/codebook/secrets.csv").status_code == 404


def test_no_cell_is_a_formula(nurse, monkeypatch):
    bad = ["=1+1", "+1", "-1", "@x", "\u3000=1", "＝1"]
    monkeypatch.setitem(view.TABLES, "items", lambda: iter([("label",), *((text,) for text in bad)]))
    assert [row["label"] for row in read(nurse, "/codebook/items.csv")] == [f"'{text}" for text in bad]


def test_no_cell_of_any_file_begins_like_a_formula(nurse):
    for language in LANGUAGES:
        for table in view.TABLES:
            for row in read(nurse, f"/codebook/{table}.csv?lang={language}"):
                for name, cell in row.items():
                    is_number = cell.replace(".", "", 1).lstrip("-").isdigit()
                    assert is_number or not cell.startswith(FORMULA), (table, name, cell)
