"""CRS by ASTCT: the published vectors, what is missing, and what more severe findings cannot do."""

import pytest
from hypothesis import strategies as st

from registry.grading.crs import NEEDED, crs_course_grade, crs_grade
from tests.registry.grading.answers import crs, for_all, rules, without, words

VECTORS = {  # case: fever, hypotension, hypoxia, explained otherwise, death, grade
    "fever only": (1, 0, 0, 0, 0, 1),
    "fever, hypotension responding to fluids": (1, 1, 0, 0, 0, 2),
    "fever, nasal cannula 4 L/min": (1, 0, 1, 0, 0, 2),
    "fever, 1 vasopressor + vasopressin": (1, 2, 0, 0, 0, 3),
    "fever, 2 vasopressors, no vasopressin": (1, 3, 0, 0, 0, 4),
    "fever, high-flow cannula 15 L/min": (1, 0, 2, 0, 0, 3),
    "fever, BiPAP": (1, 0, 3, 0, 0, 4),
    "fever, 1 vasopressor, nasal cannula 2 L/min (worse wins)": (1, 2, 1, 0, 0, 3),
    "afebrile after tocilizumab, 1 vasopressor": (2, 2, 0, 0, 0, 3),
    "no fever ever, hypotension, no prior anticytokine": (0, 2, 0, 0, 0, 0),
    "fever, BiPAP explained by pneumonia": (1, 0, 3, 2, 0, 1),
    "fever, death from CRS": (1, 3, 3, 0, 1, 5),
    "masked fever, nothing else": (2, 0, 0, 0, 0, 1),
    "fever, 2 vasopressors and BiPAP, both explained elsewhere": (1, 3, 3, 3, 0, 1),
}


@pytest.mark.parametrize("case", VECTORS)
def test_published_vector(case):
    fever, hypotension, hypoxia, explained, death, grade = VECTORS[case]
    episode = crs(
        crs_fever=fever, crs_hypotension=hypotension, crs_hypoxia=hypoxia, crs_attrib_other=explained, crs_death=death
    )
    assert crs_grade(episode).value == grade


def test_prophylactic_tocilizumab_masks_the_fever():
    assert crs_grade(crs(crs_fever=0, crs_hypoxia=2, toci_given=2)).value == 3
    assert crs_grade(crs(crs_fever=0, crs_hypoxia=2, toci_given=1)).value == 0


def test_a_pharmacological_steroid_masks_the_fever():
    assert crs_grade(crs(crs_fever=0, crs_hypotension=1, steroid_before_inf=2)).value == 2
    assert crs_grade(crs(crs_fever=0, crs_hypotension=1, steroid_before_inf=1)).value == 0


@pytest.mark.parametrize("occurred", [99, None])
def test_not_assessed_is_missing_not_zero(occurred):
    found = crs_grade(crs(crs_occurred=occurred))
    assert (found.value, found.missing) == (None, ("crs_occurred",))
    assert crs_course_grade({"crs_occurred": occurred}, []).value is None


def test_no_crs_is_grade_0():
    assert crs_grade({"crs_occurred": 0}).value == 0
    assert crs_course_grade({"crs_occurred": 0}, []).value == 0


@pytest.mark.parametrize("item", NEEDED)
def test_a_missing_component_leaves_the_grade_open_and_asks(item):
    found = crs_grade(without(crs(crs_hypotension=3), item))
    assert (found.value, found.missing, rules(found)) == (None, (item,), ["crs_grade.missing"])


def test_a_death_from_crs_needs_no_component():
    assert crs_grade({"crs_occurred": 1, "crs_death": 1}).value == 5


def test_without_fever_the_grade_is_0_and_the_site_is_asked():
    found = crs_grade(crs(crs_fever=0, crs_hypotension=2))
    assert (found.value, rules(found)) == (0, ["crs_grade.no_fever"])


