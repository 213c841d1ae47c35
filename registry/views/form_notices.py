"""Why questions of a form are withheld: answers of other forms on which they depend."""

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.entry import read_aloud
from registry.models import FORMS


def notices_of(page):
    """A notice for each answer of another form for whose sake a FormPage leaves questions out."""
    found = {}
    for section in page.sections:
        for question in section.questions:
            for condition in question.item.asked_if:
                if condition.item not in page.form.items() and not condition.holds(page.elsewhere):
                    found[condition.item] = condition
    return [_notice(page, condition) for condition in found.values()]


def _notice(page, condition):
    source = next((model for model in FORMS if condition.item in model.items()), None)
    if source is None:
        return {"title": _("Some questions are not shown: they do not apply at this age.")}
    stored = next(iter(page.stored.rows_of(source.form_name)), None)
    label = source._meta.get_field(condition.item).verbose_name
    answer = read_aloud(stored, condition.item) if stored else ""
    name = "form" if stored else "form_new"
    return {
        "title": _("Some questions are not shown: they depend on “%(label)s”, which is “%(answer)s”.")
        % {"label": label, "answer": answer}
        if answer
        else _("Some questions are not shown: they depend on “%(label)s”, which is not answered yet.")
        % {"label": label},
        "url": reverse(name, args=[page.case.number, source.form_name, *([stored.key] if stored else [])]),
        "action": _("Open %(form)s") % {"form": _(source.title)},
    }
