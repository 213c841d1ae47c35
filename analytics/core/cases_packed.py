"""The cases behind any Result, as bytes: of times one by one, of tables by their cells."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from analytics.core import cases_listed
from analytics.core.analysis import OF_TIMES, Analysis
from analytics.core.cases_behind import cases_behind
from analytics.core.cases_in_cells import cases_in_cells


def packed_cases(analysis: Analysis, table: pd.DataFrame, result: dict[str, Any]) -> tuple[int, bytes] | None:
    """How many cases are behind the Result, and they; None for a method that leads to none.

    table  the cases that the Result was computed from. Raises ValueError as `run` does.
    """
    if analysis.method in OF_TIMES:
        listed = cases_behind(analysis, table)
        return len(listed), cases_listed.pack(listed)
    found = cases_in_cells(analysis, table, _judged_at(result))
    return (len(found.cases), found.pack()) if found else None


def _judged_at(result: dict[str, Any]) -> date | None:
    """The day at which the table of a Result is judged, if it has one."""
    day = (result.get("table") or {}).get("day")
    return date.fromisoformat(day) if day else None
