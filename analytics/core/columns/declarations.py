"""Every case column, in the order of the tables. No pandas: see `column`. Made by baseline.py, infusion.py, outcome.py."""

from __future__ import annotations

from analytics.core.columns import codes
from analytics.core.columns.column import (
    AT_INFUSION,
    BASELINE,
    CATEGORY,
    DAY,
    FLAG,
    NO_YES,
    NUMBER,
    OUTCOME,
    Column,
    Levels,
    levels_of,
)

BURDEN: Levels = (("low", "Low"), ("high", "High"))
GRADES: Levels = tuple((str(grade), f"Grade {grade}") for grade in range(6))
AGE_GROUPS: Levels = (("<10", "Under 10 years"), ("10-17", "10 to 17 years"), (">=18", "18 years or older"))
DISEASE: Levels = (
    ("active", "Active disease"),
    ("extramedullary", "Isolated extramedullary relapse"),
    ("MRD-positive", "Remission, MRD-positive"),
    ("MRD-negative", "Remission, MRD-negative"),
)
HSCT_GAP: Levels = (("no HSCT", "No transplant"), ("<=6", "Up to 6 months"), (">6", "Longer than 6 months"))
PRWCC: Levels = (("undetectable", "Undetectable"), *BURDEN)
THREE: Levels = (("low", "Low"), ("intermediate", "Intermediate"), ("high", "High"))
MRD: Levels = (
    ("negative", "Negative, sensitivity 1e-4 or better"),
    ("insensitive", "Negative, lower or unknown sensitivity"),
    ("positive", "Positive"),
    ("not done", "Not done"),
)
BRIDGING: Levels = (
    ("none", "None"),
    ("high intensity", "High-intensity chemotherapy"),
    ("antibody", "Inotuzumab or blinatumomab"),
    ("low intensity", "Low-intensity chemotherapy"),
    ("other", "Other"),
)
RESPONSES: Levels = (("CR", "CR"), ("CRi", "CRi"), ("NR", "No response"))
ORIGINS: Levels = (("infusion", "Infusion"), ("collection", "First collection"), ("decision", "Decision for CAR-T"))


Of = tuple[str, tuple[str, ...]]
TRANSPLANTED: Of = ("prior_hsct", ("yes",))
GIVEN: Of = ("infused", ("yes",))
NOT_INFUSED: Of = ("infused", ("no",))
WITH_CRS: Of = ("crs_grade", tuple(value for value, _ in GRADES[1:]))
WITH_ICANS: Of = ("icans_grade", tuple(value for value, _ in GRADES[1:]))


def _number(name: str, label: str, when: str, unit: str, *items: str, note: str = "", of: Of | None = None) -> Column:
    return Column(name, label, NUMBER, when, items, unit=unit, note=note, of=of)


def _category(
    name: str, label: str, when: str, levels: Levels, *items: str, note: str = "", of: Of | None = None
) -> Column:
    return Column(name, label, CATEGORY, when, items, levels=levels, note=note, of=of)


def _flag(name: str, label: str, when: str, *items: str, note: str = "", of: Of | None = None) -> Column:
    return Column(name, label, FLAG, when, items, levels=NO_YES, note=note, of=of)


