"""Derived fields of a stored case in the reader's language. Which there are and where they stand: `registry.edit_checks.derived`."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from registry.dictionary.items import plain
from registry.edit_checks.derived import Placed, derived_of
from registry.entry import read_aloud
from registry.fields import number_with_unit
from registry.grading import bcells, burden, course, response
from registry.grading.fields import FIELDS
from registry.models import FORMS

__all__ = ["Derivation", "Placed", "derivations", "derived_of", "said_value"]

FIELD_OF = {one.name: one for one in FIELDS}
DECIMALS = {"age_inf_y": 1, "dose_kg": 2, "hsct_rel_gap": 2}
GRADES = ("crs_grade", "icans_grade", "crs_day_grade", "icans_day_grade", "icaht_early", "icaht_late", "t_icaht_early",
          "t_icaht_late", "iechs")  # fmt: skip
WORDS = {
    burden.HIGH: pgettext_lazy("derived", "high"),
    burden.INTERMEDIATE: pgettext_lazy("derived", "intermediate"),
    burden.LOW: pgettext_lazy("derived", "low"),
    burden.UNDETECTABLE: pgettext_lazy("derived", "undetectable"),
    response.CR: pgettext_lazy("derived", "CR"),
    response.CRI: pgettext_lazy("derived", "CRi"),
    response.NR: pgettext_lazy("derived", "no response"),
    response.NE: pgettext_lazy("derived", "not evaluable: no marrow"),
    response.MRD_CR: pgettext_lazy("derived", "MRD-CR"),
    response.FAILURE: pgettext_lazy("derived", "failure"),
    bcells.LOST: pgettext_lazy("derived", "aplasia lost"),
    bcells.NOT_LOST: pgettext_lazy("derived", "aplasia goes on"),
    bcells.IGNORED: pgettext_lazy("derived", "not counted: leukaemic cells"),
    course.UP_TO_6: pgettext_lazy("derived", "up to 6 months"),
    course.OVER_6: pgettext_lazy("derived", "more than 6 months"),
}


@dataclass(frozen=True)
class Missing:
    """An answer without which a value stays open, and where it is asked."""

    label: str
    url: str


@dataclass(frozen=True)
class Derivation:
    """A derived field on its form: the value in words ("" while it is open), what decided it, what is missing, what the site says.

    site   the site's own answer in words, "" where it gives none
    """

    name: str
    label: str
    value: str
    scale: str
    is_provisional: bool
    because: tuple[str, ...]
    missing: tuple[Missing, ...]
    site: str = ""
    differs: bool = False


def derivations(stored, form):
    """What the registry derives from the case and shows on one of its forms. `stored`: the StoredCase, as stored or as typed."""
    return [
        _derivation(placed, stored, form)
        for placed in derived_of(stored.record)
        if (placed.form, placed.key) == (form.form_name, form.key)
    ]


def _derivation(placed, stored, form):
    derived, field = placed.derived, FIELD_OF[placed.derived.name]
    site = read_aloud(form, placed.site.item) if placed.site else ""
    return Derivation(
        derived.name,
        _(field.label),
        said_value(derived.name, derived.value),
        f"{derived.scale.name} {derived.scale.version}",
        derived.provisional,
        tuple(one.in_words(_) for one in derived.decided_by),
        tuple(_missing(name, stored, form) for name in dict.fromkeys(derived.missing)),
        site,
        placed.differs,
    )


def said_value(name, value):
    """The value of a derived field in words; "" without one."""
    if value is None:
        return ""
    if name in GRADES:
        return _("grade %(number)s") % {"number": value}
    if value in WORDS:
        return str(WORDS[value])
    rounded = plain(round(value, DECIMALS[name])) if name in DECIMALS else plain(value)
    return number_with_unit(rounded, FIELD_OF[name].unit)


def _missing(name, stored, form):
    """Where the missing answer is asked: on this form, on a stored one of its kind, or on a new one."""
    if name in form.items():
        return Missing(_label(type(form), name), f"#{name}")
    model = next(one for one in FORMS if name in one.items())
    rows = [row for row in stored.rows_of(model.form_name) if _same_course(row, form)]
    unanswered = [row for row in rows if getattr(row, name) is None]
    row = next(iter(unanswered or rows), None)
    number = form.case.number
    url = (
        reverse("form", args=[number, model.form_name, row.key])
        if row
        else reverse("form_new", args=[number, model.form_name])
    )
    return Missing(_label(model, name), f"{url}#{name}")


def _same_course(row, form):
    return not (row.of_course and form.of_course) or row.course_no == form.course_no


def _label(model, name):
    return pgettext("item", model.items()[name].label)
