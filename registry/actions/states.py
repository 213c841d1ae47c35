"""Verify and lock forms and cases, and say which expected forms are not required. Opening a lock: openings.py."""

from dataclasses import dataclass
from itertools import groupby

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.access.permissions import Permission
from registry.access.row_security import because, person_scope
from registry.actions.forms import LockedError, ReasonNeededError, StaleVersionError, locked_case
from registry.locks import lock_around
from registry.models import FORM_OF, Exemption, ExemptionKind
from registry.record import COMPLETE, FINISHED, LOCKED, VERIFIED, stored_case


@dataclass(frozen=True)
class Seen:
    """A stored form as somebody read it. `version` None: as it is now."""

    case_id: int
    form: str
    row_id: int
    version: int | None = None


class SomeRefusedError(ValidationError):
    """Not every form could be moved, so none was. `refused`: (Seen, why) of each that could not."""

    def __init__(self, refused):
        super().__init__(
            _("Nothing was changed: %(count)d of the forms could not be.") % {"count": len(refused)},
            code="some_refused",
        )
        self.refused = refused


@transaction.atomic
def verify_form(form, *, by, seen_version):
    """The data manager has compared the form with its source. It must be complete, without a query that is not closed."""
    with person_scope(by), because(""):
        return _verify(*_seen(form, by, Permission.FORM_VERIFY, seen_version))


@transaction.atomic
def verify_forms(wanted, *, by):
    """Verify many forms: every one of `wanted` (Seen) or none. Returns them; raises SomeRefusedError."""
    return _each(wanted, _verify, Permission.FORM_VERIFY, by)


@transaction.atomic
def unverify_form(form, *, by, seen_version, reason):
    """Take a verification back. The reason is needed."""
    with person_scope(by), because(needed(reason)):
        form, _state, _contradicted = _seen(form, by, Permission.FORM_VERIFY, seen_version)
        if not form.is_verified:
            return form
        if form.is_locked:
            raise ValidationError(_("The form is locked. It has to be opened first."), code="locked")
        form.is_verified = False
        return _write(form)


@transaction.atomic
def lock_form(form, *, by, seen_version):
    """Nobody changes the form until two persons open it. It must be complete."""
    with person_scope(by), because(""):
        return _lock(*_seen(form, by, Permission.FORM_LOCK, seen_version))


@transaction.atomic
def lock_forms(wanted, *, by):
    """Lock many forms: every one of `wanted` (Seen) or none. Returns them; raises SomeRefusedError."""
    return _each(wanted, _lock, Permission.FORM_LOCK, by)


@transaction.atomic
def lock_case(case, *, by):
    """Lock a case with every form. Every form must be complete. Returns the case."""
    with person_scope(by), because(""):
        case = _case_not_around(case.pk, by, Permission.FORM_LOCK)
        stored = stored_case(case)
        unfinished = [
            form
            for form in stored.forms
            if stored.state_of(form) not in FINISHED or stored.contradiction_is_asked(form)
        ]
        if unfinished or not stored.forms:
            raise ValidationError(
                _("A case is locked when all its forms are complete; %(count)d are not.") % {"count": len(unfinished)},
                code="not_complete",
            )
        for form in stored.forms:
            if not form.is_locked:
                form.is_locked = True
                _write(form)
        return _lock_whole(case)


@transaction.atomic
def exempt(case, form, *, slot="", kind, reason, by):
    """Say that an expected form is not required, and why. A form that is reported elsewhere is said by the site too."""
    permission = Permission.FORM_WRITE if kind == ExemptionKind.ELSEWHERE else Permission.FORM_VERIFY
    if form not in FORM_OF or kind not in ExemptionKind.values:
        raise ValidationError(_("There is no such form."), code="unknown")
    permission = permission if by.may(permission) else Permission.FORM_VERIFY
    with person_scope(by), because(needed(reason)):
        case = _open_case(case.pk, by, permission)
        known = Exemption.objects.filter(case=case, form=form, slot=slot, ended_at=None).first()
        return known or Exemption.objects.create(
            case=case,
            site_id=case.site_id,
            form=form,
            slot=slot,
            kind=kind,
            reason=reason.strip()[:500],
            actor=by.email,
            at=timezone.now(),
        )


