"""Follow-up / survival status (F18)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, Note
from registry.models.base import CourseForm


class FollowUp(CourseForm):
    """One contact: vital status, disease status, loss to follow-up."""

    fup_seq = Count(
        "Follow-up report number", unit="n", soft=(1, 22), hard=(1, 100), key=True, required=True, sas="FUPSEQ"
    )
    fup_visit = Coded(
        "Planned follow-up visit",
        codelist=codelists.FupVisit,
        required=True,
        sas="FUPVISIT",
        note="gives the planned interval used by check X49",
    )
    fup_date = ClinicalDate(
        "Date of last actual contact",
        required=True,
        partial=True,
        critical=True,
        identifying=True,
        sas="FUPDT",
        note="a contact that really took place, not a form date",
    )
    vital_status = Coded("Status at contact", codelist=codelists.VitalStatus, required=True, critical=True, sas="VITAL")
    fup_source = Coded(
        "Source of follow-up information", codelist=codelists.FupSource, required=True, lasting=True, sas="FUPSRC"
    )
    disease_status_fup = Coded(
        "Disease status at contact", codelist=codelists.DiseaseStatusFup, required=True, sas="DSTATFU"
    )
    last_disease_date = ClinicalDate(
        "Date disease status last documented (exam/CBC/BM)",
        required=True,
        order=(Order("<=", "fup_date"),),
        partial=True,
        critical=True,
        identifying=True,
        sas="LDISDT",
        note="censor date for EFS and RFS",
    )
    ps_fup = Count(
        "Performance score at follow-up",
        soft=(50, 100),
        hard=(0, 100),
        sas="PSFUP",
        note="scale as ps_scale, re-derived from age at the assessment (check X53); for ECOG the soft range is 0-2",
    )
    lost_to_fup = Coded("Lost to follow-up", codelist=codelists.LostToFup, required=True, none=0, sas="LTFU")
    transfer_site = Note(
        "Receiving hospital",
        required=True,
        asked_if=(Condition("lost_to_fup", "==", 2),),
        identifying=True,
        sas="TRSITE",
    )
    gvhd_since = Coded("GVHD since last report (after HSCT)", codelist=codelists.GvhdSince, none=0, sas="GVHDSNC")

    form_id = "F18"
    form_name = "follow_up"
    title = gettext_noop("Follow-up / survival status")
    key_item = "fup_seq"
    dated_by = "fup_date"
    sections = {
        gettext_noop("Contact"): (
            "fup_seq",
            "fup_visit",
            "fup_date",
            "fup_source",
            "vital_status",
        ),
        gettext_noop("Disease"): (
            "disease_status_fup",
            "last_disease_date",
            "ps_fup",
            "gvhd_since",
        ),
        gettext_noop("Loss to follow-up"): (
            "lost_to_fup",
            "transfer_site",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no", "fup_seq"], name="one_follow_up_row")]
