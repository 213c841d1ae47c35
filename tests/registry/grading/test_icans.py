"""ICANS by ASTCT: the published vectors, the tool that age and development ask for, and what is missing."""

from datetime import date

import pytest
from hypothesis import strategies as st

from registry.grading.icans import ICE_ITEMS, icans_course_grade, icans_grade
from tests.registry.grading.answers import DAY_0, capd, for_all, icans, ice, rules, without, words

VECTORS = {
    "16 y, ICE 8, alert": (ice(16, 8), 1),
    "16 y, ICE 5": (ice(16, 5), 2),
    "16 y, ICE 3 + brief generalised seizure": (ice(16, 3, icans_seizure=1), 3),
    "16 y, ICE 0, awake, global aphasia": (ice(16, 0), 3),
    "16 y, ICE 0, unarousable": (ice(16, 0, tool_unable=1, icans_conscious=4), 4),
    "16 y, ICE 10, tremor only": (ice(16, 10), 0),
    "14 y, ICE 9, hemiparesis": (ice(14, 9, icans_motor=1), 4),
    "6 y, CAPD 6, awakens spontaneously": (capd(6, 6, icans_conscious=1), 1),
    "6 y, CAPD 7, awakens to voice": (capd(6, 7, icans_conscious=2), 2),
    "6 y, CAPD 12": (capd(6, 12), 3),
    "6 y, CAPD 4, awakens to touch only": (capd(6, 4, icans_conscious=3), 3),
    "6 y, unable to do CAPD (unarousable)": (capd(6, None, tool_unable=1, icans_conscious=4), 4),
    "6 y, CAPD 0, focal oedema": (capd(6, 0, icans_edema=1), 3),
    "17 y with developmental delay, CAPD 10": (capd(17, 10, dev_delay=1), 3),
    "9 y, CAPD 8, seizure 8 min": (capd(9, 8, icans_seizure=2), 4),
    "15 y, ICE 4, explained by opioid sedation": (ice(15, 4, icans_alt_cause=1), 0),
    "8 y, ICE 2 entered (wrong tool), awakens to voice": (ice(8, 2, icans_conscious=2), 2),
    "11.99 y at onset, tool CAPD 10": (capd(11.99, 10), 3),
    "12.00 y at onset, tool CAPD 10": (capd(12, 10), 0),
}
WRONG_TOOL = {"8 y, ICE 2 entered (wrong tool), awakens to voice", "12.00 y at onset, tool CAPD 10"}


@pytest.mark.parametrize("case", VECTORS)
def test_published_vector(case):
    answers, grade = VECTORS[case]
    found = icans_grade(answers)
    assert (found.value, rules(found)) == (grade, ["X26"] if case in WRONG_TOOL else [])


def test_ice_at_11_99_years_is_the_wrong_tool_and_at_12_00_the_right_one():
    assert (icans_grade(ice(11.99, 5)).value, rules(icans_grade(ice(11.99, 5)))) == (0, ["X26"])
    assert (icans_grade(ice(12, 5)).value, rules(icans_grade(ice(12, 5)))) == (2, [])


@pytest.mark.parametrize(("total", "grade"), [(10, 0), (9, 1), (7, 1), (6, 2), (3, 2), (2, 3), (0, 3)])
def test_ice_score(total, grade):
    assert icans_grade(ice(16, total)).value == grade


@pytest.mark.parametrize(("total", "grade"), [(0, 0), (1, 1), (8, 1), (9, 3), (32, 3)])
def test_capd_score(total, grade):
    assert icans_grade(capd(6, total)).value == grade


def test_unable_is_grade_4_by_itself():
    assert icans_grade(ice(16, None, tool_unable=1)).value == 4


def test_the_items_of_ice_stand_in_for_their_total():
    parts = dict(zip(ICE_ITEMS, (3, 1, 1, 0, 0), strict=True))
    assert icans_grade(ice(16, None, **parts)).value == 2
    assert icans_grade(ice(16, None, **without(parts, "ice_naming"))).missing == ("ice_total",)


def test_with_neither_tool_the_other_domains_grade():
    assert icans_grade(icans(16, icans_tool=3, icans_conscious=2)).value == 2


@pytest.mark.parametrize("occurred", [99, None])
def test_not_assessed_is_missing_not_zero(occurred):
    assert icans_grade(icans(16, icans_occurred=occurred)).value is None
    assert icans_course_grade({"icans_occurred": occurred}, []).value is None


def test_no_icans_is_grade_0():
    assert icans_grade({"icans_occurred": 0}).value == 0
    assert icans_course_grade({"icans_occurred": 0}, []).value == 0


NEEDED = [
    "icans_tool", "tool_unable", "ice_total", "icans_conscious", "icans_seizure", "icans_motor", "icans_edema",
    "icans_alt_cause", "birth_date", "icans_onset", "dev_delay",
]  # fmt: skip


