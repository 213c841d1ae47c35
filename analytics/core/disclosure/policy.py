"""The numbers of disclosure control, by audience: configuration that the consortium decides, versioned.

k 5 and 10, three sites and the rounding are judgement built on OpenSAFELY's output checking, ACRO, the rules of Japan's national
claims database (NDB: fewer than 10 never shown, fewer than 3 institutions watched) and of CMS (no cell of 1 to 10).
"""

from __future__ import annotations

from dataclasses import dataclass

EXACT = "exact"  # lead, data manager, statistician
OWN = "own"  # a site user, of the own cases
OTHERS = "others"  # a site user, of all other sites together
PUBLIC = "public"  # print, slides, reviewers; of a frozen cut only
UNCHANGED = (EXACT, OWN)


@dataclass(frozen=True, slots=True)
class Policy:
    """What one audience may see.

    version       changes with any number here; every released form names it
    k             the smallest count that is shown; smaller ones are withheld, and so is what they follow from
    base          counts are rounded to a multiple of it, shares to whole per cent
    least_sites   fewer contribute: nothing is released
    least_group   patients that a curve or an incidence needs
    least_median  patients that a median with its quartiles needs
    least_arm     patients that each arm needs for p and hazard ratio
    least_events  events that they need together
    has_curves    a curve on a grid of months; else estimates at the months of the analysis alone
    has_live      of the live revision; else of frozen cuts alone
    """

    version: str
    audience: str
    k: int
    base: int
    least_sites: int
    least_group: int
    least_median: int
    least_arm: int
    least_events: int
    has_curves: bool
    has_live: bool

    @property
    def few(self) -> int:
        """The greatest count that is withheld for being small."""
        return self.k - 1

    @property
    def gathered_events(self) -> int:
        """Events by which a curve changes from one release to the next, if it changes."""
        return 2 * self.k

    def __post_init__(self) -> None:
        if self.base % 2 == 0 or self.base < 3 or self.k < self.base:
            raise ValueError(f"counts are rounded to an odd base of 3 or more, and k is at least that; got {self}")


POLICIES = {
    OTHERS: Policy("2025-1", OTHERS, 5, 5, 3, 10, 10, 10, 5, has_curves=True, has_live=True),
    PUBLIC: Policy("2025-1", PUBLIC, 10, 5, 3, 20, 20, 10, 10, has_curves=False, has_live=False),
}
