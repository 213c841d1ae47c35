"""When a question is asked, and how its date stands to another, in the words of the forms."""

from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from registry.fields import code_label, number_with_unit
from registry.models import FORMS

DERIVED = {"age_at_form_y": gettext_lazy("Age on the day of this form, in years")}


@lru_cache
def source_of(name):
    """(form model, Item) of the question with this name, or None for a derived field."""
    return next(((form, form.items()[name]) for form in FORMS if name in form.items()), None)


def label_of(name):
    """The question's label in the language of now."""
    source = source_of(name)
    return str(source[0]._meta.get_field(name).verbose_name if source else DERIVED[name])


def asked_if_words(item, *, here=None):
    """When the question is asked: “CRS occurred” is “Yes”. Nothing for a question that is always asked.

    here   the form on whose page it is said; questions of other forms are named with their form
    """
    return pgettext("between conditions", "; and ").join(condition_words(one, here=here) for one in item.asked_if)


def condition_words(condition, *, here=None):
    """One condition in words."""
    source = source_of(condition.item)
    question = _("“%(label)s”") % {"label": label_of(condition.item)}
    if here is not None and source and source[0] is not here:
        question = _("%(question)s (form %(form)s)") % {"question": question, "form": source[0].form_id}
    codes = condition.codes if isinstance(condition.codes, tuple) else (condition.codes,)
    answers = [_answer_words(source and source[1], code) for code in codes]
    sentence = {
        "==": _("%(question)s is %(answer)s"),
        "!=": _("%(question)s is answered, but not with %(answer)s"),
        "in": _("%(question)s is one of: %(answer)s"),
        ">=": _("%(question)s is %(answer)s or more"),
        ">": _("%(question)s is more than %(answer)s"),
        "<=": _("%(question)s is %(answer)s or less"),
        "<": _("%(question)s is less than %(answer)s"),
    }[condition.comparison]
    return sentence % {"question": question, "answer": pgettext("between answers", ", ").join(answers)}


def _answer_words(item, code):
    """A code with its label, or a number with its unit."""
    if item is not None and item.codelist and code in item.codelist.codes():
        return _("%(code)s “%(label)s”") % {"code": code, "label": code_label(item.codelist, code)}
    return number_with_unit(str(code), item.unit if item else "")


def order_words(order):
    """How a date stands to another one: not before “Date of collection” + 2 days."""
    sentence = {
        ">=": _("not before %(other)s"),
        ">": _("after %(other)s"),
        "<=": _("not after %(other)s"),
        "<": _("before %(other)s"),
    }[order.comparison]
    other = _("“%(label)s”") % {"label": label_of(order.item)}
    if order.days:
        other = _("%(other)s %(days)s d") % {"other": other, "days": f"{order.days:+d}"}
    return sentence % {"other": other}
