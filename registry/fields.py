"""An Item as a model field: one line says column, validation, entry form, codebook, exports and labels."""

import dataclasses
import re
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from registry import clock
from registry.dictionary.codelists import DatePrecision, MissingReason, NoYes
from registry.dictionary.items import Item, Span, plain

ITEM_WORDS = {field.name for field in dataclasses.fields(Item)} - {"label", "kind"}
POWER_OF_TEN = re.compile(r"10\^(\d+)")
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
HASHED = re.compile(r"[0-9a-f]{64}")
PLAUSIBLE_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
MISSING_CHOICES = [(reason.name, pgettext_lazy("missing_reason", reason.value)) for reason in MissingReason]
PRECISION_CHOICES = [(one.name, pgettext_lazy("date_precision", one.value)) for one in DatePrecision]


class BareColumn:
    """A field of which migrations see the column only, so that wording, codes and ranges never make one."""

    bare: type[models.Field]

    def deconstruct(self):
        """The plain field, without words and choices."""
        name, _path, args, column = super().deconstruct()
        for word in ("verbose_name", "help_text", "validators", "choices"):
            column.pop(word, None)
        column["blank"] = self.blank
        package = "django.contrib.postgres.fields" if self.bare is ArrayField else "django.db.models"
        return name, f"{package}.{self.bare.__name__}", args, column


class Companion(BareColumn, models.CharField):
    """A short column beside an item's: its missing reason or its date's precision."""

    bare = models.CharField


class CompanionText(BareColumn, models.TextField):
    """The text of "Other, specify" beside an item's column."""

    bare = models.TextField


class ItemField(BareColumn):
    """A model field that knows its question. Everything about the question is said once, here."""

    kind: str
    defaults: dict = {}

    def __init__(self, label="", *, hard=None, soft=None, **words):
        about = {word: words.pop(word) for word in ITEM_WORDS & words.keys()}
        self.item = Item(label, self.kind, hard=hard and Span(*hard), soft=soft and Span(*soft), **about)
        super().__init__(
            **{"verbose_name": pgettext_lazy("item", label), "null": True, "blank": True, **self.defaults, **words}
        )

    def contribute_to_class(self, cls, name, **kwargs):
        """Add the column and its companions: missing reason, date precision, text of "Other"."""
        super().contribute_to_class(cls, name, **kwargs)
        for suffix, field in self.companions():
            cls.add_to_class(name + suffix, field)

    def companions(self):
        """Suffix and field of each companion column."""
        optional = {"null": True, "blank": True}
        if not self.item.key:
            yield "_mr", Companion(gettext_lazy("Reason missing"), max_length=3, choices=MISSING_CHOICES, **optional)
        if self.kind == "date":
            yield "_p", Companion(gettext_lazy("Precision"), max_length=1, choices=PRECISION_CHOICES, **optional)
        if self.item.other_code:
            yield "_oth", CompanionText(gettext_lazy("Other, specify"), max_length=500, **optional)

    def validate(self, value, instance):
        """Refuse what the hard range or the code list does not allow, and say what was found and expected."""
        super().validate(value, instance)
        if self.item.hard and not self.item.hard.holds(value):
            raise ValidationError(
                _(
                    "%(label)s is %(found)s; possible values are %(low)s to %(high)s. Please check the value and its unit."
                )
                % {
                    "label": self.verbose_name,
                    "found": number_with_unit(plain(value), self.item.unit),
                    "low": plain(self.item.hard.low),
                    "high": plain(self.item.hard.high),
                },
                code="hard_range",
            )

    def refuse_unknown_codes(self, codes):
        """Raise if a code is not in this item's list, naming the codes that are."""
        known = self.item.codelist.codes()
        unknown = [code for code in codes if code not in known]
        if unknown:
            raise ValidationError(
                _("%(label)s has no code %(found)s; the codes are %(known)s.")
                % {
                    "label": self.verbose_name,
                    "found": ", ".join(map(str, unknown)),
                    "known": ", ".join(map(str, known)),
                },
                code="unknown_code",
            )


class Quantity(ItemField, models.DecimalField):
    """A measured amount, stored in the item's unit."""

    kind = "dec"
    bare = models.DecimalField
    defaults = {"max_digits": 18, "decimal_places": 8}

    def from_db_value(self, value, expression, connection):
        """The number as it was entered, without the column's trailing zeros."""
        return None if value is None else Decimal(plain(value))


class Count(ItemField, models.IntegerField):
    """A whole number."""

    kind = "int"
    bare = models.IntegerField

    @property
    def validators(self):
        """Limits stand in the item, not in the database's integer range."""
        return []


