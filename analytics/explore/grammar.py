"""What an address can say, and what is meant when it says nothing. Declarations only."""

from __future__ import annotations

from analytics.catalogue import TISAGENLECLEUCEL, TRANSPLANTS
from analytics.core.analysis import (
    COX,
    CUMULATIVE_INCIDENCE,
    FINE_GRAY,
    KAPLAN_MEIER,
    LANDMARK,
    PROPORTION,
    TIME_DEPENDENT,
)
from analytics.explore import choosing
from analytics.explore.endpoints import OF_TRANSPLANTS, RULES, is_of_weeks

EXPLORED = "explore"  # the name of every analysis that an address asks for
METHODS = {
    "curve": KAPLAN_MEIER,
    "incidence": CUMULATIVE_INCIDENCE,
    "landmark": LANDMARK,
    "time-dependent": TIME_DEPENDENT,
    "cox": COX,
    "fine-gray": FINE_GRAY,
    "proportion": PROPORTION,
    "characteristics": "table-one",
    "response": "response",
    "toxicity": "toxicity",
}
TABLES = ("characteristics", "response", "toxicity")
COHORTS = (TISAGENLECLEUCEL, TRANSPLANTS)
DRAWN = {"direction": ("survival", "failure"), "stacked": ("0", "1")}
FIRST_RULE = {TISAGENLECLEUCEL: "os", TRANSPLANTS: "os-hct"}
LONGEST_MONTHS, LONGEST_DAYS, MOST_POINTS, WIDEST_TICK = 240, 3650, 12, 60

# Which methods know a parameter; those that are not here belong to all.
OF_METHOD = {
    "group": ("curve", "incidence", "landmark", "proportion", "characteristics", "toxicity"),
    "cuts": ("curve", "incidence", "landmark", "proportion", "characteristics", "toxicity"),
    "covariate": ("cox", "fine-gray"),
    "together": ("cox", "fine-gray"),
    "per": ("cox", "fine-gray"),
    "reference": ("cox", "fine-gray"),
    "outcome": ("proportion",),
    "counts": ("proportion",),
    "missing": ("proportion",),
    "day": ("landmark",),
    "exposure": ("landmark", "time-dependent"),
    "at": ("curve", "incidence", "landmark"),
    "ticks": ("curve", "incidence", "landmark"),
    "tau": ("curve", "landmark"),
    "strata": ("curve", "landmark", "cox"),
    "imputed": ("curve", "incidence", "landmark", "time-dependent", "cox", "fine-gray"),
    "p": ("characteristics",),
    "direction": ("curve", "landmark"),
    "stacked": ("incidence",),
    "endpoint": tuple(word for word in METHODS if word not in TABLES),
    "since": tuple(word for word in METHODS if word not in TABLES),
}
PARAMETERS = (*OF_METHOD, "method", "population", "data", "cohort", "form", "add", "find")


def rules_of(cohort: str) -> tuple[str, ...]:
    """The endpoint rules that exist for a cohort."""
    return tuple(word for word in RULES if (word in OF_TRANSPLANTS) == (cohort == TRANSPLANTS))


def columns_of(cohort: str) -> tuple[str, ...]:
    """The columns by which cases of a cohort can be chosen and split."""
    return (*choosing.CHOOSABLE, choosing.STRATUM) if cohort == TRANSPLANTS else tuple(choosing.CHOOSABLE)


def usual_population(cohort: str) -> str:
    """Whom a table counts if nothing is said."""
    return "infused" if cohort == TISAGENLECLEUCEL else "all"


def usual_months(cohort: str, endpoint: str) -> tuple[tuple[int, ...], int]:
    """Time points and ticks if nothing is said."""
    if is_of_weeks(endpoint):
        return (1,), 1
    return ((12, 24, 36), 12) if cohort == TRANSPLANTS else ((6, 12, 24), 6)
