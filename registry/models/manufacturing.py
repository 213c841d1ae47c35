"""Manufacturing and shipping (F05)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, MultiCoded, Note, Quantity
from registry.models.base import CourseForm


class Manufacturing(CourseForm):
    """One manufacturing attempt, from shipping to release."""

    mfg_seq = Count(
        "Manufacturing attempt number", unit="n", soft=(1, 2), hard=(1, 9), key=True, required=True, sas="MFGSEQ"
    )
    ship_date = ClinicalDate(
        "Date apheresis product shipped",
        required=True,
        order=(Order(">=", "aph_start_date"),),
        partial=True,
        identifying=True,
        sas="SHIPDT",
    )
    mfg_start_date = ClinicalDate(
        "Manufacturing start date", order=(Order(">=", "ship_date"),), partial=True, identifying=True, sas="MFGSTDT"
    )
    mfg_site = Coded("Manufacturing site", codelist=codelists.MfgSite, lasting=True, sas="MFGSITE")
    mfg_outcome = Coded(
        "Manufacturing outcome", codelist=codelists.MfgOutcome, required=True, critical=True, sas="MFGOUT"
    )
    mfg_fail_reason = Coded(
        "Reason for manufacturing failure",
        codelist=codelists.MfgFailReason,
        required=True,
        asked_if=(Condition("mfg_outcome", "==", 3),),
        sas="MFGFAIL",
    )
    oos_reason = MultiCoded(
        "Out-of-specification parameter(s) (check all)",
        codelist=codelists.OosReason,
        required=True,
        asked_if=(Condition("mfg_outcome", "==", 2),),
        sas="OOSRSN",
    )
    oos_route = Coded(
        "Access route if the out-of-specification product was infused",
        codelist=codelists.OosRoute,
        required=True,
        asked_if=(Condition("mfg_outcome", "==", 2),),
        sas="OOSRTE",
    )
    release_date = ClinicalDate(
        "Product release date",
        required=True,
        asked_if=(Condition("mfg_outcome", "in", (1, 2)),),
        order=(Order(">=", "ship_date"),),
        partial=True,
        identifying=True,
        sas="RELSDT",
    )
    product_receipt_date = ClinicalDate(
        "Date product received at site",
        required=True,
        asked_if=(Condition("mfg_outcome", "in", (1, 2)),),
        order=(Order(">=", "release_date"),),
        partial=True,
        identifying=True,
        sas="PRRCPDT",
    )
    prod_car_total = Quantity(
        "CAR+ viable T cells on certificate of analysis",
        unit="10^6",
        soft=(10, 250),
        hard=(0, 1000),
        required=True,
        asked_if=(Condition("mfg_outcome", "in", (1, 2)),),
        sas="PRDOSE",
    )
    prod_viability = Quantity(
        "Viability on certificate of analysis",
        unit="%",
        soft=(70, 100),
        hard=(0, 100),
        required=True,
        asked_if=(Condition("mfg_outcome", "in", (1, 2)),),
        sas="PRVIAB",
        note="specification US >=80; other regions configurable (check X09)",
    )
    prod_car_pct = Quantity(
        "Transduction efficiency (CAR+ %)",
        unit="%",
        soft=(5, 50),
        hard=(0, 100),
        sas="PRCARP",
        note="CAR+ % of T cells",
    )
    prod_vcn = Quantity(
        "Vector copies per transduced cell", unit="copies", soft=(Decimal("0.1"), 5), hard=(0, 20), sas="PRVCN"
    )
    lot_id = Note("Lot / batch number (never exported)", identifying=True, sas="LOTID", note="never exported")

    form_id = "F05"
    form_name = "manufacturing"
    title = gettext_noop("Manufacturing and shipping")
    key_item = "mfg_seq"
    dated_by = "ship_date"
    sections = {
        gettext_noop("Manufacturing"): (
            "mfg_seq",
            "ship_date",
            "mfg_start_date",
            "mfg_site",
            "mfg_outcome",
            "mfg_fail_reason",
            "oos_reason",
            "oos_route",
        ),
        gettext_noop("Release and receipt"): (
            "release_date",
            "product_receipt_date",
        ),
        gettext_noop("Certificate of analysis"): (
            "prod_car_total",
            "prod_viability",
            "prod_car_pct",
            "prod_vcn",
            "lot_id",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no", "mfg_seq"], name="one_manufacturing_row")]
