"""Cytokine release syndrome: the ASTCT grade from fever, hypotension and hypoxia."""

from __future__ import annotations

from collections.abc import Iterable

from registry.dictionary.words import gettext_noop
from registry.grading.base import Answers, Derived, Query, Reason, Scale, code, worst_of_course

ASTCT_CRS = Scale("ASTCT CRS", "2019")
NEEDED = {  # item: its codes
    "crs_fever": (0, 1, 2),
    "crs_hypotension": (0, 1, 2, 3),
    "crs_hypoxia": (0, 1, 2, 3),
    "crs_attrib_other": (0, 1, 2, 3),
}
STEP = {0: 0, 1: 2, 2: 3, 3: 4}
FEVER = {
    1: gettext_noop("fever"),
    2: gettext_noop("fever masked by an antipyretic, an anticytokine or a steroid"),
}
HYPOTENSION = {
    1: gettext_noop("hypotension that needs no vasopressor"),
    2: gettext_noop("one vasopressor"),
    3: gettext_noop("two or more vasopressors"),
}
HYPOXIA = {
    1: gettext_noop("low-flow oxygen"),
    2: gettext_noop("high-flow oxygen"),
    3: gettext_noop("positive-pressure ventilation"),
}
EXPLAINS_HYPOTENSION, EXPLAINS_HYPOXIA = (1, 3), (2, 3)


def crs_grade(answers: Answers) -> Derived:
    """Grade 0 to 5 of one episode.

    answers   the episode's, `crs_occurred` and `toci_given` of the course, `steroid_before_inf` of the infusion. Not
              assessed, or a component missing, gives no grade; `crs_death`, `toci_given` and `steroid_before_inf`
              speak only when they are answered.

    The worse of hypotension and hypoxia sets the grade; what another cause explains is left out. Without fever the
    grade is 0 unless something masked it.

    Source: Lee 2019, doi:10.1016/j.bbmt.2018.12.758.
    """
    occurred = code(answers, "crs_occurred")
    if occurred == 0:
        return _graded(0, Reason(gettext_noop("CRS did not occur"), items=("crs_occurred",)))
    if occurred != 1:
        return Derived("crs_grade", None, ASTCT_CRS, missing=("crs_occurred",))
    if code(answers, "crs_death") == 1:
        return _graded(5, Reason(gettext_noop("death due to CRS"), items=("crs_death",)))
    missing = tuple(item for item in NEEDED if code(answers, item) not in NEEDED[item])
    if missing:
        query = Query("crs_grade.missing", gettext_noop("A component of the CRS grade is missing."), missing)
        return Derived("crs_grade", None, ASTCT_CRS, missing=missing, queries=(query,))
    return _from_components(answers)


def _from_components(answers: Answers) -> Derived:
    fever, other_cause = code(answers, "crs_fever"), code(answers, "crs_attrib_other")
    pre_empted = code(answers, "toci_given") == 2 or code(answers, "steroid_before_inf") == 2
    if fever == 0 and not pre_empted:
        text = gettext_noop("No fever, and nothing that masks it: CRS is not graded.")
        return _graded(
            0, Reason(gettext_noop("no fever"), items=("crs_fever",)), Query("crs_grade.no_fever", text, tuple(NEEDED))
        )
    hypotension = 0 if other_cause in EXPLAINS_HYPOTENSION else code(answers, "crs_hypotension")
    hypoxia = 0 if other_cause in EXPLAINS_HYPOXIA else code(answers, "crs_hypoxia")
    parts = [
        (1 if fever else 0, "crs_fever", FEVER.get(fever or 0)),
        (STEP[hypotension or 0], "crs_hypotension", HYPOTENSION.get(hypotension or 0)),
        (STEP[hypoxia or 0], "crs_hypoxia", HYPOXIA.get(hypoxia or 0)),
    ]
    grade = max(step for step, _item, _text in parts)
    reasons = [Reason(text, items=(item,)) for step, item, text in parts if step == grade and text]
    return _graded(grade, *(reasons or [Reason(gettext_noop("no fever"), items=("crs_fever",))]))


def crs_course_grade(course: Answers, episodes: Iterable[Answers]) -> Derived:
    """Highest grade of a course, from the answers outside its episodes and one mapping an episode, in any order."""
    return crs_worst_of(course, (crs_grade({**course, **one}) for one in episodes))


def crs_worst_of(course: Answers, episodes: Iterable[Derived]) -> Derived:
    """Highest grade of a course, from the answers outside its episodes and its graded episodes, in any order."""
    graded = list(episodes)
    if code(course, "crs_occurred") != 1:
        return crs_grade(course)
    if not graded:
        return Derived("crs_grade", None, ASTCT_CRS, missing=tuple(NEEDED))
    return worst_of_course("crs_grade", ASTCT_CRS, graded, highest=5)


def _graded(grade: int, *found: Reason | Query) -> Derived:
    reasons = tuple(one for one in found if isinstance(one, Reason))
    return Derived(
        "crs_grade", grade, ASTCT_CRS, reasons, queries=tuple(one for one in found if isinstance(one, Query))
    )
