"""Store, correct, complete and void case report forms. Nothing else writes them."""

import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from registry.access.permissions import Permission
from registry.access.row_security import because, person_scope
from registry.actions.consent import check_consent, withdraws
from registry.actions.removal import check_nothing_rests_on
from registry.actions.review import follow_up_on
from registry.actions.signatures import CHANGED, REMOVED, void_signature
from registry.dictionary.items import EMPTY
from registry.doorbell import ring_after_commit
from registry.edit_checks.base import not_asked
from registry.fields import HASHED
from registry.locks import lock_around, lock_words
from registry.models import Case, Patient
from registry.models.query import OTHER_FORM_REMOVED, WITHDRAWN
from registry.record import StoredCase, findings_in, in_clinical_order, record_of, row_of, said, stored_forms


class StaleVersionError(Exception):
    """The form was changed since it was read. `theirs` is what is stored now, `mine` what was to be stored."""

    def __init__(self, theirs, mine):
        super().__init__(f"{mine.form_name} {mine.key} is at version {theirs.version}")
        self.theirs, self.mine = theirs, mine


class ReasonNeededError(ValidationError):
    """A stored answer is to change, and no reason is given."""


class LockedError(ValidationError):
    """The form is locked, or its case, hospital or cohort: `around` (DatabaseLock) then says since when and why."""

    def __init__(self, around=None):
        self.around = around
        words = _("This form is locked. Ask a data manager to have it opened; what you typed is kept on this page.")
        super().__init__(lock_words(around) if around else words, code="locked")


@transaction.atomic
def save_form(form, *, by, seen_version=0, reason="", complete=False):
    """Validate and store `form`, check the whole case, and bring its queries and derived fields up to date.

    PostgreSQL writes the history and the outbox row from which analyses are rebuilt.

    form           a form model's instance with its case set; its row number may be left to the registry
    seen_version   the version the answers were based on; 0 for a form not stored before
    reason         needed once a stored answer changes or goes; not for answers added to blanks
    complete       the site says that the form is complete; it is stored either way, and complete only if nothing blocks it
    Returns the stored form, with how many queries the save opened and closed in the case (queries_opened, queries_closed). Raises
    ValidationError naming the items at fault, ReasonNeededError, LockedError, WithdrawnError, StaleVersionError or
    PermissionDenied; nothing is then written.
    """
    with person_scope(by), because(reason.strip()):
        case = locked_case(form.case_id, by)
        forms = stored_forms([case.pk])[case.pk]
        stored = prepare(form, case, seen_version)
        check_answers(form, forms)
        changed = changed_columns(stored, form)
        if stored and not changed and not (complete and not stored.is_complete):
            return stored
        check_consent(form, changed, forms)
        if stored and not reason.strip() and any(getattr(stored, name) not in EMPTY for name in changed):
            raise ReasonNeededError(
                _("A stored answer changes. Please say why, for example “misread the chart”."), code="reason"
            )
        after = reviewed([*(one for one in forms if one.pk != form.pk or type(one) is not type(form)), form])
        form.is_complete = (complete or form.is_complete) and not after.blocking(form)
        if stored and not changed and form.is_complete == stored.is_complete:
            return stored  # a version without an event would be one that no history explains
        if changed:
            form.is_verified = False
            void_signature(form, CHANGED)
        write(form)
        form.queries_opened, form.queries_closed = follow_up_on(
            case, after, by=by, not_corrected=WITHDRAWN if withdraws(forms, after.forms) else ""
        )
    ring_after_commit("analytics.tasks.build_datasets")
    return form


@transaction.atomic
def enter_forms(forms, *, by, reason=""):
    """Store new forms of one case at once, in the order given, each complete unless something blocks it.

    What imports and the demonstration call: the case is read and checked once. Raises as `save_form`.
    """
    with person_scope(by), because(reason):
        case = locked_case(forms[0].case_id, by)
        entered = stored_forms([case.pk])[case.pk]
        for form in forms:
            prepare(form, case, 0, among=entered)
            check_answers(form, entered)
            check_consent(form, form.columns(), entered)
            entered.append(form)
        after = reviewed(entered)
        for form in forms:
            form.is_complete = not after.blocking(form)
            write(form)
        follow_up_on(case, after, by=by)
    ring_after_commit("analytics.tasks.build_datasets")
    return forms


@transaction.atomic
def void_form(form, *, by, seen_version, reason):
    """Take a form that was entered by mistake out of everything but the history. The reason is needed."""
    if not reason.strip():
        raise ReasonNeededError(
            _("Please say why this form is removed, for example “entered for another patient”."), code="reason"
        )
    with person_scope(by), because(reason.strip()):
        case = locked_case(form.case_id, by)
        stored = type(form).with_void.filter(case_id=form.case_id, pk=form.pk).first()
        if stored is None:
            raise PermissionDenied
        if stored.version != seen_version or stored.is_void:
            raise StaleVersionError(stored, form)
        if stored.is_locked or case.is_closed:
            raise LockedError(lock_around(case))
        forms = stored_forms([case.pk])[case.pk]
        check_nothing_rests_on(stored, forms)
        if stored.log_of:
            check_episode(stored, forms)
        if isinstance(stored, Patient):  # other forms may go: their removal adds nothing
            check_consent(stored, stored.columns(), [stored])
        stored.is_void, stored.is_complete, stored.is_verified = True, False, False
        void_signature(stored, REMOVED)
        write(stored)
        left = reviewed(stored_forms([case.pk])[case.pk])
        follow_up_on(case, left, by=by, not_corrected=OTHER_FORM_REMOVED)
    ring_after_commit("analytics.tasks.build_datasets")


