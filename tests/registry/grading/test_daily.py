"""Daily logs: a day is graded from its own components; an episode has the grade of its worst day."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st

from registry.grading.crs import NEEDED, crs_grade
from registry.grading.daily import (
    CRS_DAY,
    ICANS_DAY,
    crs_day_grade,
    crs_episode_grade,
    icans_day_grade,
    icans_episode_grade,
)
from registry.grading.icans import DOMAINS, icans_grade
from tests.registry.grading.answers import DAY_0, crs, for_all, icans, rules, without, words

CRS_CODES = {CRS_DAY[item]: st.sampled_from([None, *codes]) for item, codes in NEEDED.items()}
ICANS_CODES = {
    **{ICANS_DAY[item]: st.sampled_from([None, *codes]) for item, codes in DOMAINS.items()},
    "icans_day_tool": st.sampled_from([None, 1, 2, 3]),
    "icans_day_unable": st.sampled_from([None, 0, 1]),
    "icans_day_ice_total": st.none() | st.integers(0, 10),
    "icans_day_capd_total": st.none() | st.integers(0, 32),
    "icans_day_alt_cause": st.sampled_from([None, 0, 1]),
}


def logs(codes, prefix):
    """Logs of one to eight days with any answers, on successive days."""
    days = st.lists(st.fixed_dictionaries(codes), min_size=1, max_size=8)
    return days.map(lambda log: [day | {f"{prefix}_date": DAY_0 + timedelta(days=n)} for n, day in enumerate(log)])


CRS_LOGS, ICANS_LOGS = logs(CRS_CODES, "crs_day"), logs(ICANS_CODES, "icans_day")


def crs_day(number=0, **components):
    """A day with fever alone, unless changed."""
    day = {
        "crs_day_fever": 1,
        "crs_day_hypotension": 0,
        "crs_day_hypoxia": 0,
        "crs_day_date": DAY_0 + timedelta(number),
    }
    return day | {f"crs_day_{name}": answer for name, answer in components.items()}


def icans_day(number=0, **components):
    """A day without findings, unless changed."""
    zero = {ICANS_DAY[item]: 0 for item in (*DOMAINS, "tool_unable")}
    day = {"icans_day_tool": 3, **zero, "icans_day_date": DAY_0 + timedelta(number)}
    return day | {f"icans_day_{name}": answer for name, answer in components.items()}


@for_all(CRS_LOGS, st.sampled_from([0, 1, 2]), st.sampled_from([None, 0, 1, 2, 3]))
def test_a_crs_episode_has_the_highest_daily_grade(log, toci, other_cause):
    episode = crs(toci_given=toci, crs_attrib_other=other_cause)
    days = [crs_day_grade(episode, day).value for day in log]
    found = crs_episode_grade(episode, log).value
    if None not in days:
        assert found == max(days)
    else:
        assert found == (4 if 4 in days else None)


@for_all(ICANS_LOGS, st.sampled_from([6, 11.99, 12, 16]), st.sampled_from([None, 0]))
def test_an_icans_episode_has_the_highest_daily_grade(log, years, other_cause):
    episode = icans(years, icans_alt_cause=other_cause)
    days = [icans_day_grade(episode, day).value for day in log]
    found = icans_episode_grade(episode, log).value
    if None not in days:
        assert found == max(days)
    else:
        assert found == (4 if 4 in days else None)


@for_all(CRS_LOGS.flatmap(lambda log: st.tuples(st.just(log), st.permutations(log))))
def test_the_order_of_the_days_does_not_matter(both):
    log, shuffled = both
    one, other = crs_episode_grade(crs(), log), crs_episode_grade(crs(), shuffled)
    assert one.value == other.value
    assert set(words(one)) == set(words(other))


@for_all(st.fixed_dictionaries(CRS_CODES))
def test_a_day_is_graded_as_an_episode_of_that_day_would_be(day):
    """The same rules: a log of one day and an episode with that day's components have one grade."""
    answered = {item: day[name] for item, name in CRS_DAY.items()}
    alone = crs(**(answered | {"crs_attrib_other": day["crs_day_attrib_other"] or 0}))
    assert crs_episode_grade(crs(), [day]).value == crs_grade(alone).value


@for_all(st.fixed_dictionaries(ICANS_CODES), st.sampled_from([6, 16]))
def test_a_day_of_icans_is_graded_as_an_episode_of_that_day_would_be(day, years):
    answered = {item: day.get(name) for item, name in ICANS_DAY.items()}
    other_cause = {"icans_alt_cause": day["icans_day_alt_cause"] or 0}
    tool = {"icans_tool": day["icans_day_tool"] or 3}
    assert (
        icans_episode_grade(icans(years), [day]).value
        == icans_grade(icans(years, **answered | other_cause | tool)).value
    )


