"""Leukapheresis (F04)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, Quantity, YesNo
from registry.models.base import CourseForm


class Leukapheresis(CourseForm):
    """One collection episode; the first one that is shipped starts the apheresis clock."""

    aph_seq = Count(
        "Collection episode number", unit="n", soft=(1, 3), hard=(1, 9), key=True, required=True, sas="APHSEQ"
    )
    aph_start_date = ClinicalDate(
        "First collection day",
        required=True,
        order=(Order(">=", "dx_date"),),
        critical=True,
        identifying=True,
        sas="APHSTDT",
        note="soft: >= decision_date (check X03); partial date not allowed",
    )
    aph_end_date = ClinicalDate(
        "Last collection day",
        required=True,
        order=(
            Order(">=", "aph_start_date"),
            Order("<=", "aph_start_date", days=7),
        ),
        partial=True,
        identifying=True,
        sas="APHENDT",
    )
    aph_days = Count("Days of collection in episode", unit="d", soft=(1, 3), hard=(1, 7), required=True, sas="APHDAYS")
    aph_weight = Quantity("Weight at apheresis", unit="kg", soft=(6, 120), hard=(2, 250), required=True, sas="WTAPH")
    aph_access = Coded("Vascular access for apheresis", codelist=codelists.AphAccess, lasting=True, sas="APHACC")
    alc_pre_aph = Quantity(
        "Absolute lymphocyte count before apheresis",
        unit="10^9/L",
        soft=(Decimal("0.1"), 5),
        hard=(0, 100),
        sas="ALCAPH",
    )
    cd3_pre_aph = Quantity(
        "CD3+ cells in blood before apheresis", unit="/µL", soft=(100, 3000), hard=(0, 20000), sas="CD3APH"
    )
    pb_blast_aph = Quantity(
        "PB blasts at collection", unit="%", soft=(0, 20), hard=(0, 100), required=True, sas="PBBLAPH"
    )
    last_chemo_date = ClinicalDate(
        "Last systemic chemotherapy before collection",
        order=(Order("<=", "aph_start_date"),),
        partial=True,
        identifying=True,
        sas="LCHEMDT",
    )
    last_steroid_date = ClinicalDate(
        "Last therapeutic steroid before collection",
        order=(Order("<=", "aph_start_date"),),
        partial=True,
        identifying=True,
        sas="LSTERDT",
    )
    aph_tbv = Quantity("Blood volume processed", unit="L", soft=(1, 15), hard=(Decimal("0.2"), 40), sas="APHTBV")
    aph_tnc = Quantity(
        "TNC collected",
        unit="10^9",
        soft=(2, 60),
        hard=(0, 200),
        required=True,
        sas="APHTNC",
        note="manufacturer acceptance >=2.0",
    )
    aph_cd3 = Quantity(
        "CD3+ collected",
        unit="10^9",
        soft=(1, 20),
        hard=(0, 100),
        required=True,
        sas="APHCD3",
        note="manufacturer acceptance >=1.0",
    )
    aph_cd3_pct = Quantity(
        "CD3+ of TNC",
        unit="%",
        soft=(10, 95),
        hard=(0, 100),
        required=True,
        sas="APHCD3P",
        note="manufacturer acceptance >=3",
    )
    aph_viability = Quantity("Viability of collected cells", unit="%", soft=(90, 100), hard=(0, 100), sas="APHVIAB")
    aph_adequate = Coded(
        "Met manufacturer acceptance criteria", codelist=codelists.AphAdequate, required=True, sas="APHOK"
    )
    aph_repeat_reason = Coded(
        "Reason this is a repeat collection",
        codelist=codelists.AphRepeatReason,
        required=True,
        asked_if=(Condition("aph_seq", ">", 1),),
        sas="APHREPR",
    )
    aph_ae_grade = Coded(
        "Worst apheresis AE (CTCAE v5)", codelist=codelists.Ctcae05, none=0, sas="APHAEGR", note="CTCAE v5"
    )
    aph_cryo_date = ClinicalDate(
        "Cryopreservation date of collected cells",
        order=(Order(">=", "aph_start_date"),),
        partial=True,
        identifying=True,
        sas="APHCRYO",
    )
    aph_shipped = YesNo("Apheresis product shipped to manufacturer", required=True, critical=True, sas="APHSHIP")

    form_id = "F04"
    form_name = "leukapheresis"
    title = gettext_noop("Leukapheresis")
    key_item = "aph_seq"
    dated_by = "aph_start_date"
    sections = {
        gettext_noop("Collection"): (
            "aph_seq",
            "aph_start_date",
            "aph_end_date",
            "aph_days",
            "aph_weight",
            "aph_access",
            "aph_repeat_reason",
        ),
        gettext_noop("Before collection"): (
            "alc_pre_aph",
            "cd3_pre_aph",
            "pb_blast_aph",
            "last_chemo_date",
            "last_steroid_date",
        ),
        gettext_noop("Yield"): (
            "aph_tbv",
            "aph_tnc",
            "aph_cd3",
            "aph_cd3_pct",
            "aph_viability",
            "aph_adequate",
            "aph_ae_grade",
        ),
        gettext_noop("Shipment"): (
            "aph_cryo_date",
            "aph_shipped",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no", "aph_seq"], name="one_leukapheresis_row")]
