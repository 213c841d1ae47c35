"""Lock every case of a hospital or of a cohort in one act."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from registry import clock
from registry.access.permissions import Permission
from registry.access.row_security import because, person_scope
from registry.actions.states import needed
from registry.locks import WARNINGS, stands_against
from registry.models import Case, DatabaseLock, Site
from registry.worklist import owed


@transaction.atomic
def lock_all(place, *, reason, by, knowing=False):
    """Lock every case of `place`, a Site or Cohort, also those to come: nothing is added or changed until two persons open it.

    knowing   lock although something stands against it (`warnings_of`); what that was is kept with the lock
    PostgreSQL waits for the saves that are under way. Returns the DatabaseLock. Raises ValidationError, PermissionDenied.
    """
    if not by.may(Permission.FORM_LOCK):
        raise PermissionDenied
    reason = needed(reason)[:500]
    with person_scope(by), because(reason):
        of = {"site" if isinstance(place, Site) else "cohort": place}
        found = warnings_of(place, by)
        if found and not knowing:
            words = _("Something stands against it, as listed. Say that it is to be locked all the same.")
            raise ValidationError({"knowing": words}, code="knowing")
        try:
            with transaction.atomic():
                return DatabaseLock.objects.create(**of, reason=reason, found=found, locked_by=by.email)
        except IntegrityError:  # one lock of a place at a time
            raise ValidationError(_("It is locked already. Nothing was changed."), code="locked") from None


def warnings_of(place, by):
    """What stands against locking `place`: word of WARNINGS → how many, in their order."""
    cases = Case.objects.visible_to(by).filter(**{place._meta.model_name: place})
    found = {"overdue": len(owed(cases, person=by, today=clock.today()).overdue), **stands_against(place)}
    return {word: found[word] for word in WARNINGS if found[word]}
