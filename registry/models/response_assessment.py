"""Response assessment (F14)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, Quantity, YesNo
from registry.models.base import CourseForm


class ResponseAssessment(CourseForm):
    """One assessment of the disease after infusion."""

    rsp_seq = Count(
        "Response assessment number", unit="n", soft=(1, 20), hard=(1, 200), key=True, required=True, sas="RSPSEQ"
    )
    rsp_date = ClinicalDate(
        "Assessment date (sample date)",
        required=True,
        order=(Order(">", "inf_date"),),
        partial=True,
        critical=True,
        identifying=True,
        sas="RSPDT",
    )
    rsp_timepoint = Coded("Planned timepoint", codelist=codelists.RspTimepoint, required=True, sas="RSPTP")
    rsp_bm_done = YesNo("BM examined at this assessment", required=True, sas="RSPBMDN")
    rsp_bm_blast = Quantity(
        "BM blasts at this assessment",
        unit="%",
        soft=(0, 100),
        hard=(0, 100),
        required=True,
        asked_if=(Condition("rsp_bm_done", "==", 1),),
        critical=True,
        sas="RSPBLST",
    )
    rsp_pb_blast = Quantity(
        "PB blasts at this assessment", unit="%", soft=(0, 90), hard=(0, 100), required=True, sas="RSPPBBL"
    )
    rsp_anc = Quantity(
        "ANC at this assessment", unit="10^9/L", soft=(0, 15), hard=(0, 100), required=True, sas="RSPANC"
    )
    rsp_plt = Quantity(
        "Platelets at this assessment", unit="10^9/L", soft=(5, 500), hard=(0, 2000), required=True, sas="RSPPLT"
    )
    rsp_transfused = Coded(
        "Platelet transfusion ≤7 d or G-CSF ≤7 d before test",
        codelist=codelists.NoYesUnk,
        required=True,
        none=0,
        sas="RSPTRF",
    )
    rsp_cns = Coded("CNS status at this assessment", codelist=codelists.CnsStatus, required=True, sas="RSPCNS")
    rsp_emd = Coded(
        "EM disease at this assessment", codelist=codelists.EmdResponse, required=True, none=0, sas="RSPEMD"
    )
    rsp_site = Coded(
        "Response as judged by site", codelist=codelists.ResponseSite, required=True, critical=True, sas="RSPSITE"
    )
    rsp_mrd_method = Coded(
        "MRD method at this assessment",
        codelist=codelists.MrdMethod,
        required=True,
        critical=True,
        lasting=True,
        sas="RSPMRDM",
    )
    rsp_mrd_result = Coded(
        "MRD result at this assessment",
        codelist=codelists.MrdResult,
        required=True,
        asked_if=(Condition("rsp_mrd_method", "!=", 0),),
        critical=True,
        sas="RSPMRDR",
    )
    rsp_mrd_value = Quantity(
        "MRD level at this assessment (fraction 0-1)",
        unit="fraction",
        soft=(Decimal("1e-7"), Decimal("0.05")),
        hard=(0, 1),
        required=True,
        asked_if=(Condition("rsp_mrd_result", "==", 1),),
        critical=True,
        sas="RSPMRDV",
        note="entered as %, 10^-x or per 10^6 and converted; suppress the soft range when rsp_bm_blast>=5",
    )
    rsp_mrd_lod = Quantity(
        "MRD assay sensitivity for this sample",
        unit="fraction",
        soft=(Decimal("1e-7"), Decimal("1e-3")),
        hard=(Decimal("1e-8"), Decimal("0.05")),
        required=True,
        asked_if=(Condition("rsp_mrd_method", "!=", 0),),
        critical=True,
        sas="RSPMRDL",
        note="negative with sensitivity <=1e-4 is needed for MRD-CR",
    )
    rsp_mrd_sample = Coded(
        "Sample used for MRD",
        codelist=codelists.MrdSample,
        required=True,
        asked_if=(Condition("rsp_mrd_method", "!=", 0),),
        critical=True,
        lasting=True,
        sas="RSPMRDS",
    )
    rsp_chimerism = Quantity(
        "Donor chimerism (after prior HSCT)", unit="%", soft=(0, 100), hard=(0, 100), sas="RSPCHIM"
    )

    form_id = "F14"
    form_name = "response_assessment"
    title = gettext_noop("Response assessment")
    key_item = "rsp_seq"
    dated_by = "rsp_date"
    sections = {
        gettext_noop("Assessment"): (
            "rsp_seq",
            "rsp_date",
            "rsp_timepoint",
            "rsp_site",
        ),
        gettext_noop("Marrow and blood"): (
            "rsp_bm_done",
            "rsp_bm_blast",
            "rsp_pb_blast",
            "rsp_anc",
            "rsp_plt",
            "rsp_transfused",
            "rsp_chimerism",
        ),
        gettext_noop("Outside the marrow"): (
            "rsp_cns",
            "rsp_emd",
        ),
        gettext_noop("Measurable residual disease"): (
            "rsp_mrd_method",
            "rsp_mrd_result",
            "rsp_mrd_value",
            "rsp_mrd_lod",
            "rsp_mrd_sample",
        ),
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "course_no", "rsp_seq"], name="one_response_assessment_row")
        ]
