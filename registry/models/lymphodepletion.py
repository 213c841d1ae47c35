"""Lymphodepletion (F07)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, Quantity, YesNo
from registry.models.base import CourseForm


class Lymphodepletion(CourseForm):
    """The chemotherapy that makes room for the CAR-T cells."""

    ld_given = YesNo("Lymphodepletion given", required=True, sas="LDYN")
    ld_omit_reason = Coded(
        "Reason lymphodepletion was omitted",
        codelist=codelists.LdOmitReason,
        required=True,
        asked_if=(Condition("ld_given", "==", 0),),
        sas="LDOMIT",
    )
    ld_start = ClinicalDate(
        "First lymphodepletion day",
        required=True,
        asked_if=(Condition("ld_given", "==", 1),),
        order=(
            Order(">=", "aph_end_date"),
            Order("<", "inf_date"),
        ),
        partial=True,
        identifying=True,
        sas="LDSTDT",
    )
    ld_end = ClinicalDate(
        "Last lymphodepletion day",
        required=True,
        asked_if=(Condition("ld_given", "==", 1),),
        order=(
            Order(">=", "ld_start"),
            Order("<=", "inf_date", days=-1),
        ),
        partial=True,
        identifying=True,
        sas="LDENDT",
    )
    ld_regimen = Coded(
        "Lymphodepletion regimen",
        codelist=codelists.LdRegimen,
        required=True,
        asked_if=(Condition("ld_given", "==", 1),),
        sas="LDREG",
    )
    flu_dose_day = Quantity(
        "Fludarabine per day",
        unit="mg/m²",
        soft=(20, 30),
        hard=(0, 60),
        required=True,
        asked_if=(Condition("ld_regimen", "in", (1, 4)),),
        sas="FLUDAY",
        note="label dose 30",
    )
    flu_days = Count(
        "Fludarabine days",
        unit="d",
        soft=(3, 4),
        hard=(1, 6),
        required=True,
        asked_if=(Condition("ld_regimen", "in", (1, 4)),),
        sas="FLUDAYS",
        note="label 4 days",
    )
    flu_auc = Quantity(
        "Cumulative fludarabine AUC (if modelled)",
        unit="mg·h/L",
        soft=(8, 30),
        hard=(0, 100),
        sas="FLUAUC",
        note="published cut-point 13.8",
    )
    cy_dose_day = Quantity(
        "Cyclophosphamide per day",
        unit="mg/m²",
        soft=(300, 1000),
        hard=(0, 4000),
        required=True,
        asked_if=(Condition("ld_regimen", "in", (1, 3, 6)),),
        sas="CYDAY",
        note="label dose 500",
    )
    cy_days = Count(
        "Cyclophosphamide days",
        unit="d",
        soft=(2, 3),
        hard=(1, 5),
        required=True,
        asked_if=(Condition("ld_regimen", "in", (1, 3, 6)),),
        sas="CYDAYS",
        note="label 2 days",
    )
    bsa_ld = Quantity(
        "BSA at LD",
        unit="m²",
        soft=(Decimal("0.3"), Decimal("2.3")),
        hard=(Decimal("0.1"), Decimal("3.5")),
        sas="BSALD",
    )
    egfr_ld = Quantity("eGFR / CrCl at LD", unit="mL/min/1.73m²", soft=(60, 200), hard=(5, 400), sas="EGFRLD")

    form_id = "F07"
    form_name = "lymphodepletion"
    title = gettext_noop("Lymphodepletion")
    dated_by = "ld_start"
    sections = {
        gettext_noop("Lymphodepletion"): (
            "ld_given",
            "ld_omit_reason",
            "ld_start",
            "ld_end",
            "ld_regimen",
        ),
        gettext_noop("Doses"): (
            "flu_dose_day",
            "flu_days",
            "flu_auc",
            "cy_dose_day",
            "cy_days",
            "bsa_ld",
            "egfr_ld",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no"], name="one_lymphodepletion_row")]
