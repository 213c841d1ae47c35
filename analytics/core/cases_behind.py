"""The cases that an analysis of times rests on, by the same selection and the same rule."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from analytics.core.analysis import LANDMARK, OF_TIMES, Analysis
from analytics.core.cases_listed import Listed
from analytics.core.endpoints.dates import days
from analytics.core.methods.landmark import from_landmark
from analytics.core.selection import select

DAY_0 = date(1970, 1, 1)


def cases_behind(analysis: Analysis, table: pd.DataFrame) -> list[Listed]:
    """Every case that is analysed, in the order of names; none for an analysis that is not of times.

    table  as `run` takes it. Raises ValueError as `run` does.
    """
    if analysis.method not in OF_TIMES:
        return []
    selected = select(analysis, table)
    begins = 0
    if analysis.method == LANDMARK:
        selected, left = from_landmark(selected)
        begins = int(left.at)
    rows = selected.rows
    clock = days(rows[analysis.rule.clock])
    why = rows["event"].astype(object).where(rows["cause"].to_numpy() > 0, rows["censor_reason"].astype(object))
    listed = zip(*(rows[name] for name in ("case", "group", "time", "cause")), why, clock, rows["imputed"], strict=True)
    return [
        Listed(
            str(case),
            str(group),
            float(time),
            int(cause),
            str(because),
            (DAY_0 + timedelta(days=int(start) + begins)).isoformat(),
            bool(imputed),
        )
        for case, group, time, cause, because, start, imputed in listed
    ]
