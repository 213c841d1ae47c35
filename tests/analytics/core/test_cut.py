"""Tables rolled back to a day: nothing later is in them, and every analysis with that cut says the same of both."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core import cases
from analytics.core.cut import HAPPENED, rolled_back
from analytics.core.whole import whole_table
from tests.analytics.core.columns.test_columns import crs, dates
from tests.analytics.core.tables.test_flow import CASES, CUTS
from tests.analytics.core.worlds import COLLECTED, INFUSED
from tests.reference.twelve_patients import (
    DAY_0,
    alive,
    aplasia,
    counts,
    dead,
    episode,
    on,
    relapse,
    remission,
    stored,
    tables,
    tables_of,
    therapy,
)

DECIDED = ("patient", {"sex_at_birth": 1, "decision_date": on(-60), "decision_date_p": "D"})


def rolled(*rows, day, before=(DECIDED, *INFUSED)):
    """The tables of one case, rolled back to a day counted from infusion."""
    return rolled_back(tables_of({"C1": [*before, *rows]}), DAY_0 + timedelta(days=day)).tables


def same_of_both(world, day):
    """Compare all that the core knows of the cases that are left."""
    found = rolled_back(world, day).tables
    after = whole_table(found, cut=day)
    before = whole_table(world, cut=day).set_index("case").loc[after["case"]].reset_index()[after.columns]
    pd.testing.assert_frame_equal(after, before, check_dtype=False, check_index_type=False)
    return after


def latest(found):
    """The latest date in any of the tables."""
    days = [found[name][item] for name, form in cases.FORM_TABLES.items() for item in form.dates if len(found[name])]
    return pd.concat([one for one in days if one.notna().any()]).max().date()


@pytest.mark.parametrize("day", range(-80, 620, 77))
def test_the_twelve_patients_are_the_same_on_every_day(day):
    cut = DAY_0 + timedelta(days=day)

    same_of_both(tables(), cut)

    found = rolled_back(tables(), cut).tables
    if len(found["cases"]):
        assert latest(found) <= cut


def of_one_death(rows):
    """The rows with the first death only: nobody dies twice, and the registry stores one."""
    deaths = [row for row in rows if row[0] == "death"]
    return [row for row in rows if row[0] != "death"] + deaths[:1]


@settings(max_examples=6, deadline=None)
@given(CASES, CUTS.filter(bool))
def test_any_world_is_the_same_on_any_day(world, cut):
    same_of_both(tables_of({f"C{number}": of_one_death(rows) for number, rows in enumerate(world)}), cut)


@pytest.mark.parametrize(("outcome", "then"), [(1, "pending"), (None, None)])
def test_a_product_released_later_was_pending_if_anything_was_said_of_it(outcome, then):
    row = ("manufacturing", {"mfg_seq": 1, "mfg_outcome": outcome, "ship_date": on(-40), "ship_date_p": "D",
                             "release_date": on(20), "release_date_p": "D"})  # fmt: skip
    found = same_of_both(tables_of({"C1": [DECIDED, row]}), DAY_0)

    (value,) = found["manufacturing_first"]
    assert value == then if then else pd.isna(value)


LATER = st.integers(501, 900)
LATER_ROWS = st.lists(
    st.one_of(
        st.builds(lambda day, kind: stored(*relapse(day, kind)), LATER, st.integers(1, 6)),
        st.builds(lambda day: stored(*remission(day)), LATER),
        st.builds(lambda day: stored(*alive(day, day)), LATER),
        st.builds(lambda day: stored(*dead(day, 1, 0)), LATER),
        st.builds(lambda day: stored(*therapy(day, 1, 1, 1)), LATER),
        st.builds(lambda day: stored(*episode("crs", day, day + 3, 3)), LATER),
        st.builds(lambda day: stored(*aplasia(day)), LATER),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=6, deadline=None)
@given(CASES, LATER_ROWS)
def test_whatever_happens_later_no_stored_table_tells_of_it(world, later):
    rows = [*(of_one_death(rows) for rows in world), [DECIDED, *INFUSED]]
    before, after = (
        rolled_back(
            tables_of({f"C{n}": [*case, *more] for n, case in enumerate(rows)}), DAY_0 + timedelta(days=500)
        ).tables
        for more in ((), later)
    )
    known = before["cases"]["case"]  # a case that begins later is not there either way

    for name in cases.TABLES:
        pd.testing.assert_frame_equal(
            after[name][after[name]["case"].isin(known)].reset_index(drop=True), before[name], check_dtype=False
        )


def test_what_came_later_is_in_no_table():
    toxicity = [
        *crs(1, (3, 7, 2), (20, 22, 3)),
        ("crs", {"toci_given": 1, **dates(toci_first_date=21)}),
        ("icans", {"icans_occurred": 1}),
        ("icans_episode", {"icans_seq": 1, "icans_grade": 3, **dates(icans_onset=21, icans_resolved=30)}),
        ("iechs_haematotoxicity", {"iechs_dx": 1, "iechs": 2, "icaht_early": 3, **dates(iechs_onset=25)}),
    ]
    found = rolled(*toxicity[:1], *toxicity[2:], *(stored(*one) for one in (relapse(90), dead(200, 1, 0))), day=10)

    assert latest(found) <= DAY_0 + timedelta(days=10)
    assert [len(found[name]) for name in ("relapse", "death", "crs_episode", "icans_episode", "infusion")] == [
        0,
        0,
        0,
        0,
        1,
    ]
    assert found["icans"]["icans_occurred"].tolist() == [0], "none had occurred yet"
    assert found["crs"]["toci_given"].dropna().tolist() == [0]
    form = found["iechs_haematotoxicity"].iloc[0]
    assert form[["iechs_dx", "iechs"]].tolist() == [0, 0] and pd.isna(form["icaht_early"])


def test_an_episode_that_is_over_later_is_not_over_yet():
    found = rolled(*crs(1, (3, 7, 2)), day=5)

    assert found["crs"]["crs_occurred"].tolist() == [1]
    assert found["crs_episode"]["crs_resolved"].isna().all() and found["crs_episode"]["crs_resolved_p"].isna().all()


def test_a_case_decided_on_but_not_infused_yet_waits_and_keeps_its_demographics():
    late = ("patient", {"sex_at_birth": 1, "decision_date": on(-10), "decision_date_p": "D"})
    found = rolled(*crs(0), day=-20, before=(late, *INFUSED))

    assert found["patient"]["decision_date"].isna().all(), "collected before the decision: that is not known yet"
    assert found["patient"]["sex_at_birth"].tolist() == [1]
    assert found["cart_course"]["infused"].tolist() == [9] and found["infusion"].empty and found["crs"].empty


def test_a_course_that_was_given_up_later_waits():
    course = ("cart_course", {"infused": 0, "noninf_reason": 1, "noninf_date": on(-5), "noninf_date_p": "D"})
    before = rolled(day=-10, before=(DECIDED, COLLECTED, course))["cart_course"].iloc[0]
    after = rolled(day=-5, before=(DECIDED, COLLECTED, course))["cart_course"].iloc[0]

    assert (before["infused"], after["infused"]) == (9, 0)
    assert pd.isna(before["noninf_reason"]) and after["noninf_reason"] == 1


def test_a_product_released_later_is_pending():
    attempt = ("manufacturing", {"mfg_seq": 1, "mfg_outcome": 1, **dates(ship_date=-35, release_date=-15)})
    found = rolled(attempt, day=-20)["manufacturing"]

    assert found["mfg_outcome"].tolist() == [9] and found["release_date"].isna().all()


def test_a_later_contact_shows_that_the_patient_lived_at_the_cut_though_it_is_not_there():
    world = tables_of({"C1": [DECIDED, *INFUSED, stored(*alive(400, 90))]})
    found = rolled_back(world, DAY_0 + timedelta(days=100)).tables
    line = whole_table(found, cut=DAY_0 + timedelta(days=100)).iloc[0]

    assert found["follow_up"].empty
    assert (line["D_ALIVE"].date() - DAY_0).days == 100 and (line["D_DIS"].date() - DAY_0).days == 90


def test_counts_that_recover_later_are_awaited():
    found = rolled(stored(*counts(40, None)), day=30)

    assert found["iechs_haematotoxicity"]["anc_rec_date"].isna().all()
    assert whole_table(found, cut=DAY_0 + timedelta(days=30))["anc_known"].tolist() == [True]


def test_cases_of_later_and_cases_without_a_date_are_not_there_and_counted():
    later = ("patient", {"decision_date": on(300), "decision_date_p": "D"})
    world = tables_of({"C1": [DECIDED, *INFUSED], "C2": [later], "C3": [("patient", {"sex_at_birth": 2})]})

    found = rolled_back(world, DAY_0 + timedelta(days=100))

    assert found.tables["cases"]["case"].tolist() == ["C1"] and (found.later, found.undated) == (1, 1)
    assert set(found.tables["patient"]["case"]) == {"C1"}


def test_before_the_first_case_there_is_nobody_and_everything_can_be_asked():
    found = rolled_back(tables(), date(2000, 1, 1))

    assert {len(table) for table in found.tables.values()} == {0} and found.later == 12
    assert len(whole_table(found.tables, cut=date(2000, 1, 1))) == 0


def test_a_date_known_to_its_month_is_later_when_the_whole_month_is():
    rows = ("response_assessment", {"rsp_seq": 1, "rsp_date": date(2023, 4, 1).isoformat(), "rsp_date_p": "M"})

    assert len(rolled(rows, day=30)["response_assessment"]) == 0  # 2023-03-31
    assert len(rolled(rows, day=31)["response_assessment"]) == 1  # 2023-04-01


def test_states_and_queries_do_not_tell_of_a_form_that_is_not_there():
    states = [
        ("C1", "death", None, on(230), on(210), 1, 0, 1, 1, 2, 0),
        ("C1", "infusion", None, on(7), on(3), 1, 0, 1, 1, 2, 1),
        ("C1", "follow_up", "M12", on(395), None, 1, 0, 0, 0, 0, 0),
    ]
    queries = [
        ("C1", "death", "hard", "machine", "open", on(220)),
        ("C1", "infusion", "hard", "machine", "open", on(9)),
    ]
    columns = ("case", "form", "slot", "due", "completed", "required", "missed", "stored", "complete")
    world = {
        **tables_of({"C1": [DECIDED, *INFUSED, stored(*dead(200, 1, 0))]}),
        "form_states": pd.DataFrame(states, columns=[*columns, "critical_asked", "critical_missing"]),
        "open_queries": pd.DataFrame(queries, columns=["case", "form", "severity", "origin", "state", "opened"]),
    }

    found = rolled_back(world, DAY_0 + timedelta(days=100)).tables

    assert found["form_states"]["form"].tolist() == ["infusion"] == found["open_queries"]["form"].tolist()


def test_rolling_back_twice_changes_nothing():
    day = DAY_0 + timedelta(days=150)
    once = rolled_back(tables(), day).tables
    again = rolled_back(once, day).tables

    for name, table in once.items():
        pd.testing.assert_frame_equal(again[name], table)


def test_every_form_with_a_date_of_its_own_is_rolled_back():
    whole = {"patient", "baseline_disease", "prior_therapy", "cart_course", "crs", "iechs_haematotoxicity"}
    dated_forms = {name for name, form in cases.FORM_TABLES.items() if form.dates}

    assert set(HAPPENED) == dated_forms - whole
