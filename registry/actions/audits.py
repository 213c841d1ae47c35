"""Audits by blind re-entry: draw the forms, enter one again, seal it, judge what differs, ask the hospital about it."""

import random
import secrets

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from registry.access.permissions import Permission
from registry.access.row_security import because, person_scope
from registry.actions.queries import raise_queries
from registry.audits import WRONG, compared, editors_of, model_of, population
from registry.models import Audit, AuditAnswer, AuditForm, CaseReading, Outcome, Verdict

LARGEST = 2_000  # forms of one audit
ASKED = gettext_noop(
    "An audit found another answer in the source. Please compare it with the source, and correct or confirm it."
)


@transaction.atomic
def draw_audit(*, name, cohort, sites, size, by, seed=None):
    """A random sample of `size` complete forms with critical items, of these hospitals.

    seed   by which the same sample is drawn again from the same forms; a random one unless given
    """
    if not by.may(Permission.AUDIT_RUN):
        raise PermissionDenied
    site_ids = [site.pk for site in sites]
    with person_scope(by), because(""):
        if Audit.objects.filter(name=name.strip()).exists():
            raise ValidationError(
                {"name": _("There is an audit “%(name)s” already. Choose another name.") % {"name": name.strip()}}
            )
        places = population(cohort, site_ids)
        if not 0 < size <= min(len(places), LARGEST):
            words = _(
                "There are %(count)d complete forms to draw from; between 1 and %(most)d can be drawn, not %(size)d."
            )
            most = min(len(places), LARGEST)
            raise ValidationError({"size": words % {"count": len(places), "most": most, "size": size}}, code="size")
        seed = secrets.randbelow(2**31) if seed is None else seed
        audit = Audit.objects.create(
            name=name.strip(),
            cohort=cohort,
            site_ids=sorted({site for _form, _row, _case, site in places}),
            seed=seed,
            population=len(places),
            drawn_by=by.email,
        )
        drawn = random.Random(seed).sample(places, size)  # noqa: S311 - to be drawn again, not to be secret
        AuditForm.objects.bulk_create(
            AuditForm(audit=audit, form=form, row_id=row, case_id=case, site_id=site) for form, row, case, site in drawn
        )
        return audit


@transaction.atomic
def begin_form(audit_form, *, by):
    """Enter the form again from now on, as the only one. Refused to whoever entered or changed it; until it is sealed no page of the
    case opens for this person."""
    with person_scope(by), because(""):
        one = _held(audit_form, by)
        if one.sealed_at or one.began_by not in ("", by.email):
            raise ValidationError(_("Somebody else enters this form, or has entered it."), code="taken")
        if by.email in editors_of(one):
            raise ValidationError(
                _("You entered or changed this form yourself. Somebody else has to enter it again."), code="own"
            )
        if not one.began_by:
            read = CaseReading.objects.filter(person=by, case_id=one.case_id).aggregate(last=Max("at"))["last"]
            one.began_by, one.began_at, one.read_at = by.email, timezone.now(), read
            _write(one, "began_by", "began_at", "read_at")
        return one


@transaction.atomic
def leave_form(audit_form, *, by):
    """Leave the form to somebody else; nothing typed is kept."""
    with person_scope(by), because(""):
        one = _begun(audit_form, by)
        one.began_by, one.began_at, one.read_at = "", None, None
        _write(one, "began_by", "began_at", "read_at")


@transaction.atomic
def seal_form(audit_form, entered, *, by):
    """Keep what was entered again, compared with what is stored at this moment; neither is changed any more.

    entered   an instance of the form's model, not stored, with the answers typed
    """
    with person_scope(by), because(""):
        one = _begun(audit_form, by)
        stored = model_of(one).objects.filter(pk=one.row_id, case_id=one.case_id).first()
        if stored is None:
            raise ValidationError(
                _("The form was removed from the registry meanwhile; there is nothing to compare."), code="gone"
            )
        AuditAnswer.objects.bulk_create(
            AuditAnswer(
                audit_form=one,
                case_id=one.case_id,
                site_id=one.site_id,
                item=item,
                stored=was,
                entered=typed,
                outcome=outcome,
            )
            for item, was, typed, outcome in compared(stored, entered)
        )
        one.sealed_at = timezone.now()
        _write(one, "sealed_at")
        return one


@transaction.atomic
def judge(audit_form, verdicts, *, by):
    """Say of what differs who is wrong by the source.

    verdicts   item → Verdict
    Never by whoever entered the form again. Returns how many judgements changed.
    """
    if not by.may(Permission.AUDIT_RUN):
        raise PermissionDenied
    with person_scope(by), because(""):
        one = AuditForm.objects.not_withdrawn().select_for_update().get(pk=audit_form.pk)
        if one.sealed_at is None:
            raise ValidationError(_("The form is not sealed yet."), code="open")
        if one.began_by == by.email:
            raise ValidationError(_("You entered it again yourself. Somebody else has to judge it."), code="own")
        found = {answer.item: answer for answer in one.auditanswer_set.exclude(outcome=Outcome.AGREED)}
        changed = 0
        for item, verdict in verdicts.items():
            answer = found.get(item)
            if answer is None or verdict not in Verdict.values:
                raise ValidationError(_("Choose one of the judgements for each item."), code="verdict")
            if answer.verdict != verdict:
                answer.verdict, answer.judged_by, answer.judged_at = verdict, by.email, timezone.now()
                _write(answer, "verdict", "judged_by", "judged_at")
                changed += 1
        return changed


@transaction.atomic
def ask_about(audit, *, by):
    """Raise a query for each answer that is wrong in the registry, unless one is open about it. Returns the queries raised."""
    if not by.may(Permission.QUERY_MANAGE):
        raise PermissionDenied
    with person_scope(by), because(""):
        wrong = AuditAnswer.objects.filter(audit_form__audit=audit, verdict__in=WRONG).select_related("audit_form")
        forms = [(model_of(one.audit_form).objects.filter(pk=one.audit_form.row_id).first(), one.item) for one in wrong]
        return raise_queries([(form, item, _(ASKED)) for form, item in forms if form], by=by)


def _held(audit_form, by):
    """The form of the sample, its row locked."""
    if not by.may(Permission.FORM_REKEY):
        raise PermissionDenied
    one = AuditForm.objects.not_withdrawn().select_for_update().filter(pk=audit_form.pk).first()
    if one is None:
        raise PermissionDenied
    return one


def _begun(audit_form, by):
    one = _held(audit_form, by)
    if one.sealed_at or one.began_by != by.email:
        raise ValidationError(_("You are not entering this form, or it is sealed already."), code="not_begun")
    return one


def _write(row, *names):
    row.version += 1
    row.save(update_fields=[*names, "version"])
