"""Daily ICANS log: one day of an episode (F11)."""

from django.db import models
from django.utils.translation import gettext_noop

from registry.dictionary import codelists
from registry.dictionary.items import Order
from registry.fields import ClinicalDate, Coded, Count, YesNo
from registry.models.base import CourseForm


class IcansDay(CourseForm):
    """One day of an ICANS episode: the components by which ASTCT grades it. Optional; with a log, its worst day is the episode's grade."""

    icans_day_no = Count("Row of the ICANS log", unit="n", hard=(1, 999), key=True, required=True, sas="ICDNO")
    icans_day_episode = Count(
        "ICANS episode of this day",
        unit="n",
        hard=(1, 9),
        required=True,
        sas="ICDEPI",
        note="icans_seq of the episode",
    )
    icans_day_date = ClinicalDate(
        "Day of the ICANS log",
        required=True,
        order=(Order(">=", "inf_date"),),
        identifying=True,
        sas="ICDDT",
        note="one row a day and episode",
    )
    icans_day_tool = Coded(
        "Tool of the day",
        codelist=codelists.IcansTool,
        critical=True,
        lasting=True,
        sas="ICDTOOL",
        note="blank: as icans_tool of the episode",
    )
    icans_day_ice_orient = Count("ICE orientation of the day", unit="pt", hard=(0, 4), sas="ICDORI")
    icans_day_ice_naming = Count("ICE naming of the day", unit="pt", hard=(0, 3), sas="ICDNAM")
    icans_day_ice_command = Count("ICE following command of the day", unit="pt", hard=(0, 1), sas="ICDCMD")
    icans_day_ice_writing = Count("ICE writing of the day", unit="pt", hard=(0, 1), sas="ICDWRI")
    icans_day_ice_attention = Count("ICE attention of the day", unit="pt", hard=(0, 1), sas="ICDATT")
    icans_day_ice_total = Count(
        "ICE total of the day",
        unit="pt",
        hard=(0, 10),
        critical=True,
        sas="ICDICE",
        note="sum of the items, or entered if the items are absent",
    )
    icans_day_capd_total = Count(
        "CAPD total of the day", unit="pt", soft=(0, 24), hard=(0, 32), critical=True, sas="ICDCAPD"
    )
    icans_day_unable = Coded(
        "Unable to perform the tool on this day because unarousable",
        codelist=codelists.NoYesIs,
        critical=True,
        none=0,
        sas="ICDUNAB",
    )
    icans_day_conscious = Coded(
        "Worst level of consciousness of the day",
        codelist=codelists.IcansConscious,
        critical=True,
        none=0,
        sas="ICDLOC",
    )
    icans_day_seizure = Coded(
        "Worst seizure of the day", codelist=codelists.IcansSeizure, critical=True, none=0, sas="ICDSZ"
    )
    icans_day_motor = YesNo("Deep focal motor weakness on this day", critical=True, none=0, sas="ICDMOT")
    icans_day_edema = Coded(
        "Raised ICP / cerebral oedema on this day", codelist=codelists.IcansEdema, critical=True, none=0, sas="ICDEDM"
    )
    icans_day_alt_cause = YesNo(
        "Another cause fully explains the findings of the day",
        critical=True,
        sas="ICDALT",
        note="blank: as icans_alt_cause of the episode",
    )

    form_id = "F11"
    form_name = "icans_day"
    title = gettext_noop("ICANS: daily log")
    key_item = "icans_day_no"
    dated_by = "icans_day_date"
    log_of = ("icans_episode", "icans_day_episode")
    sections = {
        gettext_noop("Day"): ("icans_day_no", "icans_day_episode", "icans_day_date"),
        gettext_noop("Score"): (
            "icans_day_tool",
            "icans_day_ice_orient",
            "icans_day_ice_naming",
            "icans_day_ice_command",
            "icans_day_ice_writing",
            "icans_day_ice_attention",
            "icans_day_ice_total",
            "icans_day_capd_total",
            "icans_day_unable",
        ),
        gettext_noop("Other components of the day's grade"): (
            "icans_day_conscious",
            "icans_day_seizure",
            "icans_day_motor",
            "icans_day_edema",
            "icans_day_alt_cause",
        ),
    }

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "course_no", "icans_day_no"], name="one_icans_day_row")]
