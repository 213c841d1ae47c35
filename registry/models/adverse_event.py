"""Infections and other grade 3 or higher toxicity (F13)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, MultiCoded
from registry.models.base import CourseForm


class AdverseEvent(CourseForm):
    """One infection or other toxicity of grade 3 or more."""

    ae_seq = Count("Adverse event number", unit="n", soft=(1, 20), hard=(1, 200), key=True, required=True, sas="AESEQ")
    ae_kind = Coded("Kind of event", codelist=codelists.AeKind, required=True, sas="AEKIND")
    ae_onset = ClinicalDate(
        "Adverse event onset date",
        required=True,
        order=(Order(">=", "inf_date"),),
        partial=True,
        identifying=True,
        sas="AEONDT",
    )
    ae_grade = Coded(
        "CTCAE v5 grade (enter ≥3; infections any clinically significant)",
        codelist=codelists.Grade15,
        required=True,
        sas="AEGR",
        note="enter grade >=3; infections: any clinically significant",
    )
    inf_organism = Coded(
        "Infection: organism group",
        codelist=codelists.Organism,
        required=True,
        asked_if=(Condition("ae_kind", "==", 1),),
        sas="INFORG",
    )
    inf_site = MultiCoded(
        "Infection: site (check all)",
        codelist=codelists.InfectionSite,
        required=True,
        asked_if=(Condition("ae_kind", "==", 1),),
        sas="INFSITE",
    )
    ae_related = Coded("Relation to CAR-T", codelist=codelists.Relatedness, sas="AEREL")
    ae_resolved = ClinicalDate(
        "Adverse event resolution date", order=(Order(">=", "ae_onset"),), partial=True, identifying=True, sas="AERSDT"
    )

    form_id = "F13"
    form_name = "adverse_event"
    title = gettext_noop("Infections and other grade 3 or higher toxicity")
    key_item = "ae_seq"
    dated_by = "ae_onset"
    sections = {
        gettext_noop("Event"): (
            "ae_seq",
            "ae_kind",
            "ae_onset",
            "ae_grade",
            "ae_resolved",
            "ae_related",
        ),
        gettext_noop("Infection"): (
            "inf_organism",
            "inf_site",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no", "ae_seq"], name="one_adverse_event_row")]
