"""The section of a form's page that shows what the registry derives from its answers, beside what the site says itself."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from registry.derived import derived_of
from registry.entry import read_aloud
from registry.entry.dates import study_day
from registry.models import FORMS
from registry.schedule.once import is_infused
from registry.views.derived_words import FIELD_OF, derived_words, scale_words


@dataclass(frozen=True)
class Missing:
    """An answer without which a value stays open, and where it is asked."""

    label: str
    url: str


@dataclass(frozen=True)
class Derivation:
    """A derived field on its form. `value` is "" while it is open; `site` the site's own answer in words, "" where it gives none."""

    name: str
    label: str
    value: str
    scale: str
    is_provisional: bool
    because: list
    missing: list
    site: str = ""
    differs: bool = False


def derivations(stored, form):
    """What the registry derives from the case and shows on one of its forms. `stored`: the StoredCase, as stored or as typed."""
    return [
        derivation(placed, stored, form)
        for placed in derived_of(stored.record)
        if (placed.form, placed.key) == (form.form_name, form.key)
    ]


def derivation(placed, stored, form, page=""):
    """One derived field in words. `page`: the address of the form, where it is shown on another page."""
    derived = placed.derived
    return Derivation(
        derived.name,
        _(FIELD_OF[derived.name].label),
        derived_words(derived),
        scale_words(derived),
        derived.provisional,
        [one.in_words(_) for one in derived.decided_by],
        [_missing(name, stored, form, page) for name in dict.fromkeys(derived.missing)],
        read_aloud(form, placed.site.item) if placed.site else "",
        placed.differs,
    )


def derived_facts(stored):
    """(name, words) of what the head of a case says: highest grades, latest response. What is not derived is left out."""
    placed = derived_of(stored.record)
    for form, name, title in (("crs", "crs_grade", _("CRS")), ("icans", "icans_grade", _("ICANS"))):
        grades = [one.derived for one in placed if (one.form, one.derived.name) == (form, name)]
        worst = max((one for one in grades if one.value is not None), key=lambda one: one.value, default=None)
        if worst and (worst.value or is_infused(stored.record)):  # "none" is no news of who was not infused
            yield title, _("none") if worst.value == 0 else derived_words(worst)
    responses = {one.key: one.derived for one in placed if one.derived.name == "resp_derived"}
    rows = [row for row in stored.rows_of("response_assessment") if row.rsp_date and responses[row.key].value]
    if rows:
        latest = max(rows, key=lambda row: row.rsp_date)
        words = derived_words(responses[latest.key])
        day = study_day(latest.rsp_date, stored.day0) if stored.day0 else latest.rsp_date.isoformat()
        yield _("Response"), _("%(response)s, %(day)s") % {"response": words, "day": day}


def _missing(name, stored, form, page):
    """Where the missing answer is asked: on this form, on a stored one, or on one not entered yet."""
    if name in form.items():
        return Missing(_label(form, name), f"{page}#{name}")
    model = next(one for one in FORMS if name in one.items())
    rows = [row for row in stored.rows_of(model.form_name) if _is_same_course(row, form)]
    row = next((row for row in rows if getattr(row, name) is None), next(iter(rows), None))
    place = [form.case.number, model.form_name]
    url = reverse("form", args=[*place, row.key]) if row else reverse("form_new", args=place)
    return Missing(_label(model, name), f"{url}#{name}")


def _is_same_course(row, form):
    return not (row.of_course and form.of_course) or row.course_no == form.course_no


def _label(model, name):
    return pgettext("item", model.items()[name].label)
