"""CRS episode (F10)."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, Quantity, YesNo
from registry.models.base import CourseForm


class CrsEpisode(CourseForm):
    """One episode of cytokine release syndrome, with the components its ASTCT grade is derived from."""

    crs_seq = Count(
        "CRS episode number",
        unit="n",
        soft=(1, 2),
        hard=(1, 9),
        key=True,
        required=True,
        asked_if=(Condition("crs_occurred", "==", 1),),
        sas="CRSSEQ",
    )
    crs_onset = ClinicalDate(
        "CRS onset date (first sign)",
        required=True,
        asked_if=(Condition("crs_occurred", "==", 1),),
        order=(Order(">=", "inf_date"),),
        partial=True,
        identifying=True,
        sas="CRSONDT",
        note="soft: <= inf_date + 21 d (check X23)",
    )
    crs_resolved = ClinicalDate(
        "CRS resolution date",
        required=True,
        asked_if=(Condition("crs_occurred", "==", 1),),
        order=(Order(">=", "crs_onset"),),
        partial=True,
        identifying=True,
        sas="CRSRSDT",
    )
    crs_system = Coded(
        "CRS grading system used by site",
        codelist=codelists.CrsSystem,
        required=True,
        asked_if=(Condition("crs_occurred", "==", 1),),
        lasting=True,
        sas="CRSSYS",
    )
    crs_grade_site = Coded(
        "Maximum CRS grade as charted by site",
        codelist=codelists.Grade15,
        required=True,
        asked_if=(Condition("crs_occurred", "==", 1),),
        sas="CRSGRS",
    )
    crs_fever = Coded(
        "Fever ≥38.0 °C not otherwise explained",
        codelist=codelists.CrsFever,
        required=True,
        asked_if=(Condition("crs_occurred", "==", 1),),
        critical=True,
        sas="CRSFEV",
    )
    crs_tmax = Quantity(
        "Peak temperature during CRS", unit="°C", soft=(38, Decimal("41.5")), hard=(34, 44), sas="CRSTMAX"
    )
    crs_fever_onset = ClinicalDate(
        "Fever onset date", order=(Order(">=", "inf_date"),), partial=True, identifying=True, sas="CRSFVDT"
    )
    crs_hypotension = Coded(
        "Worst hypotension during CRS",
        codelist=codelists.CrsHypotension,
        required=True,
        asked_if=(Condition("crs_occurred", "==", 1),),
        critical=True,
        none=0,
        sas="CRSHYPO",
        note="worst over the episode",
    )
    crs_hypoxia = Coded(
        "Worst oxygen need during CRS",
        codelist=codelists.CrsHypoxia,
        required=True,
        asked_if=(Condition("crs_occurred", "==", 1),),
        critical=True,
        none=0,
        sas="CRSHYPX",
    )
    crs_attrib_other = Coded(
        "Hypotension/hypoxia explained by another cause",
        codelist=codelists.CrsAttribOther,
        required=True,
        asked_if=(Condition("crs_occurred", "==", 1),),
        critical=True,
        none=0,
        sas="CRSALT",
    )
    crs_death = YesNo(
        "Death attributed to CRS",
        required=True,
        asked_if=(Condition("crs_occurred", "==", 1),),
        critical=True,
        none=0,
        sas="CRSDTH",
    )

    form_id = "F10"
    form_name = "crs_episode"
    title = gettext_noop("CRS episode")
    key_item = "crs_seq"
    dated_by = "crs_onset"
    sections = {
        gettext_noop("Episode"): (
            "crs_seq",
            "crs_onset",
            "crs_resolved",
            "crs_system",
            "crs_grade_site",
        ),
        gettext_noop("Components of the grade"): (
            "crs_fever",
            "crs_tmax",
            "crs_fever_onset",
            "crs_hypotension",
            "crs_hypoxia",
            "crs_attrib_other",
            "crs_death",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no", "crs_seq"], name="one_crs_episode_row")]
