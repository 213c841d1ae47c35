"""The page on which an investigator reads what changed in the hospital's data, and endorses them for a milestone.

What stands on the page is noted as shown when it is opened: nobody endorses what was not.
"""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from registry.access.middleware import patient
from registry.access.permissions import Permission
from registry.access.throttle import counted
from registry.actions.endorsements import endorse, note_shown
from registry.actions.readings import note_readings
from registry.endorsements import STANDS, changed_cases, data_changes, last_covered, standings
from registry.models import Endorsement, Milestone, Site
from registry.views.access import permitted
from registry.views.changes_told import told_cases
from registry.views.proof import PASSKEY
from registry.views.signing import ended_by, signed_with, signer, signing_fields
from registry.views.statuses import ENDORSEMENT

MOST_CHANGES = 1000  # of a page, which holds whole cases and at least one


@dataclass(frozen=True)
class Part:
    """One page of the changed cases."""

    number: int
    cases: list
    is_seen: bool

    @property
    def label(self):
        """From which case to which."""
        first, last = self.cases[0].case.number, self.cases[-1].case.number
        return first if first == last else f"{first} – {last}"


@patient
@counted("sign", signer)
@sensitive_post_parameters("password", "code", PASSKEY)
@permitted(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def endorsement(request, pk, site):
    """One page of what changed since the hospital's last endorsement; POST endorses."""
    site = get_object_or_404(request.user.own_sites(), code=site)
    milestone = get_object_or_404(Milestone.objects.select_related("cohort"), pk=pk)
    if request.method == "GET":
        return _page(request, milestone, site)
    if not request.user.may(Permission.DATA_ENDORSE):
        raise PermissionDenied
    try:
        signed_with(request, lambda **shown: endorse(milestone, site, **shown))
    except ValidationError as refusal:
        return ended_by(request, refusal) or _page(request, milestone, site, refusal)
    messages.success(
        request,
        _("The data of %(site)s are endorsed for “%(milestone)s”.") % {"site": site.code, "milestone": milestone},
    )
    return redirect("milestone", milestone.pk)


def parts_of(changed):
    """The changed cases page by page: whole cases, in their order."""
    parts, own, changes = [], [], 0
    for one in changed:
        if own and changes + one.changes > MOST_CHANGES:
            parts.append(own)
            own, changes = [], 0
        own.append(one)
        changes += one.changes
    parts += [own] if own else []
    return [Part(number, cases, all(one.is_seen for one in cases)) for number, cases in enumerate(parts, 1)]


def _page(request, milestone, site, refusal=None):
    standing = next(iter(standings(milestone, Site.objects.filter(pk=site.pk))), None)
    if standing is None:  # no case of the cohort here
        raise Http404
    may = request.user.may(Permission.DATA_ENDORSE)
    parts = parts_of(changed_cases(milestone.cohort, site, request.user))
    part, told = _opened(request, parts), []
    if part:
        told = _told(request, milestone.cohort, site, part)
        parts = [replace(one, is_seen=True) if one is part and may else one for one in parts]
    unread = [one for one in parts if not one.is_seen]
    context = {
        "milestone": milestone,
        "site": site,
        "standing": standing,
        "status": ENDORSEMENT[standing.state],
        "before": _before(milestone, site),
        "parts": parts,
        "part": part,
        "told": told,
        "may_endorse": may and milestone.is_open and standing.state != STANDS,
        "unread": unread,
        "read_cases": sum(each.is_seen or one.is_seen for each in parts for one in each.cases),
        "all_cases": sum(len(each.cases) for each in parts),
        "next_unread": _after(unread, part),
        **signing_fields(request, refusal),
        "crumbs": [
            (_("Milestones"), reverse("milestones")),
            (str(milestone), reverse("milestone", args=[milestone.pk])),
        ],
    }
    return render(request, "registry/endorsement.html", context, status=422 if refusal else 200)


def _opened(request, parts):
    """The page that the address names; else the first that was not read, or the first."""
    named = request.GET.get("page", "")
    chosen = [one for one in parts if str(one.number) == named] or [one for one in parts if not one.is_seen] or parts
    return chosen[0] if chosen else None


def _after(unread, part):
    """The next page to read after this one, or the first that is left."""
    return next((one for one in unread if part is None or one.number > part.number), unread[0] if unread else None)


def _told(request, cohort, site, part):
    """What changed in the cases of the page; noted as shown to the reader, up to what stands there."""
    pks = [one.case.pk for one in part.cases]
    told = told_cases(part.cases, data_changes(pks, since=last_covered(cohort, site)))
    note_shown([(one.case, one.last) for one in told], by=request.user)
    note_readings(request.user, [one.case for one in told], page="endorsement", request=request.id)
    return told


def _before(milestone, site):
    """The hospital's newest endorsement for the cohort, since which the page tells; None before the first."""
    own = Endorsement.objects.filter(milestone__cohort=milestone.cohort, site=site).select_related("milestone")
    return own.order_by("-id").first()
