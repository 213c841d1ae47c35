"""Cases chosen and split by any coded or numeric answer: held to counts that are written plainly over the rows."""

import csv
from pathlib import Path

import pytest

from analytics.core.columns.column import AT_INFUSION, BASELINE, OUTCOME
from analytics.core.columns.known import column_of
from analytics.core.columns.table import case_table
from analytics.core.items.asked import ANY, RULES, asked_by, columns_of, forms_of, rules_of
from analytics.core.items.declared import NUMBER, items, items_of_forms
from analytics.core.items.files import answers_of
from analytics.core.items.joined import with_answers
from analytics.core.run import run
from analytics.core.whole import whole_table
from analytics.explore.address import analysis_of
from tests.analytics.core.items.worlds import patients, rows_of, stored, tables

ROOT = Path(__file__).resolve().parents[4]
KNOWN = {"98", "99", "None"}


@pytest.fixture(scope="module")
def world():
    """Patients, the files of their answers, and all that the core knows of them."""
    people = patients()
    whole = whole_table(tables(people))
    frames = answers_of(stored(people), whole)
    return people, {form: frame.to_csv(index=False) for form, frame in frames.items()}, whole


def values(people, form, item, case):
    """The known answers of a case in order, as they were typed."""
    found = [row.get(item) for row in rows_of(people, case, form)]
    return [one for one in found if one is not None and one not in (98, 99)]


def first(found):
    """The first of some, or None."""
    return found[0] if found else None


def any_of(*codes):
    """Whether a case's codes hold one of these; None if it was never asked."""
    return lambda found: None if not found else "yes" if set(codes) & set(found) else "no"


def of_several(*codes):
    """The same of questions with several answers."""
    return lambda found: any_of(*codes)([int(code) for one in found for code in one.strip("{}").split(",")])


def least(found):
    """The smallest of some, or None."""
    return min(map(float, found), default=None)


PLAIN = {
    "answer.tp53_status": ("baseline_disease", "tp53_status", first),
    "answer.karyotype_done": (
        "baseline_disease",
        "karyotype_done",
        lambda found: {0: "no", 1: "yes"}.get(first(found)),
    ),
    "answer.wbc_dx": ("baseline_disease", "wbc_dx", lambda found: float(found[0]) if found else None),
    "any.cyto_abn.2_3": ("baseline_disease", "cyto_abn", of_several(2, 3)),
    "first.pre_cns": ("pre_infusion_assessment", "pre_cns", first),
    "last.pre_cns": ("pre_infusion_assessment", "pre_cns", lambda found: first(found[::-1])),
    "first.pre_infection": ("pre_infusion_assessment", "pre_infection", first),
    "lowest.pre_ferritin": ("pre_infusion_assessment", "pre_ferritin", least),
    "highest.pre_ferritin": (
        "pre_infusion_assessment",
        "pre_ferritin",
        lambda found: max(map(float, found), default=None),
    ),
    "any.ae_kind.1_3": ("adverse_event", "ae_kind", any_of(1, 3)),
}


@pytest.mark.parametrize("column", PLAIN)
def test_a_column_of_answers_is_what_the_rows_say(world, column):
    people, texts, _whole = world
    form, item, rule = PLAIN[column]
    expected = {case: rule(values(people, form, item, case)) for case in people}

    found = columns_of([column], texts)[column]

    read = float if column_of(column).kind == "number" else str
    said = {case: found.get(case) for case in people}
    assert {case: one if one is None else read(one) for case, one in said.items()} == {
        case: one if one is None else read(one) for case, one in expected.items()
    }
    assert len({one for one in expected.values() if one is not None}) > 1, "the patients are all alike"


COUNTED = (
    ("is.first.pre_cns=1&is.first.pre_cns=3", "first.pre_cns", lambda one: one in (1, 3)),
    ("is.any.cyto_abn.2_3=yes", "any.cyto_abn.2_3", lambda one: one == "yes"),
    ("is.answer.karyotype_done=no", "answer.karyotype_done", lambda one: one == "no"),
    ("from.lowest.pre_ferritin=150&to.lowest.pre_ferritin=900", "lowest.pre_ferritin", lambda one: 150 <= one <= 900),
    ("method=characteristics&is.any.ae_kind.1_3=no", "any.ae_kind.1_3", lambda one: one == "no"),
)


