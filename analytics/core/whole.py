"""Everything that the core knows of each case, in one table: timeline, columns, flow and the quality of its data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from analytics.core.columns.table import case_table
from analytics.core.data_quality import quality_columns
from analytics.core.followed import stated_day
from analytics.core.quality_facts import quality_facts
from analytics.core.tables.enrolment_columns import enrolment_columns
from analytics.core.tables.flow_columns import flow_columns


def whole_table(
    tables: Mapping[str, pd.DataFrame], cut: date | None = None, not_after: date | None = None
) -> pd.DataFrame:
    """One row per case, in the order of `cases`: the case table, and what flow, enrolment and completeness read.

    tables     as `cases.checked` takes them
    cut        what happened after it has not happened yet
    not_after  the day on which the tables were read: later dates are mistakes, and are not "the newest information"

    Lateness of forms is judged at the stated day (the cut, else the newest information). Raises ValueError as `checked` does.
    """
    table = case_table(tables, cut)
    day, _what = stated_day(table, cut, not_after)
    quality = [] if day is None else [quality_columns(tables, table, day)]
    beside = (flow_columns(tables, table, cut), enrolment_columns(tables, table, cut))
    return pd.concat([table, *beside, *quality, quality_facts(tables, table)], axis="columns")
