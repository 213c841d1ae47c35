"""Relapse / progression (F16)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition
from registry.fields import ClinicalDate, Coded, Count, MultiCoded, Quantity
from registry.models.base import CourseForm


class Relapse(CourseForm):
    """One relapse or progression."""

    rel_seq = Count(
        "Relapse / progression number", unit="n", soft=(1, 3), hard=(1, 20), key=True, required=True, sas="RELSEQ"
    )
    rel_date = ClinicalDate(
        "Date relapse/progression documented",
        required=True,
        critical=True,
        identifying=True,
        sas="RELDT",
        note="partial date not allowed",
    )
    rel_kind = Coded(
        "Kind of relapse/progression", codelist=codelists.RelapseKind, required=True, critical=True, sas="RELKIND"
    )
    rel_site = MultiCoded("Relapse sites (check all)", codelist=codelists.RelapseSite, required=True, sas="RELSITE")
    rel_bm_blast = Quantity("BM blasts at relapse", unit="%", soft=(1, 100), hard=(0, 100), sas="RELBLST")
    rel_cd19 = Coded("CD19 on relapse clone", codelist=codelists.RelCd19, required=True, critical=True, sas="RELCD19")
    rel_lineage_switch = Coded("Lineage switch", codelist=codelists.LineageSwitch, required=True, none=0, sas="RELLIN")
    rel_cd22 = Coded("CD22 on relapse clone", codelist=codelists.RelCd22, sas="RELCD22")
    rel_bca = Coded("B-cell aplasia at relapse", codelist=codelists.RelBca, required=True, sas="RELBCA")
    rel_confirmed = Coded(
        "MRD re-emergence confirmed on a second sample",
        codelist=codelists.RelConfirmed,
        required=True,
        asked_if=(Condition("rel_kind", "==", 2),),
        sas="RELCONF",
    )

    form_id = "F16"
    form_name = "relapse"
    title = gettext_noop("Relapse / progression")
    key_item = "rel_seq"
    dated_by = "rel_date"
    sections = {
        gettext_noop("Relapse or progression"): (
            "rel_seq",
            "rel_date",
            "rel_kind",
            "rel_confirmed",
            "rel_site",
            "rel_bm_blast",
        ),
        gettext_noop("Phenotype"): (
            "rel_cd19",
            "rel_lineage_switch",
            "rel_cd22",
            "rel_bca",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no", "rel_seq"], name="one_relapse_row")]
