"""IEC-HS and haematotoxicity (F12)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, Quantity, YesNo
from registry.models.base import CourseForm


class IechsHaematotoxicity(CourseForm):
    """HLH-like syndrome, days of cytopenia and count recovery after infusion."""

    iechs_dx = Coded("IEC-HS (HLH-like) diagnosed", codelist=codelists.NoYesNa, required=True, sas="IECHSYN")
    iechs_onset = ClinicalDate(
        "IEC-HS onset date",
        required=True,
        asked_if=(Condition("iechs_dx", "==", 1),),
        order=(Order(">=", "inf_date"),),
        partial=True,
        identifying=True,
        sas="IECHSDT",
    )
    iechs_grade = Coded(
        "IEC-HS grade (Hines 2023)",
        codelist=codelists.Grade15,
        required=True,
        asked_if=(Condition("iechs_dx", "==", 1),),
        sas="IECHSGR",
    )
    iechs_fibrinogen = Quantity(
        "Lowest fibrinogen during IEC-HS",
        unit="mg/dL",
        soft=(50, 400),
        hard=(5, 1500),
        required=True,
        asked_if=(Condition("iechs_dx", "==", 1),),
        sas="IECHFIB",
    )
    iechs_ast_uln = Quantity(
        "Peak AST or ALT as multiple of ULN",
        unit="xULN",
        soft=(1, 100),
        hard=(0, 1000),
        required=True,
        asked_if=(Condition("iechs_dx", "==", 1),),
        sas="IECHAST",
    )
    iechs_hemophago = Coded(
        "Haemophagocytosis in marrow/tissue",
        codelist=codelists.Hemophago,
        required=True,
        asked_if=(Condition("iechs_dx", "==", 1),),
        none=0,
        sas="IECHPHG",
    )
    anc500_days = Count(
        "Days 0-30 with ANC ≤0.5×10^9/L (cumulative)",
        unit="d",
        soft=(0, 30),
        hard=(0, 31),
        required=True,
        sas="ANC500D",
    )
    anc100_days = Count(
        "Days 0-30 with ANC ≤0.1×10^9/L (cumulative)",
        unit="d",
        soft=(0, 30),
        hard=(0, 31),
        required=True,
        sas="ANC100D",
    )
    anc_never_rec = Coded(
        "ANC never above 0.5×10^9/L by day 30",
        codelist=codelists.NoYesIs,
        required=True,
        sas="ANCNEV",
        note="grade 4 early ICAHT on its own",
    )
    late_anc_nadir = Quantity(
        "Lowest non-transient ANC after day 30", unit="10^9/L", soft=(0, 3), hard=(0, 30), required=True, sas="LANCNAD"
    )
    anc_rec_date = ClinicalDate(
        "ANC recovery date (first of 3 values ≥0.5×10^9/L)",
        order=(Order(">=", "inf_date"),),
        partial=True,
        identifying=True,
        sas="ANCRCDT",
    )
    plt_rec_date = ClinicalDate(
        "Platelet recovery date (≥20×10^9/L, unsupported 7 days)",
        order=(Order(">=", "inf_date"),),
        partial=True,
        identifying=True,
        sas="PLTRCDT",
    )
    plt50_days = Count(
        "Days 0-30 with platelets <50×10^9/L (cumulative)", unit="d", soft=(0, 30), hard=(0, 31), sas="PLT50D"
    )
    plt20_days = Count(
        "Days 0-30 with platelets <20×10^9/L (cumulative)", unit="d", soft=(0, 30), hard=(0, 31), sas="PLT20D"
    )
    late_plt_nadir = Quantity(
        "Lowest non-transient platelet count, day 31-100", unit="10^9/L", soft=(5, 300), hard=(0, 2000), sas="LPLTNAD"
    )
    late_plt20_days = Count(
        "Days 31-100 with platelets <20×10^9/L (cumulative)", unit="d", soft=(0, 70), hard=(0, 70), sas="LPLT20D"
    )
    gcsf_yn = YesNo("G-CSF given", none=0, sas="GCSFYN")
    hsc_boost = Coded("Stem-cell boost for cytopenia", codelist=codelists.HscBoost, none=0, sas="HSCBOOST")

    form_id = "F12"
    form_name = "iechs_haematotoxicity"
    title = gettext_noop("IEC-HS and haematotoxicity")
    dated_by = "iechs_onset"
    sections = {
        gettext_noop("IEC-HS"): (
            "iechs_dx",
            "iechs_onset",
            "iechs_grade",
            "iechs_fibrinogen",
            "iechs_ast_uln",
            "iechs_hemophago",
        ),
        gettext_noop("Neutrophils"): (
            "anc500_days",
            "anc100_days",
            "anc_never_rec",
            "late_anc_nadir",
            "anc_rec_date",
        ),
        gettext_noop("Platelets"): (
            "plt_rec_date",
            "plt50_days",
            "plt20_days",
            "late_plt_nadir",
            "late_plt20_days",
        ),
        gettext_noop("Support"): (
            "gcsf_yn",
            "hsc_boost",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no"], name="one_iechs_haematotoxicity_row")]
