"""Neurotoxicity (ICANS): the ASTCT grade from ICE or CAPD, consciousness, seizure, motor findings and oedema."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from registry.dictionary.items import plain
from registry.dictionary.words import gettext_noop
from registry.grading.base import Answers, Derived, Query, Reason, Scale, code, number, worst_of_course
from registry.grading.dates import DAYS_OF_YEAR, days_between, not_exact
from registry.grading.thresholds import LIMITS, Limits, is_provisional

ASTCT_ICANS = Scale("ASTCT ICANS", "2019")
ICE, CAPD = 1, 2
ICE_ITEMS = ("ice_orient", "ice_naming", "ice_command", "ice_writing", "ice_attention")
DOMAINS = {  # item: its codes → grade and words
    "icans_conscious": {
        0: (0, ""),
        1: (1, gettext_noop("awakens spontaneously")),
        2: (2, gettext_noop("awakens to voice")),
        3: (3, gettext_noop("awakens only to touch")),
        4: (4, gettext_noop("unarousable")),
    },
    "icans_seizure": {
        0: (0, ""),
        1: (3, gettext_noop("seizure that resolves rapidly or with treatment")),
        2: (4, gettext_noop("seizure over 5 minutes, or repetitive without return to baseline")),
    },
    "icans_motor": {0: (0, ""), 1: (4, gettext_noop("deep focal weakness"))},
    "icans_edema": {
        0: (0, ""),
        1: (3, gettext_noop("focal oedema")),
        2: (4, gettext_noop("diffuse oedema or raised intracranial pressure")),
    },
}
WRONG_TOOL = gettext_noop("The tool does not fit age or development: its score is not used for the grade.")
CONTRADICTION = gettext_noop(
    "Another cause explains the findings, and the death is attributed to ICANS: both cannot be."
)


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain's grade with its words; None while an answer is missing."""

    grade: int | None
    reason: Reason
    missing: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()


def icans_grade(answers: Answers, limits: Limits = LIMITS) -> Derived:
    """Grade 0 to 5 of one episode.

    answers   the episode's, with `icans_occurred` and `dev_delay` of the course and `birth_date` of the patient. Not
              assessed, or a domain missing that could change the grade, gives no grade; `icans_death` speaks only when
              it is answered.

    The worst domain sets the grade. ICE counts from 12.00 years at onset without developmental delay, CAPD otherwise; a
    score of the wrong tool is left out and queried (X26).

    Source: Lee 2019, doi:10.1016/j.bbmt.2018.12.758; Traube 2014, doi:10.1097/CCM.0b013e3182a66b76.
    """
    occurred, other_cause = code(answers, "icans_occurred"), code(answers, "icans_alt_cause")
    if occurred == 0:
        return Derived(
            "icans_grade", 0, ASTCT_ICANS, (Reason(gettext_noop("ICANS did not occur"), items=("icans_occurred",)),)
        )
    if occurred != 1:
        return Derived("icans_grade", None, ASTCT_ICANS, missing=("icans_occurred",))
    if other_cause is None:
        return Derived("icans_grade", None, ASTCT_ICANS, missing=("icans_alt_cause",))
    died = code(answers, "icans_death") == 1
    if other_cause == 1:
        query = Query("icans_grade.other_cause", CONTRADICTION, ("icans_alt_cause", "icans_death"))
        reason = Reason(gettext_noop("another cause explains the findings"), items=("icans_alt_cause",))
        return Derived("icans_grade", 0, ASTCT_ICANS, (reason,), queries=(query,) if died else ())
    if died:
        reason = Reason(gettext_noop("death due to ICANS"), items=("icans_death",))
        return Derived("icans_grade", 5, ASTCT_ICANS, (reason,))
    return _worst(
        [_tool(answers, limits), *(_domain(answers, item) for item in DOMAINS)], is_provisional(limits, "icans")
    )


def icans_course_grade(course: Answers, episodes: Iterable[Answers], limits: Limits = LIMITS) -> Derived:
    """Highest grade of a course, from the answers outside its episodes and one mapping an episode, in any order."""
    return icans_worst_of(course, (icans_grade({**course, **one}, limits) for one in episodes), limits)


def icans_worst_of(course: Answers, episodes: Iterable[Derived], limits: Limits = LIMITS) -> Derived:
    """Highest grade of a course, from the answers outside its episodes and its graded episodes, in any order."""
    graded = list(episodes)
    if code(course, "icans_occurred") != 1:
        return icans_grade(course, limits)
    if not graded:
        return Derived("icans_grade", None, ASTCT_ICANS, missing=("icans_tool", *DOMAINS))
    return worst_of_course("icans_grade", ASTCT_ICANS, graded, highest=5)


