"""Subsequent neoplasm (F20)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Order
from registry.fields import ClinicalDate, Coded, Count, Note
from registry.models.base import FormModel


class SubsequentNeoplasm(FormModel):
    """One new malignancy after CAR-T."""

    smn_seq = Count(
        "Subsequent neoplasm number", unit="n", soft=(1, 2), hard=(1, 20), key=True, required=True, sas="SMNSEQ"
    )
    smn_date = ClinicalDate(
        "Subsequent neoplasm: diagnosis date",
        required=True,
        order=(Order(">", "inf_date"),),
        partial=True,
        identifying=True,
        sas="SMNDT",
    )
    smn_type = Coded("Subsequent neoplasm: type", codelist=codelists.SmnType, required=True, sas="SMNTYPE")
    smn_car_tested = Coded(
        "Tumour tested for CAR transgene", codelist=codelists.SmnCarTested, required=True, sas="SMNCART"
    )
    smn_reported = ClinicalDate(
        "Date reported to MAH / PMDA",
        required=True,
        order=(Order(">=", "smn_date"),),
        partial=True,
        identifying=True,
        sas="SMNREP",
    )
    smn_histology = Note(
        "Histology (text/ICD-O-3)", identifying=True, sas="SMNHIST", note="free text: exported only after review"
    )

    form_id = "F20"
    form_name = "subsequent_neoplasm"
    title = gettext_noop("Subsequent neoplasm")
    key_item = "smn_seq"
    dated_by = "smn_date"
    sections = {
        gettext_noop("Subsequent neoplasm"): (
            "smn_seq",
            "smn_date",
            "smn_type",
            "smn_car_tested",
            "smn_reported",
            "smn_histology",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "smn_seq"], name="one_subsequent_neoplasm_row")]
