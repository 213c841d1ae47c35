"""ICANS: summary (F11)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.fields import Coded, Count, YesNo
from registry.models.base import CourseForm


class Icans(CourseForm):
    """Neurotoxicity of a course: occurred or not, and what the choice of scale depends on."""

    icans_occurred = Coded(
        "ICANS occurred",
        codelist=codelists.NoYesNa,
        required=True,
        critical=True,
        sas="ICANSYN",
        note="one value per course; episodes are child rows",
    )
    dev_delay = YesNo(
        "Baseline developmental delay (forces CAPD)",
        required=True,
        critical=True,
        sas="DEVDELAY",
        note="forces CAPD at any age",
    )
    capd_baseline = Count(
        "Baseline CAPD total before infusion",
        unit="pt",
        soft=(0, 8),
        hard=(0, 32),
        sas="CAPDBL",
        note="well toddlers can score above 0",
    )

    form_id = "F11"
    form_name = "icans"
    title = gettext_noop("ICANS: summary")
    sections = {
        gettext_noop("ICANS"): (
            "icans_occurred",
            "dev_delay",
            "capd_baseline",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no"], name="one_icans_row")]
