"""Death (F19)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.fields import ClinicalDate, Coded, YesNo
from registry.models.base import FormModel


class Death(FormModel):
    """Date, cause and remission status at death."""

    death_date = ClinicalDate(
        "Date of death", required=True, critical=True, identifying=True, sas="DTHDT", note="partial date not allowed"
    )
    death_cause = Coded(
        "Primary cause of death", codelist=codelists.DeathCause, required=True, critical=True, sas="DTHCAUSE"
    )
    death_in_remission = Coded(
        "In remission at death", codelist=codelists.NoYesUnkIs, required=True, critical=True, sas="DTHCR"
    )
    death_cart_related = Coded("Death related to CAR-T", codelist=codelists.RelatednessUnk, required=True, sas="DTHREL")
    autopsy = YesNo("Autopsy performed", sas="AUTOPSY")

    form_id = "F19"
    form_name = "death"
    title = gettext_noop("Death")
    dated_by = "death_date"
    sections = {
        gettext_noop("Death"): (
            "death_date",
            "death_cause",
            "death_in_remission",
            "death_cart_related",
            "autopsy",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case"], name="one_death_row")]
