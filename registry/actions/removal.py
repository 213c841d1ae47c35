"""Which forms have to be removed before another."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

RESTS_ON = {  # form: the form of its case, or of its course, that says whether there is anything to tell
    "prior_transplant": "prior_therapy",
    "infusion": "cart_course",
    "crs_episode": "crs",
    "crs_day": "crs",
    "icans_episode": "icans",
    "icans_day": "icans",
}


def check_nothing_rests_on(form, forms):
    """Raise ValidationError naming the rows among `forms` without which `form` cannot go: they would stand for nothing."""
    rows = {}
    for one in forms:
        if _rests_on(one, form):
            rows.setdefault(_(one.title), []).append(str(getattr(one, one.key_item)))
    if rows:
        comma = pgettext("between answers", ", ")
        names = "; ".join(f"{title}: {comma.join(numbers)}" for title, numbers in rows.items())
        words = _("Other rows rest on this form and have to be removed before it: %(rows)s.")
        raise ValidationError(words % {"rows": names}, code="rested_on")


def _rests_on(one, form):
    if one.of_course and one.course_no != getattr(form, "course_no", one.course_no):
        return False
    if one.log_of and one.log_of[0] == form.form_name:
        return getattr(one, one.log_of[1]) == getattr(form, form.key_item)
    return RESTS_ON.get(one.form_name) == form.form_name
