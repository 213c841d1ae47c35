"""The forms of one case in clinical order: those stored, those expected, those that can be added."""

import re
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from registry import clock
from registry.dictionary.items import EMPTY
from registry.edit_checks.base import HARD, SOFT
from registry.models import FORM_OF, FORMS
from registry.record import FINISHED, row_of
from registry.schedule import NOT_REQUIRED, NOT_YET, OWED, schedule
from registry.views.form_address import new_url
from registry.views.log_rows import log_link
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
    slot: str = ""
    log: object = None  # of an episode: the LogLink to its days, whose findings count here

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
        return self.state in ("empty", "started", "error", "query")


def form_lines(case, stored):
    """Lines of every form of `case`; `stored` is its StoredCase. A repeating form ends with a place for its next row."""
    record, today = stored.record, clock.today()
    waiting = {}
    for one in schedule(record, stored.exemptions):
        if not one.key:
            waiting.setdefault(one.form, []).append((one, one.state(today)))
    lines = []
    for model in (one for one in FORMS if not one.log_of):  # a log is shown under its episode
        rows = stored.rows_of(model.form_name)
        lines += [stored_line(case, stored, record, form) for form in rows]
        if not rows or model.key_item:
            lines.append(_place(case, model, bool(rows), waiting.get(model.form_name, ())))
    return lines


def stored_line(case, stored, record, form):
    """The line of a stored form."""
    answered, asked = progress(form, record.around(row_of(form)))
    log = log_link(case, stored, form)
    severities = [one.severity for row in (form, *(log.rows if log else ())) for one in stored.findings_of(row)]
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
        log=log,
    )


def _place(case, model, has_rows, waiting):
    """A place for a form not stored yet: for the first visit that is owed, else for the next planned one."""
    owed = [one for one, state in waiting if state in OWED]
    following = [one for one, state in waiting if state == NOT_YET and not one.is_optional]
    exempt = any(state == NOT_REQUIRED and not one.slot for one, state in waiting)
    first = next(iter([*owed, *following]), None)
    return FormLine(
        model,
        short_title(model) if has_rows else _(model.title),
        new_url(case, model.form_name, first.slot if owed else ""),
        "empty" if owed else "exempt" if exempt else "optional",
        due=first.due if first else None,
        slot=first.slot if first else "",
    )


def row_title(form):
    """The form's title, with the row number where it repeats."""
    return f"{short_title(form)} {form.key.rpartition('.')[2]}" if form.key_item else _(form.title)


def short_title(model):
    """The title without what follows in brackets, such as "(one row per infusion)"."""
    return BRACKETS.sub("", _(model.title))


def short_title_of(name):
    """The short title of the form of this name; "" for another name, such as that of the case itself."""
    return str(short_title(FORM_OF[name])) if name in FORM_OF else ""


def progress(form, around):
    """(answered, asked): how many of the form's questions that apply have a value or a reason."""
    known = {**around, **form.answers()}
    asked = [name for name, item in form.items().items() if not item.key and item.asked(known)]
    answered = [name for name in asked if getattr(form, name) not in EMPTY or getattr(form, f"{name}_mr", None)]
    return len(answered), len(asked)


def completeness(lines):
    """(complete, expected) forms of a case. What is not required and what is only planned is not counted."""
    wanted = [line for line in lines if line.state not in ("optional", "exempt")]
    return sum(line.state in FINISHED for line in wanted), len(wanted)
