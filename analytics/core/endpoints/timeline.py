"""The dated events of every case: one row per case, from which each endpoint reads clock, events and censoring.

Columns (datetime64, whole days; NaT where there is none) bear the symbols that the endpoint rules and the printed
figures use:

T_DEC       decision for CAR-T                            T_APH      first collection that was shipped
T_ITT       clock of the decided: T_DEC, or the first collection if that was earlier (stored cells)
T0          first infusion of course 1, day 0
D_CR        first CR or CRi in the response window        D_NR       no response
D_REL       relapse after D_CR                            D_REL_ANY  any relapse after T0, whatever came before
D_MRD       confirmed MRD re-emergence                    D_PROG     progression without a remission
D_STX       first therapy begun in remission              D_HSCT     first transplant in remission
D_BCA       loss of B-cell aplasia                        D_BCA_LAST last B-cell sample
D_SMN       subsequent neoplasm                           D_DTH      death
D_NONINF    decision not to infuse (an event when counted from collection)
D_TRANSFER  transferred before infusion (censored)
D_ALIVE     last known alive                              D_DIS      disease status last documented

Sets are bool columns: infused, shipped, decided, responder, transplanted, aplastic. Groups: site, cohort, stratum,
burden ("low"/"high") and prior_hsct ("yes"/"no"), missing where unknown. BOR is the best response from day 21 to day
100.
Flags: response_from_site (a response rests on the site's call) and relapse_without_remission; `imputed_dates` has one
bit for each date, set where that date is imputed because only its month or year is known (see `date_bit`).

With a cut, events after it have not happened yet; last known alive and last disease assessment are capped at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from analytics.core import cases as case_table
from analytics.core.endpoints import derived
from analytics.core.endpoints.categories import MISSING, categorical
from analytics.core.endpoints.dates import (
    NO_DAY,
    any_per_case,
    dates,
    days,
    first_per_case,
    last_per_case,
)
from analytics.core.endpoints.rows import Rows

RESPONSE_WINDOW = (1, 100)
BEST_RESPONSE_WINDOW = (21, 100)
APLASIA_BY_DAY = 42

RELAPSE_KINDS = (1, 3, 4, 5)
MRD_KIND, PROGRESSION_KIND = 2, 6
IN_REMISSION = (1, 2, 3)
FOR_FAILURE = (4, 5)
TISAGENLECLEUCEL, OTHER_PRODUCT = 1, 88
KEPT_IN_REMISSION, TRANSFERRED = 6, 10

DATES = (
    *("T_DEC", "T_APH", "T_ITT", "T0", "D_CR", "D_NR", "D_REL", "D_REL_ANY", "D_MRD", "D_PROG", "D_STX", "D_HSCT"),
    *("D_BCA", "D_BCA_LAST", "D_SMN", "D_DTH", "D_NONINF", "D_TRANSFER", "D_ALIVE", "D_DIS"),
)
SETS = ("infused", "shipped", "decided", "responder", "transplanted", "aplastic")
GROUPS = ("site", "cohort", "stratum", "burden", "prior_hsct")
FLAGS = ("response_from_site", "relapse_without_remission")
COLUMNS = ("case", *GROUPS, *SETS, *DATES, "BOR", *FLAGS, "imputed_dates")

# Rows that show the patient alive: every dated clinical form after infusion, whichever course it belongs to.
SIGNS_OF_LIFE = (
    *("crs", "crs_episode", "icans_episode", "iechs_haematotoxicity", "adverse_event", "response_assessment"),
    *("bcell_assessment", "relapse", "subsequent_therapy", "subsequent_neoplasm"),
)


def timeline(tables: Mapping[str, pd.DataFrame], cut: date | None = None) -> pd.DataFrame:
    """One row per case in the order of `cases`, with COLUMNS. Raises ValueError as `cases.checked` does."""
    cut_day = NO_DAY if cut is None else float(np.datetime64(cut, "D").astype("int64"))
    work = Rows(case_table.checked(tables), cut_day)
    _anchors(work)
    _disposition(work)
    _relapses(work)
    _therapies(work)
    _responses(work)
    _bcells(work)
    _neoplasms(work)
    _last_news(work)
    _sets(work)
    _groups(work)
    work.found["imputed_dates"] = sum(work.rests_on_imputed(name) * date_bit(name) for name in DATES)
    found = {name: dates(found) if name in DATES else found for name, found in work.found.items()}
    own = work.tables["cases"]
    return pd.DataFrame({name: own[name] if name in own.columns else found[name] for name in COLUMNS})


def date_bit(symbol: str) -> np.int32:
    """The bit of `imputed_dates` that says the date of `symbol` is imputed."""
    return np.int32(1 << DATES.index(symbol))


def _anchors(work: Rows) -> None:
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

    rows, code = work.of("death")
    day = days(rows["death_date"])
    death = first_per_case(code, day, work.size)
    found["_death"] = death
    found["D_DTH"] = np.where(work.seen(death), death, NO_DAY)

    rows, code = work.of("patient")
    before = np.fmin(np.fmin(collected, found["T0"]), death)
    day = work.days(rows, code, "decision_date", upper=before[code])
    found["T_DEC"] = first_per_case(code, day, work.size, work.seen(day))
    found["T_ITT"] = np.where(np.isnan(found["T_DEC"]), NO_DAY, np.fmin(found["T_DEC"], collected))


def _disposition(work: Rows) -> None:
    """Infused or not, with what, and when it was decided not to infuse."""
    found = work.found
    rows, code = work.of("cart_course")
    infused, product = rows["infused"].to_numpy(), rows["prod_name"].to_numpy()
    reason = rows["noninf_reason"].to_numpy()
    day = work.days(rows, code, "noninf_date", lower=found["T_APH"][code], upper=found["_death"][code])
    stopped = (infused == 0) & work.seen(day)
    counted = stopped & ~np.isin(reason, (KEPT_IN_REMISSION, TRANSFERRED))
    found["D_NONINF"] = first_per_case(code, day, work.size, counted)
    found["D_TRANSFER"] = first_per_case(code, day, work.size, stopped & (reason == TRANSFERRED))
    given = (infused == 1) & ~found["_not_yet"][code]
    found["infused"] = any_per_case(code, given & (product == TISAGENLECLEUCEL), work.size)
    found["transplanted"] = any_per_case(code, given & (product == OTHER_PRODUCT), work.size)


def _relapses(work: Rows) -> None:
    """Relapse of any kind, MRD re-emergence and progression; relapse dates are never partial."""
    found = work.found
    rows, code = work.of("relapse")
    day, kind = days(rows["rel_date"]), rows["rel_kind"].to_numpy()
    after = work.seen(day) & (day >= found["T0"][code])
    confirmed = (rows["rel_confirmed"] == 1).to_numpy()
    found["D_REL_ANY"] = first_per_case(code, day, work.size, after & np.isin(kind, RELAPSE_KINDS))
    found["D_MRD"] = first_per_case(code, day, work.size, after & (kind == MRD_KIND) & confirmed)
    found["D_PROG"] = first_per_case(code, day, work.size, after & (kind == PROGRESSION_KIND))


def _therapies(work: Rows) -> None:
    """Therapy after infusion: in remission (D_STX, D_HSCT), for failure, for no response."""
    found = work.found
    rows, code = work.of("subsequent_therapy")
    reason, status = rows["stx_reason"].to_numpy(), rows["stx_status"].to_numpy()
    relapse, next_day = found["D_REL_ANY"][code], found["T0"][code] + 1
    day = work.days(
        rows,
        code,
        "stx_date",
        lower=np.where(reason == 4, np.fmax(next_day, relapse), next_day),
        upper=np.where(np.isin(reason, FOR_FAILURE), found["_death"][code], np.fmin(relapse, found["_death"][code])),
    )
    begun = work.seen(day) & (day >= found["T0"][code])
    remission = begun & np.isin(status, IN_REMISSION)
    transplant = (rows["stx_type"] == 1).to_numpy()
    found["D_STX"] = first_per_case(code, day, work.size, remission)
    found["D_HSCT"] = first_per_case(code, day, work.size, remission & transplant)
    found["_for_failure"] = first_per_case(code, day, work.size, begun & np.isin(reason, FOR_FAILURE))
    found["_for_no_response"] = first_per_case(code, day, work.size, begun & (reason == 5))


def _responses(work: Rows) -> None:
    """Remission, no response, relapse after remission, loss of MRD response, best response."""
    found = work.found
    rows, code = work.of("response_assessment")
    response, from_site = derived.response_or_site_call(rows)
    category = np.asarray(response.codes)
    remission = np.isin(category, (0, 1))
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
    _mrd_loss(work, rows, code, day, valid)

    timely = untreated & (since >= BEST_RESPONSE_WINDOW[0]) & (since <= BEST_RESPONSE_WINDOW[1])
    best = first_per_case(code, category.astype("float64"), work.size, timely & (category >= 0) & (category <= 2))
    found["BOR"] = categorical(np.nan_to_num(best, nan=MISSING).astype("int64"), derived.RESPONSES)


def _relapse_after_remission(work: Rows) -> None:
    """Relapse after D_CR. Without a documented remission in the window a relapse still ends event-free survival: it is
    kept as D_REL and flagged, for dropping it would hide an event behind a missing assessment."""
    found = work.found
    rows, code = work.of("relapse")
    day = days(rows["rel_date"])
    after = work.seen(day) & (day > found["D_CR"][code]) & np.isin(rows["rel_kind"].to_numpy(), RELAPSE_KINDS)
    undocumented = np.isnan(found["D_CR"]) & ~np.isnan(found["D_REL_ANY"])
    found["relapse_without_remission"] = undocumented
    found["D_REL"] = np.where(undocumented, found["D_REL_ANY"], first_per_case(code, day, work.size, after))


def _mrd_loss(work: Rows, rows: pd.DataFrame, code: np.ndarray, day: np.ndarray, valid: np.ndarray) -> None:
    """The first of two consecutive MRD failures after an MRD-negative remission also dates D_MRD."""
    mrd = np.asarray(derived.mrd_class(rows).codes)
    tested = np.flatnonzero(valid & (mrd >= 0))
    number = rows["rsp_seq"].to_numpy()
    order = tested[np.lexsort((number[tested], day[tested], code[tested]))]
    owner, level, when = code[order], mrd[order], day[order]
    if not len(order):
        return
    negative = level == derived.MRD_CLASSES.index("MRD-CR")
    failed = level == derived.MRD_CLASSES.index("failure")
    first_negative = first_per_case(owner, when, work.size, negative)
    next_failed = np.append(failed[1:] & (owner[1:] == owner[:-1]), False)
    lost = failed & next_failed & (when > first_negative[owner])
    work.found["D_MRD"] = np.fmin(work.found["D_MRD"], first_per_case(owner, when, work.size, lost))


def _bcells(work: Rows) -> None:
    """Loss of B-cell aplasia, the last sample, and who was aplastic by day 42."""
    found = work.found
    rows, code = work.of("bcell_assessment")
    state = np.asarray(derived.bcell_status(rows).codes)
    day = work.days(rows, code, "bca_date", lower=found["T0"][code], upper=found["_death"][code])
    since = day - found["T0"][code]
    valid = work.seen(day) & (since >= 0)
    aplasia = valid & (state == 0) & (since <= APLASIA_BY_DAY)
    first_aplasia = first_per_case(code, day, work.size, aplasia)
    found["D_BCA"] = first_per_case(code, day, work.size, valid & (state == 1) & ~(day < first_aplasia[code]))
    found["D_BCA_LAST"] = last_per_case(code, day, work.size, valid)
    found["aplastic"] = ~np.isnan(first_aplasia)


def _neoplasms(work: Rows) -> None:
    rows, code = work.of("subsequent_neoplasm")
    found = work.found
    day = work.days(rows, code, "smn_date", lower=found["T0"][code] + 1, upper=found["_death"][code])
    found["D_SMN"] = first_per_case(code, day, work.size, work.seen(day) & (day >= found["T0"][code]))


def _last_news(work: Rows) -> None:
    """Last known alive and last disease assessment, never before the clock that runs."""
    found = work.found
    floor = np.fmax(found["T0"], np.fmax(found["T_APH"], found["T_ITT"]))
    latest = []
    for form in SIGNS_OF_LIFE:
        rows, code = work.of(form, course=None)
        for item in case_table.FORM_TABLES[form].dates:
            day = work.days(rows, code, item, lower=found["T0"][code], upper=found["_death"][code])
            latest.append(last_per_case(code, day, work.size))
    contact, disease = _follow_up(work)
    later_death = np.where(found["_death"] > work.cut, found["_death"], NO_DAY)
    alive = np.fmax.reduce([floor, contact, later_death, *latest])
    found["D_ALIVE"] = np.fmin(alive, work.cut)

    rows, code = work.of("response_assessment")
    judged = ~(rows["rsp_site"] == 5).to_numpy()
    day = work.days(rows, code, "rsp_date", lower=found["T0"][code] + 1, upper=found["_death"][code])
    assessed = last_per_case(code, day, work.size, judged)
    rows, code = work.of("relapse")
    relapsed = last_per_case(code, days(rows["rel_date"]), work.size)
    documented = np.fmax.reduce([disease, assessed, relapsed])
    found["D_DIS"] = np.fmin(np.where(np.isnan(documented), floor, documented), work.cut)


def _follow_up(work: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Last contact alive (any course) and last documented disease status (course 1) of the follow-up forms."""
    rows, code = work.of("follow_up", course=None)
    death = work.found["_death"][code]
    contact = work.days(rows, code, "fup_date", lower=work.found["T0"][code], upper=death)
    disease = work.days(rows, code, "last_disease_date", lower=work.found["T0"][code], upper=np.fmin(contact, death))
    alive = (rows["vital_status"] == 1).to_numpy()
    index_course = (rows["course_no"] == 1).to_numpy()
    return last_per_case(code, contact, work.size, alive), last_per_case(code, disease, work.size, index_course)


def _sets(work: Rows) -> None:
    found = work.found
    found["shipped"] = ~np.isnan(found["T_APH"])
    found["decided"] = ~np.isnan(found["T_DEC"])
    found["responder"] = found["infused"] & ~np.isnan(found["D_CR"])
    found["aplastic"] = found["aplastic"] & found["responder"]


def _groups(work: Rows) -> None:
    """Disease burden before infusion and prior transplant."""
    found = work.found
    rows, code = work.of("pre_infusion_assessment")
    day = work.days(rows, code, "pre_date", lower=found["T_APH"][code], upper=found["T0"][code])
    phase = rows["pre_phase"].map({2: 2, 3: 1, 1: 0}).to_numpy()
    usable = (rows["pre_bm_done"] != 0).to_numpy() & ~(day > found["T0"][code]) & ~np.isnan(phase)
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
