"""Remission and what ends it: relapse by CD19, MRD re-emergence, progression, therapy after infusion, no response."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.core.endpoints import derived
from analytics.core.endpoints.best_response import best_response
from analytics.core.endpoints.dates import NO_DAY, among, any_per_case, days, first_per_case
from analytics.core.endpoints.rows import Rows

RESPONSE_WINDOW = (1, 100)

RELAPSE_KINDS = (1, 3, 4, 5)
MRD_KIND, PROGRESSION_KIND = 2, 6
IN_REMISSION = (1, 2, 3)
FOR_FAILURE, FOR_RELAPSE, FOR_NO_RESPONSE = (4, 5), 4, 5
# Symbol → codes of `rel_cd19`, the telling ones first: of two rows of one day the first symbol counts.
CD19 = {"D_REL_19N": (2,), "D_REL_19D": (3, 4), "D_REL_19P": (1,)}


def relapses(work: Rows) -> None:
    """Relapse of any kind, MRD re-emergence and progression; relapse dates are never partial."""
    found = work.found
    rows, code = work.of("relapse")
    day, kind = days(rows["rel_date"]), rows["rel_kind"].to_numpy()
    after = work.seen(day) & (day >= found["T0"][code])
    confirmed = (rows["rel_confirmed"] == 1).to_numpy()
    found["D_REL_ANY"] = first_per_case(code, day, work.size, after & among(kind, RELAPSE_KINDS))
    found["D_MRD"] = first_per_case(code, day, work.size, after & (kind == MRD_KIND) & confirmed)
    found["D_PROG"] = first_per_case(code, day, work.size, after & (kind == PROGRESSION_KIND))


def therapies(work: Rows) -> None:
    """Therapy after infusion: in remission (D_STX, D_HSCT), for failure, for no response."""
    found = work.found
    rows, code = work.of("subsequent_therapy")
    reason, status = rows["stx_reason"].to_numpy(), rows["stx_status"].to_numpy()
    failing = among(reason, FOR_FAILURE)
    relapse, next_day = found["D_REL_ANY"][code], found["T0"][code] + 1
    day = work.days(
        rows,
        code,
        "stx_date",
        lower=np.where(reason == FOR_RELAPSE, np.fmax(next_day, relapse), next_day),
        upper=np.where(failing, found["_death"][code], np.fmin(relapse, found["_death"][code])),
    )
    begun = work.seen(day) & (day >= found["T0"][code])
    remission = begun & among(status, IN_REMISSION)
    transplant = (rows["stx_type"] == 1).to_numpy()
    found["D_STX"] = first_per_case(code, day, work.size, remission)
    found["D_HSCT"] = first_per_case(code, day, work.size, remission & transplant)
    found["_for_failure"] = first_per_case(code, day, work.size, begun & failing)
    found["_for_no_response"] = first_per_case(code, day, work.size, begun & (reason == FOR_NO_RESPONSE))


def responses(work: Rows) -> None:
    """Remission, no response, relapse after remission, loss of MRD response, best response."""
    found = work.found
    rows, code = work.of("response_assessment")
    response, from_site = derived.response_or_site_call(rows)
    category = np.asarray(response.codes)
    remission = (category == 0) | (category == 1)
    relapse = np.where(remission, found["D_REL_ANY"][code] - 1, NO_DAY)
    day = work.days(rows, code, "rsp_date", lower=found["T0"][code] + 1, upper=np.fmin(found["_death"][code], relapse))
    since = day - found["T0"][code]
    valid = work.seen(day) & (since >= 1)
    untreated = valid & ~(day >= found["_for_failure"][code])
    found["response_from_site"] = any_per_case(code, valid & from_site, work.size)

    in_window = untreated & (since <= RESPONSE_WINDOW[1])
    found["D_CR"] = first_per_case(code, day, work.size, in_window & remission)
    no_response = first_per_case(code, day, work.size, valid & (category == 2))
    never = np.isnan(found["D_CR"])
    found["D_NR"] = np.where(never, np.fmin(no_response, found["_for_no_response"]), NO_DAY)
    _relapse_after_remission(work)
    mrd = np.asarray(derived.mrd_class(rows).codes)
    _mrd_loss(work, rows, code, day, valid & (mrd >= 0), mrd)
    _death_before_remission(work, first_per_case(code, day, work.size, valid & remission))
    best_response(work, code, day, category, mrd, valid, untreated)


def _relapse_after_remission(work: Rows) -> None:
    """Relapse after D_CR, and which CD19 it shows. Without a documented remission in the window a relapse still ends
    event-free survival: it is kept as D_REL and flagged, for dropping it would hide an event behind a missing assessment."""
    found = work.found
    rows, code = work.of("relapse")
    day = days(rows["rel_date"])
    morphological = work.seen(day) & among(rows["rel_kind"].to_numpy(), RELAPSE_KINDS)
    after = morphological & (day > found["D_CR"][code])
    undocumented = np.isnan(found["D_CR"]) & ~np.isnan(found["D_REL_ANY"])
    found["relapse_without_remission"] = undocumented
    found["D_REL"] = np.where(undocumented, found["D_REL_ANY"], first_per_case(code, day, work.size, after))

    cd19, unnamed = rows["rel_cd19"].to_numpy(), ~np.isnan(found["D_REL"])
    first = morphological & (day == found["D_REL"][code])
    for symbol, codes in CD19.items():
        shown = unnamed & any_per_case(code, first & among(cd19, codes), work.size)
        found[symbol] = np.where(shown, found["D_REL"], NO_DAY)
        unnamed = unnamed & ~shown
    found["D_REL_19U"] = np.where(unnamed, found["D_REL"], NO_DAY)


def _mrd_loss(
    work: Rows, rows: pd.DataFrame, code: np.ndarray, day: np.ndarray, tested: np.ndarray, mrd: np.ndarray
) -> None:
    """The first of two consecutive MRD failures after an MRD-negative remission also dates D_MRD."""
    number, at = rows["rsp_seq"].to_numpy(), np.flatnonzero(tested)
    order = at[np.lexsort((number[at], day[at], code[at]))]
    owner, level, when = code[order], mrd[order], day[order]
    if not len(order):
        return
    negative = level == derived.MRD_CLASSES.index("MRD-CR")
    failed = level == derived.MRD_CLASSES.index("failure")
    first_negative = first_per_case(owner, when, work.size, negative)
    next_failed = np.append(failed[1:] & (owner[1:] == owner[:-1]), False)
    lost = failed & next_failed & (when > first_negative[owner])
    work.found["D_MRD"] = np.fmin(work.found["D_MRD"], first_per_case(owner, when, work.size, lost))


def _death_before_remission(work: Rows, first_remission: np.ndarray) -> None:
    """Death of a patient in whom no remission was ever documented, be it in the window or later, or by a therapy given in it."""
    found = work.found
    ever = ~np.isnan(first_remission) | ~np.isnan(found["D_STX"])
    found["D_DTH_EARLY"] = np.where(ever, NO_DAY, found["D_DTH"])


def failures(work: Rows) -> None:
    """The first failure, from which survival after failure is counted: as the registry counts it, and by the stringent rule."""
    found = work.found
    found["D_FAIL"] = np.fmin.reduce([found["D_NR"], found["D_PROG"], found["D_REL"]])
    found["D_FAIL_C"] = np.fmin.reduce([found["D_FAIL"], found["D_MRD"], found["D_STX"]])
