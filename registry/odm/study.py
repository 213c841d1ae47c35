"""What an ODM file says of a study and its subjects. Plain data, whoever has it: an export of a dataset, or the REDCap door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

TEXT, INTEGER, FLOAT, DATE, PARTIAL_DATE = "text", "integer", "float", "date", "partialDate"


@dataclass(frozen=True, slots=True)
class Words:
    """Words in both languages; ja blank where there are none."""

    en: str
    ja: str = ""


@dataclass(frozen=True, slots=True)
class StudyItem:
    """One value of a form: an answer, or what stands beside it.

    kind     one of the types above
    item     the question it belongs to
    limits   (comparator, "Soft" or "Hard", value as text)
    rule     how it is computed; blank of what somebody entered
    """

    name: str
    label: Words
    kind: str
    item: str = ""
    length: int = 0
    digits: int = 0
    unit: str = ""
    codes: tuple[tuple[str, Words], ...] = ()
    limits: tuple[tuple[str, str, str], ...] = ()
    sas: str = ""
    is_required: bool = False
    rule: Words | None = None


@dataclass(frozen=True, slots=True)
class StudyForm:
    """A form with its items in order. of_course: it stands in the event of a CAR-T course, else in that of the case."""

    name: str
    title: Words
    of_course: bool
    is_repeating: bool
    items: tuple[StudyItem, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """The head of a file. as_of: the last change that it holds; source: the version of the registry's code."""

    code: str
    name: str
    about: str
    file: str
    dictionary: str
    source: str
    as_of: datetime
    forms: tuple[StudyForm, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of an answer: when, who (under a pseudonym), and why where a reason was given and may be told."""

    at: datetime
    who: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One row of a form. values: item name → text, without blanks; changes: question → its last change; nulls: questions with a reason."""

    course: int | None
    number: int | None
    values: Mapping[str, str]
    nulls: frozenset[str] = frozenset()
    changes: Mapping[str, Change] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """One case: its number or pseudonym, its hospital (None where it is withheld), and its rows by form."""

    key: str
    site: str | None
    rows: Mapping[str, tuple[StudyRow, ...]] = field(repr=False)


INSERT, UPDATE, REMOVE = "Insert", "Update", "Remove"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a row of a form, for a file that tells the history. kind: one of those above.

    items    (item name, kind, value or None) of what became another; None is null where the kind is not REMOVE
    """

    key: str
    site: str
    form: str
    course: int | None
    number: int | None
    kind: str
    change: Change
    items: tuple[tuple[str, str, str | None], ...]


def span_limits(hard, soft):
    """The limits of an item's two spans, each with open ends or None."""
    return tuple(
        (comparator, strength, str(bound))
        for strength, span in (("Soft", soft), ("Hard", hard))
        if span
        for comparator, bound in (("GE", span.low), ("LE", span.high))
        if bound is not None
    )
