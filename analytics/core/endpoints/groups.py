"""What cases are grouped by from before infusion: disease burden and prior transplant."""

from __future__ import annotations

import numpy as np

from analytics.core.endpoints import derived
from analytics.core.endpoints.categories import MISSING, categorical
from analytics.core.endpoints.rows import Rows


def groups(work: Rows) -> None:
    """Disease burden before infusion and prior transplant."""
    found = work.found
    rows, code = work.of("pre_infusion_assessment")
    day = work.days(rows, code, "pre_date", lower=found["T_APH"][code], upper=found["T0"][code])
    phase = rows["pre_phase"].map({2: 2, 3: 1, 1: 0}).to_numpy()
    usable = (rows["pre_bm_done"] != 0).to_numpy() & ~(day > np.fmin(found["T0"][code], work.cut)) & ~np.isnan(phase)
    burden = np.asarray(derived.burden_kato(rows).codes)
    # A marrow after bridging comes first, then one after lymphodepletion, then one before it; of these the latest.
    number = rows["pre_seq"].to_numpy()
    order = np.lexsort((number, np.where(np.isnan(day), -np.inf, day), np.where(usable, phase, -1)))
    order = order[usable[order]]
    chosen = np.full(work.size, MISSING)
    chosen[code[order]] = burden[order]
    found["burden"] = categorical(chosen, derived.BURDENS)

    rows, code = work.of("prior_therapy")
    answer = rows["prior_hsct"].to_numpy()
    prior = np.full(work.size, MISSING)
    prior[code[answer == 0]], prior[code[answer == 1]] = 0, 1
    found["prior_hsct"] = categorical(prior, ("no", "yes"))
