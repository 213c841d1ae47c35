"""Derived fields in words, with their scale: what a form, its print and a summary say of them."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from registry.fields import number_with_unit
from registry.grading.fields import FIELDS

FIELD_OF = {one.name: one for one in FIELDS}
GRADES = ("crs_grade", "icans_grade", "crs_day_grade", "icans_day_grade", "icaht_early", "icaht_late", "t_icaht_early",
          "t_icaht_late", "iechs")  # fmt: skip
WORDS = {  # of classes that are not the same in every language
    "high": pgettext_lazy("derived", "high"),
    "intermediate": pgettext_lazy("derived", "intermediate"),
    "low": pgettext_lazy("derived", "low"),
    "undetectable": pgettext_lazy("derived", "undetectable"),
    "failure": pgettext_lazy("derived", "failure"),
    "lost": pgettext_lazy("derived", "lost"),
    "not lost": pgettext_lazy("derived", "not lost"),
    "ignored": pgettext_lazy("derived", "ignored"),
    "<=6": pgettext_lazy("derived", "up to 6 months"),
    ">6": pgettext_lazy("derived", "more than 6 months"),
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
    return str(WORDS[value]) if value in WORDS else value


def scale_words(derived):
    """The scale with its version."""
    return pgettext("scale", f"{derived.scale.name} {derived.scale.version}")