BASELINE_COLUMNS = (
    _number(
        "age_decision", "Age at decision", BASELINE, "years", "birth_date", "decision_date",
        note="Tenths of a year, rounded down; the date of birth is not in the dataset.",
    ),
    _number(
        "age_infusion", "Age at infusion", AT_INFUSION, "years", "age_inf_y", of=GIVEN,
        note="Tenths of a year, rounded down; the date of birth is not in the dataset.",
    ),
    _category(
        "age_group", "Age group", BASELINE, AGE_GROUPS, "age_inf_y",
        note="At infusion; at decision if not infused.",
    ),
    _category("sex", "Sex at birth", BASELINE, levels_of(codes.SEX), "sex_at_birth"),
    _category("subtype", "Genetic subtype", BASELINE, levels_of(codes.ALL_SUBTYPE), "all_subtype"),
    _flag(
        "kmt2a", "KMT2A rearrangement", BASELINE, "all_subtype", "cyto_abn",
        note="The subtype, t(4;11) or another 11q23 abnormality.",
    ),
    _category("down_syndrome", "Down syndrome", BASELINE, levels_of(codes.DOWN_SYNDROME), "down_syndrome"),
    _category("indication", "Indication", BASELINE, levels_of(codes.INDICATION), "indication"),
    _number("relapses", "Relapses before decision", BASELINE, "", "n_relapses"),
    _number("prior_lines", "Prior lines of therapy", BASELINE, "", "n_prior_lines"),
    _category("refractory", "Refractory disease", BASELINE, levels_of(codes.REFRACTORY_TYPE), "refractory_type"),
    _category(
        "disease_at_decision", "Disease at decision", BASELINE, DISEASE, "disease_status_dec",
        note="Active: induction failure or relapse.",
    ),
    _flag("prior_hsct", "Allogeneic HSCT before CAR-T", BASELINE, "prior_hsct"),
    _number("prior_hsct_number", "Number of prior HSCT", BASELINE, "", "n_prior_hsct", of=TRANSPLANTED),
    _number(
        "hsct_to_relapse", "HSCT to relapse", BASELINE, "months", "hsct_date", "hsct_rel_date", of=TRANSPLANTED,
        note="From the latest transplant, days / 30.4375; partial dates are imputed.",
    ),
    _category(
        "hsct_to_relapse_group", "HSCT to relapse, grouped", BASELINE, HSCT_GAP, "prior_hsct", "hsct_date", "hsct_rel_date"
    ),
    _number(
        "hsct_to_infusion", "HSCT to infusion", AT_INFUSION, "months", "hsct_date", "inf_date", of=TRANSPLANTED,
        note="From the latest transplant, days / 30.4375; partial dates are imputed.",
    ),
    _flag("prior_blinatumomab", "Blinatumomab before CAR-T", BASELINE, "prior_blina"),
    _category(
        "blinatumomab_response", "Response to blinatumomab", BASELINE,
        (("not given", "Not given"), *levels_of(codes.BLINA_RESPONSE)), "prior_blina", "blina_response",
    ),
    _flag("prior_inotuzumab", "Inotuzumab before CAR-T", BASELINE, "prior_ino"),
    _category("cns_history", "CNS disease before decision", BASELINE, levels_of(codes.CNS_EVER), "cns_ever"),
    _flag("extramedullary_history", "Extramedullary disease before decision", BASELINE, "emd_ever"),
)  # fmt: skip

