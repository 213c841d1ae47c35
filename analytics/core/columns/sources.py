"""What the columns are found from: the checked rows of one cohort, its timeline, and the columns found so far."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analytics.core.columns.column import NO_YES, CodeList, Levels
from analytics.core.endpoints.categories import MISSING, categorical
from analytics.core.endpoints.dates import NO_DAY, days, last_per_case
from analytics.core.endpoints.rows import Rows

NOTHING = np.nan


class Sources:
    """One work table of the columns.

    rows      the rows of the forms and where they belong
    timeline  one row per case, in the order of `cases`
    day       symbol of the timeline → (cases,) days since 1970-01-01, NaN where there is none
    infused   (cases,) whether an infusion of the first course is dated, by the cut
    found     column name → (cases,) values
    """

    def __init__(self, rows: Rows, timeline: pd.DataFrame):
        self.rows = rows
        self.timeline = timeline
        self.day = {name: days(timeline[name]) for name in timeline if timeline[name].dtype.kind == "M"}
        self.infused = ~np.isnan(self.day["T0"])
        self.found: dict[str, Any] = {}

    @property
    def size(self) -> int:
        """Number of cases."""
        return self.rows.size

    def answer(self, form: str, item: str) -> np.ndarray:
        """(cases,) an item of a form that a case has once; NaN where it was not answered."""
        rows, code = self.rows.of(form)
        found = np.full(self.size, NOTHING)
        found[code] = rows[item].to_numpy()
        return found

    def choices(self, form: str, item: str, wanted: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of every row: the position of its case, whether the question was answered, whether any wanted code was ticked."""
        rows, code = self.rows.of(form)
        pattern = "|".join(rf"\b{one}\b" for one in wanted)
        answered = rows[item].notna().to_numpy()
        ticked = rows[item].astype(object).where(answered, "").astype(str).str.contains(pattern).to_numpy(dtype=bool)
        return code, answered, ticked

    def infusion(self, item: str) -> np.ndarray:
        """(cases,) a number of the first infusion; NaN where there was none by the cut."""
        rows, code = self.rows.of("infusion")
        first = (rows["inf_seq"] == 1).to_numpy()
        found = np.full(self.size, NOTHING)
        found[code[first]] = rows[item].to_numpy()[first]
        return np.where(self.infused, found, NOTHING)

    def prior_transplant(self) -> np.ndarray:
        """(cases,) day of the latest transplant before CAR-T; partial dates are imputed. NaN if none is dated."""
        rows, code = self.rows.of("prior_transplant")
        before = np.fmin(self.day["T_APH"], self.day["T0"])[code]
        return last_per_case(code, self.rows.days(rows, code, "hsct_date", upper=before), self.size)

    def of_infused(self, values: np.ndarray) -> np.ndarray:
        """The values of those infused by the cut, NaN for the others."""
        return np.where(self.infused, values, NOTHING)


def coded(values: np.ndarray, codes: CodeList, levels: Levels | None = None) -> pd.Categorical:
    """(n,) dictionary codes as the values of their list, among `levels` if those are more; other codes are missing."""
    names = tuple(value for value, _ in levels) if levels else tuple(one.value for one in codes)
    place = np.full(len(values), MISSING)
    for one in codes:
        place[values == one.code] = names.index(one.value)
    return categorical(place, names)


def classed(levels: Levels, *rules: tuple[np.ndarray, str]) -> pd.Categorical:
    """(n,) the level of the first rule that holds; missing where none does."""
    names = tuple(value for value, _ in levels)
    place = np.select([rule for rule, _ in rules], [names.index(value) for _, value in rules], default=MISSING)
    return categorical(place, names)


def flag(yes: np.ndarray, known: np.ndarray) -> pd.Categorical:
    """(n,) "yes" or "no"; missing where not known."""
    return classed(NO_YES, (known & yes, "yes"), (known & ~yes, "no"))


def answered_flag(values: np.ndarray) -> pd.Categorical:
    """(n,) codes 0 and 1 as "no" and "yes"; every other code is missing."""
    return flag(values == 1, np.isin(values, (0, 1)))


def graded(values: np.ndarray, levels: Levels) -> pd.Categorical:
    """(n,) grades as text levels; missing where not graded."""
    whole = np.where(np.isnan(values), MISSING, values).astype("int64")
    return categorical(np.where((whole < 0) | (whole >= len(levels)), MISSING, whole), [value for value, _ in levels])


def count_per_case(code: np.ndarray, size: int, where: np.ndarray) -> np.ndarray:
    """(cases,) number of rows for which `where` holds."""
    return np.bincount(code[where], minlength=size).astype("float64")


def sum_per_case(code: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """(cases,) sum of the rows' values; NaN where one of them is NaN, or there is no row."""
    total = np.bincount(code, weights=values, minlength=size)
    return np.where(np.bincount(code, minlength=size) > 0, total, NO_DAY)


def at_extreme(code: np.ndarray, order: np.ndarray, values: np.ndarray, size: int, *, last: bool) -> np.ndarray:
    """(cases,) the value of the row that is first (or last) by `order`; NaN without a row."""
    place = np.argsort(order, kind="stable")
    place = place if last else place[::-1]
    found = np.full(size, NOTHING)
    found[code[place]] = values[place]
    return found
