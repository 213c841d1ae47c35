"""What an exported column and table are: name, labels in both languages, kind, codes. Plain data."""

from dataclasses import dataclass, field, replace

import pandas as pd

TEXT, CODE, WHOLE, NUMBER, DATE = "text", "code", "whole", "number", "date"
KINDS = (TEXT, CODE, WHOLE, NUMBER, DATE)
KEY, ANSWER, REASON, PRECISION, AS_ENTERED, OTHER, DERIVED = (
    *("key", "answer", "reason", "precision", "as entered", "other", "derived"),
)


@dataclass(frozen=True, slots=True)
class Label:
    """Words in both languages."""

    en: str
    ja: str

    def of(self, language):
        """The words in this language."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list."""

    value: int | str
    label: Label


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an exported table.

    kind    text; code (whole number with `codes`, or text with `codes`); whole; number; date
    role    what it is beside its item: key, answer, reason (why it is missing), precision, as entered, other (text), derived
    item    dictionary item it belongs to
    sas     name of at most 8 characters; short: English label of at most 40 ASCII characters. Blank: made from name and label
    """

    name: str
    label: Label
    kind: str = TEXT
    role: str = ANSWER
    item: str = ""
    unit: str = ""
    codes: tuple[Code, ...] = ()
    sas: str = ""
    short: str = ""
    note: str = ""

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"{self.name}: kind {self.kind!r} is unknown; expected one of {', '.join(KINDS)}")

    @property
    def is_numeric(self):
        """Whether its values are numbers: everything but text and dates."""
        return self.kind in (WHOLE, NUMBER) or (
            self.kind == CODE and all(isinstance(one.value, int) for one in self.codes)
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and their rows. `keys` tell a row from all others; `sas` names it where 8 characters are all there is."""

    name: str
    label: Label
    columns: tuple[Column, ...]
    rows: pd.DataFrame = field(repr=False)
    keys: tuple[str, ...] = ("case",)
    sas: str = ""

    def __post_init__(self):
        names = [one.name for one in self.columns]
        if names != list(self.rows.columns):
            raise ValueError(f"{self.name}: columns are {list(self.rows.columns)}; declared are {names}")
        if len({name.lower() for name in names}) < len(names):
            raise ValueError(f"{self.name}: two columns have one name")

    @property
    def subject(self):
        """Name of the column that says whose case a row is of."""
        return self.keys[0]

    def with_rows(self, rows):
        """The same columns, other rows."""
        return replace(self, rows=rows[[one.name for one in self.columns]].reset_index(drop=True))


@dataclass(frozen=True, slots=True)
class Question:
    """An item of a form, or a derived field of it, as an export sees it."""

    name: str
    item: object  # registry.dictionary.items.Item; None of a derived field
    label: Label
    kind: str  # text, cat, multi, int, dec, date
    unit: str = ""
    codes: tuple[Code, ...] = ()
    sas: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its questions in the dictionary's order."""

    name: str
    form_id: str
    title: Label
    of_course: bool
    key_item: str
    dated_by: str
    questions: tuple[Question, ...]
    derived: tuple[Question, ...] = ()

    @property
    def keys(self):
        """Columns that tell a row from all others."""
        course = ("course_no",) if self.of_course else ()
        return ("case", *course, *((self.key_item,) if self.key_item else ()))