class Coded(ItemField, models.SmallIntegerField):
    """One code of a closed list."""

    kind = "cat"
    bare = models.SmallIntegerField

    def __init__(self, label="", **words):
        super().__init__(label, **words)
        if self.item.codelist:
            self.choices = code_choices(self.item.codelist)

    def validate(self, value, instance):
        """Refuse a code outside the list."""
        if value is not None:
            self.refuse_unknown_codes([value])


class YesNo(Coded):
    """No (0) or yes (1)."""

    def __init__(self, label="", **words):
        super().__init__(label, **{"codelist": NoYes, **words})


class MultiCoded(ItemField, ArrayField):
    """Several codes of a closed list; exported as one 0/1 column for each code."""

    kind = "multi"
    bare = ArrayField

    def __init__(self, label="", **words):
        super().__init__(label, **{"base_field": models.SmallIntegerField(), **words})

    def validate(self, value, instance):
        """Refuse codes outside the list, and an exclusive code beside another."""
        if not value:
            return
        self.refuse_unknown_codes(value)
        exclusive = [code for code in value if self.item.codelist(code).exclusive]
        if exclusive and len(value) > 1:
            raise ValidationError(
                _("%(label)s: “%(code)s” cannot be combined with another answer. Keep one or the other.")
                % {"label": self.verbose_name, "code": code_label(self.item.codelist, exclusive[0])},
                code="exclusive",
            )

    def clean(self, value, instance):
        """Sorted and without repeats, so that equal answers are equal in the history."""
        value = sorted(set(value)) if value else None
        return super().clean(value, instance)


class ClinicalDate(ItemField, models.DateField):
    """A day; where `partial`, possibly known to the month or the year only (companion `_p`) and stored as its first day."""

    kind = "date"
    bare = models.DateField

    def validate(self, value, instance):
        """Refuse a day that has not come yet, and a precision the item does not allow."""
        super().validate(value, instance)
        if value is None:
            return
        if value > clock.today():
            raise ValidationError(
                _("%(label)s is %(found)s, which has not come yet. Please enter the day it happened.")
                % {"label": self.verbose_name, "found": value.isoformat()},
                code="future",
            )
        if value.year < 1900:
            raise ValidationError(
                _("%(label)s is %(found)s; dates from 1900 are possible. Please check the year.")
                % {"label": self.verbose_name, "found": value.isoformat()},
                code="too_early",
            )
        if not self.item.partial and getattr(instance, f"{self.name}_p", None) in ("M", "Y"):
            raise ValidationError(
                _("%(label)s needs the exact day. Please enter it as YYYY-MM-DD.") % {"label": self.verbose_name},
                code="partial",
            )


class Note(ItemField, models.TextField):
    """Free text; never exported without review."""

    kind = "text"
    bare = models.TextField
    defaults = {"max_length": 2000}

    def clean(self, value, instance):
        """No empty strings in the database, and no control characters."""
        text = (value or "").strip()
        if any(ord(sign) < 32 and sign not in "\t\n" for sign in text):
            raise ValidationError(
                _("%(label)s holds a control character. Please type the text again.") % {"label": self.verbose_name},
                code="control",
            )
        if len(text) > 2000:
            raise ValidationError(
                _("%(label)s is %(found)d characters long; 2000 are possible.")
                % {"label": self.verbose_name, "found": len(text)},
                code="length",
            )
        return super().clean(text or None, instance)


def code_choices(codelist):
    """(code, label in the reader's language) of a code list."""
    return [(member.value, code_label_lazy(codelist, member.value)) for member in codelist]


def code_label_lazy(codelist, code):
    """Label of a code, translated when shown."""
    return pgettext_lazy(codelist.list_name(), codelist(code).label)


def code_label(codelist, code):
    """Label of a code in the language of now."""
    return str(code_label_lazy(codelist, code))


class HospitalNumber(Note):
    """The hospital's own number of the patient: kept only as a keyed hash (registry.actions.forms replaces it on save)."""

    def validate(self, value, instance):
        """Refuse what cannot be a hospital number before it is hashed."""
        super().validate(value, instance)
        if value and not HASHED.fullmatch(value) and not PLAUSIBLE_NUMBER.fullmatch(value):
            raise ValidationError(
                _("The hospital number may have up to 32 letters, digits and hyphens. Please check it."),
                code="hospital_number",
            )


def written_unit(unit):
    """The unit as it is written by hand, in the reader's language: ×10⁶, ×10⁹/L; nothing for a plain number."""
    if unit in ("", "n"):
        return ""
    return POWER_OF_TEN.sub(lambda found: "×10" + found[1].translate(SUPERSCRIPT), pgettext("unit", unit))


def number_with_unit(number, unit):
    """A number before its unit."""
    return f"{number} {written_unit(unit)}".strip()
