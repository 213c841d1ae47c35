"""Disposition (F09)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count
from registry.models.base import FormModel


class CartCourse(FormModel):
    """One CAR-T course: infused or not, and why not. Course 1 is the index course."""

    course_no = Count(
        "CAR-T course number (1 = index course)",
        unit="n",
        soft=(1, 2),
        hard=(1, 9),
        key=True,
        required=True,
        sas="COURSENO",
        note="every row of F04-F18 belongs to one course; analyses use course 1 unless stated",
    )
    infused = Coded("CAR-T product infused", codelist=codelists.Infused, required=True, critical=True, sas="INFYN")
    noninf_reason = Coded(
        "Main reason not infused",
        codelist=codelists.NoninfReason,
        required=True,
        asked_if=(Condition("infused", "==", 0),),
        critical=True,
        sas="NOINFRS",
    )
    noninf_date = ClinicalDate(
        "Date infusion plan ended",
        required=True,
        asked_if=(Condition("infused", "==", 0),),
        order=(Order(">=", "decision_date"),),
        partial=True,
        identifying=True,
        sas="NOINFDT",
    )
    prod_name = Coded("Product", codelist=codelists.Product, required=True, sas="PRODNAM")

    form_id = "F09"
    form_name = "cart_course"
    title = gettext_noop("Disposition")
    key_item = "course_no"
    dated_by = "noninf_date"
    sections = {
        gettext_noop("Disposition"): (
            "course_no",
            "infused",
            "noninf_reason",
            "noninf_date",
            "prod_name",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no"], name="one_cart_course_row")]
