"""Code lists of the dictionary, as the case table spells them. Codes for unknown, not done and not assessed are left out: they
give a missing value. Labels are the dictionary's (tests/analytics/core/columns/test_declarations.py)."""

from __future__ import annotations

from analytics.core.columns.column import Code, CodeList


def codes(*entries: tuple[int, str, str]) -> CodeList:
    """A code list from (code, value, label)."""
    return tuple(Code(*entry) for entry in entries)


SEX = codes((1, "male", "Male"), (2, "female", "Female"), (3, "intersex", "Intersex / undetermined"))
INDICATION = codes(
    (1, "primary refractory", "Primary refractory"),
    (2, "first relapse, refractory", "First relapse, chemorefractory"),
    (3, "first relapse after HSCT", "First relapse after allo-HSCT"),
    (4, "first relapse, no HSCT", "First relapse, HSCT-ineligible / other"),
    (5, "second relapse", "Second or later relapse"),
    (8, "other", "Other"),
)
ALL_SUBTYPE = codes(
    (1, "NOS", "B-ALL NOS"),
    (2, "BCR::ABL1", "BCR::ABL1"),
    (3, "BCR::ABL1-like", "BCR::ABL1-like"),
    (4, "KMT2A", "KMT2A-rearranged"),
    (5, "ETV6::RUNX1", "ETV6::RUNX1"),
    (6, "hyperdiploid", "High hyperdiploid (51-65/67)"),
    (7, "hypodiploid", "Hypodiploid (<44)"),
    (8, "TCF3::PBX1", "TCF3::PBX1"),
    (9, "TCF3::HLF", "TCF3::HLF"),
    (10, "iAMP21", "iAMP21"),
    (11, "IGH::IL3", "IGH::IL3"),
    (12, "DUX4", "DUX4-rearranged"),
    (13, "MEF2D", "MEF2D-rearranged"),
    (14, "ZNF384", "ZNF384-rearranged"),
    (15, "PAX5", "PAX5alt / PAX5 P80R"),
    (16, "MYC", "MYC-rearranged"),
    (17, "MPAL", "MPAL, B-lineage"),
    (88, "other", "Other"),
)
DOWN_SYNDROME = codes((0, "no", "No"), (1, "yes", "Yes"), (2, "mosaic", "Mosaic"))
REFRACTORY_TYPE = codes(
    (0, "none", "None"),
    (1, "primary", "Primary induction failure (≥2 cycles)"),
    (2, "relapse", "Relapse refractory to ≥1 cycle"),
    (3, "MRD", "MRD-refractory only"),
)
BLINA_RESPONSE = codes(
    (1, "CR, MRD-negative", "CR, MRD-negative"),
    (2, "CR, MRD-positive", "CR, MRD-positive"),
    (3, "no response", "No response"),
    (4, "given in remission", "Given in MRD-negative CR"),
)
CNS_EVER = codes((0, "no", "No"), (1, "CNS2", "CNS2"), (2, "CNS3", "CNS3"))
CNS_STATUS = codes((1, "CNS1", "CNS1"), (2, "CNS2", "CNS2"), (3, "CNS3", "CNS3"))
LD_REGIMEN = codes(
    (1, "flu/cy", "Fludarabine / cyclophosphamide"),
    (2, "cytarabine/etoposide", "Cytarabine / etoposide"),
    (3, "cy", "Cyclophosphamide alone"),
    (4, "flu", "Fludarabine alone"),
    (5, "bendamustine", "Bendamustine"),
    (6, "clofarabine/cy", "Clofarabine / cyclophosphamide"),
    (88, "other", "Other"),
)
MFG_OUTCOME = codes(
    (1, "in specification", "Released in specification"),
    (2, "out of specification", "Out of specification"),
    (3, "failed", "Failed / terminated"),
    (4, "cancelled", "Cancelled by site"),
    (9, "pending", "Pending"),
)
NONINF_REASON = codes(
    (1, "death from leukaemia", "Death from leukaemia"),
    (2, "death, other cause", "Death from other cause"),
    (3, "progression", "Progression"),
    (4, "manufacturing failure", "Manufacturing failure"),
    (5, "adverse event", "Adverse event / infection"),
    (6, "alternative in remission", "Alternative treatment in remission"),
    (7, "refusal", "Refusal"),
    (8, "out of specification", "Out-of-specification product not accepted"),
    (9, "CD19 loss", "CD19 loss"),
    (10, "transfer", "Transfer"),
    (88, "other", "Other"),
)
TOCI_GIVEN = codes((0, "no", "No"), (1, "for CRS", "For CRS"), (2, "pre-emptive", "Pre-emptive / prophylactic"))
LISTS = {
    "sex": SEX,
    "indication": INDICATION,
    "all_subtype": ALL_SUBTYPE,
    "down_syndrome": DOWN_SYNDROME,
    "refractory_type": REFRACTORY_TYPE,
    "blina_response": BLINA_RESPONSE,
    "cns_ever": CNS_EVER,
    "cns_status": CNS_STATUS,
    "ld_regimen": LD_REGIMEN,
    "mfg_outcome": MFG_OUTCOME,
    "noninf_reason": NONINF_REASON,
    "toci_given": TOCI_GIVEN,
}
