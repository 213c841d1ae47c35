"""What an analysis is made of: how cases are chosen and split, covariates, outcome, exposure, options. Declarations only."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from math import isfinite

from analytics.core.columns.column import CATEGORY, NUMBER
from analytics.core.columns.declarations import COLUMN_OF
from analytics.core.columns.known import column_of

KNOWN_BEFORE = ("site", "stratum")  # of the case itself, whatever is entered later
PERIOD = "period"  # a filter's own column: year and month in which the clock starts, as 202503
LABELS = {"stratum": "Disease group", PERIOD: "Period"}
SEED = 20250302

Levels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """The column that splits the cases. levels: (value, label) as shown; empty = as found in the data, sorted.

    cuts  points that split a column of numbers, ascending; a number at a point is in the group above it. The levels are then made
          from them.
    """

    column: str
    label: str
    levels: Levels = ()
    cuts: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if self.column not in KNOWN_BEFORE and column_of(self.column) is None:
            raise ValueError(f"groups cannot be made by {self.column!r}; expected one of {', '.join(COLUMN_OF)}")
        of_numbers = _is_number(self.column)
        if of_numbers and not self.cuts:
            raise ValueError(f"{self.column} is a number: groups by it need cut points")
        if self.cuts and not of_numbers:
            raise ValueError(f"{self.column} is no number: it cannot be split at cut points")
        if any(not isfinite(one) for one in self.cuts) or list(self.cuts) != sorted(set(self.cuts)):
            raise ValueError(f"{self.column}: cut points {self.cuts} must be different numbers in ascending order")
        if self.cuts:
            object.__setattr__(self, "levels", levels_between(self.cuts, _unit(self.column)))

    def as_dict(self, levels: Levels | None = None) -> dict:
        """Column, label and levels as JSON; `levels` replaces those declared."""
        shown = self.levels if levels is None else levels
        return {
            "column": self.column,
            "label": self.label,
            "levels": [{"value": value, "label": label} for value, label in shown],
            "cuts": list(self.cuts),
        }

    @classmethod
    def from_dict(cls, stored: dict) -> Groups:
        """The reverse of `as_dict`."""
        cuts = tuple(stored.get("cuts", ()))
        return cls(stored["column"], stored["label"], () if cuts else _levels(stored["levels"]), cuts)


def levels_between(cuts: tuple[float, ...], unit: str = "") -> Levels:
    """The levels of a number split at these points: "< 10 years", "10 to < 18 years", "≥ 18 years"."""
    ends = [f"{one:g}" for one in cuts]
    labels = [f"< {ends[0]}", *(f"{low} to < {high}" for low, high in pairwise(ends)), f"≥ {ends[-1]}"]
    after = f" {unit}" if unit else ""
    return tuple((label.replace(" ", ""), label + after) for label in labels)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases are kept: those with one of `values`, or with a number from `low` to `high`, both included.

    The column PERIOD is the month in which the clock starts, or the infusion where it starts later. A case whose value is not known is not kept. Raises ValueError for an unknown column and for a filter that asks for nothing.
    """

    column: str
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.column not in (*KNOWN_BEFORE, PERIOD) and column_of(self.column) is None:
            raise ValueError(f"no cases can be chosen by {self.column!r}; expected one of {', '.join(COLUMN_OF)}")
        ends = [one for one in (self.low, self.high) if one is not None]
        if _is_number(self.column) != bool(ends) or bool(ends) == bool(self.values):
            wanted = "a lowest or highest number" if _is_number(self.column) else "one or more values"
            raise ValueError(f"cases chosen by {self.column} need {wanted}")
        if any(not isfinite(one) for one in ends) or ends != sorted(ends):
            raise ValueError(f"{self.column}: from {self.low} to {self.high} holds no number")
        object.__setattr__(self, "values", tuple(sorted(set(self.values))))

    @property
    def label(self) -> str:
        """The column in words."""
        column = column_of(self.column)
        return column.label if column else LABELS[self.column]

    def as_dict(self) -> dict:
        """The filter as JSON."""
        return {"column": self.column, "values": list(self.values), "low": self.low, "high": self.high}

    @classmethod
    def from_dict(cls, stored: dict) -> Filter:
        """The reverse of `as_dict`."""
        return cls(stored["column"], tuple(stored["values"]), stored["low"], stored["high"])


def _is_number(column: str) -> bool:
    known = column_of(column)
    return column == PERIOD or (known is not None and known.kind == NUMBER)


def _unit(column: str) -> str:
    known = column_of(column)
    return known.unit if known else ""


def _levels(stored: list[dict]) -> Levels:
    return tuple((one["value"], one["label"]) for one in stored)


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

    @classmethod
    def from_dict(cls, stored: dict) -> Covariate:
        """The reverse of `as_dict`."""
        levels = _levels(stored["levels"])
        return cls(stored["column"], stored["label"], stored["kind"], levels, stored["unit"], stored["per"])


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

    @classmethod
    def from_dict(cls, stored: dict) -> Outcome:
        """The reverse of `as_dict`."""
        return cls(stored["column"], stored["label"], tuple(stored["values"]), stored["missing_is_no"])


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

    @classmethod
    def from_dict(cls, stored: dict) -> Exposure:
        """The reverse of `as_dict`."""
        without, having = (one["label"] for one in stored["levels"])
        return cls(stored["date"], stored["label"], without, having)


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
