"""The declared columns: every one is found, spelt as the dictionary spells it, and refused where it would grant immortal time."""

import csv
from pathlib import Path

import pytest

from analytics.core.cases import FORM_TABLES, empty_tables
from analytics.core.columns.codes import LISTS
from analytics.core.columns.column import AT_INFUSION, BASELINE, FLAG, OUTCOME, Column
from analytics.core.columns.declarations import COLUMN_OF, COLUMNS, KEYS, SYMBOLS, column
from analytics.core.columns.document import DOCUMENT, renewed
from analytics.core.columns.table import case_table, flat
from analytics.core.endpoints.timeline import DATES
from analytics.core.tables.table_one import USUAL

CLINICAL = Path(__file__).resolve().parents[4] / "docs/clinical"


def rows(name):
    with (CLINICAL / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_every_column_is_found_and_typed():
    cases = case_table(empty_tables())

    assert len(COLUMN_OF) == len(COLUMNS) and set(COLUMN_OF) <= set(cases.columns)
    assert list(flat(cases).columns) == [*KEYS, *(one.name for one in COLUMNS if one.name not in KEYS)]
    for one in COLUMNS:
        if one.levels and cases[one.name].dtype != bool:
            assert list(cases[one.name].cat.categories)[: len(one.levels)] == [value for value, _ in one.levels], (
                one.name
            )


def test_every_symbol_of_the_timeline_has_its_day():
    assert set(SYMBOLS) == set(DATES)


def test_code_lists_are_those_of_the_dictionary():
    dictionary = {}
    for row in rows("codelists.csv"):
        dictionary.setdefault(row["codelist"], {})[row["code"]] = row["label"]
    for name, codes in LISTS.items():
        labels = {str(one.code): one.label for one in codes}
        left_out = dictionary[name].keys() - labels.keys()
        assert labels.items() <= dictionary[name].items(), name
        assert {dictionary[name][code] for code in left_out} <= {"Unknown", "Not done"}, name


def test_items_are_those_of_the_dictionary():
    known = {row["variable"] for row in rows("dictionary.csv")} | set(SYMBOLS)
    derived = {name for form in FORM_TABLES.values() for name in form.derived}

    assert {item for one in COLUMNS for item in one.items} <= known | derived | {"resp_derived"}


def test_what_is_known_later_may_not_split_an_earlier_clock():
    assert [column(name).when for name in ("sex", "dose_per_kg", "crs_grade")] == [BASELINE, AT_INFUSION, OUTCOME]
    assert [column("sex").may_split(clock) for clock in ("T_DEC", "T0", "D_CR")] == [True, True, True]
    assert [column("dose_per_kg").may_split(clock) for clock in ("T_APH", "T0", "D_CR")] == [False, True, True]
    assert not any(column("crs_grade").may_split(clock) for clock in ("T_DEC", "T0", "D_CR"))
    assert not any(one.may_split("T0") for one in COLUMNS if one.name.startswith("day_"))


def test_a_condition_is_a_column_with_those_levels():
    for one in COLUMNS:
        if one.of is not None:
            assert set(one.of[1]) <= {value for value, _ in column(one.of[0]).levels}, one.name


def test_the_usual_table_one_is_declared_and_known_at_infusion():
    assert all(column(name).when != OUTCOME for name in USUAL)


@pytest.mark.parametrize(("kind", "when"), [("text", BASELINE), (FLAG, "later")])
def test_an_unknown_kind_or_time_is_refused(kind, when):
    with pytest.raises(ValueError, match="is unknown; expected one of"):
        Column("x", "X", kind, when, ())


def test_an_unknown_name_is_answered_with_the_names_there_are():
    with pytest.raises(ValueError, match="no case column 'agee'; expected one of age_decision, "):
        column("agee")


def test_the_document_holds_the_table_of_columns():
    document = DOCUMENT.read_text(encoding="utf-8")

    assert renewed(document) == document, "write it anew: python -m analytics.core.columns.document"
    with pytest.raises(ValueError, match="lacks"):
        renewed("# Columns")
