"""Table 1: the characteristics of the cases, for all and by group."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from analytics.core import patient_table_words as words
from analytics.core.columns.column import DAY, NUMBER, Column, Levels
from analytics.core.columns.declarations import column as declared
from analytics.core.columns.values import asked, is_flag, levels_of, text_of
from analytics.core.results import number
from analytics.core.tables.cells import count, summary
from analytics.core.tables.differences import (
    categorical_difference,
    categorical_test,
    numeric_difference,
    numeric_test,
)
from analytics.core.tables.split import Split, split

USUAL = (
    *("age_infusion", "age_group", "sex", "subtype", "kmt2a", "down_syndrome", "indication", "relapses", "prior_lines"),
    *("disease_at_decision", "prior_hsct", "hsct_to_relapse", "hsct_to_relapse_group", "hsct_to_infusion"),
    *("prior_blinatumomab", "blinatumomab_response", "prior_inotuzumab", "cns_history", "extramedullary_history"),
    *("cns_before", "extramedullary_before", "blasts_before", "burden", "burden_50", "burden_prwcc", "burden_mrd"),
    *("mrd_before", "bridging", "bridging_kind", "lymphodepletion", "dose_per_kg", "out_of_specification"),
    *("vein_to_vein", "site", "year"),
)


def table_one(
    cases: pd.DataFrame,
    group: str | None = None,
    *,
    levels: Levels = (),
    columns: Iterable[str] = USUAL,
    p_values: bool = False,
) -> dict[str, Any]:
    """The table as JSON. cases: rows of the case table; group: a column of it; levels: its groups, if not as declared.

    heads     the columns: all cases, then each group, with n
    rows      one a characteristic. A number: cells with n, missing, median, q1, q3 (R's type 7), min, max, mean, sd. A
              category or flag: levels with cells x of n with a value, percent; `missing` has x of all.
    smd       standardised difference of each pair of groups (null where undefined), and the largest
    test      name and p, only with p_values; p null where undefined, with a sentence in `warnings`

    The group's own column is left out. Denominators are the cases with a value, printed in each cell. Raises ValueError
    for a column that is not declared or not in the table.

    Source: Yang & Dalton 2012 (differences). Agrees with R: tests/reference/test_r_tables.py.
    """
    parts, warnings = split(cases, group, levels), []
    rows = []
    for name in columns:
        if name != group:
            row, said = _row(cases, declared(name), parts, p_values)
            rows.append(row)
            warnings += said
    warnings = [*parts.warnings(), *warnings, *([words.P_VALUES] if p_values and parts.levels else [])]
    return {"n": len(cases), "group": group, "heads": parts.heads(), "rows": rows, "warnings": warnings}


def _row(cases: pd.DataFrame, column: Column, parts: Split, p_values: bool) -> tuple[dict[str, Any], list[str]]:
    make = _number_row if column.kind in (NUMBER, DAY) else _category_row
    body, differences, (test, p) = make(cases, column, parts)
    row = {
        "column": column.name,
        "label": column.label,
        "kind": column.kind,
        "unit": column.unit,
        "when": column.when,
        **body,
        "smd": _pairs(parts, differences),
        "test": {"name": test, "p": number(p)} if p_values and len(parts.levels) > 1 else None,
    }
    said = []
    if any(np.isnan(one) for one in differences):
        said.append(words.NO_SMD.format(label=column.label))
    if row["test"] and row["test"]["p"] is None:
        said.append(words.NO_TEST.format(label=column.label))
    return row, said


Body = tuple[dict[str, Any], list[float], tuple[str, float]]


def _number_row(cases: pd.DataFrame, column: Column, parts: Split) -> Body:
    cells = number_cells(cases, column, parts)
    values = cases[column.name].to_numpy(dtype="float64")
    known = ~np.isnan(values)
    groups = [np.sort(values[mask & known]) for mask in parts.parts()[1:]]
    differences = [numeric_difference(first, second) for first, second in combinations(groups, 2)]
    return {"statistic": words.NUMBER_SHOWN, "cells": cells}, differences, numeric_test(groups)


def number_cells(cases: pd.DataFrame, column: Column, parts: Split) -> list[dict[str, Any]]:
    """A number's cells for all and each group. Raises ValueError if the table lacks the column."""
    if column.name not in cases.columns:
        raise ValueError(f"the case table lacks the column {column.name!r}")
    values = cases[column.name].to_numpy(dtype="float64")
    known, of = ~np.isnan(values), asked(cases, column.name)
    return [summary(values[mask & known], int((mask & of & ~known).sum())) for mask in parts.parts()]


def _category_row(cases: pd.DataFrame, column: Column, parts: Split) -> Body:
    shown = levels_of(cases, column.name)
    counts, missing = level_counts(cases, column.name, shown, parts)
    of = counts.sum(axis=0)
    rows = [
        {"value": value, "label": label, "cells": [count(x, n) for x, n in zip(counts[place], of, strict=True)]}
        for place, (value, label) in enumerate(shown)
        if counts[place, 0] or not _is_long(shown)
    ]
    if is_flag(column.name):
        rows = [one for one in rows if one["value"] == "yes"]
    heads = of + missing
    body = {
        "statistic": words.COUNT_SHOWN,
        "levels": rows,
        "missing": [count(x, n) for x, n in zip(missing, heads, strict=True)],
    }
    by_group = counts[:, 1:]
    pairs = combinations(range(by_group.shape[1]), 2)
    differences = [categorical_difference(by_group[:, list(pair)]) for pair in pairs]
    return body, differences, categorical_test(by_group)


def _is_long(levels: Levels) -> bool:
    """Whether a list is one of which most cohorts have few levels: those that nobody has are then not shown."""
    return len(levels) > 6


def level_counts(cases: pd.DataFrame, column: str, levels: Levels, parts: Split) -> tuple[np.ndarray, np.ndarray]:
    """(levels, 1 + groups) cases at each level, and (1 + groups,) those without a value, for all and each group."""
    values = text_of(cases, column)
    place = pd.Index([value for value, _ in levels], dtype=object).get_indexer(pd.Index(values, dtype=object))
    masks, missing = parts.parts(), asked(cases, column) & values.isna().to_numpy()
    counts = np.array([np.bincount(place[mask & (place >= 0)], minlength=len(levels)) for mask in masks]).T
    return counts.reshape(len(levels), len(masks)), np.array([int((mask & missing).sum()) for mask in masks])


def _pairs(parts: Split, differences: list[float]) -> dict[str, Any] | None:
    if len(parts.levels) < 2:
        return None
    names = combinations([value for value, _ in parts.levels], 2)
    known = [one for one in differences if not np.isnan(one)]
    return {
        "pairs": [
            {"first": first, "second": second, "difference": number(one)}
            for (first, second), one in zip(names, differences, strict=True)
        ],
        "largest": max(known, default=None),
    }
