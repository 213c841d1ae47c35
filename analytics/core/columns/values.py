"""The values of a case column as a table counts them: text, levels, and of whom the column is asked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.core.columns.column import FLAG, NO_YES, Levels
from analytics.core.columns.known import column_of


def levels_of(cases: pd.DataFrame, column: str) -> Levels:
    """The levels of a column: as declared, else as found, sorted."""
    known = column_of(column)
    if known and known.levels:
        return known.levels
    found = sorted(text_of(cases, column).dropna().unique())
    return tuple((value, value) for value in found)


def text_of(cases: pd.DataFrame, column: str) -> pd.Series:
    """The column's values as text, missing None; bool as "no" and "yes"."""
    if column not in cases.columns:
        raise ValueError(f"the case table lacks the column {column!r}")
    values = cases[column]
    if values.dtype == bool:
        return values.map({False: "no", True: "yes"}).astype(object)
    known = values.notna()
    text = pd.Series(None, index=values.index, dtype=object)
    text[known] = values[known].astype(str).astype(object)
    return text


def asked(cases: pd.DataFrame, column: str) -> np.ndarray:
    """(n,) the cases for which a column is asked; who may be one of them counts, so that what is missing is not hidden."""
    known = column_of(column)
    of = known.of if known else None
    if of is None:
        return np.ones(len(cases), dtype=bool)
    values = text_of(cases, of[0])
    return np.asarray(values.isna() | values.isin(of[1]))


def is_flag(column: str) -> bool:
    """Whether a column answers yes or no."""
    known = column_of(column)
    return known is not None and known.kind == FLAG and known.levels == NO_YES
