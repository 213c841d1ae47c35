"""CDISC ODM 1.3.2, FileType Transactional: how the answers of an export came to be, change after change, each with its audit record."""

import pandas as pd

from analytics.exports import declared as d
from analytics.exports.formats.odm_file import (
    CASES_AT_ONCE,
    FILE,
    answers_of,
    columns_of,
    forms_of,
    named,
    sites_of,
    study_of,
)
from analytics.exports.forms import table_of_rows
from analytics.exports.trail import COMPANIONS
from registry.odm import study as o
from registry.odm.writing import TRANSACTIONAL, odm_pieces

WHY_NOT = "The history of the answers is told of the live record, in the profiles full and consortium: a cut has none, and a de-identified export no times."


def odm_trail_files(tables, _options, snapshot):
    """The one file, made while it is taken. Raises ValueError where the history is not told."""
    if snapshot.trail is None:
        raise ValueError(WHY_NOT)
    # What is computed has no history of its own.
    forms = [(_entered(table), form) for table, form in forms_of(tables, snapshot)]
    sites = sites_of(tables)
    pieces = odm_pieces(
        study_of(forms, snapshot), _steps(forms, sites, snapshot), sites=named(sites),
        people=snapshot.trail.people_of(sites), kind=TRANSACTIONAL,
    )  # fmt: skip
    return [(FILE, pieces)]


def _entered(table):
    columns = tuple(one for one in table.columns if one.role != d.DERIVED)
    return d.Table(table.name, table.label, columns, table.rows[[one.name for one in columns]], table.keys, table.sas)


def _steps(forms, sites, snapshot):
    """Step after Step, the cases in the order of their names, the changes of each in the order in which they happened."""
    by_name, cases = {form.name: (table, form) for table, form in forms}, sorted(sites)
    for begin in range(0, len(cases), CASES_AT_ONCE):
        some = cases[begin : begin + CASES_AT_ONCE]
        told = [(case, one) for case in some for one in snapshot.trail.of(case) if one.form in by_name]
        after = _states([one for _case, one in told])
        items, before = _items(by_name, [one.form for _case, one in told], after, snapshot), {}
        for (case, one), state, now in zip(told, after, items, strict=True):
            was, before[one.form, one.row] = before.get((one.form, one.row)), now
            if step := _step(was, now):
                _form, course, number = snapshot.trail.place(one.form, state)
                yield o.Step(case, sites[case], one.form, course, number, step[0], one.change, step[1])


def _states(told):
    """The columns of its row after each change."""
    rows, found = {}, []
    for one in told:
        rows[one.form, one.row] = rows.get((one.form, one.row), {}) | one.columns
        found.append(rows[one.form, one.row])
    return found


def _step(before, now):
    """(kind, items) of a change of a row; None where nothing of it is to be told. A row: item → text, or None for null; None where it is not there."""
    if now is None:
        return None if before is None else (o.REMOVE, ())
    if before is None:
        return o.INSERT, tuple((name, o.INSERT, value) for name, value in now.items())
    items = [
        (name, o.UPDATE if name in before else o.INSERT, value)
        for name, value in now.items()
        if name not in before or before[name] != value
    ]
    items += [(name, o.REMOVE, None) for name in before if name not in now]
    return (o.UPDATE, tuple(items)) if items else None


def _items(by_name, of_form, after, snapshot):
    """Of each state of a row its items, made as the tables of an export are: item → text, or None for null; None for a row that is removed."""
    found = [None] * len(after)
    for name in set(of_form):
        places = [at for at, one in enumerate(of_form) if one == name and not after[at].get("is_void")]
        made = _rows(*by_name[name], [after[at] for at in places], snapshot)
        for at, row in zip(places, made, strict=True):
            found[at] = row
    return found


def _rows(table, form, states, snapshot):
    names = dict.fromkeys(
        ["course_no", *(question.name + ending for question in form.questions for ending in COMPANIONS)]
    )
    stored = {name: [_as_text(one.get(name)) for one in states] for name in names}
    rows = table_of_rows(snapshot, form, pd.DataFrame({"case": "", **stored}, dtype=object)).rows
    columns = columns_of(table)
    answers = list(zip(columns, answers_of(table, rows), strict=True))
    for place_ in range(len(states)):
        row = {column.name: texts[place_] for column, texts in answers if texts[place_]}
        nulls = {column.item for column, texts in answers if column.role == d.REASON and texts[place_]} - row.keys()
        yield row | {column.name: None for column in columns if column.name in nulls}


def _as_text(value):
    """A value of the history as COPY writes that of the row."""
    if value is None:
        return None
    return "{" + ",".join(map(str, value)) + "}" if isinstance(value, list) else str(value)
