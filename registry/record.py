"""A stored case as the pure checks see it, and their findings in the reader's language."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from registry.dictionary.words import Amount, Label
from registry.edit_checks.base import MISSING, SOFT, Finding, Row
from registry.edit_checks.case import Record, case_findings
from registry.fields import number_with_unit
from registry.models import FORMS

EMPTY_STATE, STARTED, ERROR, COMPLETE = "empty", "started", "error", "complete"


@dataclass(frozen=True)
class StoredCase:
    """All forms of one case with what the checks find in them. One query a form, whatever their rows."""

    forms: list
    findings: list[Finding]

    def findings_of(self, form):
        """The findings of one stored form."""
        return [one for one in self.findings if (one.form, one.key) == (form.form_name, form.key)]

    def state_of(self, form):
        """started, error or complete: a form is complete when nothing asked is missing and no hard rule is broken."""
        severities = {one.severity for one in self.findings_of(form)} - {SOFT}
        if not severities:
            return COMPLETE
        return STARTED if severities == {MISSING} else ERROR

    @property
    def day0(self):
        """The day of the first infusion of course 1, or None."""
        return Record(map(row_of, self.rows_of("infusion"))).infused_on()

    def rows_of(self, form_name):
        """The stored rows of one form, in their order."""
        return [form for form in self.forms if form.form_name == form_name]


def stored_case(case):
    """Read the case's forms and check them."""
    return stored_cases([case])[case.pk]


def stored_cases(cases):
    """Id of each case → its StoredCase. One query a form, however many the cases."""
    forms = {case.pk: [] for case in cases}
    for model in FORMS:
        for form in model.objects.filter(case__in=list(forms)).in_order():
            forms[form.case_id].append(form)
    today = date.today()
    return {pk: StoredCase(own, case_findings(Record(map(row_of, own), today))) for pk, own in forms.items()}


def row_of(form):
    """A stored or unsaved form as a row of the record."""
    course = form.course_no if hasattr(form, "course_no") else None
    return Row(form.form_name, form.key, form.items(), form.answers(), course)


def said(finding):
    """The finding's message in the language of now."""
    return _(finding.text) % {name: _in_words(value) for name, value in finding.values.items()}


def _in_words(value):
    """One value of a message: the labels of items and the units are translated."""
    if isinstance(value, Label):
        return pgettext("item", value)
    return number_with_unit(value.number, value.unit) if isinstance(value, Amount) else value
