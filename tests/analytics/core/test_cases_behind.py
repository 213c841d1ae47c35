"""The cases behind a step: as many as the step says, for every step, tick and month of every curve of the catalogue."""

from itertools import pairwise

import pytest

from analytics.catalogue import CATALOGUE
from analytics.core.cases_behind import cases_behind
from analytics.core.cases_listed import AT_RISK, CENSORED, EVENT, TOLD_BY, Listed, chosen, pack, unpack
from analytics.core.endpoints.rule import END_LABELS, END_OF_WINDOW, TIE_ORDER
from analytics.core.run import run
from tests.reference.test_seed_cohort import everything  # noqa: F401 - the fixture

CURVES = [one for one in CATALOGUE if one.method in ("kaplan-meier", "landmark", "cumulative-incidence")]
SEED = [one for one in CURVES if one.cohort == "tisagenlecleucel"]


def counted(cases, what, start, end, **where):
    return len(chosen(cases, what=what, start=start, end=end, **where))


@pytest.mark.parametrize("analysis", SEED, ids=lambda one: one.name)
def test_as_many_cases_as_every_step_and_every_cell_says(analysis, everything):  # noqa: F811
    result, cases = run(analysis, everything), cases_behind(analysis, everything)

    assert len(cases) == sum(group["n"] for group in result["groups"]) and cases == unpack(pack(cases))
    for group in result["groups"]:
        own = {"group": group["group"]}
        for row in group["risk_table"]:
            day = row["time"]
            found = [counted(cases, AT_RISK, day, day, **own)]
            found += [counted(cases, what, 0, day, **own) for what in (EVENT, CENSORED)]
            assert found == [row["at_risk"], row["events"], row["censored"]], (group["group"], day)
        names = ("time", "at_risk", "events", "censored")
        for day, *said in zip(*(group["curve"][name][1:] for name in names), strict=True) if "curve" in group else ():
            assert [counted(cases, what, day, day, **own) for what in (AT_RISK, EVENT, CENSORED)] == said


@pytest.mark.parametrize(
    "analysis", [one for one in SEED if one.method == "cumulative-incidence"], ids=lambda one: one.name
)
def test_each_rise_of_an_incidence_has_cases_of_its_cause_and_no_flat_step_has(analysis, everything):  # noqa: F811
    result, cases = run(analysis, everything), cases_behind(analysis, everything)

    for group in result["groups"]:
        for cause in group["causes"]:
            curve, found = cause["curve"], 0
            for (_, before), (day, after) in pairwise(zip(curve["time"], curve["incidence"], strict=True)):
                n = counted(cases, EVENT, day, day, group=group["group"], cause=cause["cause"])
                assert (n > 0) == (after > before), day
                found += n
            assert found == cause["events"]


def test_each_case_says_why_its_time_ended_and_which_form_tells_it(everything):  # noqa: F811
    (analysis,) = (one for one in SEED if one.name == "os")
    cases = cases_behind(analysis, everything)
    dead = [one for one in cases if one.cause]

    assert {(one.why, one.form) for one in dead} == {("death", "death")}
    assert {(one.why, one.form) for one in cases if not one.cause} == {("last known alive", "follow_up")}
    for one in dead:
        row = everything[everything["case"] == one.case].iloc[0]
        assert (one.start, one.end) == (row["T0"].date().isoformat(), row["D_DTH"].date())


def test_every_end_but_a_window_is_told_by_a_form_of_the_registry():
    ends = {*TIE_ORDER, *END_LABELS.values()}
    assert ends == TOLD_BY.keys() and END_OF_WINDOW not in TOLD_BY


def test_what_is_chosen_is_in_order_and_bounded_by_its_days():
    cases = [
        Listed("c2", "a", 10.0, 1, "death", "2025-01-01", False),
        Listed("c1", "a", 10.0, 0, "last known alive", "2025-01-01", False),
        Listed("c3", "b", 10.5, 2, "transplant", "2025-01-01", True),
        Listed("c4", "a", 0.5, 1, "death", "2025-01-01", False),
    ]
    names = lambda **words: [one.case for one in chosen(cases, **words)]  # noqa: E731

    assert names(what=EVENT, start=10, end=10) == ["c2"]
    assert names(what=EVENT, start=0, end=11) == ["c4", "c2", "c3"]
    assert names(what=EVENT, start=0, end=11, cause=2) == ["c3"]
    assert names(what=CENSORED, start=0, end=11) == ["c1"]
    assert names(what=AT_RISK, start=10, end=10) == ["c1", "c2", "c3"]
    assert names(what=AT_RISK, start=0, end=0, group="b") == ["c3"]
    assert cases[3].end.isoformat() == "2025-01-01" and cases[0].end.isoformat() == "2025-01-11"


def test_an_analysis_that_is_not_of_times_has_no_cases_behind(everything):  # noqa: F811
    (analysis,) = (one for one in CATALOGUE if one.method == "completeness")
    assert cases_behind(analysis, everything) == []
