"""Bridging therapy (F06)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Count, MultiCoded, YesNo
from registry.models.base import CourseForm


class BridgingTherapy(CourseForm):
    """One block of therapy between collection and lymphodepletion."""

    brg_seq = Count("Bridging block number", unit="n", soft=(1, 3), hard=(1, 20), key=True, required=True, sas="BRGSEQ")
    brg_given = YesNo("Bridging therapy given", required=True, sas="BRGYN")
    brg_start = ClinicalDate(
        "Bridging start date",
        required=True,
        asked_if=(Condition("brg_given", "==", 1),),
        order=(Order(">=", "aph_end_date"),),
        partial=True,
        identifying=True,
        sas="BRGSTDT",
    )
    brg_end = ClinicalDate(
        "Bridging end date",
        required=True,
        asked_if=(Condition("brg_given", "==", 1),),
        order=(
            Order(">=", "brg_start"),
            Order("<=", "ld_start"),
        ),
        partial=True,
        identifying=True,
        sas="BRGENDT",
    )
    brg_type = MultiCoded(
        "Bridging type (check all)",
        codelist=codelists.BrgType,
        required=True,
        asked_if=(Condition("brg_given", "==", 1),),
        sas="BRGTYPE",
    )
    brg_infection = YesNo("Grade ≥3 infection during bridging", none=0, sas="BRGINF")

    form_id = "F06"
    form_name = "bridging_therapy"
    title = gettext_noop("Bridging therapy")
    key_item = "brg_seq"
    dated_by = "brg_start"
    sections = {
        gettext_noop("Bridging therapy"): (
            "brg_seq",
            "brg_given",
            "brg_start",
            "brg_end",
            "brg_type",
            "brg_infection",
        ),
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "course_no", "brg_seq"], name="one_bridging_therapy_row")
        ]
