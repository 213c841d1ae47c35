"""The grammar of an endpoint rule: events, competing events, what cuts and what ends, and the words for them.

Plain data without numpy or pandas, so that a web process can read it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

SET_LABELS = {
    "all": "All registered cases",
    "infused": "Infused with tisagenlecleucel",
    "shipped": "Leukapheresis product shipped (intention to treat)",
    "decided": "Accepted for CAR-T therapy",
    "responder": "Complete remission within 100 days of infusion",
    "aplastic": "Complete remission with B-cell aplasia by day 42",
    "failed": "No response, progression or relapse after infusion",
    "failed_stringent": "No response, progression, relapse, MRD relapse or new therapy after infusion",
    "had_crs": "Cytokine release syndrome after infusion",
    "had_icans": "Neurotoxicity (ICANS) after infusion",
    "transplanted": "Transplanted in remission",
}
CLOCK_LABELS = {
    "T0": "infusion",
    "T_APH": "leukapheresis",
    "T_ITT": "decision",
    "D_CR": "complete remission",
    "D_CRS": "onset of CRS",
    "D_ICANS": "onset of ICANS",
    "D_FAIL": "treatment failure",
    "D_FAIL_C": "failure by the stringent rule",
}
END_LABELS = {
    "D_ALIVE": "last known alive",
    "D_DIS": "last disease assessment",
    "D_BCA_LAST": "last B-cell sample",
    "D_STX": "new therapy in remission",
    "D_HSCT": "transplant in remission",
    "D_DTH_OTHER": "death from another cause",
    "D_TRANSFER": "transferred before infusion",
}
END_OF_WINDOW = "end of the window"
DAY_ZERO = 0.5


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that can happen: its name, the column that dates it, and columns one of which it needs to count."""

    name: str
    date: str
    when: tuple[str, ...] = ()


DEATH = Event("death", "D_DTH")
DEATH_FROM_LEUKAEMIA = Event("death from leukaemia", "D_DTH_ALL")
DEATH_FROM_ANOTHER_CAUSE = Event("death from another cause", "D_DTH_OTHER")
DEATH_BEFORE_RESPONSE = Event("death before response", "T0", when=("D_DTH_EARLY",))
RELAPSE = Event("relapse", "D_REL")
ANY_RELAPSE = Event("relapse", "D_REL_ANY")
CD19_POSITIVE = Event("CD19-positive relapse", "D_REL_19P")
CD19_NEGATIVE = Event("CD19-negative relapse", "D_REL_19N")
CD19_DIM = Event("relapse with dim or mixed CD19", "D_REL_19D")
CD19_UNKNOWN = Event("relapse with CD19 unknown", "D_REL_19U")
NO_RESPONSE = Event("no response", "D_NR")
PROGRESSION = Event("progression", "D_PROG")
FAILURE_ON_DAY_ZERO = Event("no response", "T0", when=("D_NR", "D_PROG"))
MRD_RELAPSE = Event("MRD relapse", "D_MRD")
NEW_THERAPY = Event("new therapy", "D_STX")
TRANSPLANT = Event("transplant", "D_HSCT")
NOT_INFUSED = Event("not infused", "D_NONINF")
OTHER_TREATMENT_CHOSEN = Event("other treatment instead of infusion", "D_CHOSEN")
BCELLS_BACK = Event("B-cell recovery", "D_BCA")
BCELLS_BACK_TWICE = Event("B-cell recovery", "D_BCA_TWICE")
BCELLS_BACK_US = Event("B-cell recovery", "D_BCA_US")
NEOPLASM = Event("subsequent neoplasm", "D_SMN")
T_CELL_NEOPLASM = Event("T-cell neoplasm", "D_SMN_T")
CRS = Event("CRS", "D_CRS")
SEVERE_CRS = Event("CRS grade 3 or more", "D_CRS3")
CRS_RESOLVED = Event("CRS resolved", "D_CRS_END")
ICANS = Event("ICANS", "D_ICANS")
SEVERE_ICANS = Event("ICANS grade 3 or more", "D_ICANS3")
ICANS_RESOLVED = Event("ICANS resolved", "D_ICANS_END")
NEUTROPHILS_BACK = Event("neutrophil recovery", "D_ANC")
PLATELETS_BACK = Event("platelet recovery", "D_PLT")

