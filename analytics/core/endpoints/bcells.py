"""Loss of B-cell aplasia by three rules, the samples around it, and who was aplastic by day 42."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.core.endpoints import derived
from analytics.core.endpoints.dates import first_per_case, last_per_case
from analytics.core.endpoints.rows import Rows

APLASIA_BY_DAY = 42
NOT_LOST, LOST, IGNORED = (derived.BCELL_STATES.index(state) for state in ("not lost", "lost", "ignored"))


def bcells(work: Rows) -> None:
    """Loss is a sample with B cells after one without; where no sample ever showed aplasia, one after day 42."""
    found = work.found
    rows, code = work.of("bcell_assessment")
    day = work.days(rows, code, "bca_date", lower=found["T0"][code], upper=found["_death"][code])
    since = day - found["T0"][code]
    valid = work.seen(day) & (since >= 0)
    found["D_BCA_LAST"] = last_per_case(code, day, work.size, valid)

    state = np.asarray(derived.bcell_status(rows).codes)
    aplasia = first_per_case(code, day, work.size, valid & (state == NOT_LOST))
    found["aplastic"] = aplasia - found["T0"] <= APLASIA_BY_DAY
    earliest = np.where(np.isnan(aplasia), found["T0"] + APLASIA_BY_DAY + 1, aplasia)
    late = valid & (day >= earliest[code])
    _loss(work, code, day, valid, state, late & (state == LOST), "D_BCA")
    twice = _seen_again(rows, code, day, valid, state)
    _loss(work, code, day, valid, state, late & twice, "D_BCA_TWICE")
    lower = np.asarray(derived.bcell_status_lower(rows).codes)
    _loss(work, code, day, valid, lower, late & _seen_again(rows, code, day, valid, lower), "D_BCA_US")


def _loss(
    work: Rows, code: np.ndarray, day: np.ndarray, valid: np.ndarray, state: np.ndarray, lost: np.ndarray, symbol: str
) -> None:
    """The first sample that counts as a loss, and the last one before it that still showed aplasia."""
    found = work.found
    found[symbol] = first_per_case(code, day, work.size, lost)
    aplastic = valid & (state == NOT_LOST) & (day < found[symbol][code])
    found[f"{symbol}_PRE"] = last_per_case(code, day, work.size, aplastic)


def _seen_again(
    rows: pd.DataFrame, code: np.ndarray, day: np.ndarray, valid: np.ndarray, state: np.ndarray
) -> np.ndarray:
    """(rows,) lost, and lost at the case's next sample too; leukaemic samples are passed over."""
    number, at = rows["bca_seq"].to_numpy(), np.flatnonzero(valid & (state != IGNORED))
    order = at[np.lexsort((number[at], day[at], code[at]))]
    owner, lost = code[order], state[order] == LOST
    again = np.zeros(len(rows), dtype=bool)
    if len(order):
        again[order] = lost & np.append(lost[1:] & (owner[1:] == owner[:-1]), False)
    return again
