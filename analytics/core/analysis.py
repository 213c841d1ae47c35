"""An analysis as a value: what is asked of which cases, by which rule, shown how. The catalogue is made of these."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from analytics.core.endpoints.definitions import ENDPOINTS, SET_LABELS, Endpoint

KAPLAN_MEIER = "kaplan-meier"
METHODS = (KAPLAN_MEIER,)
GROUP_COLUMNS = ("burden", "prior_hsct", "site", "stratum")


@dataclass(frozen=True, slots=True)
class Groups:
    """The column that splits the cases. levels: (value, label) as shown; empty = as found in the data, sorted."""

    column: str
    label: str
    levels: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.column not in GROUP_COLUMNS:
            raise ValueError(f"groups cannot be made by {self.column!r}; expected one of {', '.join(GROUP_COLUMNS)}")

    def as_dict(self, levels: tuple[tuple[str, str], ...] | None = None) -> dict:
        """Column, label and levels as JSON; `levels` replaces those declared."""
        shown = self.levels if levels is None else levels
        return {
            "column": self.column,
            "label": self.label,
            "levels": [{"value": value, "label": label} for value, label in shown],
        }


@dataclass(frozen=True, slots=True)
class Analysis:
    """One question put to one cohort.

    name        address of the analysis; unique in the catalogue
    cohort      name of the cohort whose cases are used
    endpoint    id of the endpoint rule; its set is the population
    groups      how the cases are split; None for one curve
    at_months   where estimates are reported
    tick_months distance of the ticks of the axis and of the table under it
    source      where the question or the definition of its groups comes from

    Raises ValueError for an unknown endpoint or method, for months that are not positive, and for Kaplan-Meier of an
    endpoint with competing events: 1 - Kaplan-Meier overstates their incidence.
    """

    name: str
    title: str
    question: str
    cohort: str
    endpoint: str
    groups: Groups | None = None
    method: str = KAPLAN_MEIER
    at_months: tuple[int, ...] = (6, 12, 24)
    tick_months: int = 6
    version: int = 1
    source: str = ""

    def __post_init__(self) -> None:
        if self.endpoint not in ENDPOINTS:
            raise ValueError(
                f"{self.name}: endpoint {self.endpoint!r} is unknown; expected one of {', '.join(ENDPOINTS)}"
            )
        if self.method not in METHODS:
            raise ValueError(f"{self.name}: method {self.method!r} is unknown; expected one of {', '.join(METHODS)}")
        if self.tick_months <= 0 or any(month <= 0 for month in self.at_months):
            raise ValueError(f"{self.name}: months must be positive")
        if self.method == KAPLAN_MEIER and self.rule.competing:
            raise ValueError(
                f"{self.name}: {self.endpoint} has competing events; Kaplan-Meier would overstate its incidence"
            )

    @property
    def rule(self) -> Endpoint:
        """The endpoint rule."""
        return ENDPOINTS[self.endpoint]

    @property
    def population(self) -> str:
        """Who is counted, in words."""
        return SET_LABELS[self.rule.set]

    def as_dict(self, levels: tuple[tuple[str, str], ...] | None = None) -> dict:
        """The analysis as JSON; `levels` are the group levels found where none are declared."""
        return {
            "name": self.name,
            "title": self.title,
            "question": self.question,
            "cohort": self.cohort,
            "endpoint": self.endpoint,
            "population": self.population,
            "groups": self.groups.as_dict(levels) if self.groups else None,
            "method": self.method,
            "at_months": list(self.at_months),
            "tick_months": self.tick_months,
            "version": self.version,
            "source": self.source,
        }

    @property
    def hash(self) -> str:
        """SHA-256 of the analysis and its endpoint rule in canonical JSON (sorted keys, no spaces, UTF-8)."""
        spec = {"analysis": self.as_dict(), "endpoint": self.rule.as_dict()}
        canonical = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def with_(self, **changes: Any) -> Analysis:
        """The same analysis with some words changed."""
        return replace(self, **changes)