EARLIEST = "Of the latest assessment before bridging."
INFUSION_COLUMNS = (
    _category("cns_before", "CNS status before infusion", AT_INFUSION, levels_of(codes.CNS_STATUS), "pre_cns"),
    _flag("extramedullary_before", "Extramedullary disease before infusion", AT_INFUSION, "pre_emd"),
    _number(
        "blasts_before", "Marrow blasts before infusion", AT_INFUSION, "%", "pre_bm_blast",
        note="Exact counts only.",
    ),
    _category("burden", "Disease burden, cut at 5 % marrow blasts", AT_INFUSION, BURDEN, "pre_bm_blast"),
    _category("burden_50", "Disease burden, cut at 50 % marrow blasts", AT_INFUSION, THREE, "pre_bm_blast"),
    _category(
        "burden_prwcc", "Disease burden, with CNS, extramedullary disease and MRD", AT_INFUSION, PRWCC,
        "pre_bm_blast", "pre_cns", "pre_emd", "pre_mrd_result", "pre_mrd_lod",
    ),
    _category(
        "burden_mrd", "Disease burden by MRD", AT_INFUSION, BURDEN,
        "pre_mrd_method", "pre_mrd_result", "pre_mrd_value", "pre_mrd_lod", "pre_bm_blast",
    ),
    _category(
        "burden_before_bridging", "Disease burden before bridging, cut at 5 % marrow blasts", AT_INFUSION, BURDEN,
        "pre_bm_blast", note=EARLIEST,
    ),
    _category(
        "burden_50_before_bridging", "Disease burden before bridging, cut at 50 % marrow blasts", AT_INFUSION, THREE,
        "pre_bm_blast", note=EARLIEST,
    ),
    _category(
        "burden_prwcc_before_bridging", "Disease burden before bridging, with CNS, extramedullary disease and MRD", AT_INFUSION,
        PRWCC, "pre_bm_blast", "pre_cns", "pre_emd", "pre_mrd_result", "pre_mrd_lod", note=EARLIEST,
    ),
    _category(
        "burden_mrd_before_bridging", "Disease burden before bridging, by MRD", AT_INFUSION, BURDEN,
        "pre_mrd_method", "pre_mrd_result", "pre_mrd_value", "pre_mrd_lod", "pre_bm_blast", note=EARLIEST,
    ),
    _category("mrd_before", "MRD before infusion", AT_INFUSION, MRD, "pre_mrd_method", "pre_mrd_result", "pre_mrd_lod"),
    _number(
        "mrd_level_before", "MRD level before infusion", AT_INFUSION, "fraction", "pre_mrd_value",
        note="Of quantified results.", of=("mrd_before", ("positive",)),
    ),
    _flag("bridging", "Bridging therapy", AT_INFUSION, "brg_given"),
    _category(
        "bridging_kind", "Kind of bridging", AT_INFUSION, BRIDGING, "brg_given", "brg_type",
        note="The first of the list that any block contains.",
    ),
    _category(
        "lymphodepletion", "Lymphodepletion", AT_INFUSION, (("none", "None"), *levels_of(codes.LD_REGIMEN)),
        "ld_given", "ld_regimen",
    ),
    _number(
        "dose_per_kg", "CAR+ viable T cells per kilogram", AT_INFUSION, "10^6/kg", "inf_dose_total", "inf_weight", of=GIVEN,
    ),
    _flag("out_of_specification", "Out-of-specification product infused", AT_INFUSION, "inf_oos", of=GIVEN),
    _number("vein_to_vein", "Vein-to-vein time", AT_INFUSION, "days", "aph_end_date", "inf_date", of=GIVEN),
    _number("collections", "Collections", AT_INFUSION, "", "aph_seq"),
    _flag("shipped", "Collected cells shipped", AT_INFUSION, "aph_shipped"),
    _number("manufacturing_attempts", "Manufacturing attempts", AT_INFUSION, "", "mfg_seq"),
    _category("manufacturing_first", "First manufacturing", AT_INFUSION, levels_of(codes.MFG_OUTCOME), "mfg_outcome"),
    _category("manufacturing_last", "Last manufacturing", AT_INFUSION, levels_of(codes.MFG_OUTCOME), "mfg_outcome"),
    _flag("infused", "Tisagenlecleucel infused", AT_INFUSION, "infused", "prod_name"),
    _category(
        "reason_not_infused", "Reason not infused", AT_INFUSION, levels_of(codes.NONINF_REASON), "noninf_reason",
        of=NOT_INFUSED,
    ),
    _category("site", "Hospital", BASELINE, (), "site_id", note="A pseudonym unless the cohort is published."),
    _category(
        "year", "Year", AT_INFUSION, (), "inf_date",
        note="Of the infusion, else of the first collection, else of the decision."
    ),
)  # fmt: skip

