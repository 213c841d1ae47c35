"""B-cell aplasia, immunoglobulin, persistence (F15)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Order
from registry.fields import ClinicalDate, Coded, Count, Quantity
from registry.models.base import CourseForm


class BcellAssessment(CourseForm):
    """One sample for B cells, immunoglobulin and CAR persistence."""

    bca_seq = Count(
        "B-cell / immunoglobulin assessment number",
        unit="n",
        soft=(1, 60),
        hard=(1, 400),
        key=True,
        required=True,
        sas="BCASEQ",
    )
    bca_date = ClinicalDate(
        "Sample date (B-cell / immunoglobulin assessment)",
        required=True,
        order=(Order(">=", "inf_date"),),
        partial=True,
        critical=True,
        identifying=True,
        sas="BCADT",
    )
    b19_abs = Quantity(
        "CD19+ B cells, absolute",
        unit="/µL",
        soft=(0, 1000),
        hard=(0, 10000),
        required=True,
        critical=True,
        sas="B19ABS",
    )
    b19_pct = Quantity("CD19+ of lymphocytes", unit="%", soft=(0, 40), hard=(0, 100), required=True, sas="B19PCT")
    b19_is_blast = Coded("CD19+ cells are leukaemic", codelist=codelists.NoYesUnkIs, required=True, sas="B19BLST")
    bm_hematogones = Coded("Marrow haematogones", codelist=codelists.Hematogones, sas="BMHGN")
    igg_level = Quantity(
        "Serum IgG",
        unit="mg/dL",
        soft=(100, 1500),
        hard=(0, 5000),
        required=True,
        sas="IGG",
        note="accept g/L (multiply by 100)",
    )
    igg_replacement = Coded(
        "Immunoglobulin replacement since last visit",
        codelist=codelists.IggReplacement,
        required=True,
        none=0,
        lasting=True,
        sas="IGGREP",
    )
    car_transgene = Quantity(
        "CAR transgene by qPCR/ddPCR", unit="copies/µg DNA", soft=(0, 200000), hard=(0, Decimal("1e7")), sas="CARTG"
    )
    car_flow_pct = Quantity("CAR+ of T cells by flow", unit="%", soft=(0, 80), hard=(0, 100), sas="CARFLOW")

    form_id = "F15"
    form_name = "bcell_assessment"
    title = gettext_noop("B-cell aplasia, immunoglobulin, persistence")
    key_item = "bca_seq"
    dated_by = "bca_date"
    sections = {
        gettext_noop("B cells"): (
            "bca_seq",
            "bca_date",
            "b19_abs",
            "b19_pct",
            "b19_is_blast",
            "bm_hematogones",
        ),
        gettext_noop("Immunoglobulin"): (
            "igg_level",
            "igg_replacement",
        ),
        gettext_noop("CAR persistence"): (
            "car_transgene",
            "car_flow_pct",
        ),
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "course_no", "bca_seq"], name="one_bcell_assessment_row")
        ]
