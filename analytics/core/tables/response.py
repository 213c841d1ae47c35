"""The response table: who responded, of whom, with exact limits, for all infused and by subgroup."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from analytics.core import patient_table_words as words
from analytics.core.columns.declarations import column as declared
from analytics.core.columns.values import levels_of, text_of
from analytics.core.estimators.proportions import clopper_pearson
from analytics.core.results import number
from analytics.core.tables.split import ALL

SUBGROUPS = ("burden", "prior_hsct", "age_group", "kmt2a", "prior_blinatumomab", "prior_inotuzumab")
MEASURES = (  # id, label, denominator
    ("cr", words.CR, words.OF_INFUSED),
    ("cri", words.CRI, words.OF_INFUSED),
    ("orr", words.ORR, words.OF_INFUSED),
    ("orr_evaluable", words.ORR_EVALUABLE, words.OF_EVALUABLE),
    ("confirmed", words.CONFIRMED, words.OF_INFUSED),
    ("mrd_negative", words.MRD_NEGATIVE, words.OF_INFUSED),
    ("mrd_negative_tested", words.MRD_NEGATIVE_TESTED, words.OF_TESTED),
    ("early_only", words.EARLY_ONLY, words.OF_INFUSED),
)


def response_table(
    cases: pd.DataFrame, subgroups: Iterable[str] = SUBGROUPS, confidence: float = 0.95
) -> dict[str, Any]:
    """The table as JSON. cases: rows of the case table; those not infused are left out and counted in `warnings`.

    Best response is that of day 21 to day 100. Patients who died or were not assessed by then are in the denominator of
    those infused as non-responders. Who was in CR or CRi before day 21 only is counted apart.

    measures  id, label and denominator of each column
    rows      all, then each level of each subgroup (with one for cases whose value is missing): x of n, share, Clopper-Pearson
              limits; nulls where n is 0

    Raises ValueError for a subgroup that is not declared or not in the table, and for a confidence outside (0, 1).

    Source: Clopper & Pearson 1934. Agrees with R: tests/reference/test_r_tables.py.
    """
    inside = cases[cases["infused"].to_numpy(dtype=bool)]
    counted = counted_by(inside)
    rows = [_row(None, ALL, np.ones(len(inside), dtype=bool), counted, confidence)]
    for name in subgroups:
        rows += _rows_of(inside, name, counted, confidence)
    return {
        "n": len(inside),
        "confidence": confidence,
        "limits": "clopper-pearson",
        "measures": [{"id": name, "label": label, "of": of} for name, label, of in MEASURES],
        "rows": rows,
        "warnings": _warnings(len(cases) - len(inside), inside),
    }


def counted_by(cases: pd.DataFrame) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Measure → (n,) who counts, and who is in the denominator."""
    best = text_of(cases, "BOR").to_numpy()
    everybody = np.ones(len(cases), dtype=bool)
    responded = (best == "CR") | (best == "CRi")
    is_yes = {name: (text_of(cases, name) == "yes").to_numpy() for name in _FLAGS}
    return {
        "cr": (best == "CR", everybody),
        "cri": (best == "CRi", everybody),
        "orr": (responded, everybody),
        "orr_evaluable": (responded, is_yes["bor_evaluable"]),
        "confirmed": (is_yes["bor_confirmed"], everybody),
        "mrd_negative": (is_yes["mrd_negative_cr"], everybody),
        "mrd_negative_tested": (is_yes["mrd_negative_cr"], is_yes["mrd_tested_cr"]),
        "early_only": (is_yes["early_cr_only"], everybody),
    }


_FLAGS = ("bor_evaluable", "bor_confirmed", "mrd_negative_cr", "mrd_tested_cr", "early_cr_only")


def _rows_of(
    cases: pd.DataFrame, name: str, counted: dict[str, tuple[np.ndarray, np.ndarray]], confidence: float
) -> list[dict[str, Any]]:
    column, values = declared(name), text_of(cases, name)
    rows = [
        _row(name, (value, label), (values == value).to_numpy(), counted, confidence, column.label)
        for value, label in levels_of(cases, name)
    ]
    missing = values.isna().to_numpy()
    if missing.any():
        rows.append(_row(name, (None, words.MISSING), missing, counted, confidence, column.label))
    return rows


def _row(
    column: str | None,
    level: tuple[str | None, str],
    mask: np.ndarray,
    counted: dict[str, tuple[np.ndarray, np.ndarray]],
    confidence: float,
    label: str = "",
) -> dict[str, Any]:
    cells = []
    for name, _label, _of in MEASURES:
        counts, of = counted[name]
        found = clopper_pearson(int((mask & of & counts).sum()), int((mask & of).sum()), confidence)
        limits = {key: number(getattr(found, key)) for key in ("estimate", "lower", "upper")}
        cells.append({"measure": name, "x": found.x, "n": found.n, **limits})
    value, shown = level
    return {"column": column, "label": label, "value": value, "level": shown, "n": int(mask.sum()), "cells": cells}


def _warnings(not_infused: int, cases: pd.DataFrame) -> list[str]:
    remission, tested, early_only = (
        text_of(cases, name) == "yes" for name in ("responder", "mrd_tested_cr", "early_cr_only")
    )
    untested, early = int((remission & ~tested).sum()), int(early_only.sum())
    pairs = ((not_infused, words.NOT_INFUSED), (untested, words.UNTESTED), (early, words.EARLY))
    return [sentence[n > 1].format(n=n) for n, sentence in pairs if n]
