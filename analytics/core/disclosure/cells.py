"""The cases behind every count that a released form shows, and what its analysis reads of each case.

The released form decides what is shown; the case table says who that is. Every set is found by the masks that the tables and curves
themselves count with, and a test holds the sizes of the sets to the exact Result.
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
from analytics.core.columns.values import text_of
from analytics.core.disclosure.across import Cases, Form
from analytics.core.disclosure.curves import span_of
from analytics.core.disclosure.grid import day_of
from analytics.core.disclosure.policy import Policy
from analytics.core.methods import proportion
from analytics.core.methods.landmark import from_landmark
from analytics.core.methods.tables import grouped
from analytics.core.selection import Selected, select
from analytics.core.tables.flow import Known, flow
from analytics.core.tables.response import counted_by
from analytics.core.tables.split import split

Body = dict[str, Any]
Found = Iterator[tuple[str, pd.Index, Any]]  # name of a count, its rows, and what the form shows of it
EVENT = 1  # of a curve: the rule's own
CURVES = (methods.KAPLAN_MEIER, methods.LANDMARK)


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
    counts = {name: _cases(table, rows) for name, rows, number in counts_of(selected, shown) if number is not None}
    marks = {name: _cases(table, rows) for name, rows in _marks(selected, shown.released)}
    return Form(cut, analysis.name, counts, marks, read_of(selected, table))


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


def counts_of(selected: Selected, shown: Shown) -> Found:
    """Every count of a form: its name, its rows, and what is shown of it; 0 where it is told by other numbers."""
    method, form = selected.analysis.method, shown.released
    if method in CURVES or method == methods.CUMULATIVE_INCIDENCE:
        yield from _of_times(selected, shown)
    elif method in (methods.COX, methods.FINE_GRAY, methods.TIME_DEPENDENT):
        fitted = [one for pair in form["models"] for one in (pair.get("cause_specific", pair),) if not one["refused"]]
        yield "n", selected.rows.index, 0 if fitted else None
        yield "events", selected.rows.index[selected.event], 0 if fitted else None
    elif method == methods.PROPORTION:
        yield from _of_proportion(selected, form)
    elif form["table"] is not None:
        yield from OF_TABLE[method](selected, form["table"], shown.day)


def _of_times(selected: Selected, shown: Shown) -> Found:
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


def _of_proportion(selected: Selected, form: Body) -> Found:
    known, counts = proportion.known_and_counted(selected)
    group = selected.rows["group"].to_numpy()
    index = selected.rows.index
    for one in form["groups"]:
        own = group == one["group"]
        for name, mask in (("x", counts), ("n", known), ("not_known", ~known)):
            yield f"{one['group']}/{name}", index[own & mask], one[name]


def _of_characteristics(selected: Selected, form: Body, _day: date | None) -> Found:
    """Table 1 and toxicity: each level of each row, in each column of the table."""
    cases, group, levels = grouped(selected)
    if selected.analysis.method == "toxicity":
        cases = cases[cases["infused"].to_numpy(dtype=bool)]
    parts = split(cases, group, levels)
    masks = dict(zip(["all", *(value for value, _ in parts.levels)], parts.parts(), strict=True))
    heads = [(head["value"], masks[head["value"]], head["n"]) for head in form["heads"]]
    for value, mask, n in heads:
        yield f"{value}/n", cases.index[mask], n
    for row in form["rows"]:
        values = text_of(cases, row["column"])
        missing = values.isna().to_numpy()
        for place, (value, mask, _n) in enumerate(heads):
            name = f"{row['column']}/{value}"
            if "levels" not in row:
                yield f"{name}/known", cases.index[mask & ~missing], row["cells"][place]["n"]
                continue
            for level in row["levels"]:
                is_it = (
                    missing
                    if level["value"] is None
                    else (values == level["value"]).to_numpy(dtype=bool, na_value=False)
                )
                yield f"{name}/{level['value']}", cases.index[mask & is_it], level["cells"][place]["x"]


def _of_response(selected: Selected, form: Body, _day: date | None) -> Found:
    inside = selected.cases[selected.cases["infused"].to_numpy(dtype=bool)]
    counted = counted_by(inside)
    for row in form["rows"]:
        own = np.ones(len(inside), dtype=bool)
        if row["column"] is not None:
            values = text_of(inside, row["column"])
            own = (
                values.isna().to_numpy()
                if row["value"] is None
                else (values == row["value"]).to_numpy(dtype=bool, na_value=False)
            )
        name = f"{row['column'] or 'all'}/{row['value']}"
        yield f"{name}/n", inside.index[own], row["n"]
        for cell in row["cells"]:
            counts, of = counted[cell["measure"]]
            yield f"{name}/{cell['measure']}/x", inside.index[own & of & counts], cell["x"]
            yield f"{name}/{cell['measure']}/n", inside.index[own & of], cell["n"]


def _of_flow(selected: Selected, form: Body, day: date | None) -> Found:
    """Boxes, ways out of them and ways on: of each case by itself, for a flow of one case says where it is."""
    cases = selected.cases
    stated = day or date.max
    where: dict[str, list[Any]] = {}
    for place in range(len(cases)):
        for box in flow(cases.iloc[place : place + 1], stated).boxes:
            if not box.n:
                continue
            names = [f"{box.id}/n", *(f"{box.id}/exit {one.reason}" for one in box.exits)]
            names += [f"{box.id}/to {one.to}" for one in box.next if one.n]
            for name in names:
                where.setdefault(name, []).append(cases.index[place])
    for box in form["nodes"]:
        shown = [(f"{box['id']}/n", box["n"])]
        shown += [(f"{box['id']}/exit {one['reason']}", one["n"]) for one in box["exits"]]
        shown += [(f"{box['id']}/to {one['id']}", one["n"]) for one in box["next"]]
        for name, n in shown:
            yield name, pd.Index(where.get(name, [])), n


def _of_enrolment(selected: Selected, form: Body, _day: date | None) -> Found:
    known = Known(selected.cases, float("nan"))
    index = selected.cases.index
    yield "registered", index, form["registered"]
    for step in form["steps"]:
        yield step["id"], index[getattr(known, step["id"])], step["n"]


OF_TABLE = {
    "table-one": _of_characteristics,
    "toxicity": _of_characteristics,
    "response": _of_response,
    "flow": _of_flow,
    "enrolment": _of_enrolment,
}
