"""Answers as JSON: one field a column, made from the item. Decimals are numbers, dates ISO 8601, several codes a list.

A date known to the month or the year only is written as far as it is known ("2021-06", "2021"); its companion `_p` says D, M or Y.
A reason why an answer is missing stands in `_mr`, the text of "Other" in `_oth`.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from rest_framework import serializers

from registry.api.base import shown
from registry.dictionary.codelists import DatePrecision, MissingReason
from registry.dictionary.items import plain
from registry.fields import HASHED, HospitalNumber

ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
PARTIAL = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"  # for the document; the calendar knows more
PRECISION_OF_PARTS = {1: "Y", 2: "M", 3: "D"}
LENGTH_AS_KNOWN = {"Y": 4, "M": 7, "D": 10}


class Answer(serializers.Field):
    """One column of a form. `item` is the question it belongs to; what arrives is refused with what was found and expected."""

    expected = ""
    json_schema: dict = {}

    def __init__(self, item, **words):
        self.item = item
        super().__init__(**{"required": False, "allow_null": True, **words})

    def schema(self):
        """The column in OpenAPI."""
        return self.json_schema

    def allowed(self):
        """What could have been sent, for whoever sent something else."""
        return self.expected

    def refuse(self, found):
        """Raise that `found` is not what this column takes."""
        raise serializers.ValidationError(f"“{shown(found)}” was found; {self.expected} is needed.", code="wrong_type")

    def to_representation(self, value):
        """As stored."""
        return value

    def to_internal_value(self, data):
        """As sent."""
        return data


class NumberAnswer(Answer):
    """dec: a JSON number in the item's unit. A number in quotes is refused."""

    expected = "a number"

    def schema(self):
        """With the limits outside which a value is refused."""
        limits = self.item.hard
        ends = {"minimum": limits and limits.low, "maximum": limits and limits.high}
        return {"type": "number", **{name: number(end) for name, end in ends.items() if end is not None}}

    def allowed(self):
        """The hard range with the unit."""
        return f"a number, {self.item.hard} {self.item.unit}".strip() if self.item.hard else self.expected

    def to_representation(self, value):
        """5 and not 5.0; 0.0001 as it was entered."""
        return number(value)

    def to_internal_value(self, data):
        """The exact decimal."""
        if isinstance(data, bool) or not isinstance(data, int | Decimal):
            self.refuse(data)
        return Decimal(data)


class WholeAnswer(NumberAnswer):
    """int: a whole JSON number."""

    expected = "a whole number"

    def schema(self):
        """As a number, but whole."""
        return {**super().schema(), "type": "integer"}

    def to_representation(self, value):
        """As stored."""
        return value

    def to_internal_value(self, data):
        """The number."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.refuse(data)
        return data


class CodeAnswer(WholeAnswer):
    """cat: one code of the item's list."""

    expected = "one code"

    def schema(self):
        """The codes; their labels are in the description."""
        return {"type": "integer", "enum": [*self.item.codelist.codes(), None], "description": labels(self.item)}

    def allowed(self):
        """The codes."""
        return list(self.item.codelist.codes())


class CodesAnswer(Answer):
    """multi: several codes of the item's list."""

    expected = "a list of codes"

    def schema(self):
        """An array of codes."""
        return {
            "type": "array",
            "items": {"type": "integer", "enum": list(self.item.codelist.codes())},
            "description": labels(self.item),
        }

    def allowed(self):
        """The codes."""
        return list(self.item.codelist.codes())

    def to_internal_value(self, data):
        """The codes."""
        if not isinstance(data, list) or any(isinstance(code, bool) or not isinstance(code, int) for code in data):
            self.refuse(data)
        return data


