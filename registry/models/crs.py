"""Cytokine release syndrome: summary, treatment, ICU, peak markers (F10)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, MultiCoded, Quantity, YesNo
from registry.models.base import CourseForm


class Crs(CourseForm):
    """Cytokine release syndrome of a course: occurred or not, treatment, intensive care, peak markers."""

    crs_occurred = Coded(
        "CRS occurred",
        codelist=codelists.NoYesNa,
        required=True,
        critical=True,
        sas="CRSYN",
        note="one value per course; episodes are child rows",
    )
    toci_given = Coded("Tocilizumab given", codelist=codelists.TociGiven, required=True, none=0, sas="TOCIYN")
    toci_doses = Count(
        "Tocilizumab doses",
        unit="n",
        soft=(1, 4),
        hard=(1, 10),
        required=True,
        asked_if=(Condition("toci_given", "in", (1, 2)),),
        sas="TOCIN",
    )
    toci_first_date = ClinicalDate(
        "First tocilizumab date",
        required=True,
        asked_if=(Condition("toci_given", "in", (1, 2)),),
        partial=True,
        identifying=True,
        sas="TOCIDT",
    )
    steroid_crs = YesNo("Systemic steroid for CRS/ICANS", required=True, none=0, sas="STERCRS")
    steroid_start = ClinicalDate(
        "Steroid start date",
        required=True,
        asked_if=(Condition("steroid_crs", "==", 1),),
        order=(Order(">=", "inf_date"),),
        partial=True,
        identifying=True,
        sas="STERDT",
    )
    steroid_days = Count(
        "Days on steroid",
        unit="d",
        soft=(1, 21),
        hard=(1, 200),
        required=True,
        asked_if=(Condition("steroid_crs", "==", 1),),
        sas="STERDAY",
    )
    steroid_cum_dex = Quantity(
        "Cumulative dexamethasone-equivalent dose",
        unit="mg/kg",
        soft=(Decimal("0.1"), 20),
        hard=(0, 200),
        sas="STERDEX",
    )
    anticytokine = MultiCoded(
        "Other agents for CRS/ICANS/IEC-HS (check all)",
        codelist=codelists.Anticytokine,
        required=True,
        none=0,
        sas="ANTICYT",
    )
    icu_admit = YesNo("ICU/PICU admission after infusion", required=True, none=0, sas="ICUYN")
    icu_start = ClinicalDate(
        "ICU admission date",
        required=True,
        asked_if=(Condition("icu_admit", "==", 1),),
        order=(Order(">=", "inf_date"),),
        partial=True,
        identifying=True,
        sas="ICUDT",
    )
    icu_days = Count(
        "ICU/PICU days",
        unit="d",
        soft=(1, 30),
        hard=(1, 365),
        required=True,
        asked_if=(Condition("icu_admit", "==", 1),),
        sas="ICUDAYS",
    )
    vent_yn = Coded(
        "Mechanical ventilation",
        codelist=codelists.Ventilation,
        required=True,
        asked_if=(Condition("icu_admit", "==", 1),),
        none=0,
        sas="VENTYN",
    )
    rrt_yn = YesNo(
        "Renal replacement therapy", required=True, asked_if=(Condition("icu_admit", "==", 1),), none=0, sas="RRTYN"
    )
    peak_ferritin = Quantity("Peak ferritin d0-30", unit="ng/mL", soft=(500, 200000), hard=(1, 2000000), sas="PKFERR")
    peak_crp = Quantity(
        "Peak CRP d0-30",
        unit="mg/dL",
        soft=(Decimal("0.5"), 40),
        hard=(0, 80),
        sas="PKCRP",
        note="store mg/dL; accept mg/L (divide by 10)",
    )
    peak_il6 = Quantity(
        "Peak IL-6", unit="pg/mL", soft=(10, 100000), hard=(0, 1000000), sas="PKIL6", note="see peak_il6_post_toci"
    )
    peak_il6_post_toci = Coded(
        "Peak IL-6 was measured after tocilizumab",
        codelist=codelists.NoYesIs,
        required=True,
        asked_if=(
            Condition("toci_given", "in", (1, 2)),
            Condition("peak_il6", ">=", 0),
        ),
        sas="PKIL6TO",
        note="asked only when peak_il6 is entered; IL-6 rises after tocilizumab",
    )
    peak_sil2r = Quantity("Peak soluble IL-2R", unit="U/mL", soft=(500, 50000), hard=(0, 500000), sas="PKSIL2R")

    form_id = "F10"
    form_name = "crs"
    title = gettext_noop("Cytokine release syndrome: summary, treatment, ICU, peak markers")
    sections = {
        gettext_noop("Cytokine release syndrome"): ("crs_occurred",),
        gettext_noop("Treatment"): (
            "toci_given",
            "toci_doses",
            "toci_first_date",
            "steroid_crs",
            "steroid_start",
            "steroid_days",
            "steroid_cum_dex",
            "anticytokine",
        ),
        gettext_noop("Intensive care"): (
            "icu_admit",
            "icu_start",
            "icu_days",
            "vent_yn",
            "rrt_yn",
        ),
        gettext_noop("Peak markers"): (
            "peak_ferritin",
            "peak_crp",
            "peak_il6",
            "peak_il6_post_toci",
            "peak_sil2r",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no"], name="one_crs_row")]