@transaction.atomic
def end_exemption(exemption, *, by):
    """The form is required again."""
    permission = Permission.FORM_VERIFY if by.may(Permission.FORM_VERIFY) else Permission.FORM_WRITE
    with person_scope(by), because(""):
        _open_case(exemption.case_id, by, permission)
        if permission == Permission.FORM_WRITE and exemption.kind != ExemptionKind.ELSEWHERE:
            raise PermissionDenied
        exemption.refresh_from_db()
        if exemption.ended_at is None:
            exemption.ended_at, exemption.version = timezone.now(), exemption.version + 1
            exemption.save(update_fields=["ended_at", "version"])
        return exemption


def _verify(form, state, _is_contradicted=False):
    if state == VERIFIED:
        return form
    if state == LOCKED:
        raise ValidationError(_("The form is locked. It has to be opened first."), code="locked")
    if state != COMPLETE:
        raise ValidationError(_("Only a complete form without open queries can be verified."), code="not_complete")
    form.is_verified = True
    return _write(form)


def _lock(form, state, is_contradicted):
    if state == LOCKED:
        return form
    if state not in FINISHED:
        raise ValidationError(_("Only a complete form can be locked."), code="not_complete")
    if is_contradicted:
        raise ValidationError(
            _("A contradiction in this form is still asked about; the site must be able to mend it."),
            code="contradicted",
        )
    form.is_locked = True
    return _write(form)


def _each(wanted, act, permission, by):
    """`act` on each of the forms, case by case in their order, or on none."""
    moved, refused = [], []
    with person_scope(by), because(""):
        for case_id, of_case in groupby(sorted(wanted, key=lambda one: one.case_id), lambda one: one.case_id):
            case = locked_case(case_id, by, permission)
            stored, around = stored_case(case), lock_around(case)
            for one in of_case:
                try:
                    if around:
                        raise LockedError(around)
                    moved.append(act(*_as_seen(stored, one)))
                except ValidationError as refusal:
                    refused.append((one, " ".join(refusal.messages)))
    if refused:
        raise SomeRefusedError(refused)
    return moved


def _as_seen(stored, seen):
    form = next((one for one in stored.rows_of(seen.form) if one.pk == seen.row_id), None)
    if form is None or seen.version not in (None, form.version):
        raise ValidationError(_("Somebody has changed it since you read it."), code="stale")
    return form, stored.state_of(form), stored.contradiction_is_asked(form)


def _open_case(case_id, by, permission):
    """The case, its row locked; a refusal where the whole case is locked."""
    case = _case_not_around(case_id, by, permission)
    if case.is_locked:
        raise ValidationError(_("The whole case is locked. It has to be opened first."), code="case_locked")
    return case


def _case_not_around(case_id, by, permission):
    """The case, its row locked; a refusal where its hospital or cohort is locked."""
    case = locked_case(case_id, by, permission)
    around = lock_around(case)
    if around:
        raise LockedError(around)
    return case


def _seen(form, by, permission, seen_version):
    """The stored form under the lock of its case, its state, whether a contradiction is asked about. Raises StaleVersionError if it
    moved."""
    case = _case_not_around(form.case_id, by, permission)
    stored = stored_case(case)
    found = next((one for one in stored.rows_of(form.form_name) if one.pk == form.pk), None)
    if found is None:
        raise PermissionDenied
    if found.version != seen_version:
        raise StaleVersionError(found, form)
    found.case = case
    return found, stored.state_of(found), stored.contradiction_is_asked(found)


def _lock_whole(case):
    if not case.is_locked:
        case.is_locked, case.version = True, case.version + 1
        case.save(update_fields=["is_locked", "version"])
    return case


def _write(form):
    form.version += 1
    form.save(force_update=True)
    return form


def needed(reason):
    """The reason, or a refusal that asks for it."""
    if not reason.strip():
        raise ReasonNeededError(_("Please say why."), code="reason")
    return reason.strip()
