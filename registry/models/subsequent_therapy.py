"""Subsequent anti-leukaemic therapy (F17)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count
from registry.models.base import CourseForm


class SubsequentTherapy(CourseForm):
    """One anti-leukaemic therapy after infusion, transplant included."""

    stx_seq = Count(
        "Subsequent therapy number", unit="n", soft=(1, 6), hard=(1, 50), key=True, required=True, sas="STXSEQ"
    )
    stx_date = ClinicalDate(
        "Start date of subsequent therapy",
        required=True,
        order=(Order(">", "inf_date"),),
        partial=True,
        critical=True,
        identifying=True,
        sas="STXDT",
    )
    stx_type = Coded(
        "Type of subsequent therapy", codelist=codelists.StxType, required=True, critical=True, sas="STXTYPE"
    )
    stx_reason = Coded(
        "Main reason for subsequent therapy", codelist=codelists.StxReason, required=True, critical=True, sas="STXRSN"
    )
    stx_status = Coded(
        "Disease status at start of subsequent therapy", codelist=codelists.StxStatus, required=True, sas="STXDS"
    )
    stx_donor = Coded(
        "Donor (if HSCT)",
        codelist=codelists.HsctDonor,
        required=True,
        asked_if=(Condition("stx_type", "==", 1),),
        sas="STXDON",
    )
    stx_tbi = Coded(
        "TBI (if HSCT)",
        codelist=codelists.TbiDose,
        required=True,
        asked_if=(Condition("stx_type", "==", 1),),
        sas="STXTBI",
        note="same list as hsct_tbi",
    )
    stx_response = Coded("Best response to subsequent therapy", codelist=codelists.StxResponse, sas="STXRSP")

    form_id = "F17"
    form_name = "subsequent_therapy"
    title = gettext_noop("Subsequent anti-leukaemic therapy")
    key_item = "stx_seq"
    dated_by = "stx_date"
    sections = {
        gettext_noop("Therapy"): (
            "stx_seq",
            "stx_date",
            "stx_type",
            "stx_reason",
            "stx_status",
            "stx_response",
        ),
        gettext_noop("Transplant"): (
            "stx_donor",
            "stx_tbi",
        ),
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "course_no", "stx_seq"], name="one_subsequent_therapy_row")
        ]
