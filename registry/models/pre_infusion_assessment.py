"""Pre-infusion assessment (F08)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, Quantity, YesNo
from registry.models.base import CourseForm


class PreInfusionAssessment(CourseForm):
    """One assessment before infusion; the source of every disease burden."""

    pre_seq = Count(
        "Pre-infusion assessment number", unit="n", soft=(1, 3), hard=(1, 20), key=True, required=True, sas="PRESEQ"
    )
    pre_date = ClinicalDate(
        "Date of pre-infusion assessment",
        required=True,
        order=(
            Order(">=", "aph_end_date"),
            Order("<=", "inf_date"),
        ),
        partial=True,
        identifying=True,
        sas="PREDT",
    )
    pre_phase = Coded("Timing of pre-infusion assessment", codelist=codelists.PrePhase, required=True, sas="PREPHASE")
    pre_bm_done = YesNo("BM examined before infusion", required=True, sas="PREBMDN")
    pre_bm_blast = Quantity(
        "BM lymphoblasts before infusion",
        unit="%",
        soft=(0, 100),
        hard=(0, 100),
        required=True,
        asked_if=(Condition("pre_bm_done", "==", 1),),
        critical=True,
        sas="PREBLST",
    )
    pre_bm_blast_op = Coded(
        "Operator for reported BM blasts",
        codelist=codelists.Operator,
        required=True,
        asked_if=(Condition("pre_bm_done", "==", 1),),
        sas="PREBLOP",
    )
    pre_pb_blast = Quantity("PB blasts before infusion", unit="%", soft=(0, 90), hard=(0, 100), sas="PREPBBL")
    pre_mrd_method = Coded(
        "MRD method before infusion",
        codelist=codelists.MrdMethod,
        required=True,
        critical=True,
        lasting=True,
        sas="PREMRDM",
    )
    pre_mrd_result = Coded(
        "MRD result before infusion",
        codelist=codelists.MrdResult,
        required=True,
        asked_if=(Condition("pre_mrd_method", "!=", 0),),
        critical=True,
        sas="PREMRDR",
    )
    pre_mrd_value = Quantity(
        "MRD level before infusion (fraction, stored as 0-1)",
        unit="fraction",
        soft=(Decimal("1e-6"), Decimal("0.05")),
        hard=(0, 1),
        required=True,
        asked_if=(Condition("pre_mrd_result", "==", 1),),
        critical=True,
        sas="PREMRDV",
        note="entered as %, 10^-x or per 10^6 and converted; suppress the soft range when pre_bm_blast>=5",
    )
    pre_mrd_lod = Quantity(
        "MRD assay sensitivity for this sample (before infusion)",
        unit="fraction",
        soft=(Decimal("1e-6"), Decimal("1e-3")),
        hard=(Decimal("1e-8"), Decimal("0.05")),
        required=True,
        asked_if=(Condition("pre_mrd_method", "!=", 0),),
        critical=True,
        sas="PREMRDL",
    )
    pre_cns = Coded(
        "CNS status before infusion", codelist=codelists.CnsStatus, required=True, critical=True, sas="PRECNS"
    )
    pre_emd = Coded(
        "Active non-CNS EM disease before infusion",
        codelist=codelists.EmdActive,
        required=True,
        critical=True,
        none=0,
        sas="PREEMD",
    )
    pre_anc = Quantity("ANC before LD", unit="10^9/L", soft=(0, 10), hard=(0, 100), sas="PREANC")
    pre_hb = Quantity("Haemoglobin before LD", unit="g/dL", soft=(7, 15), hard=(2, 22), sas="PREHB")
    pre_plt = Quantity("Platelets before LD", unit="10^9/L", soft=(10, 400), hard=(0, 2000), sas="PREPLT")
    pre_crp = Quantity(
        "CRP before LD",
        unit="mg/dL",
        soft=(0, 10),
        hard=(0, 60),
        sas="PRECRP",
        note="store mg/dL; accept mg/L (divide by 10)",
    )
    pre_ferritin = Quantity("Ferritin before LD", unit="ng/mL", soft=(50, 10000), hard=(1, 500000), sas="PREFERR")
    pre_ldh = Quantity(
        "LDH before LD",
        unit="U/L",
        soft=(100, 1000),
        hard=(20, 50000),
        sas="PRELDH",
        note="see pre_ldh_uln and pre_ldh_method",
    )
    pre_ldh_uln = Quantity(
        "LDH upper limit of normal of the laboratory",
        unit="U/L",
        soft=(150, 500),
        hard=(50, 2000),
        lasting=True,
        sas="PRELDHU",
    )
    pre_ldh_method = Coded("LDH assay method", codelist=codelists.LdhMethod, lasting=True, sas="PRELDHM")
    pre_infection = Coded(
        "Active infection at infusion decision", codelist=codelists.PreInfection, required=True, none=0, sas="PREINF"
    )
    ps_score_inf = Count(
        "Performance score at LD/infusion",
        soft=(50, 100),
        hard=(0, 100),
        required=True,
        sas="PSINF",
        note="scale as ps_scale, re-derived from age at the assessment (check X53); for ECOG the soft range is 0-2",
    )

    form_id = "F08"
    form_name = "pre_infusion_assessment"
    title = gettext_noop("Pre-infusion assessment")
    key_item = "pre_seq"
    dated_by = "pre_date"
    sections = {
        gettext_noop("Assessment"): (
            "pre_seq",
            "pre_date",
            "pre_phase",
        ),
        gettext_noop("Disease burden"): (
            "pre_bm_done",
            "pre_bm_blast_op",
            "pre_bm_blast",
            "pre_pb_blast",
            "pre_mrd_method",
            "pre_mrd_result",
            "pre_mrd_value",
            "pre_mrd_lod",
            "pre_cns",
            "pre_emd",
        ),
        gettext_noop("Blood counts and markers"): (
            "pre_anc",
            "pre_hb",
            "pre_plt",
            "pre_crp",
            "pre_ferritin",
            "pre_ldh",
            "pre_ldh_uln",
            "pre_ldh_method",
        ),
        gettext_noop("Condition"): (
            "pre_infection",
            "ps_score_inf",
        ),
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "course_no", "pre_seq"], name="one_pre_infusion_assessment_row")
        ]
