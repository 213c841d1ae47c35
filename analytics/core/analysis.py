"""An analysis as a value: what is asked of which cases, by which rule and method. The catalogue is made of these."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from typing import Any

from analytics.core.columns.column import CATEGORY, NUMBER
from analytics.core.columns.declarations import COLUMN_OF
from analytics.core.endpoints.definitions import ENDPOINTS, SET_LABELS, Endpoint

KAPLAN_MEIER = "kaplan-meier"
CUMULATIVE_INCIDENCE = "cumulative-incidence"
COX = "cox"
FINE_GRAY = "fine-gray"
PROPORTION = "proportion"
LANDMARK = "landmark"
TIME_DEPENDENT = "time-dependent"
TABLES = ("table-one", "response", "toxicity", "flow", "sensitivity", "completeness")

OF_TIMES = (KAPLAN_MEIER, CUMULATIVE_INCIDENCE, COX, FINE_GRAY, LANDMARK, TIME_DEPENDENT)
METHODS = (*OF_TIMES, PROPORTION, *TABLES)
ONE_EVENT = (KAPLAN_MEIER, COX, LANDMARK, TIME_DEPENDENT)  # 1 - Kaplan-Meier overstates what competes
REGRESSIONS = (COX, FINE_GRAY)

KNOWN_BEFORE = ("site", "stratum")  # of the case itself, whatever is entered later
SEED = 20250302

Levels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """The column that splits the cases. levels: (value, label) as shown; empty = as found in the data, sorted."""

    column: str
    label: str
    levels: Levels = ()

    def __post_init__(self) -> None:
        if self.column not in KNOWN_BEFORE and self.column not in COLUMN_OF:
            raise ValueError(f"groups cannot be made by {self.column!r}; expected one of {', '.join(COLUMN_OF)}")

    def as_dict(self, levels: Levels | None = None) -> dict:
        """Column, label and levels as JSON; `levels` replaces those declared."""
        shown = self.levels if levels is None else levels
        return {
            "column": self.column,
            "label": self.label,
            "levels": [{"value": value, "label": label} for value, label in shown],
        }


@dataclass(frozen=True, slots=True)
class Covariate:
    """A column in a regression: a number, per so many units, or a category whose first level is the reference."""

    column: str
    label: str
    kind: str = CATEGORY
    levels: Levels = ()
    unit: str = ""
    per: float = 1.0

    def __post_init__(self) -> None:
        if self.column not in KNOWN_BEFORE and self.column not in COLUMN_OF:
            raise ValueError(f"{self.column!r} is no column of the case table; expected one of {', '.join(COLUMN_OF)}")
        if self.kind not in (NUMBER, CATEGORY):
            raise ValueError(f"{self.column}: kind {self.kind!r} is unknown; expected {NUMBER} or {CATEGORY}")
        if self.kind == CATEGORY and len(self.levels) < 2:
            raise ValueError(f"{self.column}: a category needs its levels, the reference first")

    def as_dict(self) -> dict:
        """The covariate as JSON."""
        return {
            "column": self.column,
            "label": self.label,
            "kind": self.kind,
            "levels": [{"value": value, "label": label} for value, label in self.levels],
            "unit": self.unit,
            "per": self.per,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a proportion counts: the column of the case table and the values that count.

    missing_is_no  cases without a value are in the denominator (not assessed counts as not responding); otherwise they are
                   counted apart as not known
    """

    column: str
    label: str
    values: tuple[str, ...]
    missing_is_no: bool = False

    def as_dict(self) -> dict:
        """The outcome as JSON."""
        return {
            "column": self.column,
            "label": self.label,
            "values": list(self.values),
            "missing_is_no": self.missing_is_no,
        }


@dataclass(frozen=True, slots=True)
class Exposure:
    """Something that happens after the clock has started: a date of the timeline, and what to call those with and without it.

    It never splits a curve from day 0, which would grant the exposed immortal time.
    """

    date: str
    label: str
    without: str
    having: str

    @property
    def levels(self) -> Levels:
        """The two groups, without it first."""
        return ("no", self.without), ("yes", self.having)

    def as_dict(self) -> dict:
        """The exposure as JSON."""
        return {
            "date": self.date,
            "label": self.label,
            "levels": [{"value": value, "label": label} for value, label in self.levels],
        }


@dataclass(frozen=True, slots=True)
class Options:
    """What a method may be told beyond its question. Only what differs from here is part of an analysis' hash.

    tau_months        restricted mean up to here; None = the shorter of the groups' longest observations
    landmark_days     patients followed beyond this day, counted from it
    strata            column within whose levels hazards are compared
    without_imputed   leave out the cases whose time rests on an imputed date
    permutations      arrangements of the permutation test, when an arm is small
    resamples         bootstrap samples behind the corrected concordance
    seed              of both
    p_values          whether a table of characteristics compares its groups
    """

    tau_months: int | None = None
    landmark_days: int | None = None
    strata: str = ""
    without_imputed: bool = False
    permutations: int = 9999
    resamples: int = 200
    seed: int = SEED
    p_values: bool = False

    def as_dict(self) -> dict:
        """The options that differ from the usual ones."""
        return {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}


USUAL = Options()


@dataclass(frozen=True, slots=True)
class Analysis:
    """One question put to one cohort.

    name        address of the analysis; unique in the catalogue
    cohort      name of the cohort whose cases are used
    endpoint    id of the endpoint rule; "" for a method that needs none
    population  the set of cases; "" = that of the endpoint rule, or for a table all cases
    groups      how the cases are split; None for one curve
    covariates  what a regression is about: each alone, then those of `together` in one model
    together    columns of the covariates in the common model; () = all
    outcome     what a proportion counts
    exposure    what a landmark or time-dependent analysis compares
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
        self._refuse_incomplete()
        self._refuse_unknown_together()
        self._refuse_later_news()

    def _refuse_unknown(self, what: str, given: str, known: Any) -> None:
        if given not in known:
            raise ValueError(f"{self.name}: {what} {given!r} is unknown; expected one of {', '.join(known)}")

    def _refuse_incomplete(self) -> None:
        needs = {
            "covariates": self.method in REGRESSIONS and not self.covariates,
            "an outcome": self.method == PROPORTION and self.outcome is None and not self.endpoint,
            "landmark_days": self.method == LANDMARK and self.options.landmark_days is None,
            "an exposure": self.method in (LANDMARK, TIME_DEPENDENT) and self.exposure is None,
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
        for one in (self.groups, *self.covariates):
            if one is None or one.column in KNOWN_BEFORE:
                continue
            if not COLUMN_OF[one.column].may_split(self.rule.clock):
                raise ValueError(
                    f"{self.name}: {one.column} is known only after {self.rule.as_dict()['clock']}, where the clock of "
                    f"{self.endpoint} starts: splitting by it grants immortal time; use a landmark or a time-dependent "
                    "analysis"
                )

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

    @property
    def hash(self) -> str:
        """SHA-256 of the analysis and its endpoint rule in canonical JSON (sorted keys, no spaces, UTF-8)."""
        spec = {"analysis": self.as_dict(), "endpoint": self.rule.as_dict() if self.endpoint else None}
        canonical = json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def with_(self, **changes: Any) -> Analysis:
        """The same analysis with some words changed."""
        return replace(self, **changes)
