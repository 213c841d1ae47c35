"""The dated events of every case: one row per case, from which each endpoint reads clock, events and censoring.

Columns (datetime64, whole days; NaT where there is none) bear the symbols that the endpoint rules and the printed
figures use:

T_DEC       decision for CAR-T                            T_APH      first collection that was shipped
T_ITT       clock of the decided: T_DEC, or the first collection if that was earlier (stored cells)
T0          first infusion of course 1, day 0
D_CR        first CR or CRi in the response window        D_NR       no response
D_REL       relapse after D_CR                            D_REL_ANY  any relapse after T0, whatever came before
D_REL_19P   D_REL if CD19-positive                        D_REL_19N  if CD19-negative
D_REL_19D   if CD19 is dim, partial or mixed              D_REL_19U  if CD19 is unknown
D_MRD       confirmed MRD re-emergence                    D_PROG     progression without a remission
D_STX       first therapy begun in remission              D_HSCT     first transplant in remission
D_FAIL      first of D_NR, D_PROG, D_REL                  D_FAIL_C   first of these, D_MRD and D_STX
D_BCA       loss of B-cell aplasia                        D_BCA_PRE  last sample before it that showed aplasia
D_BCA_TWICE loss confirmed by the next sample             D_BCA_US   the same by lower limits (each with its _PRE)
D_BCA_LAST  last B-cell sample                            D_DTH      death
D_DTH_ALL   death from leukaemia                          D_DTH_OTHER death from another or an unknown cause
D_DTH_EARLY death before any remission
D_CRS       first onset of CRS                            D_CRS3     onset of the first episode of grade 3 or more
D_CRS_END   end of the episode that began on D_CRS        D_ICANS, D_ICANS3, D_ICANS_END the same of ICANS
D_ANC       neutrophil recovery                           D_PLT      platelet recovery
D_SMN       subsequent neoplasm                           D_SMN_T    subsequent T-cell neoplasm
D_NONINF    decision not to infuse (an event when counted from collection)
D_CHOSEN    another treatment chosen in remission instead of the infusion
D_TRANSFER  transferred before infusion (censored)
D_ALIVE     last known alive                              D_DIS      disease status last documented

Sets are bool columns (SETS). Groups: site, cohort, stratum, burden ("low"/"high") and prior_hsct ("yes"/"no"), missing
where unknown. BOR is the best response from day 21 to day 100; beside it, bool: bor_evaluable (an assessment then),
bor_confirmed (remission then, held for 28 days), mrd_tested_cr and mrd_negative_cr (MRD within 14 days of D_CR), and
early_cr_only (the only remission came before day 21: in D_CR, not in BOR).
Flags: response_from_site (a response rests on the site's call) and relapse_without_remission. Known: where somebody
reported whether CRS (any, grade 3 or more), ICANS or recovery happened. `imputed_dates` has one bit for each date, set
where that date is imputed because only its month or year is known (see `date_bit`).

With a cut, events after it have not happened yet; last known alive and last disease assessment are capped at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from analytics.core import cases as case_table
from analytics.core.endpoints.anchors import anchors, disposition
from analytics.core.endpoints.at_cut import believe
from analytics.core.endpoints.bcells import bcells
from analytics.core.endpoints.best_response import confirmed_response
from analytics.core.endpoints.dates import NO_DAY, dates
from analytics.core.endpoints.disease import failures, relapses, responses, therapies
from analytics.core.endpoints.groups import groups
from analytics.core.endpoints.news import last_news, neoplasms
from analytics.core.endpoints.rows import Rows
from analytics.core.endpoints.toxicity import toxicity

DATES = (
    *("T_DEC", "T_APH", "T_ITT", "T0", "D_CR", "D_NR", "D_REL", "D_REL_ANY", "D_MRD", "D_PROG", "D_STX", "D_HSCT"),
    *("D_REL_19P", "D_REL_19N", "D_REL_19D", "D_REL_19U", "D_FAIL", "D_FAIL_C"),
    *("D_BCA", "D_BCA_PRE", "D_BCA_TWICE", "D_BCA_TWICE_PRE", "D_BCA_US", "D_BCA_US_PRE", "D_BCA_LAST"),
    *("D_CRS", "D_CRS3", "D_CRS_END", "D_ICANS", "D_ICANS3", "D_ICANS_END", "D_ANC", "D_PLT", "D_SMN", "D_SMN_T"),
    *("D_DTH", "D_DTH_ALL", "D_DTH_OTHER", "D_DTH_EARLY", "D_NONINF", "D_CHOSEN", "D_TRANSFER", "D_ALIVE", "D_DIS"),
)
SETS = (
    *("infused", "shipped", "decided", "responder", "aplastic", "failed", "failed_stringent"),
    *("had_crs", "had_icans", "transplanted"),
)
GROUPS = ("site", "cohort", "stratum", "burden", "prior_hsct")
RESPONSE = ("BOR", "bor_evaluable", "bor_confirmed", "mrd_tested_cr", "mrd_negative_cr", "early_cr_only")
FLAGS = ("response_from_site", "relapse_without_remission")
KNOWN = ("crs_known", "crs3_known", "icans_known", "icans3_known", "anc_known", "plt_known")
COLUMNS = ("case", *GROUPS, *SETS, *DATES, *RESPONSE, *FLAGS, *KNOWN, "imputed_dates")


def timeline(tables: Mapping[str, pd.DataFrame], cut: date | None = None) -> pd.DataFrame:
    """One row per case in the order of `cases`, with COLUMNS. Raises ValueError as `cases.checked` does."""
    cut_day = NO_DAY if cut is None else float(np.datetime64(cut, "D").astype("int64"))
    checked, positions = case_table.located(tables)
    work = Rows(checked, cut_day, positions)
    for step in (
        *(anchors, disposition, relapses, therapies, responses, failures, bcells, toxicity, neoplasms, last_news),
        *(believe, confirmed_response, _sets, groups),
    ):
        step(work)
    work.found["imputed_dates"] = _imputed(work)
    found = {name: dates(found) if name in DATES else found for name, found in work.found.items()}
    own = work.tables["cases"]
    return pd.DataFrame({name: own[name] if name in own.columns else found[name] for name in COLUMNS}, copy=False)


def date_bit(symbol: str) -> np.int64:
    """The bit of `imputed_dates` that says the date of `symbol` is imputed."""
    return np.int64(1 << DATES.index(symbol))


def _imputed(work: Rows) -> np.ndarray:
    """(cases,) one bit for each date that is imputed."""
    bits = np.zeros(work.size, dtype="int64")
    for name in DATES:
        bits |= np.where(work.rests_on_imputed(name), date_bit(name), 0)
    return bits


def _sets(work: Rows) -> None:
    found = work.found
    found["shipped"] = ~np.isnan(found["T_APH"])
    found["decided"] = ~np.isnan(found["T_DEC"])
    of_infused = {
        "responder": "D_CR",
        "failed": "D_FAIL",
        "failed_stringent": "D_FAIL_C",
        "had_crs": "D_CRS",
        "had_icans": "D_ICANS",
    }
    for name, symbol in of_infused.items():
        found[name] = found["infused"] & ~np.isnan(found[symbol])
    found["aplastic"] = found["aplastic"] & found["responder"]
