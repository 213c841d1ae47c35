"""The endpoints as declared rules. Each is data: who is counted, from when, what ends and what cuts it.

A rule never changes in place: a changed rule is a new version, and every result stores the version it was made with.
`print` is the sentence under every figure. Dates are columns of the timeline (see timeline.py for the symbols).

Two kinds of censoring are kept apart. `censor_cut` stops observation: later events do not count. `censor_end` is where
observation ended and is used only for a case without any event: a death on day 75 is an event even if the disease was
last assessed on day 28.
"""

from __future__ import annotations

from dataclasses import dataclass

SET_LABELS = {
    "all": "All registered cases",
    "infused": "Infused with tisagenlecleucel",
    "shipped": "Leukapheresis product shipped (intention to treat)",
    "decided": "Accepted for CAR-T therapy",
    "responder": "Complete remission within 100 days of infusion",
    "aplastic": "Complete remission with B-cell aplasia by day 42",
    "transplanted": "Transplanted in remission",
}
CLOCK_LABELS = {
    "T0": "infusion",
    "T_APH": "leukapheresis",
    "T_ITT": "decision",
    "D_CR": "complete remission",
}
END_LABELS = {
    "D_ALIVE": "last known alive",
    "D_DIS": "last disease assessment",
    "D_BCA_LAST": "last B-cell sample",
    "D_STX": "new therapy in remission",
    "D_HSCT": "transplant in remission",
    "D_TRANSFER": "transferred before infusion",
}
DAY_ZERO = 0.5


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that can happen: its name, the column that dates it, and columns one of which it needs to count."""

    name: str
    date: str
    when: tuple[str, ...] = ()


DEATH = Event("death", "D_DTH")
RELAPSE = Event("relapse", "D_REL")
NO_RESPONSE = Event("no response", "D_NR")
PROGRESSION = Event("progression", "D_PROG")
FAILURE_ON_DAY_ZERO = Event("no response", "T0", when=("D_NR", "D_PROG"))
MRD_RELAPSE = Event("MRD relapse", "D_MRD")
NEW_THERAPY = Event("new therapy", "D_STX")
TRANSPLANT = Event("transplant", "D_HSCT")
NOT_INFUSED = Event("not infused", "D_NONINF")
BCELLS_BACK = Event("B-cell recovery", "D_BCA")
ANY_RELAPSE = Event("relapse", "D_REL_ANY")

TIE_ORDER = (
    *("death", "relapse", "progression", "MRD relapse", "no response", "not infused"),
    *("B-cell recovery", "transplant", "new therapy"),
)
# "Death without relapse" is not one when the relapse bears the same date.
RELAPSE_BEFORE_DEATH = ("relapse", "progression", "no response", "death", "transplant", "new therapy")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One rule. Status is 1 for `events`, 2 for `competing`, 0 for censored; time is in days."""

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
    tie_order: tuple[str, ...] = TIE_ORDER

    def as_dict(self) -> dict:
        """What a result says about its endpoint."""
        return {
            "id": self.id,
            "version": self.version,
            "label": self.label,
            "set": self.set,
            "clock": CLOCK_LABELS[self.clock],
            "print": self.print,
        }


EFS_EVENTS = (NO_RESPONSE, PROGRESSION, RELAPSE, DEATH)

