"""Set the milestones at which hospitals endorse their data, note what an investigator was shown, and endorse."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.access.permissions import Permission
from registry.access.row_security import because, person_scope
from registry.endorsements import cases_of, changed_cases, data_changes, image_of, last_covered
from registry.models import Endorsement, Meaning, Milestone, ShownChanges, Site


@transaction.atomic
def set_milestone(*, cohort, name, day, by):
    """Ask every hospital with cases in the cohort to endorse its data for `day`. The name is used once in a cohort."""
    if not by.may(Permission.MILESTONE_SET):
        raise PermissionDenied
    name = name.strip()
    if not name:
        raise ValidationError({"name": _("Give the milestone a name, for example “interim analysis 2026-09”.")})
    if Milestone.objects.filter(cohort=cohort, name=name).exists():
        raise ValidationError(
            {"name": _("The cohort has a milestone “%(name)s” already. Choose another name.") % {"name": name}}
        )
    with person_scope(by), because(""):
        return Milestone.objects.create(cohort=cohort, name=name, day=day, set_by=by.email, set_at=timezone.now())


@transaction.atomic
def end_milestone(milestone, *, reason, by):
    """Ask nobody for it any more. What was endorsed stays, and stands as it does at this moment. The reason is needed."""
    if not by.may(Permission.MILESTONE_SET):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError({"reason": _("Please say why, for example “the cut is taken”.")}, code="reason")
    with person_scope(by), because(reason.strip()[:500]):
        milestone = Milestone.objects.select_for_update().get(pk=milestone.pk)
        if milestone.is_open:
            milestone.ended_by, milestone.ended_at = by.email, timezone.now()
            milestone.why_ended = reason.strip()[:500]
            milestone.save(update_fields=["ended_by", "ended_at", "why_ended"])
        return milestone


def note_shown(shown, *, by):
    """Keep up to which change this person was shown each case: (case, last change) of each."""
    if not by.may(Permission.DATA_ENDORSE):
        return
    now = timezone.now()
    rows = [ShownChanges(person=by, site_id=case.site_id, case=case, upto=last, at=now) for case, last in shown]
    ShownChanges.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "case"], update_fields=["upto", "at"]
    )


@transaction.atomic
def endorse(milestone, site, *, meaning, password, by):
    """Sign all of the hospital's data of the milestone's cohort, as they are now.

    password  the signer's, asked again for every signing
    Refused while anything that changed since the hospital's last endorsement was not shown to this person: raises ValidationError
    with the code `unseen`. Raises PermissionDenied where the hospital is not the signer's own.
    """
    if not by.may(Permission.DATA_ENDORSE):
        raise PermissionDenied
    if not by.check_password(password):
        raise ValidationError({"password": _("This is not your password. Nothing was signed.")}, code="password")
    if meaning not in Meaning.values:
        raise ValidationError({"meaning": _("Choose what your signature means.")}, code="meaning")
    with person_scope(by), because(""):
        if not by.own_sites().filter(pk=site.pk).exists():
            raise PermissionDenied
        milestone = Milestone.objects.select_related("cohort").get(pk=milestone.pk)
        if not milestone.is_open:
            raise ValidationError(_("This milestone has ended: nothing was signed."), code="ended")
        _hold(milestone.cohort, site)
        _check_seen(milestone.cohort, site, by)
        digest, cases, forms = image_of(milestone.cohort, site)
        if not cases:
            raise ValidationError(
                _("The hospital has no case in this cohort: there is nothing to sign."), code="nothing"
            )
        since = last_covered(milestone.cohort, site)
        every = data_changes(cases_of(milestone.cohort, site).values("pk"), since=since)
        return Endorsement.objects.create(
            milestone=milestone,
            site=site,
            meaning=meaning,
            signer=by.email,
            signer_name=by.signed_name,
            signed_at=timezone.now(),
            digest=digest,
            since=since,
            upto=every.aggregate(last=Max("id"))["last"] or since,
            cases=cases,
            forms=forms,
        )


def _hold(cohort, site):
    """Let nobody enrol or save at the hospital until it is signed: what was begun before is stored, the rest comes after."""
    Site.objects.select_for_update().get(pk=site.pk)
    list(cases_of(cohort, site).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def _check_seen(cohort, site, by):
    unseen = [one for one in changed_cases(cohort, site, by) if not one.is_seen]
    if unseen:
        numbers = ", ".join(one.case.number for one in unseen[:3]) + ("…" if len(unseen) > 3 else "")
        raise ValidationError(
            ngettext(
                "Nothing was signed: the changes of %(count)d case (%(numbers)s) were not shown to you yet. Read them first.",
                "Nothing was signed: the changes of %(count)d cases (%(numbers)s) were not shown to you yet. Read them first.",
                len(unseen),
            )
            % {"count": len(unseen), "numbers": numbers},
            code="unseen",
        )
