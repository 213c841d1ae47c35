"""The cases behind every count that a released form shows, and what its analysis reads of each case.

The released form decides what is shown; the case table says who that is. Cells of tables and proportions are those that lead to cases on
the pages (`analytics.core.cases_in_cells`), curves are counted here; a test holds the sizes of the sets to the exact Result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analytics.core import analysis as methods
from analytics.core.analysis import Analysis
from analytics.core.cases_in_cells import cases_in_cells
from analytics.core.disclosure.across import Cases, Form
from analytics.core.disclosure.counts import is_small
from analytics.core.disclosure.curves import span_of
from analytics.core.disclosure.grid import day_of
from analytics.core.disclosure.numbers import numbers_of
from analytics.core.disclosure.policy import Policy
from analytics.core.disclosure.release import METHODS, SITE
from analytics.core.disclosure.sums import Small
from analytics.core.methods.landmark import from_landmark
from analytics.core.selection import Selected, select
from analytics.core.tables.flow import Known

Body = dict[str, Any]
Found = Iterator[tuple[str, Cases, Any]]  # name of a count, its cases, and what the form shows of it
EVENT = 1  # of a curve: the rule's own
CURVES = (methods.KAPLAN_MEIER, methods.LANDMARK)
MODELS = (methods.COX, methods.FINE_GRAY, methods.TIME_DEPENDENT)


@dataclass(frozen=True, slots=True)
class Shown:
    """One analysis of a cut: its exact Result, and what is released of it by the policy. day: of the cut, at which the flow is judged."""

    exact: Body
    released: Body
    policy: Policy
    day: date | None = None


def form_of(cut: str, analysis: Analysis, table: pd.DataFrame, shown: Shown) -> Form:
    """What the released form of `analysis` on the cases of `table` rests on."""
    selected = analysed(analysis, table)
    counts = {name: cases for name, cases, number in counts_of(analysis, table, shown) if number is not None}
    marks = {name: _cases(table, rows) for name, rows in _marks(selected, shown.released)}
    return Form(cut, analysis.name, counts, marks, read_of(selected, table))


def small_of(
    analysis: Analysis, table: pd.DataFrame, exact: Body, policy: Policy, day: date | None = None
) -> list[Small]:
    """The counts of 1 … k - 1 of an exact Result, which nobody may find out; those of single sites are not told in any way."""
    if analysis.method not in METHODS or (analysis.groups is not None and analysis.groups.column == SITE):
        return []
    counted = counts_of(analysis, table, Shown(exact, exact, policy, day))
    return [
        Small(analysis.name, name, cases)
        for name, cases, _number in counted
        if is_small(len(cases), policy) and not name.startswith(f"{SITE}/")
    ]


def analysed(analysis: Analysis, table: pd.DataFrame) -> Selected:
    """The cases that the analysis counts; of a landmark those that reached it."""
    selected = select(analysis, table)
    return from_landmark(selected)[0] if analysis.method == methods.LANDMARK else selected


def read_of(selected: Selected, table: pd.DataFrame) -> dict[str, str]:
    """Case → digest of all that the analysis reads of it: every value of its rows; of the whole row where it is a table."""
    rows = selected.cases if selected.analysis.method in methods.TABLES else selected.rows
    columns = sorted(str(name) for name in rows.columns if name not in ("site", "case"))
    text = rows[columns].astype(str).agg("\x1f".join, axis="columns").tolist() if len(rows) else []
    return {
        str(case): hashlib.sha256(one.encode()).hexdigest()[:12]
        for case, one in zip(table.loc[rows.index, "case"], text, strict=True)
    }


def _cases(table: pd.DataFrame, rows: pd.Index) -> Cases:
    return frozenset(map(str, table.loc[rows, "case"]))


def counts_of(analysis: Analysis, table: pd.DataFrame, shown: Shown) -> Found:
    """Every count of a form: its name, its cases, and what is shown of it; 0 where it is told by other numbers."""
    counted = cases_in_cells(analysis, table, shown.day or date.max)
    if counted is not None:
        if shown.released.get("table") is not None and shown.released["table"].get("heads"):
            yield "all/n", frozenset(counted.cases), shown.released["table"]["heads"][0]["n"]
        for one in numbers_of(shown.released):
            yield one.name, one.cases(counted), one.shown
        return
    for name, rows, number in _of_rows(analysed(analysis, table), shown):
        yield name, _cases(table, rows), number


def _of_rows(selected: Selected, shown: Shown) -> Iterator[tuple[str, pd.Index, Any]]:
    method, form = selected.analysis.method, shown.released
    if method in CURVES or method == methods.CUMULATIVE_INCIDENCE:
        yield from _of_times(selected, shown)
    elif method in MODELS:
        fitted = [one for pair in form["models"] for one in (pair.get("cause_specific", pair),) if not one["refused"]]
        yield "n", selected.rows.index, 0 if fitted else None
        yield "events", selected.rows.index[selected.event], 0 if fitted else None
    elif form["table"] is not None:
        yield from _of_enrolment(selected, form["table"])


def _of_times(selected: Selected, shown: Shown) -> Iterator[tuple[str, pd.Index, Any]]:
    """n of each group and of all; events, of each cause, to the last month that could be shown."""
    form = shown.released
    together = all(group["n"] is not None for group in form["groups"])
    yield "n", selected.rows.index, 0 if together else None
    for exact, group in zip(shown.exact["groups"], form["groups"], strict=True):
        own = selected.group(group["group"])
        yield f"{group['group']}/n", own.index, group["n"]
        for cause, number in _causes(group):
            if number is not None and group["n"]:
                until = _until(own, cause, _last_month(exact, group, shown.policy))
                yield f"{group['group']}/cause {cause}", own.index[until], number


def _last_month(exact: Body, group: Body, policy: Policy) -> int:
    """The month until which the events of a group are counted. That of a curve is not told to the public."""
    span = None if "causes" in group else span_of(exact, policy)
    return span[1] if span else int(group["risk_table"][-1]["months"])


def _marks(selected: Selected, form: Body) -> Iterator[tuple[str, pd.Index]]:
    """Events of each group and cause until each month at which there is an estimate."""
    if selected.analysis.method not in CURVES and selected.analysis.method != methods.CUMULATIVE_INCIDENCE:
        return
    for group in form["groups"]:
        own = selected.group(group["group"])
        for cause, _shown in _causes(group):
            for row in _shown_rows(group):
                months = row["months"]
                yield f"{group['group']}/cause {cause}/{months}", own.index[_until(own, cause, months)]


def _shown_rows(group: Body) -> list[Body]:
    """The months at which something is told of a group."""
    at = [row for one in group.get("causes", [group]) for row in one["at"] if not row.get("withheld")]
    return [*at, *group["risk_table"]]


def _causes(group: Body) -> list[tuple[int, Any]]:
    if "causes" in group:
        return [(one["cause"], one["events"]) for one in group["causes"]]
    return [(EVENT, group["events"])]


def _until(rows: pd.DataFrame, cause: int, months: int) -> np.ndarray:
    """(n,) whose time ends with this cause until the end of the month."""
    time, causes = (rows[name].to_numpy(dtype="float64") for name in ("time", "cause"))
    return np.asarray((causes == cause) & (time <= day_of(months)))


def _of_enrolment(selected: Selected, form: Body) -> Iterator[tuple[str, pd.Index, Any]]:
    known = Known(selected.cases, float("nan"))
    index = selected.cases.index
    yield "registered", index, form["registered"]
    for step in form["steps"]:
        yield step["id"], index[getattr(known, step["id"])], step["n"]
