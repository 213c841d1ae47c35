"""How a table's cases are split into its columns: all, then each group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.core import patient_table_words as words
from analytics.core.columns.column import Levels
from analytics.core.columns.values import levels_of, text_of

ALL = ("all", words.ALL_CASES)


@dataclass(frozen=True, slots=True)
class Split:
    """levels: (value, label) of the groups, none without groups. group: (n,) place of each case in levels, -1 in none."""

    n: int
    levels: Levels
    group: np.ndarray

    def parts(self) -> list[np.ndarray]:
        """(n,) masks: all cases, then each group."""
        return [np.ones(self.n, dtype=bool), *(self.group == place for place in range(len(self.levels)))]

    def heads(self) -> list[dict[str, Any]]:
        """The heads of the table's columns, with how many cases each holds."""
        shown = (ALL, *self.levels)
        return [
            {"value": value, "label": label, "n": int(mask.sum())}
            for (value, label), mask in zip(shown, self.parts(), strict=True)
        ]

    def warnings(self) -> list[str]:
        """The sentence about cases without a group."""
        n = int((self.group < 0).sum()) if self.levels else 0
        return [words.GROUP_MISSING[n > 1].format(n=n)] if n else []


def split(cases: pd.DataFrame, column: str | None, levels: Levels = ()) -> Split:
    """Groups by a column of the case table; its levels as given, as declared, or as found, sorted. None: no groups.

    A flag that the timeline keeps as bool is "no" and "yes". Raises ValueError if the table lacks the column.
    """
    if column is None:
        return Split(len(cases), (), np.full(len(cases), -1))
    values = text_of(cases, column)
    shown = levels or levels_of(cases, column)
    place = pd.Index([value for value, _ in shown], dtype=object).get_indexer(pd.Index(values, dtype=object))
    return Split(len(cases), shown, np.asarray(place))
