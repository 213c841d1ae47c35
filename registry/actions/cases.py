"""Enrol a case, and take one out that was enrolled by mistake."""

import re

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from registry.access.permissions import Permission
from registry.access.row_security import because, person_scope
from registry.actions.forms import LockedError, ReasonNeededError, locked_case, void_form
from registry.doorbell import ring_after_commit
from registry.locks import lock_around, lock_over
from registry.models import Case, Cohort, Site
from registry.record import stored_forms

PRIMARY_COHORT = "tisagenlecleucel"
SYSTEM_ROLE = "system"  # imports and the demonstration


@transaction.atomic
def enrol_case(*, site, by, cohort=None, stratum=None, number=None):
    """A new case at `site`, with the site's next number.

    cohort   the consortium's own unless given
    number   that it has already, in a file of this registry: one of the site's that is above every number given so far
    Raises PermissionDenied if `by` may not enrol there, ValidationError if the site does not take part, LockedError if it or the cohort
    is locked.
    """
    if not by.may(Permission.CASE_ENROL) or site.pk not in by.site_ids():
        raise PermissionDenied
    if not site.is_active:
        raise ValidationError(
            _("%(site)s does not take part any more; no case can be enrolled there.") % {"site": site}
        )
    cohort = cohort or Cohort.objects.filter(code=PRIMARY_COHORT).first()
    if cohort is None:
        raise ValidationError(_("This registry has no cohort yet. Its operator makes it by “manage.py begin”."))
    if cohort.code != PRIMARY_COHORT and by.role != SYSTEM_ROLE:
        raise ValidationError(_("Cases of %(cohort)s come by import only. Leave the cohort out.") % {"cohort": cohort})
    with person_scope(by), because(""):
        if _is_locked(site, cohort):
            raise LockedError(lock_over(site.pk, cohort.pk))
        number = taken_over(number, next_number(site)) if number else next_number(site)
        case = Case.objects.create(number=number, site=site, cohort=cohort, stratum=stratum or None)
    ring_after_commit("analytics.tasks.build_datasets")
    return case


@transaction.atomic
def remove_case(case, *, by, reason):
    """Take a case that was enrolled by mistake, with all its forms, out of everything but the history. The reason is needed.

    Its number is not given again. Raises ReasonNeededError, LockedError or PermissionDenied.
    """
    if not by.may(Permission.CASE_ENROL):
        raise PermissionDenied
    with person_scope(by), because(reason.strip()):
        case = locked_case(case.pk, by)
        for form in reversed(stored_forms([case.pk])[case.pk]):  # what rests on another form goes before it
            void_form(form, by=by, seen_version=form.version, reason=reason)
        if case.is_closed:
            raise LockedError(lock_around(case))
        if not reason.strip():
            raise ReasonNeededError(_("Please say why, for example “enrolled twice”."), code="reason")
        case.is_void, case.version = True, case.version + 1
        case.save(update_fields=["is_void", "version"])
    ring_after_commit("analytics.tasks.build_datasets")


def _is_locked(site, cohort):
    """Whether the site or the cohort is locked; no lock of either is made before the transaction has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT guard.is_whole_locked(%s, %s)", [site.pk, cohort.pk])
        return cursor.fetchone()[0]


def taken_over(number, following):
    """The number, if it is the following one or above it. Raises ValidationError: a number below may have been a removed case's."""
    if not re.fullmatch(r"[A-Z]{3}-\d{4}", number, re.ASCII) or number[:4] != following[:4] or number < following:
        raise ValidationError(
            _("%(number)s is no number that a new case can have; the next one of the hospital is %(next)s.")
            % {"number": number, "next": following}
        )
    return number


def next_number(site):
    """The site's next case number; the site's row is locked until the transaction ends, so no two cases get the same."""
    Site.objects.select_for_update().get(pk=site.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(number) FROM registry_case WHERE site_id = %s", [site.pk])
        last = cursor.fetchone()[0]
    following = int(re.fullmatch(r"[A-Z]{3}-(\d{4})", last)[1]) + 1 if last else 1
    if following > 9999:
        raise ValidationError(_("%(site)s has used all its 9999 case numbers.") % {"site": site})
    return f"{site.code}-{following:04d}"
