"""The typed answer of each kind of item, as a Django form field. What cannot be understood is refused with its text kept."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.entry.dates import understood
from registry.entry.numbers import understood_count, understood_quantity


class AnswerField(forms.Field):
    """One question's answer; None when blank. `item` says what is asked."""

    def __init__(self, item, **words):
        self.item = item
        super().__init__(required=False, **words)

    def to_python(self, value):
        """The answer in `value`, or None."""
        text = (value or "").strip()
        return self.read(text) if text else None

    def read(self, text):
        """The answer that `text`, which is not blank, gives."""
        return text


class QuantityAnswer(AnswerField):
    """A measured amount."""

    def read(self, text):
        return understood_quantity(text, unit=self.item.unit)


class CountAnswer(AnswerField):
    """A whole number."""

    def read(self, text):
        return understood_count(text, unit=self.item.unit)


class DateAnswer(AnswerField):
    """A date with its precision: (day, "D" | "M" | "Y")."""

    def __init__(self, item, *, day0=None, **words):
        self.day0 = day0
        super().__init__(item, **words)

    def read(self, text):
        return understood(text, partial=self.item.partial, day0=self.day0)


class CodeAnswer(AnswerField):
    """One code. Whether the list has it is the model field's question."""

    def read(self, text):
        return code(text)


class CodesAnswer(AnswerField):
    """Several codes."""

    widget = forms.SelectMultiple

    def to_python(self, value):
        return [code(text) for text in value or [] if text] or None


ANSWERS = {
    "dec": QuantityAnswer,
    "int": CountAnswer,
    "date": DateAnswer,
    "cat": CodeAnswer,
    "multi": CodesAnswer,
    "text": AnswerField,
}


def code(text):
    """The integer code in `text`."""
    try:
        number = int(text)
    except ValueError:
        number = None
    if number is None or abs(number) > 32767:
        raise ValidationError(_("“%(found)s” is not a code of this list.") % {"found": text}, code="unknown_code")
    return number