def _worst(domains: list[Domain], provisional: bool) -> Derived:
    """The worst domain; open while one is missing, unless another already has grade 4, which only death exceeds."""
    queries = tuple(query for one in domains for query in one.queries)
    missing = tuple(item for one in domains for item in one.missing)
    grade = max((one.grade for one in domains if one.grade is not None), default=0)
    if missing and grade < 4:
        return Derived("icans_grade", None, ASTCT_ICANS, missing=missing, queries=queries, provisional=provisional)
    reasons = tuple(one.reason for one in domains if grade and one.grade == grade)
    if not reasons:
        reasons = (Reason(gettext_noop("no finding in any domain"), items=("icans_tool", *DOMAINS)),)
    return Derived("icans_grade", grade, ASTCT_ICANS, reasons, queries=queries, provisional=provisional)


def _domain(answers: Answers, item: str) -> Domain:
    answer = code(answers, item)
    found = None if answer is None else DOMAINS[item].get(answer)
    if found is None:
        return Domain(None, Reason(""), (item,))
    return Domain(found[0], Reason(found[1], items=(item,)))


def _tool(answers: Answers, limits: Limits) -> Domain:
    """The score of the tool that was used, if it fits age and development."""
    tool = code(answers, "icans_tool")
    if tool is None:
        return Domain(None, Reason(""), ("icans_tool",))
    if tool not in (ICE, CAPD):
        return Domain(0, Reason(""))
    score = _ice(answers, limits) if tool == ICE else _capd(answers, limits)
    due, open_items = _tool_due(answers, limits)
    if due is None:
        return score if score.grade == 0 else Domain(None, Reason(""), (*score.missing, *open_items))
    if due != tool:
        items = ("icans_tool", "icans_onset", "birth_date", "dev_delay")
        return Domain(0, Reason(""), queries=(Query("X26", WRONG_TOOL, items),))
    return score


def _tool_due(answers: Answers, limits: Limits) -> tuple[int | None, tuple[str, ...]]:
    """The tool that age at onset and development ask for; None with the items that leave it open."""
    delayed = code(answers, "dev_delay")
    if delayed == 1:
        return CAPD, ()
    days, of_age = days_between(answers, "birth_date", "icans_onset"), limits["icans.age"].value
    years = None if days is None else [Decimal(one) / Decimal(DAYS_OF_YEAR) for one in days]
    if years is not None and years[1] < of_age:
        return CAPD, ()
    old_enough = years is not None and years[0] >= of_age
    if old_enough and delayed == 0:
        return ICE, ()
    unknown_age = () if old_enough else not_exact(answers, "birth_date", "icans_onset")
    return None, (*unknown_age, *(("dev_delay",) if delayed is None else ()))


def _unable(answers: Answers, text: str) -> Domain | None:
    """Grade 4 if the tool could not be done; open while that is not said; None if it was done."""
    unable = code(answers, "tool_unable")
    if unable == 0:
        return None
    return (
        Domain(4, Reason(text, items=("tool_unable",))) if unable == 1 else Domain(None, Reason(""), ("tool_unable",))
    )


def _ice(answers: Answers, limits: Limits) -> Domain:
    unable = _unable(answers, gettext_noop("unarousable, cannot do ICE"))
    if unable:
        return unable
    total, parts = number(answers, "ice_total"), [number(answers, item) for item in ICE_ITEMS]
    if total is None and all(one is not None for one in parts):
        total = sum((one for one in parts if one is not None), Decimal(0))
    if total is None:
        return Domain(None, Reason(""), ("ice_total",))
    grade = next((grade for grade in (3, 2, 1) if total <= limits[f"icans.ice.{grade}"].value), 0)
    return Domain(grade, Reason(gettext_noop("ICE %(found)s"), {"found": plain(total)}, ("ice_total",)))


def _capd(answers: Answers, limits: Limits) -> Domain:
    unable = _unable(answers, gettext_noop("unarousable, cannot do CAPD"))
    if unable:
        return unable
    total, conscious = number(answers, "capd_total"), code(answers, "icans_conscious")
    if total is None:
        return Domain(None, Reason(""), ("capd_total",))
    reason = Reason(gettext_noop("CAPD %(found)s"), {"found": plain(total)}, ("capd_total",))
    if total >= limits["icans.capd.3"].value:
        return Domain(3, reason)
    if total < limits["icans.capd.1"].value:
        return Domain(0, reason)
    return Domain(2 if conscious == 2 else 1, reason)
