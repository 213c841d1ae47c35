"""Prior HSCT (one row per transplant) (F03)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count
from registry.models.base import FormModel


class PriorTransplant(FormModel):
    """One allogeneic transplant before CAR-T."""

    hsct_seq = Count(
        "Prior HSCT number",
        unit="n",
        soft=(1, 2),
        hard=(1, 5),
        key=True,
        required=True,
        asked_if=(Condition("prior_hsct", "==", 1),),
        sas="HSCTSEQ",
    )
    hsct_date = ClinicalDate(
        "Date of this prior HSCT",
        required=True,
        asked_if=(Condition("prior_hsct", "==", 1),),
        order=(
            Order(">=", "dx_date"),
            Order("<", "aph_start_date"),
        ),
        partial=True,
        identifying=True,
        sas="HSCTDT",
    )
    hsct_donor = Coded(
        "Donor of this prior HSCT",
        codelist=codelists.HsctDonor,
        required=True,
        asked_if=(Condition("prior_hsct", "==", 1),),
        sas="HSCTDON",
    )
    hsct_source = Coded(
        "Stem-cell source of this prior HSCT",
        codelist=codelists.HsctSource,
        required=True,
        asked_if=(Condition("prior_hsct", "==", 1),),
        sas="HSCTSRC",
    )
    hsct_tbi = Coded(
        "TBI in conditioning",
        codelist=codelists.TbiDose,
        required=True,
        asked_if=(Condition("prior_hsct", "==", 1),),
        sas="HSCTTBI",
    )
    hsct_dis_status = Coded(
        "Disease status at this prior HSCT",
        codelist=codelists.HsctStatus,
        required=True,
        asked_if=(Condition("prior_hsct", "==", 1),),
        sas="HSCTDS",
    )

    form_id = "F03"
    form_name = "prior_transplant"
    title = gettext_noop("Prior HSCT (one row per transplant)")
    key_item = "hsct_seq"
    dated_by = "hsct_date"
    sections = {
        gettext_noop("Prior HSCT"): (
            "hsct_seq",
            "hsct_date",
            "hsct_donor",
            "hsct_source",
            "hsct_tbi",
            "hsct_dis_status",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "hsct_seq"], name="one_prior_transplant_row")]