def locked_case(case_id, by, permission=Permission.FORM_WRITE):
    """The case, its row locked, so that changes to one case go one after the other. PermissionDenied if `by` may not."""
    if not by.may(permission):
        raise PermissionDenied
    case = Case.objects.select_for_update(of=("self",)).visible_to(by).with_locks().filter(pk=case_id).first()
    if case is None:
        raise PermissionDenied
    return case


def prepare(form, case, seen_version, among=None):
    """Give `form` its site, number, version and states. Returns the stored row that it would change, or None.

    among   rows of the case, stored or not, that count when it is numbered
    """
    form.site_id, form.case = case.site_id, case
    _number(form, among or ())
    stored = _stored(form)
    if stored and form.key_item:
        setattr(form, form.key_item, getattr(stored, form.key_item))  # a stored row keeps its number
    if stored and stored.is_locked or case.is_closed:
        raise LockedError(lock_around(case))
    if (stored.version if stored and not stored.is_void else 0) != seen_version:
        raise StaleVersionError(stored or form, form)
    was_void = bool(stored and stored.is_void)
    form.pk, form.version = (stored.pk, stored.version) if stored else (None, 0)
    form.is_complete = bool(stored and stored.is_complete)
    form.is_verified = bool(stored and stored.is_verified)
    form.is_void = form.is_locked = False  # storing answers brings a removed form back
    return None if was_void else stored


def reviewed(forms):
    """The case as it is with these forms, with what the checks find in it."""
    return StoredCase(in_clinical_order(forms), findings_in(forms))


def write(form):
    form.version += 1
    form.save(force_insert=form.pk is None, force_update=form.pk is not None)


def _stored(form):
    """The stored row that `form` would change: by its key, or by its row number. A removed row that has them is used again."""
    rows = _rows(type(form).with_void, form)
    if form.pk:
        return rows.filter(pk=form.pk).first()
    return rows.filter(**{form.key_item: getattr(form, form.key_item)}).first() if form.key_item else rows.first()


def _number(form, among):
    """A row without a number gets the one after the last of its case and course. Removed rows give theirs back, so that taking
    a mistaken first collection out does not make the real one the second."""
    if not form.key_item or form.pk or getattr(form, form.key_item):
        return
    used = [getattr(one, form.key_item) for one in among if _row_of_same_form(one, form)]
    used += _rows(type(form).objects, form).values_list(form.key_item, flat=True)
    setattr(form, form.key_item, max([0, *used]) + 1)


def _rows(rows, form):
    """Rows of the form's case and course."""
    rows = rows.filter(case_id=form.case_id)
    return rows.filter(course_no=form.course_no) if form.of_course else rows


def _row_of_same_form(one, form):
    return type(one) is type(form) and (not form.of_course or one.course_no == form.course_no)


def check_answers(form, forms):
    """Raise ValidationError for what is not stored: impossible values, unknown codes, answers to questions not asked."""
    form.full_clean(exclude=["case", "site"], validate_unique=False, validate_constraints=False)
    if isinstance(form, Patient):
        _hash_hospital_number(form)
    around = record_of(one for one in forms if type(one) is not type(form)).around(row_of(form))
    refused = {one.item: ValidationError(said(one), code="not_asked") for one in not_asked(row_of(form), around)}
    if refused:
        raise ValidationError(refused)
    if form.log_of:
        check_episode(form, forms)
    if form.log_of and any(_same_day(form, one) for one in forms):
        raise ValidationError({form.dated_by: _("This day is in the log of its episode already. Keep one row a day.")})


def check_episode(day, forms):
    """Raise LockedError for a day of a log whose episode is locked: the grade of the episode rests on its days."""
    name, item = day.log_of
    episodes = [one for one in forms if one.form_name == name and one.course_no == day.course_no]
    if any(one.is_locked and getattr(one, one.key_item) == getattr(day, item) for one in episodes):
        raise LockedError


def _same_day(form, other):
    """Whether another row of the log stands for the same day of the same episode."""
    if other is form or type(other) is not type(form) or (form.pk and other.pk == form.pk):
        return False
    same = ("course_no", form.log_of[1], form.dated_by)
    return all(getattr(form, name) == getattr(other, name) is not None for name in same)


def _hash_hospital_number(patient):
    """Replace the hospital number by its keyed hash, and refuse a patient whom the site has registered already."""
    if patient.mrn_hash and not HASHED.fullmatch(patient.mrn_hash):
        patient.mrn_hash = hospital_number_hash(patient.site_id, patient.mrn_hash)
    same = Patient.objects.filter(site_id=patient.site_id, mrn_hash=patient.mrn_hash).exclude(case_id=patient.case_id)
    twin = same.select_related("case").first() if patient.mrn_hash else None
    if twin:
        raise ValidationError(
            {
                "mrn_hash": _("This hospital number is already registered as %(number)s. Open that case instead.")
                % {"number": twin.case}
            }
        )


def hospital_number_hash(site_id, number):
    """What is kept of a hospital number: HMAC-SHA-256 under the registry's key and the site."""
    key = f"{settings.HOSPITAL_NUMBER_KEY}:{site_id}".encode()
    return hmac.new(key, number.strip().upper().encode(), hashlib.sha256).hexdigest()


def changed_columns(stored, form):
    """Names of the columns whose stored answer differs."""
    if stored is None:
        return form.columns()
    return [name for name in form.columns() if _or_none(getattr(stored, name)) != _or_none(getattr(form, name))]


def _or_none(answer):
    return None if answer in EMPTY else answer
