"""A computation says how far it has come, and ends when its listener says so; and what exploring asks of the core."""

import pytest

from analytics.catalogue import CATALOGUE, OVERALL_SURVIVAL, TISAGENLECLEUCEL
from analytics.core import progress
from analytics.core.analysis import LANDMARK, Filter, Groups, Options
from analytics.core.parts import PERIOD
from analytics.core.run import run
from analytics.core.whole import whole_table
from tests.reference.twelve_patients import tables

BY_AGE = Groups("age_infusion", "Age at infusion", cuts=(10,))


@pytest.fixture(scope="module")
def table():
    """Twelve patients with known courses."""
    return whole_table(tables()).assign(cohort=TISAGENLECLEUCEL)


ONE_OF_EACH = {one.method: one for one in reversed(CATALOGUE) if one.cohort == TISAGENLECLEUCEL}


@pytest.mark.parametrize("analysis", ONE_OF_EACH.values(), ids=ONE_OF_EACH.keys())
def test_steps_come_in_order_and_stay_within_those_known(table, analysis):
    heard = []
    with progress.listening(analysis, lambda *said: heard.append(said)):
        run(analysis, table)

    known = progress.steps_of(analysis)
    assert heard
    assert all(known[done] == step and total == len(known) for step, done, total in heard)
    assert [done for _step, done, _total in heard] == sorted({done for _step, done, _total in heard})


def test_a_listener_can_end_the_computation(table):
    class NoMoreError(Exception):
        pass

    def listener(_step, done, _total):
        if done >= 2:
            raise NoMoreError

    with pytest.raises(NoMoreError), progress.listening(OVERALL_SURVIVAL, listener):
        run(OVERALL_SURVIVAL, table)
    assert run(OVERALL_SURVIVAL, table)["n"], "nobody listens afterwards"


def test_a_period_counts_from_the_month_of_the_clock(table):
    starts = table.loc[table["infused"].astype(bool), "T0"].dt.strftime("%Y%m").astype(int)
    middle = int(starts.sort_values().iloc[len(starts) // 2])

    found = run(OVERALL_SURVIVAL.with_(filters=(Filter(PERIOD, low=middle),)), table)

    left_out = {one["reason"]: one["n"] for one in found["excluded"]}
    assert left_out.get("Not chosen by the filter: Period", 0) == (starts < middle).sum()
    assert found["n"] == (starts >= middle).sum()


def test_a_landmark_compares_groups_that_are_known_before(table):
    asked = OVERALL_SURVIVAL.with_(method=LANDMARK, groups=BY_AGE, options=Options(landmark_days=28))

    found = run(asked, table)

    assert found["landmark"]["days"] == 28
    assert [group["label"] for group in found["groups"]] == ["< 10 years", "≥ 10 years"]
    assert sum(group["n"] for group in found["groups"]) == found["landmark"]["n"]


def test_a_flag_of_the_timeline_is_chosen_by_its_words(table):
    asked = OVERALL_SURVIVAL.with_(method="table-one", endpoint="", population="all")

    found = run(asked.with_(filters=(Filter("responder", ("yes",)),), groups=BY_AGE), table)

    assert found["n"] == table["responder"].sum() > 0
    assert [head["label"] for head in found["table"]["heads"]][1:] == ["< 10 years", "≥ 10 years"]
