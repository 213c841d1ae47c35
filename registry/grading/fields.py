"""The derived fields as the codebook names them: label, unit, SAS name, rule, and the items each is made from."""

from __future__ import annotations

from dataclasses import dataclass

from registry.dictionary.words import gettext_noop
from registry.grading.base import Scale
from registry.grading.bcells import BCELLS
from registry.grading.burden import CIBMTR, FRANCE, KATO, PRWCC
from registry.grading.course import COURSE
from registry.grading.crs import ASTCT_CRS
from registry.grading.daily import CRS_DAY, ICANS_DAY
from registry.grading.haematotoxicity import ICAHT, T_ICAHT
from registry.grading.icans import ASTCT_ICANS, ICE_ITEMS
from registry.grading.iechs import IEC_HS
from registry.grading.response import MRD, RESPONSE
from registry.grading.thresholds import LIMITS, is_provisional


@dataclass(frozen=True, slots=True)
class DerivedField:
    """A field that nobody types. `form`: where it is shown; `limits`: prefix of its thresholds, its name unless given."""

    name: str
    form: str
    label: str
    scale: Scale
    rule: str
    reads: tuple[str, ...]
    unit: str = ""
    sas: str = ""
    limits: str = ""

    @property
    def is_provisional(self) -> bool:
        """Whether a threshold behind it is still to be confirmed in its source."""
        return is_provisional(LIMITS, self.limits or self.name)


