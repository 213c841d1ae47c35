"""The entry form of an audit: the critical items of a form, asked again without anything that is stored."""

from django.utils.translation import gettext as _

from registry.audits import critical_items
from registry.entry.form import EntryForm
from registry.entry.questions import Question, Section


class BlindEntry(EntryForm):
    """An entry form that asks the critical items alone. `instance` is new and holds no answer; no day 0 says how far a date is from it."""

    def __init__(self, instance, data=None):
        super().__init__(instance, data)
        asked = critical_items(type(instance))
        kept = {name + suffix for name in asked for suffix in ("", "_mr")}
        self.fields = {name: field for name, field in self.fields.items() if name in kept}

    @property
    def names(self):
        """Names of the items asked."""
        return critical_items(type(self.instance))

    def _unasked(self):
        """Columns that no control stands for."""
        own = {name + suffix for name in self.names for suffix in ("", "_p", "_mr")}
        return {field.name for field in self.instance._meta.fields} - own


class BlindQuestion(Question):
    """A question that is asked whatever else was answered: on what it depends is not on the page. Without the text of “Other”."""

    is_asked = True
    fails_elsewhere = False
    asked_if = ""
    other_code = None


def blind_sections(entry):
    """The questions in the sections of their form."""
    return [
        Section(_(title), [BlindQuestion(entry, name, {}) for name in names if name in entry.fields])
        for title, names in entry.instance.sections.items()
        if any(name in entry.fields for name in names)
    ]
