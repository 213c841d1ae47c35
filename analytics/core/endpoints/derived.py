"""Fields derived from the answers of one row: response category, MRD class, B-cell status, disease burden.

A missing input gives a missing answer, never "no": where the inputs that are there decide the matter alone (a relapse
in the CNS makes no response, whatever the marrow shows), the answer is given all the same.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.core.endpoints.categories import MISSING, categorical

# Counts for complete remission and the cut of disease burden: the registry's data dictionary, derived fields.
MARROW_REMISSION_BELOW = 5.0
ANC_RECOVERED_FROM = 1.0
PLATELETS_RECOVERED_FROM = 100.0
MRD_CUT = 1e-4
BCELLS_LOST_FROM_ABS = 50.0
BCELLS_LOST_FROM_PCT = 10.0
BCELLS_US_FROM_ABS = 100.0
BCELLS_US_ABOVE_PCT = 1.0
BURDEN_HIGH_FROM = 5.0

RESPONSES = ("CR", "CRi", "NR", "NE")
MRD_CLASSES = ("MRD-CR", "intermediate", "failure")
BCELL_STATES = ("not lost", "lost", "ignored")
BURDENS = ("low", "high")

SITE_CALLS = {1: 0, 2: 1, 3: 2}


def _classes(names: tuple[str, ...], *rules: tuple[np.ndarray, str]) -> pd.Categorical:
    """The first rule that holds names the row; missing where none does."""
    codes = np.select([rule for rule, _ in rules], [names.index(name) for _, name in rules], default=MISSING)
    return categorical(codes, names)


def response(rows: pd.DataFrame) -> pd.Categorical:
    """`resp_derived` of response assessments: CR, CRi, NR, or NE where no marrow was examined."""
    blasts, pb, cns, emd = (rows[name].to_numpy() for name in ("rsp_bm_blast", "rsp_pb_blast", "rsp_cns", "rsp_emd"))
    anc, platelets, transfused = (rows[name].to_numpy() for name in ("rsp_anc", "rsp_plt", "rsp_transfused"))
    marrow_done = rows["rsp_bm_done"].to_numpy()

    clear = (blasts < MARROW_REMISSION_BELOW) & (pb == 0) & (cns != 3) & ~np.isnan(cns) & np.isin(emd, (0, 98))
    disease = (blasts >= MARROW_REMISSION_BELOW) | (pb > 0) | (cns == 3) | (~np.isnan(emd) & ~np.isin(emd, (0, 98)))
    recovered = (anc >= ANC_RECOVERED_FROM) & (platelets >= PLATELETS_RECOVERED_FROM) & (transfused == 0)
    not_recovered = (anc < ANC_RECOVERED_FROM) | (platelets < PLATELETS_RECOVERED_FROM) | (transfused > 0)
    return _classes(
        RESPONSES,
        (marrow_done == 0, "NE"),
        ((marrow_done == 1) & disease, "NR"),
        ((marrow_done == 1) & clear & recovered, "CR"),
        ((marrow_done == 1) & clear & not_recovered, "CRi"),
    )


def response_or_site_call(rows: pd.DataFrame) -> tuple[pd.Categorical, np.ndarray]:
    """The response that endpoints use, and where it is the site's call.

    The derived category decides. Where it cannot be derived because a component is missing, the site's own call of CR,
    CRi or NR stands in and is flagged; a row without a marrow (NE) stays not evaluable, whatever the site called it.
    """
    derived = response(rows)
    site = rows["rsp_site"].map(SITE_CALLS).fillna(MISSING).to_numpy().astype("int64")
    from_site = (derived.codes == MISSING) & (site != MISSING)
    return categorical(np.where(from_site, site, derived.codes), RESPONSES), from_site


def mrd_class(rows: pd.DataFrame) -> pd.Categorical:
    """`mrd_class` of response assessments: MRD-CR, intermediate or failure; missing where not tested or unknown."""
    method, result, value, sensitivity = (
        rows[f"rsp_mrd_{name}"].to_numpy() for name in ("method", "result", "value", "lod")
    )
    tested = ~np.isnan(method) & (method != 0)
    return _classes(
        MRD_CLASSES,
        (tested & (result == 0) & (sensitivity <= MRD_CUT), "MRD-CR"),
        (tested & (result == 0) & (sensitivity > MRD_CUT), "intermediate"),
        (tested & (result == 1) & (value >= MRD_CUT), "failure"),
        (tested & (result == 1) & (value < MRD_CUT), "intermediate"),
        (tested & np.isin(result, (2, 3)), "intermediate"),
    )


def bcell_status(rows: pd.DataFrame) -> pd.Categorical:
    """`bca_status` of B-cell samples: lost from 50 per µL or 10 % of lymphocytes; leukaemic samples are ignored."""
    absolute, percent = rows["b19_abs"].to_numpy(), rows["b19_pct"].to_numpy()
    return _bcells_by(
        rows,
        lost=(absolute >= BCELLS_LOST_FROM_ABS) | (percent >= BCELLS_LOST_FROM_PCT),
        kept=(absolute < BCELLS_LOST_FROM_ABS) & (percent < BCELLS_LOST_FROM_PCT),
    )


def bcell_status_lower(rows: pd.DataFrame) -> pd.Categorical:
    """The same by one US centre's limits: from 100 per µL or above 1 % of lymphocytes; that rule asks for confirmation."""
    absolute, percent = rows["b19_abs"].to_numpy(), rows["b19_pct"].to_numpy()
    return _bcells_by(
        rows,
        lost=(absolute >= BCELLS_US_FROM_ABS) | (percent > BCELLS_US_ABOVE_PCT),
        kept=(absolute < BCELLS_US_FROM_ABS) & (percent <= BCELLS_US_ABOVE_PCT),
    )


def _bcells_by(rows: pd.DataFrame, lost: np.ndarray, kept: np.ndarray) -> pd.Categorical:
    leukaemic = rows["b19_is_blast"].to_numpy() == 1
    return _classes(BCELL_STATES, (leukaemic, "ignored"), (lost, "lost"), (kept, "not lost"))


def burden_kato(rows: pd.DataFrame) -> pd.Categorical:
    """`burden_kato` of pre-infusion assessments: high from 5 % marrow blasts, low below.

    A blast count reported with an operator is classed only if every value it allows falls on one side: "< 5" low, "> 5"
    high, "≤ 5" and "< 20" missing. Missing where the marrow was not examined.

    Source: Kato 2025, doi:10.1016/j.jtct.2024.11.016.
    """
    blasts = rows["pre_bm_blast"].to_numpy()
    operator = rows["pre_bm_blast_op"].fillna(1).to_numpy()
    examined = rows["pre_bm_done"].to_numpy() != 0
    exact, below, at_most, above = (operator == code for code in (1, 2, 3, 4))
    cut = BURDEN_HIGH_FROM
    return _classes(
        BURDENS,
        (examined & ((exact & (blasts < cut)) | (below & (blasts <= cut)) | (at_most & (blasts < cut))), "low"),
        (examined & ((exact | above) & (blasts >= cut)), "high"),
    )