def test_the_grade_says_its_scale_and_what_decided():
    found = crs_grade(crs(crs_hypotension=2, crs_hypoxia=1))
    assert (found.scale.name, found.scale.version, found.provisional) == ("ASTCT CRS", "2019", False)
    assert words(found) == ["one vasopressor"]
    assert words(crs_grade(crs(crs_hypotension=2, crs_hypoxia=2))) == ["one vasopressor", "high-flow oxygen"]
    assert words(crs_grade(crs())) == ["fever"]


def test_masked_without_a_finding_is_grade_0_by_no_fever():
    assert words(crs_grade(crs(crs_fever=0, toci_given=2))) == ["no fever"]


def test_a_course_has_the_grade_of_its_worst_episode_and_that_episodes_reason():
    course, mild, severe = {"crs_occurred": 1, "toci_given": 1}, crs(), crs(crs_hypoxia=3)
    found = crs_course_grade(course, [mild, severe, mild])
    assert (found.value, words(found)) == (4, ["positive-pressure ventilation"])


def test_a_course_with_an_episode_that_cannot_be_graded_has_no_grade_unless_another_was_fatal():
    course, unclear = {"crs_occurred": 1}, without(crs(), "crs_hypoxia")
    found = crs_course_grade(course, [crs(crs_hypotension=3), unclear])
    assert (found.value, found.missing) == (None, ("crs_hypoxia",))
    assert crs_course_grade(course, [unclear, crs(crs_death=1)]).value == 5


def test_crs_without_an_episode_has_no_grade():
    assert crs_course_grade({"crs_occurred": 1}, []).value is None


EPISODES = st.fixed_dictionaries(
    {
        "crs_fever": st.sampled_from([0, 1, 2]),
        "crs_hypotension": st.integers(0, 3),
        "crs_hypoxia": st.integers(0, 3),
        "crs_attrib_other": st.integers(0, 3),
        "crs_death": st.integers(0, 1),
        "toci_given": st.integers(0, 2),
        "steroid_before_inf": st.sampled_from([None, 0, 1, 2]),
    }
).map(lambda answers: crs(**answers))
SEVERITY = {"crs_hypotension": 3, "crs_hypoxia": 3, "crs_death": 1}


@for_all(EPISODES, st.sampled_from(sorted(SEVERITY)))
def test_a_worse_component_never_lowers_the_grade(episode, item):
    grades = [crs_grade({**episode, item: worse}).value for worse in range(SEVERITY[item] + 1)]
    assert grades == sorted(grades)


@for_all(EPISODES, st.sampled_from([1, 2]))
def test_fever_never_lowers_the_grade(episode, fever):
    assert crs_grade({**episode, "crs_fever": fever}).value >= crs_grade({**episode, "crs_fever": 0}).value


@for_all(EPISODES, st.sampled_from([1, 2, 3]))
def test_another_cause_never_raises_the_grade(episode, explained):
    with_cause, without_cause = (crs_grade({**episode, "crs_attrib_other": one}).value for one in (explained, 0))
    assert with_cause <= without_cause


@for_all(EPISODES)
def test_every_grade_says_what_decided_it(episode):
    assert all(words(crs_grade(episode)))
    assert crs_grade(episode).decided_by


@for_all(EPISODES, st.sampled_from([*NEEDED, "crs_occurred"]))
def test_leaving_an_answer_open_gives_no_other_grade(episode, item):
    assert crs_grade(without(episode, item)).value in (None, crs_grade(episode).value)


@for_all(
    st.lists(EPISODES, min_size=1, max_size=4).flatmap(lambda all_: st.tuples(st.just(all_), st.permutations(all_)))
)
def test_the_order_of_the_episodes_does_not_matter(orders):
    course = {"crs_occurred": 1}
    one, other = (crs_course_grade(course, episodes) for episodes in orders)
    assert one.value == other.value == max(crs_grade(episode).value for episode in orders[0])
    assert set(words(one)) == set(words(other))
