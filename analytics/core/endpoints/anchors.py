"""Day 0, collection, decision, death, and whether and with what a patient was infused."""

from __future__ import annotations

import numpy as np

from analytics.core.endpoints.dates import NO_DAY, among, any_per_case, days, first_per_case
from analytics.core.endpoints.rows import Rows

TISAGENLECLEUCEL, OTHER_PRODUCT = 1, 88
KEPT_IN_REMISSION, TRANSFERRED = 6, 10
LEUKAEMIA = 1


def anchors(work: Rows) -> None:
    """Day 0, collection, death and decision: what the other dates are measured against and bounded by."""
    found = work.found
    rows, code = work.of("infusion")
    day = days(rows["inf_date"])
    infusion = first_per_case(code, day, work.size, (rows["inf_seq"] == 1).to_numpy())
    found["T0"] = np.where(work.seen(infusion), infusion, NO_DAY)
    found["_not_yet"] = infusion > work.cut

    rows, code = work.of("leukapheresis")
    day = work.days(rows, code, "aph_start_date")
    sent = (rows["aph_shipped"] == 1).to_numpy()
    found["T_APH"] = first_per_case(code, day, work.size, work.seen(day) & sent)
    collected = np.where(np.isnan(found["T_APH"]), first_per_case(code, day, work.size, work.seen(day)), found["T_APH"])

    _deaths(work)
    rows, code = work.of("patient")
    before = np.fmin(np.fmin(collected, found["T0"]), found["_death"])
    day = work.days(rows, code, "decision_date", upper=before[code])
    found["T_DEC"] = first_per_case(code, day, work.size, work.seen(day))
    found["T_ITT"] = np.where(np.isnan(found["T_DEC"]), NO_DAY, np.fmin(found["T_DEC"], collected))


def _deaths(work: Rows) -> None:
    """Death, by cause: from leukaemia, or from another, an unknown or an unanswered cause. Never imputed."""
    found = work.found
    rows, code = work.of("death")
    day = days(rows["death_date"])
    found["_death"] = first_per_case(code, day, work.size)
    found["D_DTH"] = np.where(work.seen(found["_death"]), found["_death"], NO_DAY)
    leukaemia = any_per_case(code, (rows["death_cause"] == LEUKAEMIA).to_numpy(), work.size)
    found["D_DTH_ALL"] = np.where(leukaemia, found["D_DTH"], NO_DAY)
    found["D_DTH_OTHER"] = np.where(leukaemia, NO_DAY, found["D_DTH"])
    found["_in_remission"] = any_per_case(code, (rows["death_in_remission"] == 1).to_numpy(), work.size)


def disposition(work: Rows) -> None:
    """Infused or not, with what, and when it was decided not to infuse."""
    found = work.found
    rows, code = work.of("cart_course")
    infused, product = rows["infused"].to_numpy(), rows["prod_name"].to_numpy()
    reason = rows["noninf_reason"].to_numpy()
    day = work.days(rows, code, "noninf_date", lower=found["T_APH"][code], upper=found["_death"][code])
    stopped = (infused == 0) & work.seen(day)
    counted = stopped & ~among(reason, (KEPT_IN_REMISSION, TRANSFERRED))
    found["D_NONINF"] = first_per_case(code, day, work.size, counted)
    found["D_CHOSEN"] = first_per_case(code, day, work.size, stopped & (reason == KEPT_IN_REMISSION))
    found["D_TRANSFER"] = first_per_case(code, day, work.size, stopped & (reason == TRANSFERRED))
    given = (infused == 1) & ~found["_not_yet"][code]
    found["infused"] = any_per_case(code, given & (product == TISAGENLECLEUCEL), work.size)
    found["transplanted"] = any_per_case(code, given & (product == OTHER_PRODUCT), work.size)
