"""Infusion (one row per infusion) (F09)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, Quantity, YesNo
from registry.models.base import CourseForm


class Infusion(CourseForm):
    """One infusion of the product. The first of a course is day 0 of its endpoints."""

    inf_seq = Count(
        "Infusion number in registry",
        unit="n",
        soft=(1, 2),
        hard=(1, 9),
        key=True,
        required=True,
        asked_if=(Condition("infused", "==", 1),),
        sas="INFSEQ",
    )
    inf_date = ClinicalDate(
        "Date of infusion (day 0)",
        required=True,
        asked_if=(Condition("infused", "==", 1),),
        order=(
            Order(">", "aph_end_date"),
            Order(">=", "product_receipt_date"),
        ),
        critical=True,
        identifying=True,
        sas="INFDT",
        note="partial date not allowed",
    )
    inf_weight = Quantity(
        "Weight used for dose",
        unit="kg",
        soft=(6, 120),
        hard=(2, 250),
        required=True,
        asked_if=(Condition("infused", "==", 1),),
        critical=True,
        sas="INFWT",
    )
    inf_dose_total = Quantity(
        "CAR+ viable T cells infused (total)",
        unit="10^6",
        soft=(10, 250),
        hard=(Decimal("0.1"), 1000),
        required=True,
        asked_if=(Condition("infused", "==", 1),),
        critical=True,
        sas="INFDOSE",
    )
    inf_entire = Coded(
        "Whole product given",
        codelist=codelists.NoYesIs,
        required=True,
        asked_if=(Condition("infused", "==", 1),),
        sas="INFENT",
    )
    inf_oos = YesNo(
        "Infused product was out of specification",
        required=True,
        asked_if=(Condition("infused", "==", 1),),
        critical=True,
        sas="INFOOS",
    )
    inf_viability = Quantity("Post-thaw viability (site)", unit="%", soft=(60, 100), hard=(0, 100), sas="INFVIAB")
    inf_setting = Coded("Infusion setting", codelist=codelists.InfSetting, lasting=True, sas="INFSET")
    inf_reaction = Coded("Infusion reaction grade (CTCAE)", codelist=codelists.Ctcae05, none=0, sas="INFRXN")
    steroid_before_inf = Coded(
        "Steroid within 72 h before infusion", codelist=codelists.SteroidPre, none=0, sas="STERPRE"
    )

    form_id = "F09"
    form_name = "infusion"
    title = gettext_noop("Infusion (one row per infusion)")
    key_item = "inf_seq"
    dated_by = "inf_date"
    sections = {
        gettext_noop("Infusion"): (
            "inf_seq",
            "inf_date",
            "inf_weight",
            "inf_dose_total",
            "inf_entire",
            "inf_oos",
            "inf_viability",
            "inf_setting",
        ),
        gettext_noop("Around the infusion"): (
            "inf_reaction",
            "steroid_before_inf",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no", "inf_seq"], name="one_infusion_row")]
