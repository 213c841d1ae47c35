"""Each case's forms and open queries, one by one, beside its other columns: what a scorecard counts by period and by age."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analytics.core.endpoints.dates import days
from analytics.core.quality_tables import FORM_STATES, OPEN_QUERIES, checked_quality
from analytics.core.thresholds import CRITICAL_FORMS

FORMS, QUERIES = "form_facts", "query_facts"
# Columns of a case's forms, one row a form. Days since 1970, NaN where not known; flags 0 or 1.
IS_CRITICAL, IS_REQUIRED, IS_COMPLETE, DUE, EVENT, ENTERED, COMPLETED = range(7)


def quality_facts(tables: Mapping[str, pd.DataFrame], line: pd.DataFrame) -> pd.DataFrame:
    """Two columns for each case of `line`, with its index; None where the dataset holds no facts on quality.

    form_facts   (k, 7) array: IS_CRITICAL, IS_REQUIRED, IS_COMPLETE, DUE, EVENT, ENTERED, COMPLETED
    query_facts  (m,) days on which the queries that are not closed were opened
    """
    quality = checked_quality(tables)
    if not quality:
        return pd.DataFrame({FORMS: None, QUERIES: None}, index=line.index, dtype=object)
    forms, queries = quality[FORM_STATES], quality[OPEN_QUERIES]
    facts = np.column_stack(
        [
            forms["form"].isin(CRITICAL_FORMS).to_numpy(dtype="float64"),
            *(forms[name].to_numpy(dtype="float64") for name in ("required", "complete")),
            *(days(forms[name]) for name in ("due", "event", "entered", "completed")),
        ]
    )
    index = pd.Index(line["case"])
    columns = {
        FORMS: _by_case(forms["case"], index, facts),
        QUERIES: _by_case(queries["case"], index, days(queries["opened"])),
    }
    return pd.DataFrame({name: pd.Series(parts, index=line.index, dtype=object) for name, parts in columns.items()})


def _by_case(case: pd.Series, index: pd.Index, rows: np.ndarray) -> list[np.ndarray]:
    """The rows of each case; rows of cases that `index` does not hold are left out."""
    place = index.get_indexer(pd.Index(case))
    order = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[order], np.arange(len(index) + 1))
    sorted_rows = rows[order]
    return [sorted_rows[start:end] for start, end in zip(ends[:-1], ends[1:], strict=True)]


def joined(cases: pd.DataFrame, name: str, empty: np.ndarray) -> np.ndarray:
    """The facts of these cases, one below the other."""
    return np.concatenate([empty, *cases[name]]) if len(cases) else empty
