"""The models say what docs/clinical/dictionary.csv, daily-logs.csv and codelists.csv say, neither less nor more."""

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest

from registry.dictionary import codelists
from registry.dictionary.items import COMPARISONS, Condition, Order, Span, plain
from registry.fields import ItemField
from registry.models import FORM_OF, FORMS, Case

CLINICAL = Path(__file__).parents[3] / "docs/clinical"
# The registry gives these two itself: they are the case's site and number, not answers.
GIVEN_BY_REGISTRY = {"site_id": "site", "patient_id": "number"}
EXACT_DAY = {"inf_date", "aph_start_date", "death_date", "rel_date", "crs_day_date", "icans_day_date"}
# Hard rules that are no fixed order between two dates; the edit checks state them.
IN_EDIT_CHECKS = {
    "digits only",
    "0 <= age_inf_y <= 40",
    "<= data entry date",
    "<= today",
    "never imputed",
    "multiple of 10 if ps_scale in (1,2)",
    "0-5 if ps_scale==3",
    ">= inf_date unless toci_given==2",
    "> date of first CR/CRi unless rel_kind==6",
    ">= inf_date if infused==1, else >= the earlier of aph_start_date and decision_date",
    ">= inf_date if infused==1, else >= decision_date",
}


def table(name):
    """Rows of one table of the dictionary."""
    with (CLINICAL / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


DICTIONARY, LOGS = table("dictionary.csv"), table("daily-logs.csv")
ROWS = {row["variable"]: row for row in DICTIONARY + LOGS}
ITEM_ROWS = {name: row for name, row in ROWS.items() if name not in GIVEN_BY_REGISTRY}
ITEMS = {name: (form, item) for form in FORMS for name, item in form.items().items()}
every_item = pytest.mark.parametrize("name", sorted(ITEM_ROWS))


def number(text):
    """A limit of the table; None where it is open."""
    return Decimal(text) if text else None


def span(row, kind):
    """The table's soft or hard range, or None."""
    low, high = number(row[f"{kind}_min"]), number(row[f"{kind}_max"])
    return None if low is None and high is None else Span(low, high)


def condition(text):
    """`item==1` or `item in (1,2)` as the model states it."""
    item, sign, codes = re.fullmatch(r"(\w+)\s*(==|!=|>=|<=|>|<|in)\s*(.+)", text.strip()).groups()
    wanted = tuple(int(code) for code in codes.strip("()").split(",")) if sign == "in" else int(codes)
    return Condition(item, sign, wanted)


def orders(rule):
    """The fixed orders between dates that a hard rule names."""
    parts = [part.strip() for part in rule.split(";") if part.strip() and part.strip() not in IN_EDIT_CHECKS]
    return {order(re.sub(r" \((latest|first collection)\)", "", part)) for part in parts}


def order(text):
    """`>= aph_start_date + 7 d` as the model states it."""
    sign, other, way, days = re.fullmatch(r"(>=|<=|>|<) (\w+)(?: ([+-]) (\d+) d)?", text).groups()
    return Order(sign, other, int(f"{way}{days}") if days else 0)


def test_the_table_and_the_models_hold_the_same_items():
    assert len(DICTIONARY) == 326
    assert len(ROWS) == len(DICTIONARY) + len(LOGS)
    assert ITEM_ROWS.keys() == ITEMS.keys()


def test_the_daily_logs_have_a_table_of_their_own():
    """Each hangs below a form of the dictionary, by an item that holds that form's row number."""
    logs = {form.form_name: form for form in FORMS if form.log_of}
    assert {row["form"] for row in LOGS} == logs.keys()
    for form in logs.values():
        parent, item = FORM_OF[form.log_of[0]], form.items()[form.log_of[1]]
        assert item.hard == parent.items()[parent.key_item].hard
        assert (form.form_id, form.of_course) == (parent.form_id, parent.of_course)
    for row in LOGS:
        assert "10.1016/j.bbmt.2018.12.758" in row["source"] or row["source"].startswith("design choice")


def test_site_and_number_are_the_cases_own():
    for name, field in GIVEN_BY_REGISTRY.items():
        assert ROWS[name]["form"] == "patient"
        assert Case._meta.get_field(field)
    assert Case._meta.get_field("number").max_length == len("SSS-NNNN")


def test_every_form_of_the_table_is_a_model_in_the_same_order():
    rows = table("forms.csv")
    assert [(row["form"], row["form_id"], row["title"]) for row in rows] == [
        (form.form_name, form.form_id, form.title) for form in FORMS
    ]


@pytest.mark.parametrize("row", table("forms.csv"), ids=lambda row: row["form"])
def test_a_form_repeats_and_belongs_to_a_course_as_the_table_says(row):
    form = FORM_OF[row["form"]]
    key = [part.strip() for part in row["key"].partition(";")[0].split("+")]
    assert bool(form.key_item) == (row["repeats"] == "yes")
    assert form.of_course == (key[0] == "course_no")
    assert form.key_item == (key[-1] if row["repeats"] == "yes" else "")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_name)