OUTCOME_COLUMNS = (
    _category(
        "BOR", "Best response, day 21 to 100", OUTCOME, RESPONSES, "resp_derived", "rsp_site",
        note="Before therapy for failure. Missing: not assessed.", of=GIVEN,
    ),
    _flag(
        "responded", "CR or CRi", OUTCOME, "resp_derived", "rsp_site", of=GIVEN,
        note="Best response, day 21 to 100; not assessed is no.",
    ),
    _flag("bor_evaluable", "Response assessed, day 21 to 100", OUTCOME, "resp_derived", "rsp_site", of=GIVEN),
    _flag(
        "bor_confirmed", "CR or CRi held for 28 days", OUTCOME, "resp_derived", "rsp_site", "last_disease_date", of=GIVEN,
        note="No loss within the 28 days, and somebody saw their end.",
    ),
    _flag("responder", "CR or CRi by day 100", OUTCOME, "resp_derived", "rsp_site", of=GIVEN),
    _flag("early_cr_only", "CR or CRi before day 21 only", OUTCOME, "resp_derived", "rsp_site", of=GIVEN),
    _flag(
        "mrd_tested_cr", "MRD tested within 14 days of remission", OUTCOME, "rsp_mrd_method", "rsp_mrd_result",
        of=("responder", ("yes",)),
    ),
    _flag(
        "mrd_negative_cr", "MRD-negative CR or CRi", OUTCOME, "rsp_mrd_result", "rsp_mrd_lod", of=GIVEN,
        note="Negative with a sensitivity of 1e-4 or better within 14 days of the first remission; not tested is no.",
    ),
    _category(
        "crs_grade", "CRS, highest grade", OUTCOME, GRADES, "crs_occurred", "crs_grade",
        note="ASTCT 2019, derived.", of=GIVEN,
    ),
    _flag("crs_severe", "CRS of grade 3 or higher", OUTCOME, "crs_occurred", "crs_grade", of=GIVEN),
    _number("crs_onset", "CRS onset", OUTCOME, "days", "crs_onset", note="From infusion.", of=WITH_CRS),
    _number(
        "crs_duration", "CRS duration", OUTCOME, "days", "crs_onset", "crs_resolved",
        note="All episodes; none open.", of=WITH_CRS,
    ),
    _category(
        "icans_grade", "ICANS, highest grade", OUTCOME, GRADES, "icans_occurred", "icans_grade",
        note="ASTCT 2019, derived.", of=GIVEN,
    ),
    _flag("icans_severe", "ICANS of grade 3 or higher", OUTCOME, "icans_occurred", "icans_grade", of=GIVEN),
    _number("icans_onset", "ICANS onset", OUTCOME, "days", "icans_onset", note="From infusion.", of=WITH_ICANS),
    _number(
        "icans_duration", "ICANS duration", OUTCOME, "days", "icans_onset", "icans_resolved",
        note="All episodes; none open.", of=WITH_ICANS,
    ),
    _category("tocilizumab", "Tocilizumab", OUTCOME, levels_of(codes.TOCI_GIVEN), "toci_given", of=GIVEN),
    _flag("steroid", "Systemic steroid for CRS or ICANS", OUTCOME, "steroid_crs", of=GIVEN),
    _flag("icu", "Intensive care after infusion", OUTCOME, "icu_admit", of=GIVEN),
    _flag("iechs", "IEC-HS", OUTCOME, "iechs_dx", of=GIVEN),
    _category(
        "iechs_grade", "IEC-HS grade", OUTCOME, GRADES, "iechs_dx", "iechs_grade",
        note="Hines 2023, as the site grades.", of=GIVEN,
    ),
    _category(
        "icaht_early", "Early ICAHT grade", OUTCOME, GRADES[:5], "icaht_early",
        note="EHA/EBMT 2023; days 0 to 30.", of=GIVEN,
    ),
    _category(
        "icaht_late", "Late ICAHT grade", OUTCOME, GRADES[:5], "icaht_late",
        note="EHA/EBMT 2023; after day 30.", of=GIVEN,
    ),
    _category(
        "t_icaht_early", "Early T-ICAHT grade", OUTCOME, GRADES[:5], "t_icaht_early",
        note="Days 0 to 30.", of=GIVEN,
    ),
    _category(
        "t_icaht_late", "Late T-ICAHT grade", OUTCOME, GRADES[:5], "t_icaht_late",
        note="Days 31 to 100.", of=GIVEN,
    ),
    _flag(
        "infection_severe", "Infection of grade 3 or higher", OUTCOME, "ae_kind", "ae_grade",
        note="Missing: no toxicity form was filled in.", of=GIVEN,
    ),
    _number("infections_severe", "Infections of grade 3 or higher", OUTCOME, "", "ae_kind", "ae_grade", of=GIVEN),
    _flag("hsct_after", "HSCT after CAR-T", OUTCOME, "stx_type", note="For whatever reason.", of=GIVEN),
    _flag("hsct_in_remission", "HSCT in remission after CAR-T", OUTCOME, "stx_type", "stx_status", of=GIVEN),
    _category(
        "days_from", "First day of the day columns", AT_INFUSION, ORIGINS, "inf_date", "aph_start_date", "decision_date",
        note="The infusion; without one the first shipped collection; else the decision.",
    ),
)  # fmt: skip

