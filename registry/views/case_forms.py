"""The forms of one case in clinical order: those stored, those expected, those that can be added."""

import re
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.dictionary.items import EMPTY
from registry.edit_checks.base import HARD, SOFT
from registry.edit_checks.case import Record
from registry.expected import expected_forms, next_visits
from registry.models import FORMS
from registry.record import COMPLETE, row_of
from registry.views.statuses import FORM

BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]$")


@dataclass(frozen=True)
class FormLine:
    """One line of the case's list of forms: a stored row, or a place for one."""

    model: type
    title: str
    url: str
    state: str
    stored: object = None
    dated: date | None = None
    due: date | None = None
    answered: int = 0
    asked: int = 0
    hard: int = 0
    soft: int = 0

    @property
    def status(self):
        return FORM[self.state]

    @property
    def is_listed(self):
        """Whether it is a line of the list, and not merely something that can be added when it happens."""
        return self.stored is not None or self.state != "optional" or self.due is not None

    @property
    def is_open(self):
        """Whether something is still to be done here."""
        return self.state in ("empty", "started", "error")


def form_lines(case, stored):
    """Lines of every form of `case`; `stored` is its StoredCase. A repeating form ends with a place for its next row."""
    record = Record(map(row_of, stored.forms))
    expected = {one.form: one.due for one in expected_forms(record)}
    visits = {one.form: one.due for one in next_visits(record)}
    lines = []
    for model in FORMS:
        rows = stored.rows_of(model.form_name)
        lines += [stored_line(case, stored, record, form) for form in rows]
        if not rows or model.key_item:
            lines.append(_place(case, model, bool(rows), expected, visits))
    return lines


def stored_line(case, stored, record, form):
    """The line of a stored form."""
    answered, asked = progress(form, record.around(row_of(form)))
    severities = [one.severity for one in stored.findings_of(form)]
    return FormLine(
        type(form),
        row_title(form),
        reverse("form", args=[case.number, form.form_name, form.key]),
        stored.state_of(form),
        form,
        getattr(form, form.dated_by) if form.dated_by else None,
        None,
        answered,
        asked,
        severities.count(HARD),
        severities.count(SOFT),
    )


def _place(case, model, has_rows, expected, visits):
    """A place for a form not stored yet."""
    form = model.form_name
    due = visits.get(form) if has_rows else expected.get(form)
    is_expected = form in expected and not has_rows
    return FormLine(
        model,
        short_title(model) if has_rows else _(model.title),
        reverse("form_new", args=[case.number, form]),
        "empty" if is_expected else "optional",
        due=due,
    )


def row_title(form):
    """The form's title, with the row number where it repeats."""
    return f"{short_title(form)} {form.key.rpartition('.')[2]}" if form.key_item else _(form.title)


def short_title(model):
    """The title without what follows in brackets, such as "(one row per infusion)"."""
    return BRACKETS.sub("", _(model.title))


def progress(form, around):
    """(answered, asked): how many of the form's questions that apply have a value or a reason."""
    known = {**around, **form.answers()}
    asked = [name for name, item in form.items().items() if not item.key and item.asked(known)]
    answered = [name for name in asked if getattr(form, name) not in EMPTY or getattr(form, f"{name}_mr", None)]
    return len(answered), len(asked)


def completeness(lines):
    """(complete, expected) forms of a case."""
    wanted = [line for line in lines if line.state != "optional"]
    return sum(line.state == COMPLETE for line in wanted), len(wanted)
