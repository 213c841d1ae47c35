"""The values of a case column as a table counts them: text, levels, and of whom the column is asked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.core.columns.column import FLAG, NO_YES, Levels
from analytics.core.columns.declarations import COLUMN_OF


def levels_of(cases: pd.DataFrame, column: str) -> Levels:
    """The levels of a column: as declared, else as found, sorted."""
    declared = COLUMN_OF[column].levels if column in COLUMN_OF else ()
    if declared:
        return declared
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
    of = COLUMN_OF[column].of if column in COLUMN_OF else None
    if of is None:
        return np.ones(len(cases), dtype=bool)
    values = text_of(cases, of[0])
    return np.asarray(values.isna() | values.isin(of[1]))


def is_flag(column: str) -> bool:
    """Whether a column answers yes or no."""
    return column in COLUMN_OF and COLUMN_OF[column].kind == FLAG and COLUMN_OF[column].levels == NO_YES
