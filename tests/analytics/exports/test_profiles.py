"""Each profile is an allow-list: what is not listed is in no table, and nothing planted gets out."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analytics.core.columns.declarations import COLUMNS
from analytics.exports import declared as d
from analytics.exports import extract as door
from analytics.exports import policy
from analytics.exports.deidentified import OF_CLASS, classes, day_zero
from analytics.exports.options import WIDE, Options
from analytics.exports.policy import CONSORTIUM, DEIDENTIFIED, FULL, LEAST, NO
from analytics.exports.tables import tables_of
from analytics.exports.written import written
from tests.analytics.exports.worlds import PLANTED, of_forms, whole, world

A_DATE = re.compile(r"(?<!\d)(19|20)\d\d(-\d\d){1,2}(?!\d)")
IN_NONE = ("mrn_hash", "lot_id")


@cache
def tables(profile):
    """Every table of the profile, made once for all tests: nobody changes them."""
    return _found(profile, world())


def _found(profile, snapshot, *wanted):
    sites = ["KYO"] if profile == FULL else None
    return {one.name: one for one in tables_of(snapshot, profile, sites=sites, wanted=wanted)}


def text_of(profile, snapshot=None, *wanted):
    found = _found(profile, snapshot, *wanted) if snapshot else tables(profile)
    files = whole(written(list(found.values()), "csv", Options(), snapshot or world(), about={}))
    return {name: content.decode() for name, content in files if name.endswith(".csv")}


def test_every_item_of_the_dictionary_is_listed_or_it_is_in_no_export():
    of_forms_ = {(form.name, one.name) for form in door.declared_forms() for one in (*form.questions, *form.derived)}
    of_cases = {("cases", one.name) for one in COLUMNS if one.name != "case"}
    exported = {
        (table.name, column.name)
        for table in tables(CONSORTIUM).values()
        for column in table.columns
        if column.role != d.KEY and not column.item and table.name != WIDE
    }
    assert of_forms_ | of_cases <= set(policy.listed()), "list it in analytics/exports/policy.csv"
    assert exported <= set(policy.listed()) <= of_forms_ | of_cases | exported


def test_an_item_that_is_not_listed_is_in_no_table_of_any_profile(monkeypatch):
    new = {key: ways for key, ways in policy.listed().items() if key[1] != "inf_viability"}
    before = {profile: tables(profile)["infusion"].columns for profile in policy.PROFILES}
    monkeypatch.setattr(policy, "listed", lambda: new)
    for profile in policy.PROFILES:
        (left,) = _found(profile, world(), "infusion").values()
        gone = {one.name for one in before[profile]} - {one.name for one in left.columns}
        assert gone == {"inf_viability", "inf_viability_mr"}


def columns_of(profile):
    return {column.name for table in tables(profile).values() for column in table.columns}


def test_what_names_a_patient_is_listed_for_the_own_hospital_at_most():
    for form in door.declared_forms():
        for question in form.questions:
            ways = policy.listed()[(form.name, question.name)]
            if question.kind == "text" or (question.item.identifying and question.kind != "date"):
                assert (ways[CONSORTIUM], ways[DEIDENTIFIED]) == (NO, NO), question.name
            if question.kind == "date":
                assert ways[DEIDENTIFIED] in (NO, policy.DAYS), question.name
            if question.name in IN_NONE:
                assert ways[FULL] == NO
    assert policy.listed()[("patient", "birth_date")] == {DEIDENTIFIED: NO, CONSORTIUM: NO, FULL: policy.YES}


def test_nothing_planted_leaves_a_hospital_and_no_date_the_consortium():
    snapshot = world()
    births = set(snapshot.forms["patient"]["birth_date"])
    for name, text in text_of(CONSORTIUM).items():
        assert PLANTED not in text, name
    for name, text in text_of(DEIDENTIFIED).items():
        assert PLANTED not in text, name
        if name not in ("codebook.csv", "labels.csv"):
            assert not A_DATE.search(text), (name, A_DATE.search(text))
            assert not any(case in text for case in snapshot.forms["patient"]["case"]), name
            assert not any(birth in text for birth in births), name


def test_of_many_cases_no_cell_names_one_and_no_few_are_told_apart():
    """Cell by cell, each value once: of a few hundred cases as quick as of a few."""
    snapshot = world(200, 8)
    forms = [one.name for one in door.declared_forms()]
    found = _found(DEIDENTIFIED, snapshot, *forms, "cases")
    patient = snapshot.forms["patient"]
    secret = {*patient["case"], *patient["birth_date"], *(number for number, _code in snapshot.numbers.values())}
    told = []
    for table in found.values():
        shown = {column.item or column.name: column.name for column in table.columns if column.name in OF_CLASS}
        if shown:
            once = table.rows.groupby(table.subject)[list(shown.values())].first()
            told.append(once.rename(columns={name: OF_CLASS[name] for name in shown.values()}))
        for column in table.columns:
            values = table.rows[column.name].dropna().unique()
            texts = {str(one) for one in values} if column.kind == d.TEXT or not column.is_numeric else set()
            assert not texts & secret and not any(PLANTED in one or A_DATE.search(one) for one in texts), column.name
            how = policy.way(DEIDENTIFIED, *policy.listed_as(table, column, {}))
            if how == policy.GROUP and column.role == d.ANSWER and "___" not in column.name:
                cases = table.rows.groupby(column.name)[table.subject].nunique()
                assert (cases >= LEAST).all(), (table.name, column.name, cases)
    everything = (
        pd.concat(told, axis="columns").T.groupby(level=0).first().T.astype(object)
    )  # what all tables tell of a case together
    alike = everything.where(everything.notna(), "").groupby(list(everything.columns)).size()
    assert set(everything.columns) == {"site", "age", "sex"} and len(everything) == 200
    assert (alike >= LEAST).all(), alike


def test_a_hospital_gets_its_own_cases_alone_with_identifiers_and_free_text():
    text, snapshot = text_of(FULL), world()
    own = {number for number, code in snapshot.numbers.values() if code == "KYO"}
    assert PLANTED in text["patient.csv"] and PLANTED in text["wide.csv"]
    for name, table in tables(FULL).items():
        assert set(table.rows[table.subject]) <= own, name
    assert not {"mrn_hash", "lot_id"} & columns_of(FULL)
    for secret in ("mrn_hash", "lot_id"):
        assert f"{PLANTED}-{secret}" not in "".join(text.values())


@pytest.mark.parametrize(("profile", "sites"), [(FULL, None), (CONSORTIUM, ["KYO"]), ("everything", None)])
def test_a_profile_that_cannot_be_is_refused(profile, sites):
    with pytest.raises(ValueError, match="profile"):
        tables_of(world(), profile, sites=sites)


def test_days_keep_each_interval_and_day_0_is_the_infusion():
    dated, relative = tables(CONSORTIUM)["relapse"].rows, tables(DEIDENTIFIED)["relapse"].rows
    infused = tables(DEIDENTIFIED)["infusion"].rows
    whole = world().whole
    zero = pd.Series(day_zero(whole))
    expected = (pd.to_datetime(dated["rel_date"]) - dated["case"].map(zero)).dt.days

    assert set(infused["inf_date_day"]) == {0}
    assert sorted(relative["rel_date_day"].dropna()) == sorted(expected.dropna())


def test_a_partial_date_leaves_as_bounds_that_hold_it_and_tell_no_first_of_a_month():
    rows = tables(DEIDENTIFIED)["follow_up"].rows
    source = world().forms["follow_up"]
    partial = rows[rows["fup_date_day_min"].notna()]

    assert len(partial) == source["fup_date_p"].isin(["M", "Y"]).sum() > 0
    assert partial["fup_date_day"].isna().all()
    assert ((partial["fup_date_day_min"] % 30 == 0) | (partial["fup_date_day_min"] % 365 == 0)).all()
    assert (partial["fup_date_day_max"] - partial["fup_date_day_min"] >= 30).all()
    assert not {"fup_date", "fup_date_p", "fup_date_text"} & set(rows)


@pytest.mark.parametrize("cases", [3, 9, 10, 25, 60, 200])
def test_cases_that_look_the_same_are_at_least_ten_or_nothing_is_shown_of_them(cases):
    whole = world(cases, 5).whole
    shown = classes(whole)
    sizes = shown.fillna("").groupby(["site", "age", "sex"]).size()
    nothing = sizes.get(("", "", ""), 0)

    assert len(shown) == cases
    assert (sizes.drop(("", "", ""), errors="ignore") >= LEAST).all()
    assert nothing == 0 or nothing >= LEAST or nothing == cases
    true = pd.DataFrame({"site": whole["site"], "age": whole["age_group"], "sex": whole["sex"]}).astype(object)
    for name in true:  # what is shown is true
        known = shown[name].notna().to_numpy()
        assert (shown[name].to_numpy()[known] == true[name].to_numpy()[known]).all()


def test_what_is_withheld_of_a_case_is_withheld_in_every_table():
    found = tables(DEIDENTIFIED)
    sexes = {
        name: table.rows.groupby(table.subject)[column].first()
        for name, column in (("patient", "sex_at_birth"), ("wide", "sex_at_birth"), ("cases", "sex"), ("adsl", "SEX"))
        for table in [found[name]]
    }
    hidden = {name: set(one.index[one.isna()]) for name, one in sexes.items()}
    assert any(hidden.values())
    unknown = set(sexes["patient"].index) - set(sexes["cases"].index[sexes["cases"].notna()])
    for name in hidden:
        assert hidden[name] >= unknown - set(sexes["cases"].index[sexes["cases"].notna()]), name
    assert (
        not found["adsl"].rows["SITEID"].notna().any() or (found["adsl"].rows["SITEID"].value_counts() >= LEAST).all()
    )


def test_rare_answers_are_one_answer_of_ten_cases_or_more():
    found = _found(DEIDENTIFIED, world(200, 4), "patient", "baseline_disease", "death")
    for table, column in (("baseline_disease", "all_subtype"), ("death", "death_cause"), ("patient", "race_ethnicity")):
        counts = found[table].rows.groupby(column)[found[table].subject].nunique()
        assert (counts >= LEAST).all(), (table, counts)
    assert (
        97 in set(found["patient"].rows["race_ethnicity"].dropna())
        or len(found["patient"].rows["race_ethnicity"].dropna().unique()) > 1
    )
    ticks = [one for one in found["baseline_disease"].columns if one.item == "cyto_abn" and "___" in one.name]
    for one in ticks:
        assert found["baseline_disease"].rows[one.name].eq(1).sum() in {0, *range(LEAST, 201)}


def test_the_order_of_rows_and_the_names_tell_nothing():
    snapshot = world(40, 6)
    turned = {name: rows.iloc[::-1].reset_index(drop=True) for name, rows in snapshot.forms.items()}
    again = of_forms(turned, sorted(snapshot.whole["case"], reverse=True))
    again = type(again)(
        **{
            **{name: getattr(again, name) for name in again.__slots__},
            "numbers": snapshot.numbers,
            "tables": snapshot.tables,
            "whole": snapshot.whole,
        }
    )
    some = ("patient", "response_assessment", "follow_up", "cases")
    assert text_of(DEIDENTIFIED, snapshot, *some) == text_of(DEIDENTIFIED, again, *some)

    names = _found(DEIDENTIFIED, snapshot, "patient")["patient"].rows["case"]
    assert list(names) == sorted(names) and all(re.fullmatch(r"d[0-9a-f]{12}", one) for one in names)
    other = _found(
        DEIDENTIFIED,
        type(again)(**{**{name: getattr(snapshot, name) for name in snapshot.__slots__}, "hash": "cd" * 32}),
        "patient",
    )
    assert not set(names) & set(other["patient"].rows["case"])  # two datasets cannot be joined


def test_ages_leave_in_bands():
    found = tables(DEIDENTIFIED)
    columns = columns_of(DEIDENTIFIED)
    assert not {"AGE", "age_decision", "age_infusion", "inf_weight", "inf_dose_total", "birth_date", "year"} & columns
    assert set(found["adsl"].rows["AGEGR1"].dropna()) <= {"<10", "10-17", ">=18"}
    assert np.all(found["adsl"].rows["TRTSDT"].dropna() == 0)
