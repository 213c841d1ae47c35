"""CRS and ICANS grades of a case's episodes: the one place where their components and their daily logs are gathered."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.edit_checks.base import Row
from registry.edit_checks.whole import Record
from registry.grading.base import Derived
from registry.grading.crs import crs_grade
from registry.grading.daily import crs_day_grade, crs_episode_grade, icans_day_grade, icans_episode_grade
from registry.grading.icans import icans_grade

EPISODE_OF = {  # log: the form it hangs below, that form's row number, the item that names it
    "crs_day": ("crs_episode", "crs_seq", "crs_day_episode"),
    "icans_day": ("icans_episode", "icans_seq", "icans_day_episode"),
}


def log_of(case: Record, episode: Row) -> list[Row]:
    """The days of an episode's log, in the order of their dates."""
    log = episode.form.replace("_episode", "_day")
    _form, number, named_by = EPISODE_OF[log]
    days = [row for row in case.of(log) if row.course == episode.course and row[named_by] == episode[number]]
    return sorted(days, key=lambda row: row[f"{log}_date"] or date.max)


def episode_of(case: Record, day: Row) -> Row | None:
    """The episode below which a day of a log hangs."""
    form, number, named_by = EPISODE_OF[day.form]
    return next((row for row in case.of(form) if row.course == day.course and row[number] == day[named_by]), None)


def crs_of(case: Record, episode: Row) -> Derived:
    """The CRS grade of one episode."""
    return crs_episode_grade(_crs_answers(case, episode), [row.answers for row in log_of(case, episode)])


def icans_of(case: Record, episode: Row) -> Derived:
    """The ICANS grade of one episode."""
    return icans_episode_grade(_icans_answers(case, episode), [row.answers for row in log_of(case, episode)])


def without_log(case: Record, episode: Row) -> Derived:
    """The grade that the episode's own components give, whatever its log says."""
    if episode.form == "crs_episode":
        return crs_grade(_crs_answers(case, episode))
    return icans_grade(_icans_answers(case, episode))


def day_of(case: Record, episode: Row, day: Row) -> Derived:
    """The grade of one day of an episode's log."""
    if day.form == "crs_day":
        return crs_day_grade(_crs_answers(case, episode), day.answers)
    return icans_day_grade(_icans_answers(case, episode), day.answers)


def _crs_answers(case: Record, episode: Row) -> dict[str, Any]:
    infusion, summary = case.infusion(), case.one("crs")
    before = {"steroid_before_inf": infusion["steroid_before_inf"]} if infusion else {}
    return {**before, **(summary.answers if summary else {}), **episode.answers}


def _icans_answers(case: Record, episode: Row) -> dict[str, Any]:
    patient, summary = case.one("patient"), case.one("icans")
    born = {name: patient[name] for name in ("birth_date", "birth_date_p")} if patient else {}
    return {**born, **(summary.answers if summary else {}), **episode.answers}
