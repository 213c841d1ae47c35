"""The course of each patient: from the clock to the last news, with what happened on the way, the longest event-free first.

Of very many, every second, third … is told: a figure shows no more, and a page or an answer by REST must not grow with the registry.
The times of all stand in the dataset's tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.core import patient_course_words as words
from analytics.core.columns.values import text_of
from analytics.core.courses_told import said_of, told
from analytics.core.endpoints.dates import days
from analytics.core.endpoints.timeline import date_bit
from analytics.core.results import number

DATED_BY = {  # mark: the timeline's date
    "remission_mrd_negative": "D_CR",
    "remission": "D_CR",
    "b_cells": "D_BCA",
    "mrd": "D_MRD",
    "transplant": "D_HSCT",
    "therapy": "D_STX",
    "relapse_positive": "D_REL_19P",
    "relapse_negative": "D_REL_19N",
    "relapse_dim": "D_REL_19D",
    "relapse_unknown": "D_REL_19U",
    "death": "D_DTH",
}


@dataclass(frozen=True, slots=True)
class Swimmer:
    """rows: one a patient, as JSON, in the order shown. marks: id, label and n of each kind of mark, in all of them."""

    rows: tuple[dict[str, Any], ...]
    marks: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]

    def as_dict(self) -> dict:
        """As a result stores it."""
        return {"ongoing": words.ONGOING, "marks": list(self.marks), **told(self.rows)}


def swimmer(cases: pd.DataFrame, timed: pd.DataFrame, clock: str) -> Swimmer:
    """The courses of `timed` (rows of `derive` by the rule that sorts them), whose timeline is in `cases`; days from `clock`.

    free      event-free days by the rule; event: whether an event ended them
    end       days to death, or to the last day known alive; dead: which of the two
    marks     kind, days, imputed (whether only the month or year is known), in the order of time

    The longest event-free comes first, of equals the one followed longer, then by pseudonym: the only thing that names a row.
    A remission is MRD-negative if a test within 14 days of it says so. Therapy in remission is the first one that was begun,
    if that is no transplant. Raises ValueError if a column is missing.
    """
    absent = [name for name in (*NEEDED, clock) if name not in cases.columns]
    if absent:
        raise ValueError(f"the case table lacks {', '.join(absent)}; expected the timeline")
    own = cases.loc[timed.index]
    start = days(own[clock])
    found = {kind: (day - start, imputed) for kind, (day, imputed) in _marked(own).items()}
    death, alive = days(own["D_DTH"]) - start, days(own["D_ALIVE"]) - start
    free, name = timed["time"].to_numpy(dtype="float64"), own["case"].to_numpy()
    last = np.fmax.reduce([free, alive, *(day for day, _imputed in found.values())])
    end = np.where(np.isnan(death), last, death)
    event = timed["status"].to_numpy() > 0
    rows = [
        {
            "case": str(name[place]),
            "free": number(free[place]),
            "event": bool(event[place]),
            "end": number(end[place]),
            "dead": bool(~np.isnan(death[place])),
            "marks": _marks_of(place, found),
        }
        for place in np.lexsort((name, -end, -free))
    ]
    counted = [(kind, int((~np.isnan(day)).sum())) for kind, (day, _imputed) in found.items()]
    marks = tuple({"id": kind, "label": words.MARKS[kind], "n": n} for kind, n in counted if n)
    imputed = said_of(rows)["imputed"]
    said = (words.MARKS_IMPUTED[imputed > 1].format(n=imputed),) if imputed else ()
    return Swimmer(tuple(rows), marks, said)


NEEDED = ("case", "imputed_dates", "mrd_negative_cr", "D_NR", "D_PROG", "D_ALIVE", *dict.fromkeys(DATED_BY.values()))


def _marked(cases: pd.DataFrame) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Mark → (n,) day or NaN, and whether it is imputed, in the order of the key."""
    bits = cases["imputed_dates"].to_numpy()
    negative = (text_of(cases, "mrd_negative_cr") == "yes").to_numpy()
    day = {kind: days(cases[symbol]) for kind, symbol in DATED_BY.items()}
    kept = {
        "remission_mrd_negative": negative,
        "remission": ~negative,
        "therapy": day["therapy"] != day["transplant"],
    }
    found = {
        kind: (np.where(kept.get(kind, True), day[kind], np.nan), (bits & date_bit(symbol)) != 0)
        for kind, symbol in DATED_BY.items()
    }
    first = np.fmin(days(cases["D_NR"]), days(cases["D_PROG"]))
    by_progression = days(cases["D_PROG"]) == first
    imputed = np.where(by_progression, bits & date_bit("D_PROG"), bits & date_bit("D_NR")) != 0
    found["no_response"] = (first, imputed)
    return {kind: found[kind] for kind in words.MARKS}


def _marks_of(place: Any, found: dict[str, tuple[np.ndarray, np.ndarray]]) -> list[dict[str, Any]]:
    marks = [
        {"kind": kind, "days": number(day[place]), "imputed": bool(imputed[place])}
        for kind, (day, imputed) in found.items()
        if not np.isnan(day[place])
    ]
    return sorted(marks, key=lambda mark: mark["days"])
