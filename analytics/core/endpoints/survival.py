"""Rules of survival: overall, event-free, relapse-free, duration of response, after failure, after a transplant.

A death whose cause is unknown or not given counts as one "from another cause" wherever causes are told apart.
"""

from __future__ import annotations

from analytics.core.endpoints.rule import (
    ANY_RELAPSE,
    BCELLS_BACK,
    BCELLS_BACK_TWICE,
    DEATH,
    DEATH_BEFORE_RESPONSE,
    DEATH_FROM_ANOTHER_CAUSE,
    DEATH_FROM_LEUKAEMIA,
    FAILURE_ON_DAY_ZERO,
    MRD_RELAPSE,
    NEW_THERAPY,
    NO_RESPONSE,
    NOT_INFUSED,
    OTHER_TREATMENT_CHOSEN,
    PROGRESSION,
    RELAPSE,
    Endpoint,
)

EFS_EVENTS = (NO_RESPONSE, PROGRESSION, RELAPSE, DEATH)
STRINGENT_EVENTS = (*EFS_EVENTS, MRD_RELAPSE, NEW_THERAPY)

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
OS_APH = OS_INF.variant(
    "OS_APH",
    "Overall survival from leukapheresis",
    "Death from any cause, from leukapheresis, infused or not; censored when last known alive.",
    set="shipped",
    clock="T_APH",
)
OS_DEC = OS_INF.variant(
    "OS_DEC",
    "Overall survival from decision",
    "Death from any cause, from the decision for CAR-T (or an earlier collection), infused or not; "
    "censored when last known alive.",
    set="decided",
    clock="T_ITT",
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
EFS_B = EFS_A.variant(
    "EFS_B",
    "Event-free survival, trial-type",
    "No response or progression counted on day 0, relapse or death, from infusion; censored at transplant or new "
    "therapy in remission, else at the last disease assessment.",
    events=(FAILURE_ON_DAY_ZERO, RELAPSE, DEATH),
    censor_cut=("D_STX",),
)
EFS_B_DAY0 = EFS_B.variant(
    "EFS_B_DAY0",
    "Event-free survival, trial-type, death before response on day 0",
    "No response, progression or death before any remission counted on day 0, relapse or later death, from infusion; "
    "censored at transplant or new therapy in remission, else at the last disease assessment.",
    events=(FAILURE_ON_DAY_ZERO, DEATH_BEFORE_RESPONSE, RELAPSE, DEATH),
)
EFS_C = EFS_A.variant(
    "EFS_C",
    "Event-free survival, stringent",
    "No response, progression, relapse, confirmed MRD relapse, transplant or new therapy in remission, or death, "
    "from infusion; censored at the last disease assessment.",
    events=STRINGENT_EVENTS,
)
EFS_C_BCA = EFS_C.variant(
    "EFS_C_BCA",
    "Event-free survival, stringent, with B-cell recovery",
    "No response, progression, relapse, confirmed MRD relapse, B-cell recovery (one sample), transplant or new therapy "
    "in remission, or death, from infusion; censored at the last disease assessment.",
    events=(*STRINGENT_EVENTS, BCELLS_BACK),
)
EFS_C_BCA_TWICE = EFS_C.variant(
    "EFS_C_BCA_TWICE",
    "Event-free survival, stringent, with confirmed B-cell recovery",
    "No response, progression, relapse, confirmed MRD relapse, B-cell recovery confirmed by the next sample, transplant "
    "or new therapy in remission, or death, from infusion; censored at the last disease assessment.",
    events=(*STRINGENT_EVENTS, BCELLS_BACK_TWICE),
)
EFS_A_ITT = EFS_A.variant(
    "EFS_A_ITT",
    "Event-free survival from leukapheresis, registry default",
    "As the registry default, from leukapheresis; not being infused is an event, unless another treatment was "
    "chosen in remission; censored at transfer, else at the last disease assessment.",
    set="shipped",
    clock="T_APH",
    events=(*EFS_EVENTS, NOT_INFUSED),
    censor_cut=("D_TRANSFER",),
)
EFS_C_ITT = EFS_A_ITT.variant(
    "EFS_C_ITT",
    "Event-free survival from leukapheresis, stringent",
    "As the stringent rule, from leukapheresis; not being infused is an event, unless another treatment was "
    "chosen in remission; censored at transfer, else at the last disease assessment.",
    events=(*STRINGENT_EVENTS, NOT_INFUSED),
)
EFS_A_DEC = EFS_A_ITT.variant(
    "EFS_A_DEC",
    "Event-free survival from decision, registry default",
    "As the registry default, from the decision for CAR-T (or an earlier collection); not being infused is an event, "
    "unless another treatment was chosen in remission; censored at transfer, else at the last disease assessment.",
    set="decided",
    clock="T_ITT",
)
EFS_C_DEC = EFS_C_ITT.variant(
    "EFS_C_DEC",
    "Event-free survival from decision, stringent",
    "As the stringent rule, from the decision for CAR-T (or an earlier collection); not being infused is an event, "
    "unless another treatment was chosen in remission; censored at transfer, else at the last disease assessment.",
    set="decided",
    clock="T_ITT",
)


def _whatever_chosen(rule: Endpoint, origin: str, kind: str) -> Endpoint:
    """The intention-to-treat rule for which a treatment chosen in remission instead of the infusion is an event as well."""
    return rule.variant(
        f"{rule.id}_ANY",
        f"{rule.label}, every non-infusion",
        f"As the {kind}, from {origin}; not being infused is an event, whatever was chosen instead; "
        "censored at transfer, else at the last disease assessment.",
        events=(*rule.events, OTHER_TREATMENT_CHOSEN),
    )


_DECISION = "the decision for CAR-T (or an earlier collection)"
EFS_A_ITT_ANY = _whatever_chosen(EFS_A_ITT, "leukapheresis", "registry default")
EFS_C_ITT_ANY = _whatever_chosen(EFS_C_ITT, "leukapheresis", "stringent rule")
EFS_A_DEC_ANY = _whatever_chosen(EFS_A_DEC, _DECISION, "registry default")
EFS_C_DEC_ANY = _whatever_chosen(EFS_C_DEC, _DECISION, "stringent rule")

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
RFS_C = RFS_U.variant(
    "RFS_C",
    "Relapse-free survival, censored at new therapy",
    "Relapse or death, from complete remission; censored at transplant or new therapy in remission, else at the "
    "last disease assessment.",
    censor_cut=("D_STX",),
)
DOR = Endpoint(
    id="DOR",
    version=1,
    label="Duration of response",
    set="responder",
    clock="D_CR",
    events=(RELAPSE, DEATH_FROM_LEUKAEMIA),
    censor_cut=("D_DTH_OTHER",),
    censor_end="D_DIS",
    print="Relapse or death from leukaemia, from complete remission; not censored for later therapy; censored at death "
    "from another or an unknown cause, else at the last disease assessment.",
)
DOR_C = DOR.variant(
    "DOR_C",
    "Duration of response, censored at new therapy",
    "Relapse or death from leukaemia, from complete remission; censored at transplant or new therapy in remission and at "
    "death from another or an unknown cause, else at the last disease assessment.",
    censor_cut=("D_DTH_OTHER", "D_STX"),
)
DOR_COMP = DOR.variant(
    "DOR_COMP",
    "Duration of response, other deaths competing",
    "Relapse or death from leukaemia, from complete remission; death from another or an unknown cause competes; not "
    "censored for later therapy; censored at the last disease assessment.",
    competing=(DEATH_FROM_ANOTHER_CAUSE,),
    censor_cut=(),
)
DOR_C_COMP = DOR_COMP.variant(
    "DOR_C_COMP",
    "Duration of response, censored at new therapy, other deaths competing",
    "Relapse or death from leukaemia, from complete remission; death from another or an unknown cause competes; "
    "censored at transplant or new therapy in remission, else at the last disease assessment.",
    censor_cut=("D_STX",),
)
OS_POST = OS_INF.variant(
    "OS_POST",
    "Overall survival after failure",
    "Death from any cause, from no response, progression or relapse, whichever came first; censored when last known alive.",
    set="failed",
    clock="D_FAIL",
)
OS_POST_C = OS_INF.variant(
    "OS_POST_C",
    "Overall survival after failure by the stringent rule",
    "Death from any cause, from no response, progression, relapse, confirmed MRD relapse, transplant or new therapy in "
    "remission, whichever came first; censored when last known alive.",
    set="failed_stringent",
    clock="D_FAIL_C",
)
OS_HCT = OS_INF.variant(
    "OS_HCT",
    "Overall survival after transplant",
    "Death from any cause, from transplant; censored when last known alive.",
    set="transplanted",
)
DFS_HCT = OS_HCT.variant(
    "DFS_HCT",
    "Disease-free survival after transplant",
    "Relapse or death, from transplant in remission; censored at the last disease assessment.",
    events=(ANY_RELAPSE, DEATH),
    censor_end="D_DIS",
)

SURVIVAL = (
    *(OS_INF, OS_APH, OS_DEC, EFS_A, EFS_B, EFS_B_DAY0, EFS_C, EFS_C_BCA, EFS_C_BCA_TWICE),
    *(EFS_A_ITT, EFS_C_ITT, EFS_A_DEC, EFS_C_DEC, EFS_A_ITT_ANY, EFS_C_ITT_ANY, EFS_A_DEC_ANY, EFS_C_DEC_ANY),
    *(RFS_U, RFS_C, DOR, DOR_C, DOR_COMP, DOR_C_COMP, OS_POST, OS_POST_C, OS_HCT, DFS_HCT),
)
