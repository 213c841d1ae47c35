"""The cases behind a Result, as they are stored beside it and read again. Plain data: web processes use this."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date, timedelta

EVENT, CENSORED, AT_RISK = "event", "censored", "at_risk"
WHAT = (EVENT, CENSORED, AT_RISK)

# What ended a time (an event's or an end's name, of the rules) → the form that tells it. An end of the window is told by none.
TOLD_BY = {
    **dict.fromkeys(("death", "death from leukaemia", "death from another cause", "death before response"), "death"),
    **dict.fromkeys(("relapse", "CD19-negative relapse", "relapse with dim or mixed CD19"), "relapse"),
    **dict.fromkeys(("CD19-positive relapse", "relapse with CD19 unknown"), "relapse"),
    **dict.fromkeys(("progression", "no response", "MRD relapse"), "response_assessment"),
    **dict.fromkeys(
        ("not infused", "other treatment instead of infusion", "transferred before infusion"), "cart_course"
    ),
    **dict.fromkeys(("B-cell recovery", "last B-cell sample"), "bcell_assessment"),
    **dict.fromkeys(
        ("transplant", "new therapy", "transplant in remission", "new therapy in remission"), "subsequent_therapy"
    ),
    **dict.fromkeys(("subsequent neoplasm", "T-cell neoplasm"), "subsequent_neoplasm"),
    **dict.fromkeys(("CRS", "CRS grade 3 or more", "CRS resolved"), "crs_episode"),
    **dict.fromkeys(("ICANS", "ICANS grade 3 or more", "ICANS resolved"), "icans_episode"),
    **dict.fromkeys(("neutrophil recovery", "platelet recovery"), "iechs_haematotoxicity"),
    "last known alive": "follow_up",
    "last disease assessment": "response_assessment",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One case of an analysis.

    case     its name in datasets
    group    value of its group
    time     days from the start of the clock (of a landmark analysis: from the landmark)
    cause    0 censored, 1 the rule's event, 2, 3, … its competing events
    why      the event, or what ended the observation
    start    the day from which the time counts, as 2025-03-01
    imputed  whether a date that the time rests on is known to the month or year only
    """

    case: str
    group: str
    time: float
    cause: int
    why: str
    start: str
    imputed: bool

    @property
    def end(self) -> date:
        """The day on which the time ends. Day 0 counts as half a day."""
        return date.fromisoformat(self.start) + timedelta(days=int(self.time))

    @property
    def form(self) -> str:
        """Name of the form that tells what ended the time; blank where none does."""
        return TOLD_BY.get(self.why, "")


def pack(cases: Iterable[Listed]) -> bytes:
    """As it is stored: compressed JSON, one list a case. The same cases give the same bytes."""
    return zlib.compress(json.dumps([astuple(one) for one in cases], separators=(",", ":")).encode())


def unpack(packed: bytes) -> list[Listed]:
    """The reverse of `pack`."""
    return [Listed(*one) for one in json.loads(zlib.decompress(packed))]


def chosen(
    cases: Iterable[Listed], *, what: str, start: float, end: float, group: str | None = None, cause: int | None = None
) -> list[Listed]:
    """The cases behind one step or cell, by time, then name.

    what   "event": with an event on a day from `start` to `end`; "censored": censored on one; "at_risk": still observed on `start`
    group  its value; None for all
    cause  the event's; None for any
    """
    found = [
        one
        for one in cases
        if (group is None or one.group == group)
        and (
            one.time >= start
            if what == AT_RISK
            else start <= one.time <= end
            and (one.cause > 0) == (what == EVENT)
            and (cause is None or one.cause == cause)
        )
    ]
    return sorted(found, key=lambda one: (one.time, one.case))