SYMBOLS = {
    "T_DEC": "Decision for CAR-T",
    "T_APH": "First shipped collection",
    "T_ITT": "Start of the clock of the decided",
    "T0": "Infusion",
    "D_CR": "First CR or CRi",
    "D_NR": "No response",
    "D_REL": "Relapse after CR or CRi",
    "D_REL_ANY": "Relapse",
    "D_REL_19P": "CD19-positive relapse",
    "D_REL_19N": "CD19-negative relapse",
    "D_REL_19D": "Relapse with dim, partial or mixed CD19",
    "D_REL_19U": "Relapse, CD19 unknown",
    "D_MRD": "Confirmed MRD re-emergence",
    "D_PROG": "Progression",
    "D_STX": "First therapy in remission",
    "D_HSCT": "HSCT in remission",
    "D_FAIL": "First failure",
    "D_FAIL_C": "First failure, stringent",
    "D_BCA": "Loss of B-cell aplasia",
    "D_BCA_PRE": "Last aplastic sample before the loss",
    "D_BCA_TWICE": "Loss of B-cell aplasia, confirmed",
    "D_BCA_TWICE_PRE": "Last aplastic sample before the confirmed loss",
    "D_BCA_US": "Loss of B-cell aplasia, lower limits",
    "D_BCA_US_PRE": "Last aplastic sample before the loss by lower limits",
    "D_BCA_LAST": "Last B-cell sample",
    "D_CRS": "First onset of CRS",
    "D_CRS3": "First onset of CRS of grade 3 or higher",
    "D_CRS_END": "End of the first CRS",
    "D_ICANS": "First onset of ICANS",
    "D_ICANS3": "First onset of ICANS of grade 3 or higher",
    "D_ICANS_END": "End of the first ICANS",
    "D_ANC": "Neutrophil recovery",
    "D_PLT": "Platelet recovery",
    "D_SMN": "Subsequent neoplasm",
    "D_SMN_T": "Subsequent T-cell neoplasm",
    "D_DTH": "Death",
    "D_DTH_ALL": "Death from leukaemia",
    "D_DTH_OTHER": "Death from another or an unknown cause",
    "D_DTH_EARLY": "Death before any remission",
    "D_NONINF": "Decision not to infuse",
    "D_CHOSEN": "Another treatment chosen in remission",
    "D_TRANSFER": "Transfer before infusion",
    "D_ALIVE": "Last known alive",
    "D_DIS": "Last disease assessment",
}
DAY_COLUMNS = tuple(
    Column(f"day_{symbol}", f"{label}, day", DAY, OUTCOME, (symbol,), unit="days") for symbol, label in SYMBOLS.items()
)

COLUMNS = (*BASELINE_COLUMNS, *INFUSION_COLUMNS, *OUTCOME_COLUMNS, *DAY_COLUMNS)
COLUMN_OF = {column.name: column for column in COLUMNS}
KEYS = ("case", "site", "cohort", "stratum")
LABELS = tuple(
    dict.fromkeys(
        text
        for one in COLUMNS
        for text in (one.label, one.unit, one.note, *(label for _value, label in one.levels))
        if text
    )
)


def column(name: str) -> Column:
    """The declared column. Raises ValueError, with the names there are, for an unknown one."""
    if name not in COLUMN_OF:
        raise ValueError(f"there is no case column {name!r}; expected one of {', '.join(COLUMN_OF)}")
    return COLUMN_OF[name]
