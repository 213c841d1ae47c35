"""What one question on a case report form means, whoever asks it. Plain Python: no Django here."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from registry.dictionary.codelists import CodeList

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "in": lambda answer, codes: answer in codes,
}
EMPTY: tuple[Any, ...] = (None, "", [], ())


@dataclass(frozen=True, slots=True)
class Span:
    """A closed range; an end that is None is open."""

    low: Decimal | int | None
    high: Decimal | int | None

    def holds(self, answer: Any) -> bool:
        """Whether `answer` lies inside."""
        return not ((self.low is not None and answer < self.low) or (self.high is not None and answer > self.high))

    def __str__(self) -> str:
        return f"{plain(self.low)} to {plain(self.high)}"


@dataclass(frozen=True, slots=True)
class Condition:
    """The answer a question depends on: one item, one comparison, its code or codes."""

    item: str
    comparison: str
    codes: int | tuple[int, ...]

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """Whether it holds for `answers`, item name → answer; an absent answer never fulfils it."""
        answer = answers.get(self.item)
        return answer not in EMPTY and bool(COMPARISONS[self.comparison](answer, self.codes))


@dataclass(frozen=True, slots=True)
class Order:
    """A date of this item stands in this order to the date of another item, plus `days`."""

    comparison: str
    item: str
    days: int = 0

    def holds(self, day: date, other: date) -> bool:
        """Whether `day` and the other item's date are in order."""
        return bool(COMPARISONS[self.comparison](day, other + timedelta(days=self.days)))


@dataclass(frozen=True, slots=True)
class Item:
    """One question: its words, unit, limits, codes, and what depends on it."""

    label: str
    kind: str  # text, cat, multi, int, dec, date
    unit: str = ""
    hard: Span | None = None  # outside: the value is refused
    soft: Span | None = None  # outside: the value is kept and a query is raised
    codelist: type[CodeList] | None = None
    required: bool = False  # missing while asked: the form can be stored, but is not complete
    asked_if: tuple[Condition, ...] = ()  # all must hold
    order: tuple[Order, ...] = ()  # hard rule across dates: stored, but the form is not complete
    critical: bool = False  # an endpoint needs it: audited, counted in the completeness score
    identifying: bool = False  # dropped, recoded or shifted in a de-identified export
    partial: bool = False  # a date that may be known to the month or the year only
    key: bool = False  # numbers the rows of a repeating form; given by the registry
    none: int | None = None  # the code of "No", "None" or "Normal", which "None of these" may set for a whole section
    lasting: bool = False  # plausibly the same at the next assessment: "As last time" may repeat it, to be looked at
    sas: str = ""  # SAS name, at most 8 characters
    note: str = ""

    def asked(self, answers: Mapping[str, Any]) -> bool:
        """Whether this question applies, given the other answers."""
        return all(condition.holds(answers) for condition in self.asked_if)

    @property
    def other_code(self) -> int | None:
        """The code of "Other", which asks for a companion text, if the code list has one."""
        return self.codelist.other_code() if self.codelist else None


def plain(number: Decimal | int | float | None) -> str:
    """A number without trailing zeros or an exponent."""
    if number is None:
        return ""
    text = f"{Decimal(str(number)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
