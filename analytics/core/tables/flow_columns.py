"""What the patient flow needs of each case beyond the timeline: collections, attempts, disposition, further courses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from analytics.core import cases as case_table
from analytics.core.endpoints.dates import NO_DAY, any_per_case, days, first_per_case, last_per_case
from analytics.core.endpoints.rows import Rows

NOT_INFUSED, INFUSED, PENDING = 0, 1, 9
RELEASED = (1, 2)  # in specification, out of specification

COLUMNS = (
    *("flow_collections", "flow_shipped", "flow_attempts", "flow_first_outcome", "flow_outcome"),
    *("flow_infused", "flow_reason", "flow_further_course", "flow_assessed", "flow_death_cause"),
)


def flow_columns(tables: Mapping[str, pd.DataFrame], line: pd.DataFrame, cut: date | None = None) -> pd.DataFrame:
    """One row per case of `line` (a timeline of the same tables and cut), with its index.

    flow_collections     collections of course 1
    flow_shipped         whether cells were shipped, by the collection or by an attempt to manufacture from them
    flow_attempts        attempts to manufacture
    flow_first_outcome   code of the first attempt's outcome; NaN without attempt or answer
    flow_outcome         that of the last product released, else of the last attempt
    flow_infused         course 1: 0 no, 1 yes, 9 pending; NaN not recorded
    flow_reason          code of the reason not infused
    flow_further_course  whether a later course was infused
    flow_assessed        whether response was assessed after day 0
    flow_death_cause     code of the cause of death

    What is dated after `cut` has not happened: it is left out, an attempt released later is pending, and so is a course.
    Raises ValueError as `cases.checked` does, and if `line` holds other cases than the tables.
    """
    cut_day = NO_DAY if cut is None else float(np.datetime64(cut, "D").astype("int64"))
    work = Rows(case_table.checked(tables), cut_day)
    if not np.array_equal(work.index.to_numpy(), line["case"].to_numpy()):
        raise ValueError("the timeline holds other cases than the tables, or in another order")
    found = {
        **_collections(work),
        **_attempts(work),
        **_disposition(work, line),
        **_after_infusion(work, line),
    }
    found["flow_shipped"] = found["flow_shipped"] | (found["flow_attempts"] > 0)
    return pd.DataFrame({name: found[name] for name in COLUMNS}, index=line.index)


def _happened(work: Rows, day: np.ndarray) -> np.ndarray:
    """True for rows that are not dated after the cut; a row without a date counts."""
    return np.asarray(~(day > work.cut))


def _collections(work: Rows) -> dict[str, np.ndarray]:
    rows, code = work.of("leukapheresis")
    seen = _happened(work, days(rows["aph_start_date"]))
    shipped = seen & (rows["aph_shipped"] == 1).to_numpy()
    return {
        "flow_collections": np.bincount(code[seen], minlength=work.size),
        "flow_shipped": any_per_case(code, shipped, work.size),
    }


def _attempts(work: Rows) -> dict[str, np.ndarray]:
    """Attempts in the order of their numbers; an outcome dated after the cut is pending."""
    rows, code = work.of("manufacturing")
    begun = _happened(work, days(rows["ship_date"]))
    outcome = rows["mfg_outcome"].to_numpy()
    later = ~_happened(work, days(rows["release_date"]))
    outcome = np.where(later & ~np.isnan(outcome), PENDING, outcome)
    released = begun & np.isin(outcome, RELEASED)
    last = _of_row(work, code, rows, outcome, released, last=True)
    otherwise = _of_row(work, code, rows, outcome, begun, last=True)
    return {
        "flow_attempts": np.bincount(code[begun], minlength=work.size),
        "flow_first_outcome": _of_row(work, code, rows, outcome, begun, last=False),
        "flow_outcome": np.where(np.isnan(last), otherwise, last),
    }


def _of_row(
    work: Rows, code: np.ndarray, rows: pd.DataFrame, value: np.ndarray, where: np.ndarray, *, last: bool
) -> np.ndarray:
    """The value in each case's first or last row, by number, for which `where` holds."""
    number = rows["mfg_seq"].fillna(0).to_numpy()
    chosen = np.flatnonzero(where)
    # Of rows with one number, which the registry does not store, the value decides, so that the order of rows does not.
    order = chosen[np.lexsort((value[chosen], number[chosen], code[chosen]))]
    order = order if last else order[::-1]
    found = np.full(work.size, NO_DAY)
    found[code[order]] = value[order]
    return found


def _disposition(work: Rows, line: pd.DataFrame) -> dict[str, np.ndarray]:
    """Course 1: infused, not infused and why, pending; and whether a further course was infused."""
    rows, code = work.of("cart_course")
    infused = rows["infused"].to_numpy()
    stopped = _happened(work, days(rows["noninf_date"]))
    disposition = _largest(code, np.where((infused == NOT_INFUSED) & ~stopped, PENDING, infused), work.size)
    day_0 = first_per_case(*_infusion_days(work), work.size)
    disposition = np.where((disposition == INFUSED) & ~_happened(work, day_0), PENDING, disposition)
    reason = np.where((infused == NOT_INFUSED) & stopped, rows["noninf_reason"].to_numpy(), NO_DAY)
    return {
        # Of two rows for course 1, which the registry does not store, the timeline believes the infusion.
        "flow_infused": np.where(line["infused"].to_numpy(dtype=bool), INFUSED, disposition),
        "flow_reason": _largest(code, reason, work.size),
        "flow_further_course": _further_course(work),
    }


def _further_course(work: Rows) -> np.ndarray:
    """Whether a course after the first was infused, and not only after the cut."""
    rows, code = work.of("cart_course", course=None)
    given = (rows["course_no"] > 1).to_numpy() & (rows["infused"] == INFUSED).to_numpy()
    infusions, of = work.of("infusion", course=None)
    not_yet = (infusions["course_no"] > 1).to_numpy() & ~_happened(work, days(infusions["inf_date"]))
    return np.asarray(any_per_case(code, given, work.size) & ~any_per_case(of, not_yet, work.size))


def _infusion_days(work: Rows) -> tuple[np.ndarray, np.ndarray]:
    rows, code = work.of("infusion")
    return code, days(rows["inf_date"])


def _after_infusion(work: Rows, line: pd.DataFrame) -> dict[str, np.ndarray]:
    rows, code = work.of("response_assessment")
    day = days(rows["rsp_date"])
    later = _happened(work, day) & ~np.isnan(day) & (day > days(line["T0"])[code])
    rows_of_death, of_death = work.of("death")
    happened = _happened(work, days(rows_of_death["death_date"]))
    cause = np.where(happened, rows_of_death["death_cause"].to_numpy(), NO_DAY)
    return {
        "flow_assessed": any_per_case(code, later, work.size),
        "flow_death_cause": _largest(of_death, cause, work.size),
    }


def _largest(code: np.ndarray, value: np.ndarray, size: int) -> np.ndarray:
    """(cases,) the answer of the case's one row; of several rows, which the registry does not store, the largest."""
    return last_per_case(code, value, size)
