"""Ask for a data cut, for its verification and for its report. The worker does them: see analytics.actions_of_cuts."""

import re

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics.models import CutOrder, CutReport, Dataset
from registry import clock
from registry.access.permissions import Permission
from registry.access.row_security import everything_scope
from registry.actions.waiting import ring_waiting
from registry.doorbell import ring_after_commit
from registry.entry.dates import read_date

TASK = "analytics.tasks.work_on_cut"
ATTEMPTS = 3
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAME_LENGTH, REASON_LENGTH = 50, 300
EXACT, PUBLIC = "exact", "public"  # audiences: those who may see exact numbers; everybody, of what was issued
OPEN = (CutOrder.QUEUED, CutOrder.RUNNING)
NOT_NAMES = ("live",)


def checked_name(cohort, name):
    """The name, if a new cut of the cohort can have it. Raises ValidationError with what is wrong and what to do."""
    if not NAME.fullmatch(name) or len(name) > NAME_LENGTH:
        words = _(
            "“%(name)s” cannot be a name. Use up to %(most)s small letters, digits and single hyphens, such as asco-2027."
        )
        raise ValidationError({"name": words % {"name": name[:80], "most": NAME_LENGTH}})
    if name in NOT_NAMES:
        raise ValidationError({"name": _("“live” is the name of the newest revision. Choose another name.")})
    taken = Dataset.objects.filter(cohort=cohort, name=name).first()
    if taken:
        words = _("There is a cut “%(name)s” already: %(who)s froze it on %(day)s. Choose another name.")
        day = clock.day_of(taken.made_at).isoformat()
        raise ValidationError({"name": words % {"name": name, "who": taken.taken_by, "day": day}})
    order = CutOrder.objects.filter(cohort=cohort, name=name, kind=CutOrder.TAKE, state__in=OPEN).first()
    if order:
        raise ValidationError({"name": _being_frozen(name, order.asked_by)})
    return name


def checked_day(day):
    """The day, if a cut can be taken at it. Raises ValidationError for one that has not come."""
    today = clock.today()
    if day > today:
        words = _("%(day)s has not come yet. A cut can be taken at today, %(today)s, or an earlier day.")
        raise ValidationError({"date": words % {"day": day.isoformat(), "today": today.isoformat()}})
    return day


def day_of(text):
    """The day that a text names, typed as on the forms. Raises ValidationError for another text."""
    try:
        return read_date(text[:40], partial=False).day
    except ValidationError as refusal:
        raise ValidationError({"date": refusal.messages}) from None


def order_cut(cohort, name, day, *, reason, by):
    """A queued order for a cut. Raises PermissionDenied, or ValidationError by field."""
    if not by.may(Permission.CUT_TAKE):
        raise PermissionDenied
    checked_name(cohort, name)
    checked_day(day)
    try:
        with transaction.atomic():
            order = CutOrder.objects.create(
                kind=CutOrder.TAKE,
                cohort=cohort,
                name=name,
                cut_date=day,
                reason=reason[:REASON_LENGTH],
                asked_by=by.email,
            )
    except IntegrityError:  # somebody else asked for the same name at the same moment
        raise ValidationError({"name": _being_frozen(name, _("somebody else"))}) from None
    ring_after_commit(TASK, order.pk)
    return order


def order_verification(dataset, *, by):
    """The open order to verify the cut, or a new one."""
    return _ordered(dataset, CutOrder.VERIFY, by)


def order_report(dataset, language, audience, *, by):
    """The open order for the cut's report in this language, or a new one."""
    return _ordered(dataset, CutOrder.REPORT, by, language=language, audience=audience)


def order_issue(dataset, *, by):
    """The open order to issue the cut's results for the public, or a new one. Raises PermissionDenied."""
    if not by.may(Permission.PUBLIC_ISSUE):
        raise PermissionDenied
    return _ordered(dataset, CutOrder.ISSUE, by, audience=PUBLIC)


def report_of(dataset, language, audience, form):
    """The stored report as `form` (html, pdf), or None."""
    found = CutReport.objects.filter(dataset=dataset, language=language, audience=audience, format=form)
    return found.first()


def language():
    """The reader's language, as reports are stored by it."""
    return (get_language() or "en")[:2]


def _ordered(dataset, kind, by, **what):
    if not by.may(Permission.DATASET_READ):
        raise PermissionDenied
    wanted = {"kind": kind, "dataset": dataset, "cohort": dataset.cohort, "name": dataset.name, **what}
    CutOrder.objects.bulk_create([CutOrder(**wanted, asked_by=by.email)], ignore_conflicts=True)
    order = CutOrder.objects.filter(**wanted).order_by("-pk").first()
    ring_after_commit(TASK, order.pk)
    return order


def _being_frozen(name, who):
    words = _("“%(name)s” is being frozen at this moment for %(who)s. Choose another name.")
    return words % {"name": name, "who": who}


def ring_waiting_cuts(again):
    """Ring for the orders that nobody works on and that were not rung for since `again`; end the hopeless. Returns the rings."""
    with everything_scope(actor="sweeper"):
        return ring_waiting(CutOrder, TASK, asked="asked_at", attempts=ATTEMPTS, again=again)