DEATHS = ("death", "death from leukaemia", "death from another cause", "death before response")
RELAPSES = (
    *("relapse", "CD19-negative relapse", "relapse with dim or mixed CD19", "CD19-positive relapse"),
    "relapse with CD19 unknown",
)
FAILURES = ("progression", "MRD relapse", "no response", "not infused", "other treatment instead of infusion")
THERAPIES = ("transplant", "new therapy")
NEWS = (
    *("subsequent neoplasm", "T-cell neoplasm", "CRS", "CRS grade 3 or more", "CRS resolved"),
    *("ICANS", "ICANS grade 3 or more", "ICANS resolved", "neutrophil recovery", "platelet recovery"),
)
TIE_ORDER = (*DEATHS, *RELAPSES, *FAILURES, "B-cell recovery", *THERAPIES, *NEWS)
# "Death without relapse" is not one when the relapse bears the same date.
RELAPSE_BEFORE_DEATH = (*RELAPSES, "progression", "no response", *DEATHS, *THERAPIES)
# Nor is "death before onset" one when the onset bears the same date.
NEWS_BEFORE_DEATH = (*NEWS, *DEATHS, *RELAPSES, *THERAPIES)


@dataclass(frozen=True, slots=True)
class Cause:
    """One way in which a case can leave: its code, its words, and the events it consists of."""

    code: int
    label: str
    events: tuple[str, ...]

    def as_dict(self) -> dict:
        """As a result stores it."""
        return {"code": self.code, "label": self.label, "events": list(self.events)}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One rule; time is in days.

    events        any of them is the event: status 1, cause 1
    competing     rule the event out: status 2, and cause 2, 3, … one by one, in this order
    censor_cut    observation stops at the earliest of these dates; later events do not count
    censor_end    where observation ended; used only for a case without any event
    window        observation ends this many days after the clock; None = never
    known         bool column of the timeline: False where nobody said whether the event happened; such cases are left out
    not_before    date at which the event was last seen not to have happened (it lies between that date and its own)
    tie_order     which of several events on one day counts
    print         the sentence under every figure
    """

    id: str
    version: int
    label: str
    set: str
    clock: str
    events: tuple[Event, ...]
    censor_end: str
    print: str
    competing: tuple[Event, ...] = ()
    censor_cut: tuple[str, ...] = ()
    window: int | None = None
    known: str = ""
    not_before: str = ""
    tie_order: tuple[str, ...] = TIE_ORDER

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The rule's own event as cause 1 under the rule's label, then each competing event."""
        own = Cause(1, self.label, tuple(dict.fromkeys(event.name for event in self.events)))
        return (own, *(Cause(2 + place, one.name, (one.name,)) for place, one in enumerate(self.competing)))

    def variant(self, name: str, label: str, sentence: str, **changes: Any) -> Endpoint:
        """Another rule, made of this one: its id, label and sentence, and what else differs. Version 1 unless said."""
        return replace(self, **{"version": 1, **changes}, id=name, label=label, print=sentence)

    def as_dict(self) -> dict:
        """What a result says about its endpoint."""
        return {
            "id": self.id,
            "version": self.version,
            "label": self.label,
            "set": self.set,
            "clock": CLOCK_LABELS[self.clock],
            "causes": [cause.as_dict() for cause in self.causes],
            "window": self.window,
            "print": self.print,
        }

    def declared(self) -> dict:
        """The whole rule as data, dates by the symbols of the timeline."""

        def events(listed: tuple[Event, ...]) -> list[dict]:
            return [{"name": one.name, "date": one.date, "when": list(one.when)} for one in listed]

        return {
            **self.as_dict(),
            "clock": self.clock,
            "events": events(self.events),
            "competing": events(self.competing),
            "censor_cut": list(self.censor_cut),
            "censor_end": self.censor_end,
            "known": self.known or None,
            "not_before": self.not_before or None,
            "time_zero_value": DAY_ZERO,
            "unit": "day",
            "tie_order": list(self.tie_order),
        }
