"""Late effects, fertility, quality of life (F21)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, MultiCoded, Quantity, YesNo
from registry.models.base import FormModel


class LateEffects(FormModel):
    """One yearly report on late effects, fertility and quality of life."""

    late_seq = Count(
        "Late-effects report number", unit="n", soft=(1, 15), hard=(1, 50), key=True, required=True, sas="LATESEQ"
    )
    late_date = ClinicalDate(
        "Date of late-effects assessment",
        required=True,
        order=(Order(">", "inf_date"),),
        partial=True,
        identifying=True,
        sas="LATEDT",
        note="gives age_at_form_y on this form",
    )
    menarche_puberty = Coded("Pubertal status", codelist=codelists.Puberty, sas="PUBERTY")
    fert_preserved = Coded(
        "Fertility preservation before CAR-T", codelist=codelists.NoYesUnk, lasting=True, sas="FERTPRS"
    )
    pregnancy_since = Coded(
        "Pregnancy (patient or partner) since last report",
        codelist=codelists.Pregnancy,
        required=True,
        asked_if=(Condition("age_at_form_y", ">=", 12),),
        none=0,
        sas="PREGYN",
    )
    pregnancy_outcome = Coded(
        "Pregnancy outcome",
        codelist=codelists.PregnancyOutcome,
        required=True,
        asked_if=(Condition("pregnancy_since", "==", 1),),
        sas="PREGOUT",
    )
    neurocog_issue = YesNo("New neurocognitive problem", none=0, sas="NEUROCOG")
    endocrine_issue = MultiCoded(
        "Endocrine late effects (check all)", codelist=codelists.Endocrine, none=0, lasting=True, sas="ENDOCR"
    )
    revaccinated = YesNo("Re-vaccination started", sas="REVACC")
    pedsql_total = Quantity("PedsQL 4.0 total score", soft=(0, 100), hard=(0, 100), sas="PEDSQL")
    school_status = Coded("School/work", codelist=codelists.School, lasting=True, sas="SCHOOL")

    form_id = "F21"
    form_name = "late_effects"
    title = gettext_noop("Late effects, fertility, quality of life")
    key_item = "late_seq"
    dated_by = "late_date"
    sections = {
        gettext_noop("Report"): (
            "late_seq",
            "late_date",
        ),
        gettext_noop("Puberty and fertility"): (
            "menarche_puberty",
            "fert_preserved",
            "pregnancy_since",
            "pregnancy_outcome",
        ),
        gettext_noop("Other late effects"): (
            "neurocog_issue",
            "endocrine_issue",
            "revaccinated",
        ),
        gettext_noop("Quality of life"): (
            "pedsql_total",
            "school_status",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "late_seq"], name="one_late_effects_row")]
