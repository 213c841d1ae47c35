"""Best overall response from day 21 to day 100: evaluable, confirmed, MRD-negative, and remission seen too early to count."""

from __future__ import annotations

import numpy as np

from analytics.core.endpoints import derived
from analytics.core.endpoints.categories import MISSING, categorical
from analytics.core.endpoints.dates import any_per_case, days, first_per_case, next_per_row
from analytics.core.endpoints.rows import Rows

BEST_RESPONSE_WINDOW = (21, 100)
HELD_DAYS = 28
MRD_WITHIN_DAYS = 14
MRD_NEGATIVE = derived.MRD_CLASSES.index("MRD-CR")
MRD_ONLY = 2  # kind of relapse that leaves a remission a remission


def best_response(
    work: Rows,
    code: np.ndarray,
    day: np.ndarray,
    category: np.ndarray,
    mrd: np.ndarray,
    valid: np.ndarray,
    untreated: np.ndarray,
) -> None:
    """BOR and what is counted beside it, from the response assessments: all (rows,).

    category, mrd  positions in RESPONSES and MRD_CLASSES; MISSING where not known
    valid          after day 0 and not after the cut; untreated: moreover before any therapy for failure
    """
    found = work.found
    since = day - found["T0"][code]
    timely = untreated & (since >= BEST_RESPONSE_WINDOW[0]) & (since <= BEST_RESPONSE_WINDOW[1])
    evaluable = timely & (category >= 0) & (category <= 2)
    best = first_per_case(code, category.astype("float64"), work.size, evaluable)
    found["BOR"] = categorical(np.nan_to_num(best, nan=MISSING).astype("int64"), derived.RESPONSES)
    found["bor_evaluable"] = ~np.isnan(best)

    remission = timely & ((category == 0) | (category == 1))
    found["early_cr_only"] = ~np.isnan(found["D_CR"]) & ~any_per_case(code, remission, work.size)
    near = valid & (np.abs(day - found["D_CR"][code]) <= MRD_WITHIN_DAYS)
    found["mrd_tested_cr"] = any_per_case(code, near & (mrd >= 0), work.size)
    found["mrd_negative_cr"] = any_per_case(code, near & (mrd == MRD_NEGATIVE), work.size)
    no_response = np.where(valid & (category == 2), day, np.nan)
    found["_remissions"] = (code[remission], day[remission], next_per_row(code, day, code, no_response)[remission])


def confirmed_response(work: Rows) -> None:
    """bor_confirmed: a remission that counts for BOR and held for 28 days.

    It held if no assessment without response, relapse, progression or death came within the 28 days, and if somebody saw it
    at their end or later: a documented disease status, a relapse, or a death in remission. Needs D_DIS.
    """
    found = work.found
    code, day, no_response = found.pop("_remissions")
    rows, owner = work.of("relapse")
    relapsed = days(rows["rel_date"])
    relapsed = np.where(work.seen(relapsed) & (rows["rel_kind"] != MRD_ONLY).to_numpy(), relapsed, np.nan)
    relapse = next_per_row(code, day - 1, owner, relapsed)  # one of the same day ends it as well
    death = found["D_DTH"][code]
    lost = np.fmin.reduce([no_response, relapse, death])
    end = day + HELD_DAYS
    died_in_remission = found["_in_remission"][code] & (death >= end)
    seen = (found["D_DIS"][code] >= end) | (relapse >= end) | (no_response >= end) | died_in_remission
    found["bor_confirmed"] = any_per_case(code, ~(lost < end) & seen, work.size)
