"""Columns known only after the infusion: response, toxicity, what came after, and the days of the timeline.

They never split a curve from day 0: whoever lived to have the value was granted the time until then.
"""

from __future__ import annotations

import numpy as np

from analytics.core.columns import codes, declarations
from analytics.core.columns.sources import (
    NOTHING,
    Sources,
    answered_flag,
    coded,
    count_per_case,
    flag,
    graded,
    sum_per_case,
)
from analytics.core.endpoints.dates import any_per_case, first_per_case, last_per_case

SEVERE = 3
FATAL = 5
INFECTION, TRANSPLANT = 1, 1  # ae_kind, stx_type
EARLY_ENDS = 30  # last day of early ICAHT


def find(work: Sources) -> None:
    """Fill in the outcome columns."""
    _response(work)
    for name in ("crs", "icans"):
        _syndrome(work, name)
    _treatment(work)
    _haematology(work)
    _infections(work)
    _transplants(work)
    _days(work)


def _response(work: Sources) -> None:
    """Best response in two words; the rest is in the timeline."""
    work.found["responded"] = flag(np.asarray(work.timeline["BOR"].isin(("CR", "CRi"))), work.infused)


def _syndrome(work: Sources, name: str) -> None:
    """CRS or ICANS: the course's highest grade, first onset, and days over all episodes.

    An episode without a grade leaves the course without one, unless another was fatal: as registry/grading does it.
    """
    found, day_0 = work.found, work.day["T0"]
    rows, code = work.rows.of(f"{name}_episode")
    death = work.day["D_DTH"][code]
    onset = work.rows.days(rows, code, f"{name}_onset", lower=day_0[code], upper=death)
    resolved = work.rows.days(rows, code, f"{name}_resolved", lower=onset, upper=death)
    seen = ~(onset > work.rows.cut)
    grade = rows[f"{name}_grade"].to_numpy()
    worst = last_per_case(code, grade, work.size, seen)
    ungraded = any_per_case(code, seen & np.isnan(grade), work.size)
    occurred = work.answer(name, f"{name}_occurred")
    later = any_per_case(code, ~seen, work.size) & ~any_per_case(code, seen, work.size)
    highest = np.where(ungraded & ~(worst == FATAL), NOTHING, worst)
    highest = np.where((occurred == 0) | ((occurred == 1) & later), 0, np.where(occurred == 1, highest, NOTHING))
    highest = work.of_infused(highest)
    found[f"{name}_grade"] = graded(highest, declarations.GRADES)
    found[f"{name}_severe"] = flag(highest >= SEVERE, ~np.isnan(highest))
    found[f"{name}_onset"] = first_per_case(code, onset, work.size, seen) - day_0
    lasted = np.where(resolved > work.rows.cut, NOTHING, resolved - onset)
    found[f"{name}_duration"] = work.of_infused(sum_per_case(code[seen], lasted[seen], work.size))


def _until_cut(work: Sources, item: str, date: str) -> np.ndarray:
    """(cases,) an item of the CRS form; 0 where what it says began after the cut, NaN where nothing was infused."""
    rows, code = work.rows.of("crs")
    begun = np.full(work.size, NOTHING)
    begun[code] = work.rows.days(rows, code, date, lower=work.day["T0"][code], upper=work.day["D_DTH"][code])
    answer = work.answer("crs", item)
    return work.of_infused(np.where((answer >= 1) & (begun > work.rows.cut), 0.0, answer))


def _treatment(work: Sources) -> None:
    found = work.found
    found["tocilizumab"] = coded(_until_cut(work, "toci_given", "toci_first_date"), codes.TOCI_GIVEN)
    found["steroid"] = answered_flag(_until_cut(work, "steroid_crs", "steroid_start"))
    found["icu"] = answered_flag(_until_cut(work, "icu_admit", "icu_start"))


def _haematology(work: Sources) -> None:
    """IEC-HS and the grades of low counts, which stand once their days are over."""
    found, form = work.found, "iechs_haematotoxicity"
    rows, code = work.rows.of(form)
    onset = np.full(work.size, NOTHING)
    onset[code] = work.rows.days(rows, code, "iechs_onset", lower=work.day["T0"][code])
    later = onset > work.rows.cut
    for name, item in (("iechs", "iechs_dx"), ("iechs_grade", "iechs")):
        value = work.answer(form, item)
        value = work.of_infused(np.where(later & (value >= 1), 0.0, value))
        found[name] = graded(value, declarations.GRADES) if name == "iechs_grade" else answered_flag(value)
    over = ~(work.day["T0"] + EARLY_ENDS > work.rows.cut)
    for name in ("icaht_early", "icaht_late", "t_icaht_early", "t_icaht_late"):
        value = np.where(work.infused & over, work.answer(form, name), NOTHING)
        found[name] = graded(value, declarations.GRADES[:5])


def _infections(work: Sources) -> None:
    """Infections of grade 3 or higher after infusion; not known where no toxicity form says anything."""
    rows, code = work.rows.of("adverse_event")
    on = work.rows.days(rows, code, "ae_onset", lower=work.day["T0"][code], upper=work.day["D_DTH"][code])
    severe = ((rows["ae_kind"] == INFECTION) & (rows["ae_grade"] >= SEVERE)).to_numpy() & ~(on > work.rows.cut)
    number = count_per_case(code, work.size, severe & ~(on < work.day["T0"][code]))
    reported = np.zeros(work.size, dtype=bool)
    for form in ("adverse_event", "crs", "iechs_haematotoxicity"):
        reported[work.rows.of(form)[1]] = True
    known = work.infused & reported
    work.found["infections_severe"] = np.where(known, number, NOTHING)
    work.found["infection_severe"] = flag(number > 0, known)


def _transplants(work: Sources) -> None:
    rows, code = work.rows.of("subsequent_therapy")
    on = work.rows.days(rows, code, "stx_date", lower=work.day["T0"][code] + 1, upper=work.day["D_DTH"][code])
    begun = work.rows.seen(on) & (on >= work.day["T0"][code]) & (rows["stx_type"] == TRANSPLANT).to_numpy()
    work.found["hsct_after"] = flag(any_per_case(code, begun, work.size), work.infused)
    work.found["hsct_in_remission"] = flag(~np.isnan(work.day["D_HSCT"]), work.infused)


def _days(work: Sources) -> None:
    """Days from the case's first day to each symbol of the timeline."""
    first = work.found.pop("_first")
    for symbol in declarations.SYMBOLS:
        work.found[f"day_{symbol}"] = work.day[symbol] - first
