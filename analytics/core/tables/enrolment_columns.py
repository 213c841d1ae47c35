"""What enrolment needs of each case beyond timeline and flow: the day of the first collection, and how well days are known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from analytics.core import cases as case_table
from analytics.core.endpoints.dates import NO_DAY, any_per_case, dates, first_per_case
from analytics.core.endpoints.rows import Rows

YEAR = "Y"
COLUMNS = ("enrol_collected", "enrol_collected_by_year", "enrol_decided_by_year")


def enrolment_columns(tables: Mapping[str, pd.DataFrame], line: pd.DataFrame, cut: date | None = None) -> pd.DataFrame:
    """One row per case of `line` (a timeline of the same tables and cut), with its index.

    enrol_collected          first collection of course 1, shipped or not; NaT where there is none
    enrol_collected_by_year  whether only the year of that collection is known
    enrol_decided_by_year    whether only the year of the decision is known

    What is dated after `cut` has not happened. Raises ValueError as `cases.checked` does, and if `line` holds other cases than
    the tables.
    """
    cut_day = NO_DAY if cut is None else float(np.datetime64(cut, "D").astype("int64"))
    work = Rows(case_table.checked(tables), cut_day)
    if not np.array_equal(work.index.to_numpy(), line["case"].to_numpy()):
        raise ValueError("the timeline holds other cases than the tables, or in another order")
    rows, code = work.of("leukapheresis")
    day = work.days(rows, code, "aph_start_date")
    first = first_per_case(code, day, work.size, work.seen(day))
    collected_by_year = (day == first[code]) & (rows["aph_start_date_p"] == YEAR).to_numpy()
    decisions, of_decision = work.of("patient")
    decided_by_year = (decisions["decision_date_p"] == YEAR).to_numpy()
    return pd.DataFrame(
        {
            "enrol_collected": dates(first),
            "enrol_collected_by_year": any_per_case(code, collected_by_year, work.size),
            "enrol_decided_by_year": any_per_case(of_decision, decided_by_year, work.size),
        },
        index=line.index,
    )
