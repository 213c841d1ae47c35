"""Daily CRS log: one day of an episode (F10)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Order
from registry.fields import ClinicalDate, Coded, Count, Quantity
from registry.models.base import CourseForm


class CrsDay(CourseForm):
    """One day of a CRS episode: the components by which ASTCT grades it. Optional; with a log, its worst day is the episode's grade."""

    crs_day_no = Count("Row of the CRS log", unit="n", hard=(1, 999), key=True, required=True, sas="CRDNO")
    crs_day_episode = Count(
        "CRS episode of this day",
        unit="n",
        hard=(1, 9),
        required=True,
        sas="CRDEPI",
        note="crs_seq of the episode",
    )
    crs_day_date = ClinicalDate(
        "Day of the CRS log",
        required=True,
        order=(Order(">=", "inf_date"),),
        identifying=True,
        sas="CRDDT",
        note="one row a day and episode",
    )
    crs_day_tmax = Quantity(
        "Highest temperature of the day", unit="°C", soft=(36, Decimal("41.5")), hard=(34, 44), sas="CRDTMAX"
    )
    crs_day_fever = Coded(
        "Fever ≥38.0 °C on this day, not otherwise explained",
        codelist=codelists.CrsFever,
        critical=True,
        sas="CRDFEV",
        note="after an antipyretic, tocilizumab or a steroid fever is no longer needed: masked",
    )
    crs_day_hypotension = Coded(
        "Worst hypotension of the day", codelist=codelists.CrsHypotension, critical=True, none=0, sas="CRDHYPO"
    )
    crs_day_hypoxia = Coded(
        "Worst oxygen need of the day", codelist=codelists.CrsHypoxia, critical=True, none=0, sas="CRDHYPX"
    )
    crs_day_attrib_other = Coded(
        "Hypotension/hypoxia of the day explained by another cause",
        codelist=codelists.CrsAttribOther,
        critical=True,
        sas="CRDALT",
        note="blank: as crs_attrib_other of the episode",
    )

    form_id = "F10"
    form_name = "crs_day"
    title = gettext_noop("CRS: daily log")
    key_item = "crs_day_no"
    dated_by = "crs_day_date"
    log_of = ("crs_episode", "crs_day_episode")
    sections = {
        gettext_noop("Day"): ("crs_day_no", "crs_day_episode", "crs_day_date"),
        gettext_noop("Components of the day's grade"): (
            "crs_day_tmax",
            "crs_day_fever",
            "crs_day_hypotension",
            "crs_day_hypoxia",
            "crs_day_attrib_other",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no", "crs_day_no"], name="one_crs_day_row")]