OS_INF = Endpoint(
    id="OS_INF",
    version=1,
    label="Overall survival",
    set="infused",
    clock="T0",
    events=(DEATH,),
    censor_end="D_ALIVE",
    print="Death from any cause, from infusion; censored when last known alive.",
)
OS_APH = Endpoint(
    id="OS_APH",
    version=1,
    label="Overall survival from leukapheresis",
    set="shipped",
    clock="T_APH",
    events=(DEATH,),
    censor_end="D_ALIVE",
    print="Death from any cause, from leukapheresis, infused or not; censored when last known alive.",
)
OS_DEC = Endpoint(
    id="OS_DEC",
    version=1,
    label="Overall survival from decision",
    set="decided",
    clock="T_ITT",
    events=(DEATH,),
    censor_end="D_ALIVE",
    print="Death from any cause, from the decision for CAR-T (or an earlier collection), infused or not; "
    "censored when last known alive.",
)
EFS_A = Endpoint(
    id="EFS_A",
    version=1,
    label="Event-free survival, registry default",
    set="infused",
    clock="T0",
    events=EFS_EVENTS,
    censor_end="D_DIS",
    print="No response at its assessment, progression, relapse or death, from infusion; not censored at transplant or "
    "new therapy in remission; censored at the last disease assessment.",
)
EFS_B = Endpoint(
    id="EFS_B",
    version=1,
    label="Event-free survival, trial-type",
    set="infused",
    clock="T0",
    events=(FAILURE_ON_DAY_ZERO, RELAPSE, DEATH),
    censor_cut=("D_STX",),
    censor_end="D_DIS",
    print="No response or progression counted on day 0, relapse or death, from infusion; censored at transplant or new "
    "therapy in remission, else at the last disease assessment.",
)
EFS_C = Endpoint(
    id="EFS_C",
    version=1,
    label="Event-free survival, stringent",
    set="infused",
    clock="T0",
    events=(*EFS_EVENTS, MRD_RELAPSE, NEW_THERAPY),
    censor_end="D_DIS",
    print="No response, progression, relapse, confirmed MRD relapse, transplant or new therapy in remission, or death, "
    "from infusion; censored at the last disease assessment.",
)
EFS_A_ITT = Endpoint(
    id="EFS_A_ITT",
    version=1,
    label="Event-free survival from leukapheresis, registry default",
    set="shipped",
    clock="T_APH",
    events=(*EFS_EVENTS, NOT_INFUSED),
    censor_cut=("D_TRANSFER",),
    censor_end="D_DIS",
    print="As the registry default, from leukapheresis; not being infused is an event, unless another treatment was "
    "chosen in remission; censored at transfer, else at the last disease assessment.",
)
EFS_C_ITT = Endpoint(
    id="EFS_C_ITT",
    version=1,
    label="Event-free survival from leukapheresis, stringent",
    set="shipped",
    clock="T_APH",
    events=(*EFS_EVENTS, MRD_RELAPSE, NEW_THERAPY, NOT_INFUSED),
    censor_cut=("D_TRANSFER",),
    censor_end="D_DIS",
    print="As the stringent rule, from leukapheresis; not being infused is an event, unless another treatment was "
    "chosen in remission; censored at transfer, else at the last disease assessment.",
)
RFS_U = Endpoint(
    id="RFS_U",
    version=1,
    label="Relapse-free survival",
    set="responder",
    clock="D_CR",
    events=(RELAPSE, DEATH),
    censor_end="D_DIS",
    print="Relapse or death, from complete remission; not censored for later therapy; censored at the last "
    "disease assessment.",
)
RFS_C = Endpoint(
    id="RFS_C",
    version=1,
    label="Relapse-free survival, censored at new therapy",
    set="responder",
    clock="D_CR",
    events=(RELAPSE, DEATH),
    censor_cut=("D_STX",),
    censor_end="D_DIS",
    print="Relapse or death, from complete remission; censored at transplant or new therapy in remission, else at the "
    "last disease assessment.",
)
CIR = Endpoint(
    id="CIR",
    version=1,
    label="Cumulative incidence of relapse",
    set="responder",
    clock="D_CR",
    events=(RELAPSE,),
    competing=(DEATH,),
    censor_end="D_DIS",
    tie_order=RELAPSE_BEFORE_DEATH,
    print="Relapse, from complete remission; death without relapse competes; censored at the last disease assessment.",
)
NRM = Endpoint(
    id="NRM",
    version=1,
    label="Non-relapse mortality",
    set="infused",
    clock="T0",
    events=(DEATH,),
    competing=(NO_RESPONSE, PROGRESSION, RELAPSE),
    censor_end="D_DIS",
    tie_order=RELAPSE_BEFORE_DEATH,
    print="Death without relapse, progression or non-response, from infusion, which compete; censored at the last "
    "disease assessment.",
)
BCA_LOSS = Endpoint(
    id="BCA_LOSS",
    version=1,
    label="Loss of B-cell aplasia",
    set="aplastic",
    clock="T0",
    events=(BCELLS_BACK,),
    competing=(RELAPSE, DEATH, NEW_THERAPY),
    censor_end="D_BCA_LAST",
    print="CD19-positive B cells from 50 per µL or 10 % of lymphocytes, from infusion; relapse, death and new therapy "
    "in remission compete; censored at the last B-cell sample.",
)
CIF_HSCT = Endpoint(
    id="CIF_HSCT",
    version=1,
    label="Transplant in remission",
    set="responder",
    clock="D_CR",
    events=(TRANSPLANT,),
    competing=(RELAPSE, DEATH),
    censor_end="D_DIS",
    print="Allogeneic transplant in remission, from complete remission; relapse and death compete; censored at the "
    "last disease assessment.",
)
OS_HCT = Endpoint(
    id="OS_HCT",
    version=1,
    label="Overall survival after transplant",
    set="transplanted",
    clock="T0",
    events=(DEATH,),
    censor_end="D_ALIVE",
    print="Death from any cause, from transplant; censored when last known alive.",
)
DFS_HCT = Endpoint(
    id="DFS_HCT",
    version=1,
    label="Disease-free survival after transplant",
    set="transplanted",
    clock="T0",
    events=(ANY_RELAPSE, DEATH),
    censor_end="D_DIS",
    print="Relapse or death, from transplant in remission; censored at the last disease assessment.",
)

ENDPOINTS: dict[str, Endpoint] = {
    endpoint.id: endpoint
    for endpoint in (
        *(OS_INF, OS_APH, OS_DEC, EFS_A, EFS_B, EFS_C, EFS_A_ITT, EFS_C_ITT, RFS_U, RFS_C),
        *(CIR, NRM, BCA_LOSS, CIF_HSCT, OS_HCT, DFS_HCT),
    )
}
