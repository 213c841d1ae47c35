"""The tables of a report: characteristics, response, toxicity, flow, enrolment, courses, sensitivity, completeness of the sites."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd

from analytics.core import progress
from analytics.core.analysis import Levels
from analytics.core.methods.answer import Answer
from analytics.core.selection import Selected, between_cuts
from analytics.core.tables.completeness import site_completeness
from analytics.core.tables.enrolment import enrolment
from analytics.core.tables.flow import flow
from analytics.core.tables.response import response_table
from analytics.core.tables.sensitivity import sensitivity
from analytics.core.tables.swimmer import swimmer
from analytics.core.tables.table_one import table_one
from analytics.core.tables.toxicity import toxicity_table

Made = dict[str, Any]


def answer(selected: Selected, day: date | None) -> Answer:
    """The table that the analysis asks for; none of an empty cohort. day: at which lateness and flow are judged."""
    if not len(selected.rows) or day is None:
        return Answer({"table": None})
    progress.begin(progress.TABULATING)
    made = MAKERS[selected.analysis.method](selected, day)
    return Answer({"table": {key: value for key, value in made.items() if key != "warnings"}}, made.get("warnings", []))


def grouped(selected: Selected) -> tuple[pd.DataFrame, str | None, Levels]:
    """The cases, the column of their groups, and its levels; a number split at cut points has a column of its own."""
    groups = selected.analysis.groups
    if groups is None:
        return selected.cases, None, ()
    if groups.cuts:
        level = between_cuts(selected.cases[groups.column], groups)
        return selected.cases.assign(group=level), "group", groups.levels
    return selected.cases, groups.column, groups.levels


def _table_one(selected: Selected, _day: date) -> Made:
    cases, group, levels = grouped(selected)
    return table_one(cases, group, levels=levels, p_values=selected.analysis.options.p_values)


def _response(selected: Selected, _day: date) -> Made:
    return response_table(selected.cases)


def _toxicity(selected: Selected, _day: date) -> Made:
    cases, group, levels = grouped(selected)
    return toxicity_table(cases, group, levels=levels)


def _flow(selected: Selected, day: date) -> Made:
    return flow(selected.cases, day).as_dict()


def _sensitivity(selected: Selected, _day: date) -> Made:
    found = sensitivity(selected.cases)
    return {**found.as_dict(), "warnings": list(found.warnings)}


def _completeness(selected: Selected, day: date) -> Made:
    found = site_completeness(selected.cases, day)
    return {**found.as_dict(), "warnings": list(found.warnings)}


def _enrolment(selected: Selected, _day: date) -> Made:
    found = enrolment(selected.cases)
    return {**found.as_dict(), "warnings": list(found.warnings)}


def _swimmer(selected: Selected, _day: date) -> Made:
    found = swimmer(selected.cases, selected.rows, selected.analysis.rule.clock)
    return {**found.as_dict(), "warnings": list(found.warnings)}


MAKERS: dict[str, Callable[[Selected, date], Made]] = {
    "table-one": _table_one,
    "response": _response,
    "toxicity": _toxicity,
    "flow": _flow,
    "sensitivity": _sensitivity,
    "completeness": _completeness,
    "enrolment": _enrolment,
    "swimmer": _swimmer,
}
