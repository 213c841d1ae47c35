"""The toxicity table: every row adds up to those infused, and what nobody reported stands apart from "no"."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analytics.core import patient_table_words as words
from analytics.core.columns.column import Column, Levels
from analytics.core.columns.declarations import column as declared
from analytics.core.tables.cells import count
from analytics.core.tables.split import Split, split
from analytics.core.tables.table_one import level_counts, number_cells

COUNTED = (
    *("crs_grade", "icans_grade", "tocilizumab", "steroid", "icu", "iechs", "iechs_grade"),
    *("icaht_early", "icaht_late", "t_icaht_early", "t_icaht_late", "infection_severe"),
)
MEASURED = {"crs_grade": ("crs_onset", "crs_duration"), "icans_grade": ("icans_onset", "icans_duration")}


def toxicity_table(cases: pd.DataFrame, group: str | None = None, *, levels: Levels = ()) -> dict[str, Any]:
    """The table as JSON. cases: rows of the case table; those not infused are left out and counted in `warnings`.

    heads  all infused, then each group, with n
    rows   one an item: levels with cells x of n infused, the last of them "not reported" (value null); under CRS and ICANS
           their onset and duration in days, of those that have one, as in Table 1

    Percentages are of those infused. Raises ValueError if the table lacks a column, and RuntimeError if a row does not add
    up to those infused.
    """
    inside = cases[cases["infused"].to_numpy(dtype=bool)]
    parts = split(inside, group, levels)
    rows = []
    for name in COUNTED:
        rows.append(_counts(inside, declared(name), parts))
        rows += [_days(inside, declared(one), parts) for one in MEASURED.get(name, ())]
    left_out = len(cases) - len(inside)
    said = [words.NOT_INFUSED[left_out > 1].format(n=left_out)] if left_out else []
    return {
        "n": len(inside),
        "group": group,
        "heads": parts.heads(),
        "rows": rows,
        "warnings": [*said, *parts.warnings()],
    }


def _head(column: Column, statistic: str) -> dict[str, Any]:
    return {
        "column": column.name,
        "label": column.label,
        "kind": column.kind,
        "unit": column.unit,
        "note": column.note,
        "statistic": statistic,
    }


def _counts(cases: pd.DataFrame, column: Column, parts: Split) -> dict[str, Any]:
    counts, missing = level_counts(cases, column.name, column.levels, parts)
    every = np.vstack([counts, missing])
    infused = np.array([mask.sum() for mask in parts.parts()])
    if (every.sum(axis=0) != infused).any():
        raise RuntimeError(f"{column.name}: rows add up to {every.sum(axis=0)}, not to the {infused} infused")
    shown = (*column.levels, (None, words.NOT_REPORTED))
    rows = [
        {"value": value, "label": label, "cells": [count(x, n) for x, n in zip(row, infused, strict=True)]}
        for (value, label), row in zip(shown, every, strict=True)
    ]
    return {**_head(column, words.COUNT_SHOWN), "levels": rows}


def _days(cases: pd.DataFrame, column: Column, parts: Split) -> dict[str, Any]:
    return {**_head(column, words.NUMBER_SHOWN), "cells": number_cells(cases, column, parts)}
