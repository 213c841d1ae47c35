"""ICANS episode (F11)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Condition, Order
from registry.fields import ClinicalDate, Coded, Count, MultiCoded, YesNo
from registry.models.base import CourseForm


class IcansEpisode(CourseForm):
    """One ICANS episode, with the components its ASTCT grade is derived from."""

    icans_seq = Count(
        "ICANS episode number",
        unit="n",
        soft=(1, 2),
        hard=(1, 9),
        key=True,
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        sas="ICANSEQ",
    )
    icans_onset = ClinicalDate(
        "ICANS onset date",
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        order=(Order(">=", "inf_date"),),
        partial=True,
        identifying=True,
        sas="ICANONDT",
        note="soft: <= inf_date + 42 d (check X23)",
    )
    icans_resolved = ClinicalDate(
        "ICANS resolution date",
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        order=(Order(">=", "icans_onset"),),
        partial=True,
        identifying=True,
        sas="ICANRSDT",
    )
    icans_system = Coded(
        "ICANS grading system used by site",
        codelist=codelists.IcansSystem,
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        lasting=True,
        sas="ICANSYS",
    )
    icans_grade_site = Coded(
        "Maximum ICANS grade as charted by site",
        codelist=codelists.Grade15,
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        sas="ICANGRS",
    )
    icans_tool = Coded(
        "Tool for worst score",
        codelist=codelists.IcansTool,
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        critical=True,
        lasting=True,
        sas="ICANTOOL",
    )
    ice_orient = Count(
        "ICE orientation (year, month, city, hospital)",
        unit="pt",
        hard=(0, 4),
        required=True,
        asked_if=(Condition("icans_tool", "==", 1),),
        sas="ICEORI",
    )
    ice_naming = Count(
        "ICE naming 3 objects",
        unit="pt",
        hard=(0, 3),
        required=True,
        asked_if=(Condition("icans_tool", "==", 1),),
        sas="ICENAM",
    )
    ice_command = Count(
        "ICE following command",
        unit="pt",
        hard=(0, 1),
        required=True,
        asked_if=(Condition("icans_tool", "==", 1),),
        sas="ICECMD",
    )
    ice_writing = Count(
        "ICE writing sentence",
        unit="pt",
        hard=(0, 1),
        required=True,
        asked_if=(Condition("icans_tool", "==", 1),),
        sas="ICEWRI",
    )
    ice_attention = Count(
        "ICE attention (100 down by 10)",
        unit="pt",
        hard=(0, 1),
        required=True,
        asked_if=(Condition("icans_tool", "==", 1),),
        sas="ICEATT",
    )
    ice_total = Count(
        "ICE total at worst (sum of items, or entered if items absent)",
        unit="pt",
        hard=(0, 10),
        required=True,
        asked_if=(Condition("icans_tool", "==", 1),),
        critical=True,
        sas="ICETOT",
    )
    capd_total = Count(
        "CAPD total at worst (8 items x 0-4)",
        unit="pt",
        soft=(0, 24),
        hard=(0, 32),
        required=True,
        asked_if=(Condition("icans_tool", "==", 2),),
        critical=True,
        sas="CAPDTOT",
        note="compare with capd_baseline",
    )
    tool_unable = Coded(
        "Unable to perform tool because unarousable",
        codelist=codelists.NoYesIs,
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        critical=True,
        none=0,
        sas="TOOLUNAB",
    )
    icans_conscious = Coded(
        "Worst level of consciousness, no other cause",
        codelist=codelists.IcansConscious,
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        critical=True,
        none=0,
        sas="ICANLOC",
    )
    icans_seizure = Coded(
        "Worst seizure",
        codelist=codelists.IcansSeizure,
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        critical=True,
        none=0,
        sas="ICANSZ",
    )
    icans_motor = YesNo(
        "Deep focal motor weakness (hemi-/paraparesis)",
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        critical=True,
        none=0,
        sas="ICANMOT",
    )
    icans_edema = Coded(
        "Raised ICP / cerebral oedema",
        codelist=codelists.IcansEdema,
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        critical=True,
        none=0,
        sas="ICANEDM",
    )
    icans_alt_cause = YesNo(
        "Another cause fully explains findings",
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        critical=True,
        none=0,
        sas="ICANALT",
    )
    icans_death = YesNo(
        "Death attributed to ICANS",
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        critical=True,
        none=0,
        sas="ICANDTH",
    )
    icans_therapy = MultiCoded(
        "Treatment for ICANS (check all)",
        codelist=codelists.IcansTherapy,
        required=True,
        asked_if=(Condition("icans_occurred", "==", 1),),
        none=0,
        sas="ICANTX",
    )

    form_id = "F11"
    form_name = "icans_episode"
    title = gettext_noop("ICANS episode")
    key_item = "icans_seq"
    dated_by = "icans_onset"
    sections = {
        gettext_noop("Episode"): (
            "icans_seq",
            "icans_onset",
            "icans_resolved",
            "icans_system",
            "icans_grade_site",
        ),
        gettext_noop("Score"): (
            "icans_tool",
            "ice_orient",
            "ice_naming",
            "ice_command",
            "ice_writing",
            "ice_attention",
            "ice_total",
            "capd_total",
            "tool_unable",
        ),
        gettext_noop("Other components of the grade"): (
            "icans_conscious",
            "icans_seizure",
            "icans_motor",
            "icans_edema",
            "icans_alt_cause",
            "icans_death",
        ),
        gettext_noop("Treatment"): ("icans_therapy",),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no", "icans_seq"], name="one_icans_episode_row")]