class DateAnswer(Answer):
    """date: ISO 8601, as far as it is known. Becomes (first day meant, precision)."""

    expected = "a date as YYYY-MM-DD"

    def schema(self):
        """Partial dates have no format of their own."""
        if self.item.partial:
            return {"type": "string", "pattern": PARTIAL, "examples": ["2021-06"]}
        return {"type": "string", "format": "date"}

    def allowed(self):
        """The forms of a date that this item takes."""
        return "YYYY-MM-DD, YYYY-MM or YYYY" if self.item.partial else "YYYY-MM-DD"

    def to_internal_value(self, data):
        """(date, "D" | "M" | "Y")."""
        parts = ISO_DATE.fullmatch(data) if isinstance(data, str) and data.isascii() else None
        given = [int(part) for part in parts.groups() if part] if parts else []
        try:
            return date(*(given + [1, 1])[:3]), PRECISION_OF_PARTS[len(given)]
        except (TypeError, ValueError, KeyError):
            return self.refuse(data)


class TextAnswer(Answer):
    """text: free text, or the text of "Other"."""

    expected = "a text"
    json_schema = {"type": "string", "maxLength": 2000}

    def to_internal_value(self, data):
        """In NFC, without blanks around it; an empty text is no answer."""
        if not isinstance(data, str):
            self.refuse(data)
        return unicodedata.normalize("NFC", data).strip() or None


class HospitalNumberAnswer(TextAnswer):
    """The hospital's own number: taken, hashed, never shown again."""

    json_schema = {"type": "string", "maxLength": 32}
    expected = "a hospital number of up to 32 letters, digits and hyphens"

    def to_internal_value(self, data):
        """The number; a hash of one is refused, for nobody outside can make it."""
        text = super().to_internal_value(data)
        if text and HASHED.fullmatch(text):
            self.refuse(data)
        return text


class WordAnswer(Answer):
    """A companion with a closed list of words: missing reason or date precision."""

    def __init__(self, item, words_allowed, **words):
        self.name_of_schema, self.words = words_allowed.__name__, [word.name for word in words_allowed]
        super().__init__(item, **words)

    @property
    def expected(self):
        """The words."""
        return f"one of {', '.join(self.words)}"

    def schema(self):
        """The words."""
        return {"allOf": [{"$ref": f"#/components/schemas/{self.name_of_schema}"}]}

    def allowed(self):
        """The words."""
        return self.words

    def to_internal_value(self, data):
        """One of the words."""
        if data not in self.words:
            self.refuse(data)
        return data


OF_KIND = {
    "dec": NumberAnswer,
    "int": WholeAnswer,
    "cat": CodeAnswer,
    "multi": CodesAnswer,
    "date": DateAnswer,
    "text": TextAnswer,
}


def answer_fields(form_class):
    """Column name → Answer of a form model: each item, then its companions."""
    found = {}
    for name, item in form_class.items().items():
        secret = isinstance(form_class._meta.get_field(name), HospitalNumber)
        kind = HospitalNumberAnswer if secret else OF_KIND[item.kind]
        found[name] = kind(item, write_only=secret, label=item.label, help_text=about(item))
        columns = set(form_class.columns())
        if f"{name}_mr" in columns:
            found[f"{name}_mr"] = WordAnswer(item, MissingReason, label=f"{item.label}: reason missing")
        if f"{name}_p" in columns:
            found[f"{name}_p"] = WordAnswer(item, DatePrecision, label=f"{item.label}: precision")
        if f"{name}_oth" in columns:
            found[f"{name}_oth"] = TextAnswer(item, label=f"{item.label}: other, specify")
    return found


def as_known(day, precision):
    """A stored date as far as it is known."""
    return None if day is None else day.isoformat()[: LENGTH_AS_KNOWN[precision or "D"]]


def number(value):
    """A stored decimal as a JSON number."""
    if value is None or isinstance(value, int):
        return value
    text = plain(value)
    return float(text) if "." in text else int(text)


def about(item):
    """The item's unit and note, for the description of its column."""
    return " · ".join(part for part in (item.unit, item.note) if part)


def labels(item):
    """The codes with their labels."""
    return "; ".join(f"{member.value} {member.label}" for member in item.codelist)