@pytest.mark.parametrize(("query", "column", "kept"), COUNTED, ids=[one[0] for one in COUNTED])
def test_a_filter_keeps_those_of_whom_the_rows_say_so(world, query, column, kept):
    people, texts, whole = world
    form, item, rule = PLAIN[column]
    found = [rule(values(people, form, item, case)) for case in people if case != "P06"]  # P06 was not infused
    analysis = analysis_of(query).analysis

    result = run(analysis, with_answers(whole, analysis, texts))

    n = sum(one is not None and kept(one) for one in found)
    assert result["n"] == n > 0
    said = {one["reason"]: one["n"] for one in result["excluded"]}
    label = analysis.filters[0].label
    assert said.get(f"Not chosen by the filter: {label}", 0) == sum(one is not None and not kept(one) for one in found)
    assert said.get(f"{label} not known", 0) == sum(one is None for one in found)


def test_groups_are_those_of_the_rows_and_a_number_is_split_at_its_points(world):
    people, texts, whole = world

    coded = _groups(whole, texts, "group=last.pre_cns")
    cut = _groups(whole, texts, "group=highest.pre_ferritin&cuts=900")

    infused = [case for case in people if case != "P06"]
    form, item, rule = PLAIN["last.pre_cns"]
    last = [rule(values(people, form, item, case)) for case in infused]
    assert coded == {"CNS1": last.count(1), "CNS2": last.count(2), "CNS3": last.count(3)}
    form, item, rule = PLAIN["highest.pre_ferritin"]
    highest = [one for case in infused if (one := rule(values(people, form, item, case))) is not None]
    assert cut == {"< 900 ng/mL": sum(one < 900 for one in highest), "≥ 900 ng/mL": sum(one >= 900 for one in highest)}


def _groups(whole, texts, query):
    analysis = analysis_of(query).analysis
    result = run(analysis, with_answers(whole, analysis, texts))
    return {one["label"]: one["n"] for one in result["groups"]}


def test_inexact_numbers_later_rows_and_calendar_dates_are_not_in_the_files(world):
    people, texts, _whole = world
    rows = list(csv.DictReader(texts["pre_infusion_assessment"].splitlines()))

    assert rows and all(not row["pre_bm_blast"] for row in rows if row["pre_bm_blast_op"] not in ("", "1"))
    assert all(int(row["day"]) <= 0 for row in rows if row["day"] and row["case"] != "P06")
    assert len(rows) == sum(len(rows_of(people, case, "pre_infusion_assessment")) for case in people)
    assert not any("date" in name for text in texts.values() for name in text.partition("\n")[0].split(","))


def test_later_courses_and_what_a_cut_does_not_know_yet_are_left_out():
    people = patients()
    forms = stored(people)
    forms["adverse_event"]["course_no"] = "2"
    whole = case_table(tables(people))

    assert len(answers_of(forms, whole)["adverse_event"]) == 0
    early = answers_of(stored(people), whole, whole["T0"].min().date())["adverse_event"]
    assert len(early) == 0


def test_every_question_has_columns_that_come_back_from_their_names():
    for item in items().values():
        for rule in rules_of(item):
            codes = [code for code, _label in item.levels][:3]
            name = f"{rule}.{item.name}" + (f".{'_'.join(codes)}" if rule == ANY else "")
            assert asked_by(name).name == name
            column = column_of(name)
            assert column.when == item.when and bool(column.levels) == (item.kind != NUMBER)
            assert forms_of([name]) == (item.form,)
        assert all(asked_by(f"{rule}.{item.name}") is None for rule in RULES if rule not in rules_of(item))


def test_what_may_leave_no_hospital_is_no_question():
    with (ROOT / "analytics/exports/policy.csv").open(encoding="utf-8") as lines:
        allowed = {(row["table"], row["column"]) for row in csv.DictReader(lines) if row["consortium"] == "yes"}
    assert {(one.form, one.name) for one in items().values()} <= allowed
    assert not {"site_id", "residence_pref", "birth_date", "patient_id"} & set(items())


def test_an_answer_splits_a_curve_only_if_it_is_known_when_the_clock_starts():
    known = {one.when for one in items().values()}
    assert known == {BASELINE, AT_INFUSION, OUTCOME}
    assert all(one.when == OUTCOME for form in ("crs", "relapse", "follow_up", "death") for one in _of(form))
    assert {one.when for one in _of("pre_infusion_assessment")} == {AT_INFUSION}
    assert items()["consent_type"].when == OUTCOME  # nobody knows when it was answered last
    for query in ("group=any.ae_kind.1", "is.answer.consent_type=1", "since=leukapheresis&group=first.pre_cns"):
        problem = analysis_of(query).problems[0]
        assert problem.kind == "known later" and "immortal time" in problem.sentence, query
    assert not analysis_of("method=proportion&outcome=responded&group=any.ae_kind.1").problems


def _of(form):
    return [items()[name] for name in items_of_forms()[form]]
