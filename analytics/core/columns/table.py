"""The case table: one row per case, its timeline and every declared column."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from analytics.core import cases
from analytics.core.columns import baseline, infusion, outcome
from analytics.core.columns.column import CATEGORY, DAY, FLAG, Column
from analytics.core.columns.declarations import COLUMNS, KEYS
from analytics.core.columns.sources import Sources
from analytics.core.columns.values import asked, text_of
from analytics.core.endpoints.dates import NO_DAY
from analytics.core.endpoints.rows import Rows
from analytics.core.endpoints.timeline import timeline


def case_table(tables: Mapping[str, pd.DataFrame], cut: date | None = None) -> pd.DataFrame:
    """One row per case, in the order and with the index of `timeline(tables, cut)`, whose columns come first; then the columns
    that are declared and not in the timeline.

    tables  as `cases.checked` takes them
    cut     what happened after it has not happened yet

    Numbers and days are float64 (NaN missing), categories and flags categorical text. Sets that the timeline has as bool
    ("infused", "shipped") stay bool. Raises ValueError as `cases.checked` does. Vectorised: no step is more than a sort.
    """
    checked = cases.checked(tables)
    dated = timeline(checked, cut)
    cut_day = NO_DAY if cut is None else float(np.datetime64(cut, "D").astype("int64"))
    work = Sources(Rows(checked, cut_day), dated)
    for step in (baseline, infusion, outcome):
        step.find(work)
    new = [column.name for column in COLUMNS if column.name not in dated]
    return dated.join(pd.DataFrame({name: work.found[name] for name in new}, index=dated.index))


def flat(table: pd.DataFrame) -> pd.DataFrame:
    """The case table without a calendar date, as the dataset offers it: keys and declared columns.

    Days are counted from the day that `days_from` names; flags are 1 and 0; missing is empty.
    """
    columns = [column for column in COLUMNS if column.name not in KEYS]
    return pd.DataFrame({**{key: table[key] for key in KEYS}, **{one.name: _plain(table, one) for one in columns}})


def _plain(table: pd.DataFrame, column: Column) -> pd.Series:
    if column.kind == FLAG:
        flags: pd.Series = text_of(table, column.name).map({"no": 0, "yes": 1}).astype("Int64")
        return flags.mask(~asked(table, column.name))
    values = table[column.name]
    if column.kind == DAY:
        return values.astype("Int64")
    return values.astype(object) if column.kind == CATEGORY else values
