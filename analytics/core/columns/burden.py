"""Disease burden and MRD of pre-infusion assessments, by each published definition, and which assessment counts.

The same rules grade single assessments while a site types (registry/grading/burden.py); here they are written for whole
columns, and a test runs both over every combination of answers. A missing input that could change the class leaves it
missing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.core.columns.column import Levels
from analytics.core.columns.sources import Sources, classed
from analytics.core.endpoints import derived

LOW_HIGH: Levels = (("low", "Low"), ("high", "High"))
HIGH_50, LOW_50 = 50.0, 5.0
MRD_HIGH = 0.01
EXACT, BELOW, AT_MOST, ABOVE = 1, 2, 3, 4
BEFORE_BRIDGING, AFTER_BRIDGING, AFTER_LYMPHODEPLETION = 1, 2, 3
NEGATIVE, QUANTIFIED, NOT_QUANTIFIED, INSENSITIVE = 0, 1, 2, 3


def chosen_assessment(work: Sources, phases: tuple[int, ...]) -> pd.DataFrame:
    """(cases, items) the pre-infusion assessment that counts; all missing without one.

    Of the rows not after the infusion, one with a marrow before one without; then by the order of `phases`, then the
    latest, then the highest number. The rule of the timeline's `burden`, with rows without a marrow as a last resort.
    """
    rows, code = work.rows.of("pre_infusion_assessment")
    day_0 = work.day["T0"][code]
    day = work.rows.days(rows, code, "pre_date", lower=work.day["T_APH"][code], upper=day_0)
    rank = rows["pre_phase"].map({phase: -place for place, phase in enumerate(phases)}).to_numpy()
    usable = ~np.isnan(rank) & ~(day > day_0) & ~(day > work.rows.cut)
    marrow = (rows["pre_bm_done"] != 0).to_numpy()
    order = np.lexsort((rows["pre_seq"].to_numpy(), np.where(np.isnan(day), -np.inf, day), rank, marrow))
    order = order[usable[order]]
    at = np.full(work.size, -1)
    at[code[order]] = order
    found = rows.drop(columns=["case"]).reset_index(drop=True).reindex(at)
    return found.reset_index(drop=True)


def _from(rows: pd.DataFrame, cut: float) -> tuple[np.ndarray, np.ndarray]:
    """Whether every blast count that the report allows is at least `cut`, and whether every one is below."""
    blasts, operator = rows["pre_bm_blast"].to_numpy(), rows["pre_bm_blast_op"].fillna(EXACT).to_numpy()
    examined = (rows["pre_bm_done"] != 0).to_numpy()
    at_least = np.isin(operator, (EXACT, ABOVE)) & (blasts >= cut)
    below = (np.isin(operator, (EXACT, AT_MOST)) & (blasts < cut)) | ((operator == BELOW) & (blasts <= cut))
    return examined & at_least, examined & below


def _no_blasts(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Whether the report says there are none at all, and whether it says that there are some."""
    blasts, operator = rows["pre_bm_blast"].to_numpy(), rows["pre_bm_blast_op"].fillna(EXACT).to_numpy()
    examined = (rows["pre_bm_done"] != 0).to_numpy()
    none = (operator != ABOVE) & (blasts == 0)
    some = ((operator == EXACT) & (blasts > 0)) | ((operator == ABOVE) & ~np.isnan(blasts))
    return examined & none, examined & some


def burden_50(rows: pd.DataFrame, levels: Levels) -> pd.Categorical:
    """high from 50 % marrow blasts, low above 0 and below 5 %, intermediate otherwise. Source: CIBMTR 2025."""
    high, below_high = _from(rows, HIGH_50)
    not_low, below_low = _from(rows, LOW_50)
    none, some = _no_blasts(rows)
    return classed(levels, (high, "high"), (below_high & (not_low | none), "intermediate"), (below_low & some, "low"))


def burden_prwcc(rows: pd.DataFrame, levels: Levels) -> pd.Categorical:
    """high from 5 % marrow blasts, with CNS3 or extramedullary disease; undetectable if MRD is negative at 1e-4, CNS1 and no
    extramedullary disease; low otherwise. Source: PRWCC burden definition."""
    high, below = _from(rows, derived.BURDEN_HIGH_FROM)
    cns, emd, method, result = (rows[f"pre_{name}"].to_numpy() for name in ("cns", "emd", "mrd_method", "mrd_result"))
    sensitivity = rows["pre_mrd_lod"].to_numpy()
    high = high | (cns == 3) | (emd == 1)
    not_high = below & ~np.isnan(cns) & (cns != 3) & ~np.isnan(emd) & (emd != 1)
    read = result == NEGATIVE
    negative = read & (sensitivity <= derived.MRD_CUT)
    detectable = ~read & ((method == 0) | np.isin(result, (QUANTIFIED, NOT_QUANTIFIED, INSENSITIVE)))
    detectable |= read & (sensitivity > derived.MRD_CUT)
    detectable |= (~np.isnan(cns) & (cns != 1)) | (~np.isnan(emd) & (emd != 0))
    clear = negative & (cns == 1) & (emd == 0)
    return classed(levels, (high, "high"), (not_high & detectable, "low"), (not_high & clear, "undetectable"))


def burden_mrd(rows: pd.DataFrame) -> pd.Categorical:
    """high from MRD 1e-2, low below; where MRD was not quantified, high from 5 % marrow blasts. Source: France 2021."""
    high, below = _from(rows, derived.BURDEN_HIGH_FROM)
    method, result, value, sensitivity = (
        rows[f"pre_mrd_{name}"].to_numpy() for name in ("method", "result", "value", "lod")
    )
    done = method != 0  # a result counts even where the method is missing
    measured = done & (result == QUANTIFIED)
    negative = done & np.isin(result, (NEGATIVE, INSENSITIVE))
    by_marrow = (method == 0) | (done & (result == NOT_QUANTIFIED)) | (negative & (sensitivity > MRD_HIGH))
    return classed(
        LOW_HIGH,
        (measured & (value >= MRD_HIGH), "high"),
        ((measured & (value < MRD_HIGH)) | (negative & (sensitivity <= MRD_HIGH)), "low"),
        (by_marrow & high, "high"),
        (by_marrow & below, "low"),
    )


def mrd(rows: pd.DataFrame, levels: Levels) -> pd.Categorical:
    """MRD before infusion: negative with a sensitivity of 1e-4 or better, negative otherwise, positive, not done."""
    method, result, sensitivity = (rows[f"pre_mrd_{name}"].to_numpy() for name in ("method", "result", "lod"))
    return classed(
        levels,
        (method == 0, "not done"),
        ((result == NEGATIVE) & (sensitivity <= derived.MRD_CUT), "negative"),
        (np.isin(result, (NEGATIVE, INSENSITIVE)), "insensitive"),
        (np.isin(result, (QUANTIFIED, NOT_QUANTIFIED)), "positive"),
    )
