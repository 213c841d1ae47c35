"""The cases that the cells of a table or proportion count, by the same selection, columns and masks as the table itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from analytics.core import patient_table_words as words
from analytics.core.analysis import Analysis
from analytics.core.cases_counted import (
    COUNTED,
    GROUP,
    IN,
    LEFT,
    MISSING,
    NEXT,
    NO,
    NONE,
    OUTCOME,
    YES,
    Counted,
    Row,
    Values,
    level,
)
from analytics.core.columns.column import DAY, NUMBER
from analytics.core.columns.declarations import column as declared
from analytics.core.columns.values import asked, levels_of, text_of
from analytics.core.methods.proportion import known_and_counted
from analytics.core.methods.tables import grouped
from analytics.core.selection import Selected, select
from analytics.core.tables import response, table_one, toxicity
from analytics.core.tables.flow import flow
from analytics.core.tables.split import split


def cases_in_cells(analysis: Analysis, table: pd.DataFrame, day: date | None) -> Counted | None:
    """Who is counted in which cell; None for a method that counts nobody in cells.

    table, day  as the Result was given them: a table is judged at its day. Raises ValueError as `run` does.
    """
    if analysis.method not in COUNTED or (day is None and analysis.method == "flow"):
        return None
    return MAKERS[analysis.method](select(analysis, table), day)


def _counted(cases: pd.DataFrame, rows: dict[str, Row]) -> Counted:
    return Counted(tuple(cases["case"].astype(str)), rows)


def _places(values: Values, *masks: np.ndarray) -> tuple[int, ...]:
    """For each case the place of the first mask that holds."""
    at = np.select(list(masks), list(range(len(values))), default=NONE)
    return tuple(int(one) for one in at)


def _table_one(selected: Selected, _day: date | None) -> Counted:
    cases, group, levels = grouped(selected)
    return _columns(cases, group, levels, table_one.USUAL, selected)


def _toxicity(selected: Selected, _day: date | None) -> Counted:
    cases, group, levels = grouped(selected)
    measured = (one for several in toxicity.MEASURED.values() for one in several)
    inside = cases[cases["infused"].to_numpy(dtype=bool)]
    return _columns(inside, group, levels, (*toxicity.COUNTED, *measured), selected)


def _columns(
    cases: pd.DataFrame, group: str | None, levels: Values, columns: tuple[str, ...], selected: Selected
) -> Counted:
    rows = {name: _column(cases, name) for name in columns if name != group}
    if group is not None and selected.analysis.groups is not None:
        parts = split(cases, group, levels)
        values = tuple((level(value), label) for value, label in parts.levels)
        rows[GROUP] = Row(selected.analysis.groups.label, values, tuple(int(one) for one in parts.group))
    return _counted(cases, rows)


def _column(cases: pd.DataFrame, name: str) -> Row:
    """A characteristic: its levels, or whether a number is known; and those of whom it is asked and not known."""
    column, missing = declared(name), asked(cases, name) & cases[name].isna().to_numpy()
    if column.kind in (NUMBER, DAY):
        values: Values = ((IN, words.KNOWN), (MISSING, words.MISSING))
        return Row(column.label, values, _places(values, cases[name].notna().to_numpy(), missing))
    text = text_of(cases, name)
    shown = levels_of(cases, name)
    values = (*((level(value), label) for value, label in shown), (MISSING, words.MISSING))
    return Row(
        column.label, values, _places(values, *((text == value).to_numpy(dtype=bool) for value, _ in shown), missing)
    )


def _response(selected: Selected, _day: date | None) -> Counted:
    """Each measure: who counts and who is in its denominator alone; each subgroup: its levels."""
    inside = selected.cases[selected.cases["infused"].to_numpy(dtype=bool)]
    counted = response.counted_by(inside)
    rows = {}
    for name, label, _of in response.MEASURES:
        counts, of = counted[name]
        values: Values = ((YES, label), (NO, words.NOT_COUNTED))
        rows[name] = Row(label, values, _places(values, of & counts, of))
    everybody = np.ones(len(inside), dtype=bool)
    rows[IN] = Row(words.ALL_CASES, ((IN, words.ALL_CASES),), _places(((IN, ""),), everybody))
    for name in response.SUBGROUPS:
        text, shown = text_of(inside, name), levels_of(inside, name)
        values = (*((level(value), label) for value, label in shown), (MISSING, words.MISSING))
        masks = [(text == value).to_numpy(dtype=bool) for value, _ in shown]
        rows[name] = Row(declared(name).label, values, _places(values, *masks, text.isna().to_numpy()))
    return _counted(inside, rows)


def _flow(selected: Selected, day: date | None) -> Counted:
    """Each box: who left it for which reason, and who went on to which."""
    assert day is not None  # noqa: S101 - asked of a flow with its day
    boxes = flow(selected.cases, day).boxes
    labels = {box.id: box.label for box in boxes}
    rows = {}
    for box in boxes:
        values = (
            *((f"{LEFT}.{place}", one.reason) for place, one in enumerate(box.exits)),
            *((f"{NEXT}.{one.to}", labels[one.to]) for one in box.next),
        )
        masks = [*(one.who for one in box.exits), *(one.who for one in box.next)]
        at = _places(values, *masks) if masks else (NONE,) * len(selected.cases)
        rows[box.id] = Row(box.label, values, at)
    return _counted(selected.cases, rows)


def _proportion(selected: Selected, _day: date | None) -> Counted:
    known, counts = known_and_counted(selected)
    outcome = selected.analysis.outcome
    label = outcome.label if outcome else selected.analysis.rule.label
    values: Values = ((YES, label), (NO, words.NOT_COUNTED), (MISSING, words.MISSING))
    rows = {OUTCOME: Row(label, values, _places(values, counts & known, known, ~known))}
    groups = selected.analysis.groups
    group = selected.rows["group"].astype(str)
    shown = tuple((level(value), said) for value, said in selected.levels)
    masks = [(group == value).to_numpy(dtype=bool) for value, _ in selected.levels]
    rows[GROUP] = Row(groups.label if groups else words.ALL_CASES, shown, _places(shown, *masks))
    return _counted(selected.cases.loc[selected.rows.index], rows)


MAKERS: dict[str, Callable[[Selected, date | None], Counted]] = {
    "table-one": _table_one,
    "toxicity": _toxicity,
    "response": _response,
    "flow": _flow,
    "proportion": _proportion,
}
