"""The endpoint rules as a reader chooses them: a rule by its word, and where its clock starts. Declarations only."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.core.endpoints.definitions import ENDPOINTS, Endpoint

# The word in the address → the symbol of the timeline.
CLOCKS = {
    "infusion": "T0",
    "leukapheresis": "T_APH",
    "decision": "T_ITT",
    "remission": "D_CR",
    "crs": "D_CRS",
    "icans": "D_ICANS",
    "failure": "D_FAIL",
    "stringent-failure": "D_FAIL_C",
}
WORD_OF_CLOCK = {symbol: word for word, symbol in CLOCKS.items()}

# Rules that exist from several clocks, the usual one first. Every other rule has the one clock that it is declared with.
OF_SEVERAL_CLOCKS = {
    "os": ("OS_INF", "OS_APH", "OS_DEC", "OS_POST", "OS_POST_C"),
    "efs-a": ("EFS_A", "EFS_A_ITT", "EFS_A_DEC"),
    "efs-c": ("EFS_C", "EFS_C_ITT", "EFS_C_DEC"),
    "efs-a-any": ("EFS_A_ITT_ANY", "EFS_A_DEC_ANY"),
    "efs-c-any": ("EFS_C_ITT_ANY", "EFS_C_DEC_ANY"),
}
FAMILIES = {
    "OS": "Overall survival",
    "EFS": "Event-free survival",
    "RFS": "Remission",
    "DOR": "Remission",
    "DFS": "Remission",
    "CIR": "Relapse and mortality",
    "NRM": "Relapse and mortality",
    "TRM30": "Relapse and mortality",
    "TRM100": "Relapse and mortality",
    "BCA": "B-cell aplasia",
    "CIF": "Transplant and later neoplasms",
    "SMN": "Transplant and later neoplasms",
}
OTHER = "Toxicity and recovery"
LABELS = (*dict.fromkeys(FAMILIES.values()), OTHER)
OF_TRANSPLANTS = ("os-hct", "dfs-hct")  # of the historical transplants alone
WEEKS = ("TT", "DUR")  # endpoints over within weeks


@dataclass(frozen=True, slots=True)
class Rule:
    """One choice of the form: its word, and the endpoint for each clock, the usual one first."""

    word: str
    by_clock: dict[str, str]

    @property
    def usual(self) -> str:
        """The clock that is meant when none is said."""
        return next(iter(self.by_clock))

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint from the usual clock."""
        return ENDPOINTS[self.by_clock[self.usual]]

    @property
    def family(self) -> str:
        """What it is about, in words."""
        return FAMILIES.get(self.endpoint.id.partition("_")[0], OTHER)


def _rules() -> dict[str, Rule]:
    several = {name for names in OF_SEVERAL_CLOCKS.values() for name in names}
    listed = list(OF_SEVERAL_CLOCKS.items())
    listed += [(name.lower().replace("_", "-"), (name,)) for name in ENDPOINTS if name not in several]
    place = {name: i for i, name in enumerate(ENDPOINTS)}
    listed.sort(key=lambda one: place[one[1][0]])
    return {word: Rule(word, {WORD_OF_CLOCK[ENDPOINTS[name].clock]: name for name in names}) for word, names in listed}


RULES = _rules()
WORD_OF = {name: (rule.word, clock) for rule in RULES.values() for clock, name in rule.by_clock.items()}


def is_of_weeks(endpoint: str) -> bool:
    """Whether all of it happens within weeks, so that it is read at one month."""
    return endpoint.partition("_")[0] in WEEKS
