"""How a reader wants a figure drawn. What a figure is about is the analysis; this changes no number of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SURVIVAL, FAILURE = "survival", "failure"
DIRECTIONS = (SURVIVAL, FAILURE)
YES, NO = "1", "0"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One published estimate: at its month, shares from 0 to 1. What was not printed is None or ""."""

    cohort: str
    citation: str
    year: int
    months: float
    estimate: float
    lower: float | None = None
    upper: float | None = None
    n: int | None = None
    subgroup: str = ""
    rule: str = ""
    note: str = ""
    group: str = ""  # value of the group of the analysis beside which it stands; "" = the whole


@dataclass(frozen=True, slots=True)
class Choices:
    """direction: of a survival curve. stacked: incidences as areas that add up to 100 %. overlay: published points.

    own: the reader's own hospital, which a funnel names; it comes from who is logged in, never from an address.
    """

    direction: str = SURVIVAL
    stacked: bool = False
    overlay: tuple[Benchmark, ...] = ()
    own: str = ""

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ValueError(f"direction {self.direction!r} is unknown; expected one of {', '.join(DIRECTIONS)}")

    @classmethod
    def parse(cls, query: Mapping[str, str], overlay: tuple[Benchmark, ...] = ()) -> Choices:
        """From the words of an address; others are ignored. Raises ValueError for a value that means nothing."""
        stacked = query.get("stacked", NO)
        if stacked not in (YES, NO):
            raise ValueError(f"stacked {stacked!r} is unknown; expected {NO} or {YES}")
        return cls(query.get("direction", SURVIVAL), stacked == YES, overlay)

    def query(self) -> dict[str, str]:
        """The words of an address that `parse` reads; what is usual is left out."""
        said = {"direction": self.direction} if self.direction != SURVIVAL else {}
        return {**said, "stacked": YES} if self.stacked else said


USUAL = Choices()
