"""Open a lock: a data manager asks with a reason, a second person agrees or does not. PostgreSQL opens nothing otherwise."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.access.permissions import Permission
from registry.access.row_security import because, person_scope
from registry.actions.forms import locked_case, write
from registry.actions.signatures import UNLOCKED, void_signature
from registry.actions.states import needed
from registry.actions.two_persons import by_whom, check_second, check_still, waiting
from registry.locks import lock_around
from registry.models import FORM_OF, Case, DatabaseLock, Opening, OpeningReason, OpeningState
from registry.record import stored_case

LONGEST = 500  # of a reason


@dataclass
class Locked:
    """What is locked: a form of a case, a whole case, or a hospital or cohort."""

    case: Case | None = None
    form: object = None
    lock: DatabaseLock | None = None

    @property
    def place(self):
        """As an Opening names it."""
        return {
            "case": self.case,
            "site_id": self.case.site_id if self.case else self.lock.site_id,
            "form": self.form.form_name if self.form else "",
            "row_id": self.form.pk if self.form else None,
            "lock": self.lock,
        }

    @property
    def is_locked(self):
        """Whether it still is."""
        return self.form.is_locked if self.form else self.case.is_locked if self.case else self.lock.opened_at is None


@transaction.atomic
def ask_opening(what, *, code, reason, by):
    """Ask that the lock of `what`, a form, Case or DatabaseLock, is opened.

    code   one of OpeningReason; `reason` says it in words
    Returns the Opening, which waits for a second person. Raises ValidationError, PermissionDenied.
    """
    if not by.may(Permission.FORM_LOCK):
        raise PermissionDenied
    if code not in OpeningReason.values:
        raise ValidationError({"code": _("Choose why it is to be opened.")}, code="code")
    reason = needed(reason)[:LONGEST]
    with person_scope(by), because(""):
        found = _locked(what, by, Permission.FORM_LOCK)
        _check_is_the_lock(found)
        before = Opening.objects.filter(**found.place, state=OpeningState.ASKED).first()
        if before and before.is_open:
            raise ValidationError(_("This was asked for already, and waits for a second person."), code="asked")
        if before:
            _end(before, OpeningState.LAPSED, by)
        return Opening.objects.create(**found.place, code=code, reason=reason, **by_whom(by))


@transaction.atomic
def approve_opening(opening, *, reason, by):
    """Open the lock, as the second person; signatures under what is opened are void from now on. Returns the Opening.

    Raises ValidationError, PermissionDenied.
    """
    reason = _may_decide(by, reason)
    with person_scope(by), because(opening.reason):
        found = _locked(_of(opening), by, Permission.LOCK_APPROVE)
        asked = _decided(opening, by)
        _check_is_the_lock(found)
        _end(asked, OpeningState.APPROVED, by, reason)
        _open(found, by)
        return asked


@transaction.atomic
def decline_opening(opening, *, reason, by):
    """Leave it locked, as the second person, and say why. Returns the Opening. Raises ValidationError, PermissionDenied."""
    reason = _may_decide(by, reason)
    with person_scope(by), because(""):
        return _end(_decided(opening, by), OpeningState.DECLINED, by, reason)


@transaction.atomic
def withdraw_opening(opening, *, by):
    """Leave it locked: whoever asked. Returns the Opening. Raises ValidationError, PermissionDenied."""
    with person_scope(by), because(""):
        asked = waiting(_rows(by), opening.pk)
        if asked.asked_by != by.email or not by.may(Permission.FORM_LOCK):
            raise PermissionDenied
        return _end(asked, OpeningState.WITHDRAWN, by)


def _may_decide(by, reason):
    if not by.may(Permission.LOCK_APPROVE):
        raise PermissionDenied
    return needed(reason)[:LONGEST]


def _decided(opening, by):
    """The request, its row locked, that `by` may decide as the second person."""
    asked = waiting(_rows(by), opening.pk)
    if not asked.is_open:
        raise ValidationError(_("This was asked for too long ago. It has to be asked for again."), code="lapsed")
    check_second(asked, by)
    check_still(by, Permission.LOCK_APPROVE)
    return asked


def _rows(by):
    return Opening.objects.select_for_update(of=("self",)).visible_to(by)


def _of(opening):
    """What a request is about."""
    if opening.lock_id:
        return opening.lock
    return FORM_OF[opening.form](pk=opening.row_id, case_id=opening.case_id) if opening.form else opening.case


def _locked(what, by, permission):
    """What is locked, as it is stored, under the lock of its case's row."""
    if isinstance(what, DatabaseLock):
        lock = DatabaseLock.objects.filter(pk=what.pk).first()
        if lock is None or not by.may(permission):
            raise PermissionDenied
        return Locked(lock=lock)
    if isinstance(what, Case):
        return Locked(locked_case(what.pk, by, permission))
    case = locked_case(what.case_id, by, permission)
    form = type(what).objects.filter(case=case, pk=what.pk).first()
    if form is None:
        raise PermissionDenied
    return Locked(case, form)


def _check_is_the_lock(found):
    """Raise ValidationError where it is not locked, or another lock lies around it."""
    around = lock_around(found.case) if found.case else None
    if around:
        words = _("%(place)s is locked as a whole. That lock has to be opened first.") % {"place": around}
        raise ValidationError(words, code="around")
    if found.form and found.case.is_locked:
        raise ValidationError(_("The whole case is locked. It has to be opened first."), code="case_locked")
    if not found.is_locked:
        raise ValidationError(_("It is not locked any more. Nothing was changed."), code="not_locked")


def _end(asked, state, by, decision=""):
    asked.state, asked.decision, asked.version = state, decision, asked.version + 1
    asked.ended_by, asked.ended_at = by.email, timezone.now()
    asked.save(update_fields=["state", "decision", "version", "ended_by", "ended_at"])
    return asked


def _open(found, by):
    """Open it, and let go what is asked for of locks that it takes with it."""
    if found.lock:
        found.lock.opened_by, found.lock.opened_at, found.lock.version = (
            by.email,
            timezone.now(),
            found.lock.version + 1,
        )
        found.lock.save(update_fields=["opened_by", "opened_at", "version"])
    elif found.form:
        _unlock(found.form)
    else:
        found.case.is_locked, found.case.version = False, found.case.version + 1
        found.case.save(update_fields=["is_locked", "version"])
        for form in stored_case(found.case).forms:
            if form.is_locked:
                _unlock(form)
        of_forms = Opening.objects.filter(case=found.case, state=OpeningState.ASKED)
        ended = {"ended_by": by.email, "ended_at": timezone.now(), "version": F("version") + 1}
        of_forms.update(state=OpeningState.LAPSED, **ended)


def _unlock(form):
    form.is_locked = False
    void_signature(form, UNLOCKED)
    write(form)
