"""Columns known at the infusion: disease before it, product, bridging, lymphodepletion, and what became of the plan."""

from __future__ import annotations

import numpy as np

from analytics.core.columns import burden, codes, declarations
from analytics.core.columns.sources import (
    NOTHING,
    Sources,
    answered_flag,
    at_extreme,
    classed,
    coded,
    count_per_case,
)
from analytics.core.endpoints import derived
from analytics.core.endpoints.categories import categorical
from analytics.core.endpoints.dates import any_per_case, days

HIGH_INTENSITY, ANTIBODY, LOW_INTENSITY, ANY = (2,), (3, 4), (1,), (5, 6, 7, 8, 88)  # brg_type
PENDING = 9


def find(work: Sources) -> None:
    """Fill in the columns known at infusion."""
    _assessment(work)
    _bridging(work)
    _lymphodepletion(work)
    _product(work)
    _collections(work)
    _plan(work)


def _assessment(work: Sources) -> None:
    """The assessment before infusion; `burden` itself is in the timeline."""
    found = work.found
    phases = (burden.AFTER_BRIDGING, burden.AFTER_LYMPHODEPLETION, burden.BEFORE_BRIDGING)
    rows = burden.chosen_assessment(work, phases)
    found["cns_before"] = coded(rows["pre_cns"].to_numpy(), codes.CNS_STATUS)
    found["extramedullary_before"] = answered_flag(rows["pre_emd"].to_numpy())
    exact = (rows["pre_bm_done"] != 0) & rows["pre_bm_blast_op"].fillna(burden.EXACT).eq(burden.EXACT)
    found["blasts_before"] = rows["pre_bm_blast"].where(exact).to_numpy()
    first = burden.chosen_assessment(work, (burden.BEFORE_BRIDGING,))
    found["burden_before_bridging"] = derived.burden_kato(first)
    for suffix, assessed in (("", rows), ("_before_bridging", first)):
        found[f"burden_50{suffix}"] = burden.burden_50(assessed, declarations.THREE)
        found[f"burden_prwcc{suffix}"] = burden.burden_prwcc(assessed, declarations.PRWCC)
        found[f"burden_mrd{suffix}"] = burden.burden_mrd(assessed)
    found["mrd_before"] = burden.mrd(rows, declarations.MRD)
    quantified = (rows["pre_mrd_method"] != 0) & (rows["pre_mrd_result"] == burden.QUANTIFIED)
    found["mrd_level_before"] = rows["pre_mrd_value"].where(quantified).to_numpy()


def _bridging(work: Sources) -> None:
    """Given in any block; no where every block says no."""
    rows, code = work.rows.of("bridging_therapy")
    day = work.rows.days(rows, code, "brg_start", upper=work.day["T0"][code])
    begun = ~(day > work.rows.cut)
    given = any_per_case(code, begun & (rows["brg_given"] == 1).to_numpy(), work.size)
    refused = any_per_case(code, (rows["brg_given"] == 0).to_numpy(), work.size)
    work.found["bridging"] = answered_flag(np.where(given, 1.0, np.where(refused, 0.0, NOTHING)))
    kinds = []
    for value, wanted in zip(
        ("high intensity", "antibody", "low intensity", "other"),
        (HIGH_INTENSITY, ANTIBODY, LOW_INTENSITY, ANY),
        strict=True,
    ):
        of, _answered, ticked = work.choices("bridging_therapy", "brg_type", wanted)
        kinds.append((given & any_per_case(of, begun & ticked, work.size), value))
    work.found["bridging_kind"] = classed(declarations.BRIDGING, *kinds, (~given & refused, "none"))


def _lymphodepletion(work: Sources) -> None:
    levels = declarations.column("lymphodepletion").levels
    rows, code = work.rows.of("lymphodepletion")
    later = any_per_case(code, days(rows["ld_start"]) > work.rows.cut, work.size)
    answers = (work.answer("lymphodepletion", item) for item in ("ld_given", "ld_regimen"))
    given, regimen = (np.where(later, NOTHING, answer) for answer in answers)
    place = coded(np.where(given == 1, regimen, NOTHING), codes.LD_REGIMEN, levels).codes
    work.found["lymphodepletion"] = categorical(np.where(given == 0, 0, place), [value for value, _ in levels])


def _product(work: Sources) -> None:
    found = work.found
    found["dose_per_kg"] = work.infusion("dose_kg")
    found["vein_to_vein"] = work.infusion("v2v_days")
    found["out_of_specification"] = answered_flag(work.infusion("inf_oos"))


def _collections(work: Sources) -> None:
    """How often cells were collected and products made, and how the first and the last attempt ended."""
    found = work.found
    rows, code = work.rows.of("leukapheresis")
    done = work.rows.seen(work.rows.days(rows, code, "aph_start_date"))
    found["collections"] = _not_none_if_infused(work, count_per_case(code, work.size, done))

    rows, code = work.rows.of("manufacturing")
    sent = work.rows.days(rows, code, "ship_date", lower=work.day["T_APH"][code])
    made = ~(sent > work.rows.cut)
    found["manufacturing_attempts"] = _not_none_if_infused(work, count_per_case(code, work.size, made))
    released = work.rows.days(rows, code, "release_date", lower=sent)
    outcome = rows["mfg_outcome"].to_numpy()
    outcome = np.where(
        (released > work.rows.cut) & ~np.isnan(outcome), PENDING, outcome
    )  # nobody said: nor did they then
    for name, last in (("manufacturing_first", False), ("manufacturing_last", True)):
        value = at_extreme(code[made], rows["mfg_seq"].to_numpy()[made], outcome[made], work.size, last=last)
        found[name] = coded(value, codes.MFG_OUTCOME)


def _not_none_if_infused(work: Sources, number: np.ndarray) -> np.ndarray:
    """(cases,) counts; of those infused 0 is "not reported", for something was collected and made."""
    return np.where(work.infused & (number == 0), NOTHING, number)


def _plan(work: Sources) -> None:
    """Why nothing was infused, the year, and the day that the day columns count from."""
    found, day = work.found, work.day
    rows, code = work.rows.of("cart_course")
    ended = work.rows.days(rows, code, "noninf_date", lower=day["T_APH"][code], upper=day["D_DTH"][code])
    stopped = (rows["infused"] == 0).to_numpy() & ~(ended > work.rows.cut)
    reason = np.full(work.size, NOTHING)
    reason[code[stopped]] = rows["noninf_reason"].to_numpy()[stopped]
    found["reason_not_infused"] = coded(reason, codes.NONINF_REASON)

    first = np.where(work.infused, day["T0"], np.where(np.isnan(day["T_APH"]), day["T_DEC"], day["T_APH"]))
    found["_first"] = first
    found["days_from"] = classed(
        declarations.ORIGINS,
        (work.infused, "infusion"),
        (~np.isnan(day["T_APH"]), "collection"),
        (~np.isnan(day["T_DEC"]), "decision"),
    )
    known = ~np.isnan(first)
    year = (
        np.where(known, first, 0).astype("int64").astype("datetime64[D]").astype("datetime64[Y]").astype("int64") + 1970
    )
    years = sorted(set(year[known].tolist()))
    place = np.searchsorted(np.array(years, dtype="int64"), year)
    found["year"] = categorical(np.where(known, place, -1), [str(one) for one in years])