@pytest.mark.parametrize("item", NEEDED)
def test_a_missing_answer_leaves_the_grade_open(item):
    found = icans_grade(without(ice(16, 5), item))
    assert (found.value, found.missing) == (None, (item,))


@pytest.mark.parametrize("item", ["icans_conscious", "icans_seizure", "icans_edema", "ice_total", "dev_delay"])
def test_a_domain_of_grade_4_decides_whatever_else_is_missing(item):
    assert icans_grade(without(ice(16, 5, icans_motor=1), item)).value == 4


def test_age_does_not_matter_with_developmental_delay():
    assert icans_grade(without(capd(17, 10, dev_delay=1), "birth_date", "icans_onset")).value == 3


def test_a_month_of_birth_is_enough_away_from_the_twelfth_birthday():
    born = {"birth_date": date(2012, 6, 1), "birth_date_p": "M"}
    assert icans_grade({**capd(6, 10), **born, "icans_onset": date(2024, 5, 31)}).value == 3
    assert icans_grade({**capd(6, 10), **born, "icans_onset": date(2024, 6, 15)}).missing == ("birth_date",)
    assert icans_grade({**ice(6, 5), **born, "icans_onset": date(2024, 7, 1)}).value == 2


def test_death_due_to_icans_is_grade_5():
    found = icans_grade(without(ice(16, 5, icans_death=1), "ice_total"))
    assert (found.value, words(found)) == (5, ["death due to ICANS"])


def test_a_death_from_icans_that_another_cause_explains_is_queried_and_grade_0_until_answered():
    found = icans_grade(ice(16, 5, icans_alt_cause=1, icans_death=1))
    assert (found.value, rules(found)) == (0, ["icans_grade.other_cause"])


def test_the_grade_says_its_scale_and_what_decided():
    found = icans_grade(ice(16, 2, icans_seizure=1, icans_conscious=2))
    assert (found.scale.name, found.scale.version, found.provisional) == ("ASTCT ICANS", "2019", False)
    assert words(found) == ["ICE 2", "seizure that resolves rapidly or with treatment"]
    assert words(icans_grade(ice(16, 10))) == ["no finding in any domain"]


def test_a_course_has_the_grade_of_its_worst_episode():
    course = {"icans_occurred": 1, "dev_delay": 0, "birth_date": date(2008, 1, 1)}
    mild, severe = ({"icans_onset": DAY_0, **without(ice(16, total), *course)} for total in (8, 1))
    found = icans_course_grade(course, [mild, severe])
    assert (found.value, words(found)) == (3, ["ICE 1"])
    assert icans_course_grade(course, []).value is None
    assert icans_course_grade(course, [severe, without(mild, "icans_motor")]).value is None


EPISODES = st.builds(
    lambda years, answers: icans(years, **answers),
    st.sampled_from([6, 11.99, 12, 16]),
    st.fixed_dictionaries(
        {
            "icans_tool": st.sampled_from([1, 2, 3]),
            "tool_unable": st.integers(0, 1),
            "ice_total": st.integers(0, 10),
            "capd_total": st.integers(0, 32),
            "icans_conscious": st.integers(0, 4),
            "icans_seizure": st.integers(0, 2),
            "icans_motor": st.integers(0, 1),
            "icans_edema": st.integers(0, 2),
            "icans_alt_cause": st.integers(0, 1),
            "icans_death": st.integers(0, 1),
            "dev_delay": st.integers(0, 1),
        }
    ),
)
WORSE = {  # item: its answers from mild to severe
    "tool_unable": (0, 1),
    "ice_total": range(10, -1, -1),
    "capd_total": range(33),
    "icans_conscious": range(5),
    "icans_seizure": range(3),
    "icans_motor": range(2),
    "icans_edema": range(3),
    "icans_death": range(2),
}


@for_all(EPISODES, st.sampled_from(sorted(WORSE)))
def test_a_worse_component_never_lowers_the_grade(episode, item):
    grades = [icans_grade({**episode, item: worse}).value for worse in WORSE[item]]
    assert grades == sorted(grades)


@for_all(EPISODES, st.sampled_from(NEEDED))
def test_leaving_an_answer_open_gives_no_other_grade(episode, item):
    assert icans_grade(without(episode, item)).value in (None, icans_grade(episode).value)


@for_all(EPISODES)
def test_every_grade_says_what_decided_it(episode):
    found = icans_grade(episode)
    assert found.decided_by
    assert all(words(found))


@for_all(
    st.lists(EPISODES, min_size=1, max_size=4).flatmap(lambda all_: st.tuples(st.just(all_), st.permutations(all_)))
)
def test_the_order_of_the_episodes_does_not_matter(orders):
    one, other = (icans_course_grade({"icans_occurred": 1}, episodes) for episodes in orders)
    assert one.value == other.value == max(icans_grade(episode).value for episode in orders[0])
    assert set(words(one)) == set(words(other))
    assert set(one.queries) == set(other.queries)
