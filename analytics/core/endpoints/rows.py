"""The rows behind a timeline: which case each row belongs to, its usable days, and which days are imputed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analytics.core.endpoints.dates import NO_DAY, PARTIAL, days, usable_days


class Rows:
    """The checked tables of one timeline, and the days found so far.

    tables     as `cases.checked` gives them
    cut        day of the data cut-off; NaN for none
    positions  of every row's case, as `cases.located` gives them; found anew where not given
    found      name → (cases,) days, sets, groups or flags
    """

    def __init__(self, tables: dict[str, pd.DataFrame], cut: float, positions: Mapping[str, np.ndarray] | None = None):
        self.tables = tables
        self.cut = cut
        self.index = pd.Index(tables["cases"]["case"])
        self.size = len(self.index)
        self._positions = positions or {}
        self.found: dict[str, Any] = {}
        self._of: dict[tuple[str, int | None], tuple[pd.DataFrame, np.ndarray]] = {}
        self._partial: dict[tuple[str, int], bool] = {}
        self._imputed: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}

    def of(self, form: str, course: int | None = 1) -> tuple[pd.DataFrame, np.ndarray]:
        """Rows of a form (of one course; None: of all) and the position of each row's case."""
        if (form, course) not in self._of:
            self._of[form, course] = self._select(form, course)
        return self._of[form, course]

    def _select(self, form: str, course: int | None) -> tuple[pd.DataFrame, np.ndarray]:
        rows = self.tables[form]
        if course is None:
            code = self._positions.get(form)
            return rows, self.index.get_indexer(pd.Index(rows["case"])) if code is None else code
        everything, code = self.of(form, None)
        if "course_no" not in rows.columns:
            return everything, code
        own = (rows["course_no"] == course).to_numpy()
        return (everything, code) if own.all() else (everything[own], code[own])

    def days(
        self, rows: pd.DataFrame, code: np.ndarray, item: str, lower: ArrayLike = NO_DAY, upper: ArrayLike = NO_DAY
    ) -> np.ndarray:
        """Days of a date item; partial dates are imputed inside the bounds and the cut, and remembered as such."""
        if not self._has_partial(rows, item):
            return days(rows[item])
        day, imputed = usable_days(rows[item], rows[f"{item}_p"], lower, np.fmin(upper, self.cut))
        self._imputed.setdefault(item, []).append((code[imputed], day[imputed]))
        return day

    def _has_partial(self, rows: pd.DataFrame, item: str) -> bool:
        """Whether any date of these rows, which `of` has given, is known to the month or year only."""
        key = (item, id(rows))
        if key not in self._partial:
            self._partial[key] = bool(rows[f"{item}_p"].isin(PARTIAL).any())
        return self._partial[key]

    def seen(self, day: np.ndarray) -> np.ndarray:
        """True for days not after the cut (missing days count as not seen)."""
        return np.asarray(~np.isnan(day) & ~(day > self.cut))

    def rests_on_imputed(self, symbol: str) -> np.ndarray:
        """(cases,) whether the day found for `symbol` is the imputed day of one of the case's rows."""
        flag = np.zeros(self.size, dtype=bool)
        for pairs in self._imputed.values():
            for code, day in pairs:
                flag[code[self.found[symbol][code] == day]] = True
        return flag
