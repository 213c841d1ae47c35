"""Store, correct and void case report forms. Nothing else writes them."""

import hashlib
import hmac

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from registry.access.permissions import Permission
from registry.access.row_security import because, person_scope
from registry.dictionary.items import EMPTY
from registry.doorbell import ring_after_commit
from registry.edit_checks.base import not_asked
from registry.edit_checks.case import Record
from registry.fields import HASHED
from registry.models import FORMS, Case, Patient
from registry.record import row_of, said


class StaleVersionError(Exception):
    """The form was changed since it was read. `theirs` is what is stored now, `mine` what was to be stored."""

    def __init__(self, theirs, mine):
        super().__init__(f"{mine.form_name} {mine.key} is at version {theirs.version}")
        self.theirs, self.mine = theirs, mine


class ReasonNeededError(ValidationError):
    """A stored answer is to change, and no reason is given."""


@transaction.atomic
def save_form(form, *, by, seen_version=0, reason=""):
    """Validate and store `form`; PostgreSQL writes its history and the outbox row from which analyses are rebuilt.

    form           a form model's instance with its case set; its row number may be left to the registry
    seen_version   the version the answers were based on; 0 for a form not stored before
    reason         needed once a stored answer changes or goes; not for answers added to blanks
    Returns the stored form. Raises ValidationError naming the items at fault, ReasonNeededError, StaleVersionError or
    PermissionDenied; nothing is then written.
    """
    with person_scope(by), because(reason.strip()):
        case = _locked_case(form.case_id, by)
        form.site_id, form.case = case.site_id, case
        stored = _stored(form)
        if (stored.version if stored and not stored.is_void else 0) != seen_version:
            raise StaleVersionError(stored or form, form)
        form.pk, form.version = (stored.pk, stored.version) if stored else (None, 0)
        form.is_void = False  # storing answers brings a removed form back
        _number(form, stored)
        _check(form)
        changed = _changed(stored, form)
        if stored and not stored.is_void and not changed:
            return stored
        if (
            stored
            and not stored.is_void
            and not reason.strip()
            and any(getattr(stored, name) not in EMPTY for name in changed)
        ):
            raise ReasonNeededError(
                _("A stored answer changes. Please say why, for example “misread the chart”."), code="reason"
            )
        form.version += 1
        form.save(force_insert=not stored, force_update=bool(stored))
    ring_after_commit("analytics.tasks.build_datasets")
    return form


@transaction.atomic
def void_form(form, *, by, seen_version, reason):
    """Take a form that was entered by mistake out of everything but the history. The reason is needed."""
    if not reason.strip():
        raise ReasonNeededError(
            _("Please say why this form is removed, for example “entered for another patient”."), code="reason"
        )
    with person_scope(by), because(reason.strip()):
        _locked_case(form.case_id, by)
        stored = type(form).with_void.filter(case_id=form.case_id, pk=form.pk).first()
        if stored is None:
            raise PermissionDenied
        if stored.version != seen_version or stored.is_void:
            raise StaleVersionError(stored, form)
        stored.version += 1
        stored.is_void = True
        stored.save(force_update=True)
    ring_after_commit("analytics.tasks.build_datasets")


def _locked_case(case_id, by):
    """The case, locked, so that saves to one case go one after the other."""
    if not by.may(Permission.FORM_WRITE):
        raise PermissionDenied
    case = Case.objects.select_for_update(of=("self",)).visible_to(by).filter(pk=case_id).first()
    if case is None:
        raise PermissionDenied
    return case


def _stored(form):
    """The stored row that `form` would change: by its key, or by its row number; a voided single form is used again."""
    rows = type(form).with_void.filter(case_id=form.case_id)
    if form.of_course:
        rows = rows.filter(course_no=form.course_no)
    if form.pk:
        return rows.filter(pk=form.pk).first()
    if form.key_item:
        number = getattr(form, form.key_item)
        return rows.filter(**{form.key_item: number}).first() if number else None
    return rows.first()


def _number(form, stored):
    """A stored row keeps its number; a new one of a repeating form gets the next of its case and course, voided rows counted."""
    if form.key_item and stored:
        setattr(form, form.key_item, getattr(stored, form.key_item))
    if not form.key_item or getattr(form, form.key_item):
        return
    rows = type(form).with_void.filter(case_id=form.case_id)
    if form.of_course:
        rows = rows.filter(course_no=form.course_no)
    setattr(form, form.key_item, (rows.aggregate(last=Max(form.key_item))["last"] or 0) + 1)


def _check(form):
    """Raise ValidationError for what is not stored: impossible values, unknown codes, answers to questions not asked."""
    form.full_clean(exclude=["case", "site"], validate_unique=False, validate_constraints=False)
    if isinstance(form, Patient):
        _hash_hospital_number(form)
    around = Record([row_of(other) for other in _other_forms(form)]).around(row_of(form))
    refused = {one.item: ValidationError(said(one), code="not_asked") for one in not_asked(row_of(form), around)}
    if refused:
        raise ValidationError(refused)


def _other_forms(form):
    """The case's other forms whose answers `form`'s conditions name: only those are read."""
    wanted = {condition.item for item in form.items().values() for condition in item.asked_if} - set(form.items())
    if "age_at_form_y" in wanted:
        wanted.add("birth_date")
    models = [model for model in FORMS if wanted & set(model.items()) and model is not type(form)]
    return [other for model in models for other in model.objects.filter(case_id=form.case_id).in_order()]


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


def _changed(stored, form):
    """Names of the columns whose stored answer differs."""
    if stored is None:
        return form.columns()
    return [name for name in form.columns() if _or_none(getattr(stored, name)) != _or_none(getattr(form, name))]


def _or_none(answer):
    return None if answer in EMPTY else answer
