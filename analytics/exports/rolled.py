"""The whole forms as a data cut keeps them: what analytics.core.cut takes out of the analyses' tables, taken out of every answer."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from analytics.core.cases import FORM_TABLES
from analytics.exports.values import as_answer
from registry.dictionary.items import EMPTY, plain

COMPANIONS = ("_mr", "_p", "_oth")


def rolled_back_forms(
    forms: Mapping[str, pd.DataFrame],
    before: Mapping[str, pd.DataFrame],
    kept: Mapping[str, pd.DataFrame],
    day: date,
    declared,
) -> dict[str, pd.DataFrame]:
    """The forms as they stood at the end of `day`.

    forms   form → stored rows as text, as `extract.stored_forms` gives them
    before  the analyses' tables of the same rows, checked; kept: the same rolled back
    declared  the forms of the dictionary

    A row is there if the analyses keep it; one of a form that they do not read, if its date is not later. An answer that they change is
    changed here too; every other later date is empty; what is not asked any more after these changes is empty; a derived field of a row
    that changed is what the analyses have, or empty.
    """
    there, text = set(kept["cases"]["case"]), day.isoformat()
    found = {}
    for form in declared:
        rows = forms[form.name]
        rows = rows[rows["case"].isin(there)].reset_index(drop=True)
        if form.name in FORM_TABLES:
            rows, changed = _as_kept(form, rows, before[form.name], kept[form.name])
        else:
            later = rows[form.dated_by].notna() & (rows[form.dated_by] > text)
            rows, changed = rows[~later].reset_index(drop=True), {}
        _empty_later(form, rows, text, changed)
        _empty_not_asked(form, rows, changed)
        _empty_derived(form, rows, changed)
        found[form.name] = rows
    return found


def _keys(table: pd.DataFrame, form) -> pd.Index:
    """The keys of the rows as text: "c12.1.2"."""
    parts = [table["case"].astype(str)]
    parts += [pd.to_numeric(table[name]).astype(int).astype(str) for name in form.keys[1:]]
    return pd.Index(parts[0].str.cat(parts[1:], sep=".") if parts[1:] else parts[0])


def _as_kept(form, rows, before, kept):
    """The rows that the analyses keep with the answers that they changed; and row → names of what changed."""
    places = _keys(kept, form).get_indexer(_keys(rows, form))
    rows, places = rows[places >= 0].reset_index(drop=True), places[places >= 0]
    was_at = _keys(before, form).get_indexer(_keys(rows, form))
    changed: dict[int, set[str]] = {}
    for name in (*FORM_TABLES[form.name].items, *FORM_TABLES[form.name].derived):
        if name not in rows:
            continue
        was, now = before[name].to_numpy()[was_at], kept[name].to_numpy()[places]
        same = (pd.isna(was) & pd.isna(now)) | (was == now)
        for place in np.flatnonzero(~same):
            _set(rows, place, name, None if pd.isna(now[place]) else plain(now[place]))
            changed.setdefault(place, set()).add(name)
    return rows, changed


def _set(rows, place, name, value):
    """Store one answer; what stood beside the answer before goes."""
    for suffix in COMPANIONS:
        if name + suffix in rows:
            rows.loc[place, name + suffix] = None
    rows.loc[place, name] = value


def _empty_later(form, rows, text, changed):
    for question in form.questions:
        if question.kind == "date" and question.name in rows:
            later = rows[question.name].notna() & (rows[question.name] > text)
            for place in np.flatnonzero(later):
                _set(rows, place, question.name, None)
                changed.setdefault(place, set()).add(question.name)


def _empty_not_asked(form, rows, changed):
    """What depends on an answer that changed, and is not asked after it, is empty; so on until nothing is."""
    conditional = [one for one in form.questions if one.item.asked_if and one.name in rows]
    kinds = {one.name: one.kind for one in form.questions}
    for place, names in changed.items():
        while True:
            gone = {
                one.name
                for one in conditional
                if one.name not in names
                and rows.loc[place, one.name] not in EMPTY
                and _is_off(one, rows.loc[place], kinds, names)
            }
            if not gone:
                break
            for name in gone:
                _set(rows, place, name, None)
            names |= gone


def _is_off(question, row, kinds, names):
    """Whether a condition on one of `names` does not hold."""
    return any(
        not condition.holds({condition.item: as_answer(kinds[condition.item], row[condition.item])})
        for condition in question.item.asked_if
        if condition.item in names
    )


def _empty_derived(form, rows, changed):
    known = FORM_TABLES[form.name].derived if form.name in FORM_TABLES else ()
    for question in form.derived:
        if question.name not in known and changed:
            rows.loc[sorted(changed), question.name] = None