ASSESSED = "pre_infusion_assessment"
FIELDS = (
    DerivedField(
        "age_inf_y",
        "infusion",
        gettext_noop("Age at infusion"),
        COURSE,
        gettext_noop("Days from birth to day 0, divided by 365.25. None unless both dates are known to the day."),
        ("birth_date", "inf_date"),
        "y",
        "AGEINFY",
    ),
    DerivedField(
        "age_at_form_y",
        "late_effects",
        gettext_noop("Age on the day of this form, in years"),
        COURSE,
        gettext_noop("Days from birth to the form's own date, divided by 365.25. Decides what is asked; not exported."),
        ("birth_date", "late_date"),
        "y",
    ),
    DerivedField(
        "dose_kg",
        "infusion",
        gettext_noop("CAR+ viable T cells per kilogram"),
        COURSE,
        gettext_noop("Total dose divided by the weight at infusion."),
        ("inf_dose_total", "inf_weight"),
        "10^6/kg",
        "DOSEKG",
    ),
    DerivedField(
        "v2v_days",
        "infusion",
        gettext_noop("Vein-to-vein time"),
        COURSE,
        gettext_noop("Days from the last day of the collection behind the infused product to day 0."),
        ("aph_end_date", "inf_date"),
        "d",
        "V2VDAYS",
    ),
    DerivedField(
        "ship_to_inf",
        "infusion",
        gettext_noop("Shipment to infusion"),
        COURSE,
        gettext_noop("Days from the shipment of the collected cells to day 0."),
        ("ship_date", "inf_date"),
        "d",
        "SHIPINF",
    ),
    DerivedField(
        "burden_kato",
        ASSESSED,
        gettext_noop("Disease burden, cut at 5 % marrow blasts"),
        KATO,
        gettext_noop(
            "high from 5 % marrow blasts, low below; of the latest assessment after bridging, else after lymphodepletion, else "
            "before bridging. A count reported as “at most 5 %” is asked for exactly."
        ),
        ("pre_bm_blast", "pre_bm_blast_op", "pre_bm_done", "pre_phase", "pre_date"),
        sas="BURDKATO",
    ),
    DerivedField(
        "burden_prwcc",
        ASSESSED,
        gettext_noop("Disease burden, with CNS, extramedullary disease and MRD"),
        PRWCC,
        gettext_noop(
            "high from 5 % marrow blasts, with CNS3 or with extramedullary disease; undetectable if MRD is negative at 1e-4, CNS1 "
            "and no extramedullary disease; low otherwise."
        ),
        ("pre_bm_blast", "pre_cns", "pre_emd", "pre_mrd_result", "pre_mrd_lod"),
        sas="BURDPRW",
    ),
    DerivedField(
        "burden_50",
        ASSESSED,
        gettext_noop("Disease burden, cut at 50 % marrow blasts"),
        CIBMTR,
        gettext_noop("high from 50 % marrow blasts, low above 0 and below 5 %, intermediate otherwise."),
        ("pre_bm_blast", "pre_bm_blast_op"),
        sas="BURD50",
    ),
    DerivedField(
        "burden_mrd2",
        ASSESSED,
        gettext_noop("Disease burden by MRD"),
        FRANCE,
        gettext_noop("high from MRD 1e-2, low below; where MRD was not quantified, high from 5 % marrow blasts."),
        ("pre_mrd_method", "pre_mrd_result", "pre_mrd_value", "pre_mrd_lod", "pre_bm_blast"),
        sas="BURDMRD2",
    ),
    DerivedField(
        "hsct_rel_gap",
        "prior_therapy",
        gettext_noop("Transplant to relapse"),
        COURSE,
        gettext_noop("Days from the latest prior transplant to the relapse after it, divided by 30.4375."),
        ("hsct_date", "hsct_rel_date"),
        "mo",
        "HSCTGAP",
    ),
    DerivedField(
        "hsct_rel_gap_group",
        "prior_therapy",
        gettext_noop("Transplant to relapse, up to 6 months or longer"),
        COURSE,
        gettext_noop("Up to 6 months, or longer; none if partial dates allow both."),
        ("hsct_date", "hsct_rel_date"),
        limits="hsct_rel_gap",
    ),
    DerivedField(
        "crs_grade",
        "crs_episode",
        gettext_noop("CRS grade, derived"),
        ASTCT_CRS,
        gettext_noop(
            "The worse of hypotension and hypoxia, given fever or something that masks it; what another cause explains is left "
            "out; 5 if fatal. Of a course, its worst episode."
        ),
        (
            "crs_occurred",
            "crs_fever",
            "crs_hypotension",
            "crs_hypoxia",
            "crs_attrib_other",
            "crs_death",
            "toci_given",
            "steroid_before_inf",
            *CRS_DAY.values(),
        ),
        sas="CRSGRADE",
    ),
    DerivedField(
        "icans_grade",
        "icans_episode",
        gettext_noop("ICANS grade, derived"),
        ASTCT_ICANS,
        gettext_noop(
            "The worst domain: ICE from 12 years at onset without developmental delay, else CAPD; consciousness, seizure, motor "
            "findings, oedema; 0 if another cause explains the findings; 5 if fatal. Of a course, its worst episode."
        ),
        (
            "icans_occurred",
            "dev_delay",
            "birth_date",
            "icans_onset",
            "icans_tool",
            *ICE_ITEMS,
            "ice_total",
            "capd_total",
            "icans_conscious",
            "icans_seizure",
            "icans_motor",
            "icans_edema",
            "icans_alt_cause",
            "icans_death",
            *ICANS_DAY.values(),
        ),
        sas="ICANGRAD",
        limits="icans",
    ),
    DerivedField(
        "crs_day_grade",
        "crs_day",
        gettext_noop("CRS grade of the day"),
        ASTCT_CRS,
        gettext_noop(
            "As the grade of an episode, from the components of this day. With a log, the episode has its worst day's grade."
        ),
        tuple(CRS_DAY.values()),
    ),
    DerivedField(
        "icans_day_grade",
        "icans_day",
        gettext_noop("ICANS grade of the day"),
        ASTCT_ICANS,
        gettext_noop(
            "As the grade of an episode, from the components of this day. With a log, the episode has its worst day's grade."
        ),
        tuple(ICANS_DAY.values()),
        limits="icans",
    ),
    DerivedField(
        "icaht_early",
        "iechs_haematotoxicity",
        gettext_noop("Early ICAHT grade"),
        ICAHT,
        gettext_noop("From the days of neutropenia, days 0 to 30."),
        ("anc500_days", "anc100_days", "anc_never_rec"),
        sas="ICAHTE",
    ),
    DerivedField(
        "icaht_late",
        "iechs_haematotoxicity",
        gettext_noop("Late ICAHT grade"),
        ICAHT,
        gettext_noop("From the lowest neutrophil count after day 30 that was not transient."),
        ("late_anc_nadir",),
        sas="ICAHTL",
    ),
    DerivedField(
        "t_icaht_early",
        "iechs_haematotoxicity",
        gettext_noop("Early T-ICAHT grade"),
        T_ICAHT,
        gettext_noop("From the days of thrombocytopenia, days 0 to 30."),
        ("plt50_days", "plt20_days"),
        sas="TICAHTE",
    ),
    DerivedField(
        "t_icaht_late",
        "iechs_haematotoxicity",
        gettext_noop("Late T-ICAHT grade"),
        T_ICAHT,
        gettext_noop("From the days below 20 ×10⁹/L and the lowest platelet count, days 31 to 100."),
        ("late_plt20_days", "late_plt_nadir"),
        sas="TICAHTL",
    ),
    DerivedField(
        "iechs",
        "iechs_haematotoxicity",
        gettext_noop("IEC-HS grade"),
        IEC_HS,
        gettext_noop(
            "The site's own grade, 0 where it was ruled out; supportive findings explain it and never set it."
        ),
        (
            "iechs_dx",
            "iechs_grade",
            "iechs_onset",
            "iechs_fibrinogen",
            "iechs_ast_uln",
            "iechs_hemophago",
            "peak_ferritin",
            "crs_onset",
        ),
    ),
    DerivedField(
        "resp_derived",
        "response_assessment",
        gettext_noop("Response, derived"),
        RESPONSE,
        gettext_noop(
            "NR with any sign of disease; CR without any and with recovered blood counts; CRi without recovered counts; NE where no "
            "marrow was examined."
        ),
        (
            "rsp_bm_done",
            "rsp_bm_blast",
            "rsp_pb_blast",
            "rsp_cns",
            "rsp_emd",
            "rsp_anc",
            "rsp_plt",
            "rsp_transfused",
        ),
        sas="RESPDER",
    ),
    DerivedField(
        "mrd_class",
        "response_assessment",
        gettext_noop("MRD class"),
        MRD,
        gettext_noop(
            "MRD-CR: negative with a sensitivity of 1e-4 or better. Failure: positive from 1e-4. Intermediate: every other result. "
            "None where MRD was not measured."
        ),
        ("rsp_mrd_method", "rsp_mrd_result", "rsp_mrd_value", "rsp_mrd_lod"),
        sas="MRDCLASS",
    ),
    DerivedField(
        "bca_status",
        "bcell_assessment",
        gettext_noop("B-cell aplasia"),
        BCELLS,
        gettext_noop("lost from 50 B cells/µL or 10 % of lymphocytes; leukaemic samples are ignored."),
        ("b19_abs", "b19_pct", "b19_is_blast"),
        sas="BCASTAT",
    ),
)
READS = {one.name: one.reads for one in FIELDS}
