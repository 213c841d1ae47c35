"""The answers of the forms as a dataset keeps them: one table a form, a row for each row that counts, without a calendar date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from analytics.core.columns.column import AT_INFUSION, BASELINE
from analytics.core.cut import HAPPENED
from analytics.core.endpoints.dates import NO_DAY, days, usable_days
from analytics.core.items.asked import NONE_TICKED
from analytics.core.items.declared import COURSE, KNOWN, NUMBER, SEVERAL, items, items_of_forms

DATED: Mapping[str, str] = {**HAPPENED, "late_effects": "late_date"}
INEXACT: Mapping[str, str] = {"pre_bm_blast": "pre_bm_blast_op"}  # a number → the operator it was reported with
EXACT = "1"
DAY = "day"


def columns_of(form: str) -> tuple[str, ...]:
    """The columns of a stored form that its table is made of, beside case and course."""
    dated = (DATED[form], f"{DATED[form]}_p") if form in DATED else ()
    return (*items_of_forms()[form], *dated)


def answers_of(
    forms: Mapping[str, pd.DataFrame], table: pd.DataFrame, cut: date | None = None
) -> dict[str, pd.DataFrame]:
    """Form → case, day, and every coded and numeric question as text.

    forms  form → its stored rows as text: case, course_no if it belongs to a course, `columns_of`; missing is NaN or None
    table  the case table of the same cases, with its timeline
    cut    as the case table was made with it

    The rows of each case are in the order of their dates, then of their numbers, undated ones last. Rows of later courses are not
    there, nor those that are dated after the cut, or after what the form tells of: the decision of a form that is known then, the
    infusion of one that is known at it. Days are counted as in the case table. Inexact numbers are empty.
    """
    index = pd.Index(table["case"])
    origin = days(table["T0"].fillna(table["T_APH"]).fillna(table["T_DEC"]))
    return {
        form: _answers(form, rows, index, origin, _last_day(form, table, cut))
        for form, rows in forms.items()
        if form in items_of_forms()
    }


def _last_day(form: str, table: pd.DataFrame, cut: date | None) -> np.ndarray:
    """(cases,) the last day of which the form may tell; NaN for none."""
    cut_day = NO_DAY if cut is None else float(np.datetime64(cut, "D").astype("int64"))
    symbols = {AT_INFUSION: ("T0",), BASELINE: ("T0", "T_APH", "T_DEC")}.get(KNOWN.get(form, ""), ())
    last = np.full(len(table), cut_day)
    for symbol in symbols:
        last = np.fmin(last, days(table[symbol]))
    return last


def _answers(form: str, rows: pd.DataFrame, index: pd.Index, origin: np.ndarray, last: np.ndarray) -> pd.DataFrame:
    place = index.get_indexer(pd.Index(rows["case"]))
    own = place >= 0
    if COURSE in rows:
        own &= (rows[COURSE].astype(float) == 1).to_numpy()
    rows, place = rows[own], place[own]
    day = np.full(len(rows), NO_DAY)
    if form in DATED:
        stored = pd.to_datetime(rows[DATED[form]], format="%Y-%m-%d")
        day, _imputed = usable_days(stored, rows[f"{DATED[form]}_p"], NO_DAY, last[place])
    counts = ~(day > last[place])
    rows, place, day = rows[counts], place[counts], day[counts]
    names = items_of_forms()[form]
    number = [name for name in names if name.endswith("_seq")]
    by = [rows[name].astype(float).to_numpy() for name in number]
    order = np.lexsort((*by, np.where(np.isnan(day), np.inf, day), place))
    made = pd.DataFrame({"case": rows["case"].to_numpy()}, dtype=object)
    made[DAY] = pd.array(np.where(np.isnan(day), np.nan, day - origin[place]), dtype="Int64")
    made = pd.concat([made, _said(rows, names).reset_index(drop=True)], axis="columns")
    return made.iloc[order].reset_index(drop=True)


def _said(rows: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """The answers as they are written: numbers without trailing zeros, several codes between spaces."""
    found = {name: rows[name].map(_WRITTEN.get(items()[name].kind, str), na_action="ignore") for name in names}
    for name, operator in INEXACT.items():
        if name in found:
            exact = found[operator].isna() | (found[operator] == EXACT)
            found[name] = found[name].where(exact)
    return pd.DataFrame(found, index=rows.index)


def _number(text: object) -> str:
    written = str(text)
    return written.rstrip("0").rstrip(".") if "." in written else written


def _codes(text: object) -> str:
    listed = text if isinstance(text, list | tuple) else str(text).strip("{}").replace(",", " ").split()
    return " ".join(str(one) for one in sorted(map(int, listed))) or NONE_TICKED


_WRITTEN = {NUMBER: _number, SEVERAL: _codes}
