"""An analysis as a value: what is asked of which cases, by which rule and method. The catalogue is made of these."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from analytics.core import sentences
from analytics.core.columns.known import column_of
from analytics.core.endpoints.definitions import ENDPOINTS, SET_LABELS, Endpoint
from analytics.core.parts import (
    KNOWN_BEFORE,
    PERIOD,
    USUAL,
    Covariate,
    Exposure,
    Filter,
    Groups,
    Levels,
    Options,
    Outcome,
)

KAPLAN_MEIER = "kaplan-meier"
CUMULATIVE_INCIDENCE = "cumulative-incidence"
COX = "cox"
FINE_GRAY = "fine-gray"
PROPORTION = "proportion"
LANDMARK = "landmark"
TIME_DEPENDENT = "time-dependent"
SWIMMER = "swimmer"
TABLES = ("table-one", "response", "toxicity", "flow", "sensitivity", "completeness", "enrolment", SWIMMER)

OF_TIMES = (KAPLAN_MEIER, CUMULATIVE_INCIDENCE, COX, FINE_GRAY, LANDMARK, TIME_DEPENDENT)
METHODS = (*OF_TIMES, PROPORTION, *TABLES)
ONE_EVENT = (KAPLAN_MEIER, COX, LANDMARK, TIME_DEPENDENT)  # 1 - Kaplan-Meier overstates what competes
REGRESSIONS = (COX, FINE_GRAY)

__all__ = [
    "Analysis",
    "Covariate",
    "Exposure",
    "Filter",
    "Groups",
    "Levels",
    "Options",
    "Outcome",
]


@dataclass(frozen=True, slots=True)
class Analysis:
    """One question put to one cohort.

    name        address of the analysis; unique in the catalogue
    cohort      name of the cohort whose cases are used
    endpoint    id of the endpoint rule; "" for a method that needs none
    population  the set of cases; "" = that of the endpoint rule, or for a table all cases
    filters     which of its cases are kept; all of them must hold
    groups      how the cases are split; None for one curve
    covariates  what a regression is about: each alone, then those of `together` in one model
    together    columns of the covariates in the common model; () = all
    outcome     what a proportion counts
    exposure    what a landmark or time-dependent analysis compares; without one a landmark compares the groups
    at_months   where estimates are reported
    tick_months distance of the ticks of the axis and of the table under it
    source      where the question or the definition of its groups comes from

    Raises ValueError for an unknown endpoint, population, method or column, for months that are not positive, for a method
    without what it needs, for groups or covariates that are known only after the clock has started (immortal time), and for
    Kaplan-Meier of an endpoint with competing events: 1 - Kaplan-Meier overstates their incidence.
    """

    name: str
    title: str
    question: str
    cohort: str
    endpoint: str = ""
    population: str = ""
    filters: tuple[Filter, ...] = ()
    groups: Groups | None = None
    covariates: tuple[Covariate, ...] = ()
    together: tuple[str, ...] = ()
    outcome: Outcome | None = None
    exposure: Exposure | None = None
    method: str = KAPLAN_MEIER
    options: Options = USUAL
    at_months: tuple[int, ...] = (6, 12, 24)
    tick_months: int = 6
    version: int = 1
    source: str = ""

    def __post_init__(self) -> None:
        self._refuse_unknown("method", self.method, METHODS)
        if self.endpoint or self.method in OF_TIMES:
            self._refuse_unknown("endpoint", self.endpoint, ENDPOINTS)
        if self.population:
            self._refuse_unknown("population", self.population, SET_LABELS)
        if self.tick_months <= 0 or any(month <= 0 for month in self.at_months):
            raise ValueError(f"{self.name}: months must be positive")
        if self.method in ONE_EVENT and self.rule.competing:
            raise ValueError(
                f"{self.name}: {self.endpoint} has competing events; {self.method} would overstate its incidence"
            )
        self._refuse_two_filters()
        self._refuse_incomplete()
        self._refuse_unknown_together()
        self._refuse_later_news()

    def _refuse_unknown(self, what: str, given: str, known: Any) -> None:
        if given not in known:
            raise ValueError(f"{self.name}: {what} {given!r} is unknown; expected one of {', '.join(known)}")

    def _refuse_two_filters(self) -> None:
        columns = [one.column for one in self.filters]
        if len(set(columns)) < len(columns):
            raise ValueError(f"{self.name}: two filters of one column; put its values into one")
        object.__setattr__(self, "filters", tuple(sorted(self.filters, key=lambda one: one.column)))

    def _refuse_incomplete(self) -> None:
        needs = {
            "covariates": self.method in REGRESSIONS and not self.covariates,
            "an endpoint": self.method == SWIMMER and not self.endpoint,
            "an outcome": self.method == PROPORTION and self.outcome is None and not self.endpoint,
            "landmark_days": self.method == LANDMARK and self.options.landmark_days is None,
            "an exposure": self.method == TIME_DEPENDENT and self.exposure is None,
        }
        for what, missing in needs.items():
            if missing:
                raise ValueError(f"{self.name}: {self.method} needs {what}")

    def _refuse_unknown_together(self) -> None:
        for column in self.together:
            self._refuse_unknown("covariate", column, [one.column for one in self.covariates])

    def _refuse_later_news(self) -> None:
        """A curve or hazard is split by what is known when its clock starts, else the time until then is immortal."""
        if self.method not in OF_TIMES:
            return
        for one in (self.groups, *self.filters, *self.covariates):
            if one is None or one.column in (*KNOWN_BEFORE, PERIOD):
                continue
            column = column_of(one.column)
            if column is not None and not column.may_split(self.rule.clock):
                clock = self.rule.as_dict()["clock"]
                refused = sentences.KNOWN_LATER.format(what=one.column, clock=clock, endpoint=self.endpoint)
                raise ValueError(f"{self.name}: {refused}")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of cases that the analysis is asked about, each once."""
        parts = (*self.covariates, *self.filters, self.groups, self.outcome)
        asked = [one.column for one in parts if one is not None and one.column != PERIOD]
        asked += [self.options.strata] if self.options.strata else []
        return tuple(dict.fromkeys(asked))

    @property
    def adjusted(self) -> tuple[Covariate, ...]:
        """The covariates of the common model."""
        return tuple(one for one in self.covariates if not self.together or one.column in self.together)

    @property
    def rule(self) -> Endpoint:
        """The endpoint rule. Raises KeyError for an analysis without one."""
        return ENDPOINTS[self.endpoint]

    @property
    def set(self) -> str:
        """The column of the timeline that says who is counted."""
        return self.population or (self.rule.set if self.endpoint else "all")

    @property
    def population_label(self) -> str:
        """Who is counted, in words."""
        return SET_LABELS[self.set]

    def as_dict(self, levels: Levels | None = None) -> dict:
        """The analysis as JSON; `levels` are the group levels found where none are declared."""
        return {
            "name": self.name,
            "title": self.title,
            "question": self.question,
            "cohort": self.cohort,
            "endpoint": self.endpoint or None,
            "population": self.population_label,
            "set": self.set,
            "filters": [one.as_dict() for one in self.filters],
            "groups": self.groups.as_dict(levels) if self.groups else None,
            "covariates": [one.as_dict() for one in self.covariates],
            "together": [one.column for one in self.adjusted],
            "outcome": self.outcome.as_dict() if self.outcome else None,
            "exposure": self.exposure.as_dict() if self.exposure else None,
            "method": self.method,
            "options": self.options.as_dict(),
            "at_months": list(self.at_months),
            "tick_months": self.tick_months,
            "version": self.version,
            "source": self.source,
        }

    @classmethod
    def from_dict(cls, stored: dict) -> Analysis:
        """The reverse of `as_dict`. Raises ValueError, KeyError or TypeError for what is no analysis."""
        groups, outcome, exposure = (stored[name] for name in ("groups", "outcome", "exposure"))
        return cls(
            name=stored["name"],
            title=stored["title"],
            question=stored["question"],
            cohort=stored["cohort"],
            endpoint=stored["endpoint"] or "",
            population=stored["set"],
            filters=tuple(Filter.from_dict(one) for one in stored["filters"]),
            groups=Groups.from_dict(groups) if groups else None,
            covariates=tuple(Covariate.from_dict(one) for one in stored["covariates"]),
            together=tuple(stored["together"]),
            outcome=Outcome.from_dict(outcome) if outcome else None,
            exposure=Exposure.from_dict(exposure) if exposure else None,
            method=stored["method"],
            options=Options(**stored["options"]),
            at_months=tuple(stored["at_months"]),
            tick_months=stored["tick_months"],
            version=stored["version"],
            source=stored["source"],
        )

    @property
    def hash(self) -> str:
        """SHA-256 of the analysis and its endpoint rule in canonical JSON (sorted keys, no spaces, UTF-8)."""
        spec = {"analysis": self.as_dict(), "endpoint": self.rule.as_dict() if self.endpoint else None}
        canonical = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def with_(self, **changes: Any) -> Analysis:
        """The same analysis with some words changed."""
        return replace(self, **changes)
