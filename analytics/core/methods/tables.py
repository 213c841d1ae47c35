"""The tables of a report: characteristics, response, toxicity, flow, sensitivity, completeness of the sites."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from analytics.core.analysis import Analysis, Levels
from analytics.core.methods.answer import Answer
from analytics.core.selection import Selected
from analytics.core.tables.completeness import site_completeness
from analytics.core.tables.flow import flow
from analytics.core.tables.response import response_table
from analytics.core.tables.sensitivity import sensitivity
from analytics.core.tables.table_one import table_one
from analytics.core.tables.toxicity import toxicity_table

Made = dict[str, Any]


def answer(selected: Selected, day: date | None) -> Answer:
    """The table that the analysis asks for; none of an empty cohort. day: at which lateness and flow are judged."""
    if not len(selected.cases) or day is None:
        return Answer({"table": None})
    made = MAKERS[selected.analysis.method](selected, day)
    return Answer({"table": {key: value for key, value in made.items() if key != "warnings"}}, made.get("warnings", []))


def _group(analysis: Analysis) -> tuple[str | None, Levels]:
    return (analysis.groups.column, analysis.groups.levels) if analysis.groups else (None, ())


def _table_one(selected: Selected, _day: date) -> Made:
    group, levels = _group(selected.analysis)
    return table_one(selected.cases, group, levels=levels, p_values=selected.analysis.options.p_values)


def _response(selected: Selected, _day: date) -> Made:
    return response_table(selected.cases)


def _toxicity(selected: Selected, _day: date) -> Made:
    group, levels = _group(selected.analysis)
    return toxicity_table(selected.cases, group, levels=levels)


def _flow(selected: Selected, day: date) -> Made:
    return flow(selected.cases, day).as_dict()


def _sensitivity(selected: Selected, _day: date) -> Made:
    found = sensitivity(selected.cases)
    return {**found.as_dict(), "warnings": list(found.warnings)}


def _completeness(selected: Selected, day: date) -> Made:
    found = site_completeness(selected.cases, day)
    return {**found.as_dict(), "warnings": list(found.warnings)}


MAKERS: dict[str, Callable[[Selected, date], Made]] = {
    "table-one": _table_one,
    "response": _response,
    "toxicity": _toxicity,
    "flow": _flow,
    "sensitivity": _sensitivity,
    "completeness": _completeness,
}