def test_findings_of_different_days_do_not_add_up():
    """Ventilated and without fever on one day, fever on another: no day has both."""
    log = [crs_day(0, hypoxia=1), crs_day(1, fever=0, hypoxia=3)]
    assert crs_episode_grade(crs(), log).value == 2
    assert crs_grade(crs(crs_hypoxia=3)).value == 4  # what the worst of each component would give


def test_the_worst_day_is_named():
    log = [crs_day(0), crs_day(1, hypotension=2), crs_day(2, hypotension=2, hypoxia=2), crs_day(3)]
    found = crs_episode_grade(crs(), log)
    assert (found.name, found.value) == ("crs_grade", 3)
    assert words(found) == ["worst day of the log: 2024-06-04", "one vasopressor", "high-flow oxygen"]
    assert found.decided_by[1].items == ("crs_day_hypotension",)


def test_without_a_log_the_episodes_components_decide():
    assert crs_episode_grade(crs(crs_hypotension=2), []) == crs_grade(crs(crs_hypotension=2))
    assert icans_episode_grade(icans(16), []) == icans_grade(icans(16))


def test_with_a_log_the_episodes_components_do_not_count():
    assert crs_episode_grade(crs(crs_hypotension=3), [crs_day()]).value == 1
    assert crs_episode_grade(without(crs(), "crs_fever", "crs_hypoxia"), [crs_day()]).value == 1


@pytest.mark.parametrize(
    ("episode", "value"),
    [(crs(crs_death=1), 5), (crs(crs_occurred=0), 0), (crs(crs_occurred=99), None)],
)
def test_what_the_episode_says_of_death_and_occurrence_stands(episode, value):
    assert crs_episode_grade(episode, [crs_day(hypoxia=3)]).value == value


def test_what_the_icans_episode_says_of_death_and_cause_stands():
    worst = [icans_day(seizure=2)]
    assert icans_episode_grade(icans(16, icans_death=1), worst).value == 5
    assert icans_episode_grade(icans(16, icans_occurred=0), worst).value == 0
    assert icans_episode_grade(icans(16, icans_alt_cause=1), worst).value == 0
    assert rules(icans_episode_grade(icans(16, icans_alt_cause=1, icans_death=1), worst)) == ["icans_grade.other_cause"]


def test_a_day_that_cannot_be_graded_leaves_the_grade_open():
    log = [crs_day(), crs_day(1, hypoxia=None)]
    found = crs_episode_grade(crs(), log)
    assert (found.value, found.missing) == (None, ("crs_day_hypoxia",))
    assert rules(crs_day_grade(crs(), log[1])) == ["crs_day_grade.missing"]
    assert crs_episode_grade(crs(), [*log, crs_day(2, hypoxia=3)]).value == 4
    blind = icans_day_grade(icans(16), icans_day(edema=None))
    assert (blind.value, rules(blind), blind.queries[0].items) == (
        None,
        ["icans_day_grade.missing"],
        ("icans_day_edema",),
    )


def test_a_day_left_open_has_the_episodes_cause_and_tool():
    assert crs_day_grade(crs(crs_attrib_other=2), crs_day(hypoxia=3)).value == 1
    assert crs_day_grade(crs(crs_attrib_other=2), crs_day(hypoxia=3, attrib_other=0)).value == 4
    assert icans_day_grade(icans(16, icans_tool=1), icans_day(tool=None, ice_total=5)).value == 2
    assert icans_day_grade(icans(16, icans_alt_cause=None), icans_day(alt_cause=None)).missing == (
        "icans_day_alt_cause",
    )


def test_only_a_day_with_a_sign_asks_about_its_fever():
    assert rules(crs_day_grade(crs(), crs_day(fever=0))) == []
    assert rules(crs_day_grade(crs(), crs_day(fever=0, hypotension=1))) == ["crs_grade.no_fever"]


def test_a_day_is_graded_by_the_age_at_the_onset_of_the_episode():
    """The score of the wrong tool is left out; the patient turns 12 while the episode lasts."""
    young = icans(11.99)
    assert icans_day_grade(young, icans_day(9, tool=2, capd_total=10)).value == 3
    wrong = icans_day_grade(young, icans_day(9, tool=1, ice_total=0))
    assert (wrong.value, rules(wrong)) == (0, ["X26"])


def test_the_sum_of_the_ice_items_of_a_day_is_its_total():
    items = {"ice_orient": 2, "ice_naming": 2, "ice_command": 1, "ice_writing": 0, "ice_attention": 0}
    assert icans_day_grade(icans(16), icans_day(tool=1, **items)).value == 2
