"""Rules with competing events: relapse, death without it, loss of B-cell aplasia, transplant, neoplasms, toxicity.

Each competing event is a cause of its own, so that the incidence of every cause and the share still free of all of them
add up to one.
"""

from __future__ import annotations

from analytics.core.endpoints.rule import (
    BCELLS_BACK,
    BCELLS_BACK_TWICE,
    BCELLS_BACK_US,
    CD19_DIM,
    CD19_NEGATIVE,
    CD19_POSITIVE,
    CD19_UNKNOWN,
    CRS,
    CRS_RESOLVED,
    DEATH,
    DEATH_FROM_ANOTHER_CAUSE,
    DEATH_FROM_LEUKAEMIA,
    ICANS,
    ICANS_RESOLVED,
    NEOPLASM,
    NEUTROPHILS_BACK,
    NEW_THERAPY,
    NEWS_BEFORE_DEATH,
    NO_RESPONSE,
    PLATELETS_BACK,
    PROGRESSION,
    RELAPSE,
    RELAPSE_BEFORE_DEATH,
    SEVERE_CRS,
    SEVERE_ICANS,
    T_CELL_NEOPLASM,
    TRANSPLANT,
    Endpoint,
)

ACUTE_DAYS = 42

CIR = Endpoint(
    id="CIR",
    version=1,
    label="Cumulative incidence of relapse",
    set="responder",
    clock="D_CR",
    events=(RELAPSE,),
    competing=(DEATH,),
    censor_end="D_DIS",
    tie_order=RELAPSE_BEFORE_DEATH,
    print="Relapse, from complete remission; death without relapse competes; censored at the last disease assessment.",
)
CIR_HSCT = CIR.variant(
    "CIR_HSCT",
    "Cumulative incidence of relapse, censored at transplant",
    "Relapse, from complete remission; death without relapse competes; censored at transplant in remission, else at the "
    "last disease assessment.",
    censor_cut=("D_HSCT",),
)
CIR_19P = CIR.variant(
    "CIR_19P",
    "Cumulative incidence of CD19-positive relapse",
    "CD19-positive relapse, from complete remission; relapse with negative, dim or mixed, or unknown CD19 and death "
    "without relapse compete; censored at the last disease assessment.",
    events=(CD19_POSITIVE,),
    competing=(CD19_NEGATIVE, CD19_DIM, CD19_UNKNOWN, DEATH),
)
CIR_19N = CIR.variant(
    "CIR_19N",
    "Cumulative incidence of CD19-negative relapse",
    "CD19-negative relapse, from complete remission; relapse with positive, dim or mixed, or unknown CD19 and death "
    "without relapse compete; censored at the last disease assessment.",
    events=(CD19_NEGATIVE,),
    competing=(CD19_POSITIVE, CD19_DIM, CD19_UNKNOWN, DEATH),
)
CIR_19ND = CIR.variant(
    "CIR_19ND",
    "Cumulative incidence of CD19-negative, dim or mixed relapse",
    "Relapse with negative, dim or mixed CD19, from complete remission; relapse with positive or unknown CD19 and death "
    "without relapse compete; censored at the last disease assessment.",
    events=(CD19_NEGATIVE, CD19_DIM),
    competing=(CD19_POSITIVE, CD19_UNKNOWN, DEATH),
)
CIR_19U = CIR.variant(
    "CIR_19U",
    "Cumulative incidence of relapse with unknown CD19",
    "Relapse whose CD19 was not tested or not reported, from complete remission; relapse with known CD19 and death "
    "without relapse compete; censored at the last disease assessment.",
    events=(CD19_UNKNOWN,),
    competing=(CD19_POSITIVE, CD19_NEGATIVE, CD19_DIM, DEATH),
)
NRM = Endpoint(
    id="NRM",
    version=1,
    label="Non-relapse mortality",
    set="infused",
    clock="T0",
    events=(DEATH,),
    competing=(NO_RESPONSE, PROGRESSION, RELAPSE),
    censor_end="D_DIS",
    tie_order=RELAPSE_BEFORE_DEATH,
    print="Death without relapse, progression or non-response, from infusion, which compete; censored at the last "
    "disease assessment.",
)
TRM30 = Endpoint(
    id="TRM30",
    version=1,
    label="Treatment-related mortality at day 30",
    set="infused",
    clock="T0",
    events=(DEATH_FROM_ANOTHER_CAUSE,),
    competing=(DEATH_FROM_LEUKAEMIA,),
    censor_end="D_ALIVE",
    window=30,
    print="Death within 30 days of infusion from any cause but leukaemia (an unknown cause included); death from leukaemia "
    "competes; whoever was last known alive before day 30 is shown as censored earlier.",
)
TRM100 = TRM30.variant(
    "TRM100",
    "Treatment-related mortality at day 100",
    "Death within 100 days of infusion from any cause but leukaemia (an unknown cause included); death from leukaemia "
    "competes; whoever was last known alive before day 100 is shown as censored earlier.",
    window=100,
)
BCA_LOSS = Endpoint(
    id="BCA_LOSS",
    version=1,
    label="Loss of B-cell aplasia",
    set="aplastic",
    clock="T0",
    events=(BCELLS_BACK,),
    competing=(RELAPSE, DEATH, NEW_THERAPY),
    censor_end="D_BCA_LAST",
    not_before="D_BCA_PRE",
    print="CD19-positive B cells from 50 per µL or 10 % of lymphocytes, from infusion; relapse, death and new therapy "
    "in remission compete; censored at the last B-cell sample.",
)
BCA_LOSS_STX = BCA_LOSS.variant(
    "BCA_LOSS_STX",
    "Loss of B-cell aplasia, also after new therapy",
    "CD19-positive B cells from 50 per µL or 10 % of lymphocytes, from infusion; relapse and death compete, new therapy in "
    "remission does not end observation; censored at the last B-cell sample.",
    competing=(RELAPSE, DEATH),
)
BCA_LOSS_TWICE = BCA_LOSS.variant(
    "BCA_LOSS_TWICE",
    "Loss of B-cell aplasia, confirmed",
    "CD19-positive B cells from 50 per µL or 10 % of lymphocytes, confirmed by the next sample and dated at the first, from "
    "infusion; relapse, death and new therapy in remission compete; censored at the last B-cell sample.",
    events=(BCELLS_BACK_TWICE,),
    not_before="D_BCA_TWICE_PRE",
)
BCA_LOSS_US = BCA_LOSS.variant(
    "BCA_LOSS_US",
    "Loss of B-cell aplasia, lower limit, confirmed",
    "CD19-positive B cells from 100 per µL or above 1 % of lymphocytes, confirmed by the next sample and dated at the first, "
    "from infusion; relapse, death and new therapy in remission compete; censored at the last B-cell sample.",
    events=(BCELLS_BACK_US,),
    not_before="D_BCA_US_PRE",
)
CIF_HSCT = Endpoint(
    id="CIF_HSCT",
    version=1,
    label="Transplant in remission",
    set="responder",
    clock="D_CR",
    events=(TRANSPLANT,),
    competing=(RELAPSE, DEATH),
    censor_end="D_DIS",
    print="Allogeneic transplant in remission, from complete remission; relapse and death compete; censored at the "
    "last disease assessment.",
)
SMN_CIF = Endpoint(
    id="SMN_CIF",
    version=1,
    label="Subsequent neoplasm",
    set="infused",
    clock="T0",
    events=(NEOPLASM,),
    competing=(DEATH,),
    censor_end="D_ALIVE",
    tie_order=NEWS_BEFORE_DEATH,
    print="First subsequent neoplasm of any type, from infusion; death without one competes; censored when last known "
    "alive.",
)
SMN_CIF_T = SMN_CIF.variant(
    "SMN_CIF_T",
    "Subsequent T-cell lymphoma or leukaemia",
    "First T-cell lymphoma or leukaemia after infusion; death without one competes, another neoplasm does not; censored "
    "when last known alive.",
    events=(T_CELL_NEOPLASM,),
)
TT_CRS = Endpoint(
    id="TT_CRS",
    version=1,
    label="Onset of cytokine release syndrome",
    set="infused",
    clock="T0",
    events=(CRS,),
    competing=(DEATH,),
    censor_end="D_ALIVE",
    window=ACUTE_DAYS,
    known="crs_known",
    tie_order=NEWS_BEFORE_DEATH,
    print="First onset of CRS of any grade within 42 days of infusion; death before onset competes; censored on day 42 or "
    "when last known alive; left out where CRS was not reported.",
)
TT_CRS3 = TT_CRS.variant(
    "TT_CRS3",
    "Onset of cytokine release syndrome, grade 3 or more",
    "Onset of the first CRS episode of ASTCT grade 3 or more within 42 days of infusion; death before onset competes; "
    "censored on day 42 or when last known alive; left out where CRS or its grade was not reported.",
    events=(SEVERE_CRS,),
    known="crs3_known",
)
TT_ICANS = TT_CRS.variant(
    "TT_ICANS",
    "Onset of neurotoxicity (ICANS)",
    "First onset of ICANS of any grade within 42 days of infusion; death before onset competes; censored on day 42 or "
    "when last known alive; left out where ICANS was not reported.",
    events=(ICANS,),
    known="icans_known",
)
TT_ICANS3 = TT_CRS.variant(
    "TT_ICANS3",
    "Onset of neurotoxicity (ICANS), grade 3 or more",
    "Onset of the first ICANS episode of ASTCT grade 3 or more within 42 days of infusion; death before onset competes; "
    "censored on day 42 or when last known alive; left out where ICANS or its grade was not reported.",
    events=(SEVERE_ICANS,),
    known="icans3_known",
)
DUR_CRS = Endpoint(
    id="DUR_CRS",
    version=1,
    label="Duration of cytokine release syndrome",
    set="had_crs",
    clock="D_CRS",
    events=(CRS_RESOLVED,),
    competing=(DEATH,),
    censor_end="D_ALIVE",
    print="Resolution of the first episode of CRS, from its onset; death before resolution competes; censored when last "
    "known alive; later episodes are not counted.",
)
DUR_ICANS = DUR_CRS.variant(
    "DUR_ICANS",
    "Duration of neurotoxicity (ICANS)",
    "Resolution of the first episode of ICANS, from its onset; death before resolution competes; censored when last "
    "known alive; later episodes are not counted.",
    set="had_icans",
    clock="D_ICANS",
    events=(ICANS_RESOLVED,),
)
TT_ANC = Endpoint(
    id="TT_ANC",
    version=1,
    label="Neutrophil recovery",
    set="infused",
    clock="T0",
    events=(NEUTROPHILS_BACK,),
    competing=(DEATH, RELAPSE, TRANSPLANT),
    censor_end="D_ALIVE",
    known="anc_known",
    print="First of three neutrophil counts from 0.5 ×10⁹/L, from infusion; death, relapse and transplant compete; "
    "censored when last known alive; left out where recovery was not reported.",
)
TT_PLT = TT_ANC.variant(
    "TT_PLT",
    "Platelet recovery",
    "Platelets from 20 ×10⁹/L without transfusion for 7 days, from infusion; death, relapse and transplant compete; "
    "censored when last known alive; left out where recovery was not reported.",
    events=(PLATELETS_BACK,),
    known="plt_known",
)

INCIDENCE = (
    *(CIR, CIR_HSCT, CIR_19P, CIR_19N, CIR_19ND, CIR_19U, NRM, TRM30, TRM100),
    *(BCA_LOSS, BCA_LOSS_STX, BCA_LOSS_TWICE, BCA_LOSS_US, CIF_HSCT, SMN_CIF, SMN_CIF_T),
    *(TT_CRS, TT_CRS3, TT_ICANS, TT_ICANS3, DUR_CRS, DUR_ICANS, TT_ANC, TT_PLT),
)
