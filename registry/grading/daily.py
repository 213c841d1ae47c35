"""Daily component logs: a day is graded from its own components; an episode has the grade of its worst day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from registry.dictionary.words import gettext_noop
from registry.grading.base import Answers, Derived, Query, Reason, code, is_empty, worst_of_course
from registry.grading.crs import ASTCT_CRS, crs_grade
from registry.grading.icans import ASTCT_ICANS, icans_grade
from registry.grading.thresholds import LIMITS, Limits

Names = Mapping[str, str]  # item of the episode → item of the day
CRS_DAY = {
    "crs_fever": "crs_day_fever",
    "crs_hypotension": "crs_day_hypotension",
    "crs_hypoxia": "crs_day_hypoxia",
    "crs_attrib_other": "crs_day_attrib_other",
}
ICANS_DAY = {
    "icans_tool": "icans_day_tool",
    "ice_orient": "icans_day_ice_orient",
    "ice_naming": "icans_day_ice_naming",
    "ice_command": "icans_day_ice_command",
    "ice_writing": "icans_day_ice_writing",
    "ice_attention": "icans_day_ice_attention",
    "ice_total": "icans_day_ice_total",
    "capd_total": "icans_day_capd_total",
    "tool_unable": "icans_day_unable",
    "icans_conscious": "icans_day_conscious",
    "icans_seizure": "icans_day_seizure",
    "icans_motor": "icans_day_motor",
    "icans_edema": "icans_day_edema",
    "icans_alt_cause": "icans_day_alt_cause",
}
OF_EPISODE = (
    "crs_attrib_other",
    "icans_tool",
    "icans_alt_cause",
)  # a day that leaves these open has the episode's answer
WORST_OF_A_DAY = 4  # grade 5 is the death, which the episode says
WORST_DAY = gettext_noop("worst day of the log: %(day)s")
DAY_OPEN = gettext_noop("This day cannot be graded: a component of its grade is missing.")


def crs_day_grade(episode: Answers, day: Answers) -> Derived:
    """Grade 0 to 4 of one day of CRS, by the rules of `crs_grade`.

    episode   what `crs_grade` needs besides the components of the day; the episode's own components do not count
    """
    found = crs_grade(_on_the_day(episode, day, CRS_DAY) | {"crs_death": None})
    if code(day, "crs_day_hypotension") == 0 and code(day, "crs_day_hypoxia") == 0:
        found = replace(found, queries=())  # a day without any sign is no question
    return _of_the_day("crs_day_grade", found, CRS_DAY)


def icans_day_grade(episode: Answers, day: Answers, limits: Limits = LIMITS) -> Derived:
    """Grade 0 to 4 of one day of ICANS, by the rules of `icans_grade`: age as at the onset of the episode."""
    found = icans_grade(_on_the_day(episode, day, ICANS_DAY) | {"icans_death": None}, limits)
    return _of_the_day("icans_day_grade", found, ICANS_DAY)


def crs_episode_grade(episode: Answers, days: Iterable[Answers]) -> Derived:
    """Grade of one episode: of the worst day of its log; without a log, of the episode's own components.

    Each day is graded before the maximum is taken, so that findings of different days never add up. A day that cannot be
    graded leaves the grade open unless another has grade 4. Death, and CRS that did not occur, are the episode's to say.
    """
    log = list(days)
    if not log or code(episode, "crs_occurred") != 1 or code(episode, "crs_death") == 1:
        return crs_grade(episode)
    return _worst_day(
        "crs_grade", [(crs_day_grade(episode, one), one.get("crs_day_date")) for one in log], "crs_day_date"
    )


def icans_episode_grade(episode: Answers, days: Iterable[Answers], limits: Limits = LIMITS) -> Derived:
    """The same of ICANS. A cause that explains the whole episode is the episode's to say as well."""
    log = list(days)
    said_once = code(episode, "icans_death") == 1 or code(episode, "icans_alt_cause") == 1
    if not log or code(episode, "icans_occurred") != 1 or said_once:
        return icans_grade(episode, limits)
    graded = [(icans_day_grade(episode, one, limits), one.get("icans_day_date")) for one in log]
    return _worst_day("icans_grade", graded, "icans_day_date")


def _on_the_day(episode: Answers, day: Answers, names: Names) -> dict[str, object]:
    """The answers that the rules of an episode need, with the day's components in place of the episode's."""
    own = {item: day.get(name) for item, name in names.items()}
    return {**episode, **{item: one for item, one in own.items() if not (item in OF_EPISODE and is_empty(one))}}


def _of_the_day(name: str, found: Derived, names: Names) -> Derived:
    """The same grade, with the day's items in place of the episode's."""

    def renamed(items: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(item, item) for item in items)

    queries = [replace(one, items=renamed(one.items)) for one in found.queries if one.rule != "crs_grade.missing"]
    unknown = tuple(names[item] for item in found.missing if item in names)
    if unknown:  # no item of a log is required, so that nothing else asks for it
        queries.append(Query(f"{name}.missing", DAY_OPEN, unknown))
    return replace(
        found,
        name=name,
        decided_by=tuple(replace(one, items=renamed(one.items)) for one in found.decided_by),
        missing=renamed(found.missing),
        queries=tuple(queries),
    )


def _worst_day(name: str, graded: list[tuple[Derived, date | None]], item: str) -> Derived:
    """The highest daily grade, and the first day that has it."""
    scale = ASTCT_CRS if name == "crs_grade" else ASTCT_ICANS
    found = worst_of_course(name, scale, (one for one, _day in graded), WORST_OF_A_DAY)
    days = [day for one, day in graded if day is not None and one.value == found.value]
    if found.value is None or not days:
        return found
    worst = Reason(WORST_DAY, {"day": min(days).isoformat()}, (item,))
    return replace(found, decided_by=(worst, *found.decided_by))
