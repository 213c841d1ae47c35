"""Derived fields in words, with their scale: what a form, its print and a summary say of them."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from registry.dictionary.words import gettext_noop
from registry.fields import number_with_unit
from registry.grading.fields import FIELDS

FIELD_OF = {one.name: one for one in FIELDS}
GRADES = ("crs_grade", "icans_grade", "crs_day_grade", "icans_day_grade", "icaht_early", "icaht_late", "t_icaht_early",
          "t_icaht_late", "iechs")  # fmt: skip
WORDS = {  # of classes that are not the same in every language
    "high": gettext_noop("high"),
    "intermediate": gettext_noop("intermediate"),
    "low": gettext_noop("low"),
    "undetectable": gettext_noop("undetectable"),
    "failure": gettext_noop("failure"),
    "lost": gettext_noop("lost"),
    "not lost": gettext_noop("not lost"),
    "ignored": gettext_noop("ignored"),
    "<=6": gettext_noop("up to 6 months"),
    ">6": gettext_noop("more than 6 months"),
}


def derived_words(derived):
    """The value: grade, class or number with unit; nothing where there is none."""
    value = derived.value
    if value is None:
        return ""
    if derived.name in GRADES:
        return _("grade %(number)s") % {"number": value}
    if isinstance(value, Decimal):
        return number_with_unit(f"{value:.2f}", FIELD_OF[derived.name].unit)
    if isinstance(value, int):
        return number_with_unit(str(value), FIELD_OF[derived.name].unit)
    return _(WORDS[value]) if value in WORDS else value


def scale_words(derived):
    """The scale with its version."""
    return pgettext("scale", f"{derived.scale.name} {derived.scale.version}")