def test_every_item_stands_in_exactly_one_section(form):
    fields = [field.name for field in form._meta.local_fields if isinstance(field, ItemField)]
    placed = [name for names in form.sections.values() for name in names]
    assert sorted(placed) == sorted(fields)
    assert not form.dated_by or form.items()[form.dated_by].kind == "date"


@every_item
def test_words_and_type(name):
    row, (form, item) = ITEM_ROWS[name], ITEMS[name]
    assert (form.form_name, form.form_id) == (row["form"], row["form_id"])
    assert (item.label, item.kind, item.unit, item.sas) == (row["label"], row["type"], row["unit"], row["sas_alias"])
    assert item.key == (row["repeats"] == f"yes: {name}")
    assert row["note"].startswith(item.note) if item.note else True
    assert form._meta.get_field(name).null


@every_item
def test_ranges(name):
    row, (_form, item) = ITEM_ROWS[name], ITEMS[name]
    assert item.soft == span(row, "soft")
    assert item.hard == span(row, "hard")


@every_item
def test_code_list(name):
    row, (_form, item) = ITEM_ROWS[name], ITEMS[name]
    assert item.codelist is (codelists.CODE_LISTS[row["codelist"]] if row["codelist"] else None)


@every_item
def test_required_and_asked_if(name):
    row, (_form, item) = ITEM_ROWS[name], ITEMS[name]
    wanted = tuple(condition(part) for part in row["asked_if"].split(" and ")) if row["asked_if"] else ()
    assert item.required == (row["required"] in "RC")
    assert item.asked_if == wanted
    assert bool(wanted) == (row["required"] == "C")
    assert all(one.item in ITEMS or one.item == "age_at_form_y" for one in item.asked_if)


@every_item
def test_order_of_dates(name):
    row, (_form, item) = ITEM_ROWS[name], ITEMS[name]
    assert set(item.order) == orders(row["hard_rule"])
    assert all(one.item in ITEMS and one.comparison in COMPARISONS for one in item.order)


@every_item
def test_classification(name):
    row, (_form, item) = ITEM_ROWS[name], ITEMS[name]
    assert item.identifying == (row["identifying"] == "yes")
    assert item.critical == (row["critical"] == "yes")
    assert item.partial == (row["type"] == "date" and name not in EXACT_DAY)


@every_item
def test_companion_columns(name):
    form, item = ITEMS[name]
    columns = {field.name for field in form._meta.local_fields}
    other = {"race": 8, "indication": 8}.get(ITEM_ROWS[name]["codelist"], 88)
    has_other = any(
        row["codelist"] == ITEM_ROWS[name]["codelist"]
        and row["code"] == str(other)
        and row["label"].startswith("Other")
        for row in table("codelists.csv")
    )
    assert (f"{name}_mr" in columns) == (not item.key)
    assert (f"{name}_p" in columns) == (item.kind == "date")
    assert (f"{name}_oth" in columns) == has_other


def test_sas_names_are_short_and_unique_with_their_companions():
    names = [item.sas for _form, item in ITEMS.values()]
    for _form, item in ITEMS.values():
        names += [item.sas[:7] + "P"] if item.kind == "date" else []
        names += [item.sas[:6] + "OT"] if item.other_code is not None else []
        names += [f"{item.sas[:6]}{code:02d}" for code in item.codelist.codes()] if item.kind == "multi" else []
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]{0,7}", name) for name in names)


def test_every_code_list_has_the_tables_codes_labels_and_exclusive_marks():
    wanted = {}
    for row in table("codelists.csv"):
        if row["codelist"] != "centre":  # the registry's own table of sites
            wanted.setdefault(row["codelist"], []).append(row)
    structure = {"missing_reason": codelists.MissingReason, "date_precision": codelists.DatePrecision}
    assert wanted.keys() == codelists.CODE_LISTS.keys() | structure.keys()
    for name, rows in wanted.items():
        if name in structure:
            assert [(row["code"], row["label"]) for row in rows] == [(one.name, one.value) for one in structure[name]]
            continue
        stated = [(str(one.value), one.label, one.exclusive) for one in codelists.CODE_LISTS[name]]
        assert [(row["code"], row["label"], "exclusive" in row["note"]) for row in rows] == stated, name


def test_every_code_list_is_used():
    used = {item.codelist for _form, item in ITEMS.values() if item.codelist}
    assert used == set(codelists.CODE_LISTS.values())


def test_limits_are_exact():
    limits = [
        limit
        for _form, item in ITEMS.values()
        for one in (item.soft, item.hard)
        if one
        for limit in (one.low, one.high)
    ]
    assert not [limit for limit in limits if isinstance(limit, float)]
    assert plain(Decimal("1e-7")) == "0.0000001"
