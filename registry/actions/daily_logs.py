"""Store the daily log of a CRS or ICANS episode: its days together."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from registry.access.row_security import because, person_scope
from registry.actions.consent import check_consent
from registry.actions.forms import (
    LockedError,
    ReasonNeededError,
    StaleVersionError,
    changed_columns,
    check_answers,
    check_episode,
    locked_case,
    prepare,
    reviewed,
    write,
)
from registry.actions.review import follow_up_on
from registry.actions.signatures import CHANGED, REMOVED, void_signature
from registry.dictionary.items import EMPTY
from registry.doorbell import ring_after_commit
from registry.models.base import FormModel
from registry.record import stored_forms


class LogRefusedError(Exception):
    """Nothing of a daily log was stored. `refusals`: place of each day at fault → the error that is its own."""

    def __init__(self, refusals):
        super().__init__(f"{len(refusals)} days refused")
        self.refusals = refusals


@dataclass(frozen=True)
class LogDay:
    """A day of a log as it is to be: the row, the version it is based on (0: not stored before), whether it is to go."""

    form: FormModel
    seen_version: int = 0
    is_removed: bool = False


@transaction.atomic
def save_log(days, *, by, reason=""):
    """Store the days of one episode's log: all of them or none, checked together and each against its own version.

    reason   needed once a stored answer changes or a stored day goes
    Returns the rows that were written; each is complete unless something blocks it. Raises LogRefusedError, ReasonNeededError,
    LockedError or PermissionDenied; nothing is then written.
    """
    with person_scope(by), because(reason.strip()):
        case = locked_case(days[0].form.case_id, by)
        forms = stored_forms([case.pk])[case.pk]
        changed = _changed_days(days, case, forms)
        if not reason.strip() and any(_takes_away(*one) for one in changed):
            raise ReasonNeededError(
                _("A stored answer changes. Please say why, for example “misread the chart”."), code="reason"
            )
        rows = [form for form, _stored, _names in changed]
        after = reviewed([*_others(forms, rows), *(form for form in rows if not form.is_void)])
        for form, stored, names in changed:
            check_consent(form, names, forms)
            form.is_complete = not form.is_void and not after.blocking(form)
            form.is_verified = False
            if stored:
                void_signature(form, REMOVED if form.is_void else CHANGED)
            write(form)
        if changed:
            follow_up_on(case, after, by=by)
    ring_after_commit("analytics.tasks.build_datasets")
    return rows


def _changed_days(days, case, forms):
    """(row as it is to be, row as stored or None, columns that change) of each day that is not as stored."""
    stored, refusals, rows = {}, {}, []
    for place, day in enumerate(days):
        try:
            stored[place] = prepare(day.form, case, day.seen_version, among=rows)
        except (StaleVersionError, LockedError) as refusal:
            refusals[place] = refusal
        else:
            day.form.is_void = day.is_removed
            rows.append(day.form)
    log = [*_others(forms, rows), *(row for row in rows if not row.is_void)]
    for place in stored:
        try:
            check_episode(days[place].form, forms)
            if not days[place].is_removed:
                check_answers(days[place].form, log)
        except ValidationError as refusal:
            refusals[place] = refusal
    if refusals:
        raise LogRefusedError(refusals)
    found = [(days[place].form, was, changed_columns(was, days[place].form)) for place, was in stored.items()]
    return [(form, was, names) for form, was, names in found if form.is_void or names]


def _others(forms, rows):
    """The forms without these rows."""
    own = {(type(row), row.pk) for row in rows}
    return [one for one in forms if (type(one), one.pk) not in own]


def _takes_away(form, stored, names):
    """Whether something that is stored would not stand any more."""
    return bool(stored) and (form.is_void or any(getattr(stored, name) not in EMPTY for name in names))
