"""What keeps an account safe: sessions, second factors, tokens, recent sign-ins. One's own; of others for an administrator."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from registry.access.permissions import Permission
from registry.actions.factors import end_factors_of
from registry.actions.leaving import leaving_of
from registry.actions.security import note_for
from registry.actions.sessions import end_session, end_sessions, name_of, sessions_of
from registry.actions.single_sign_on import identity_of
from registry.models import Happened, Letter, OneTimeLink, Person, Purpose, RecoveryCode, SecurityEvent, Token
from registry.views.access import permitted
from registry.views.proof import proved

RECENT = 30
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One session as its owner recognises it."""

    name: str
    device: str
    source: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def device_of(agent):
    """“Firefox, Windows” for what a browser says of itself; as far as it is known."""
    found = [next((word for mark, word in table if mark in agent), "") for table in (BROWSERS, SYSTEMS)]
    return ", ".join(word for word in found if word) or _("unknown device")


@require_GET
def security(request):
    """One's own account."""
    return _page(request, request.user)


@permitted(Permission.PEOPLE_MANAGE)
@require_GET
def person_security(request, pk):
    """Somebody's account, for an administrator."""
    return _page(request, get_object_or_404(Person, pk=pk))


def _page(request, person):
    is_own, own_key = person == request.user, request.session.session_key
    sessions = [
        Shown(
            name_of(one.session_key),
            device_of(one.agent),
            one.source,
            one.began_at,
            one.seen_at,
            one.session_key == own_key,
        )
        for one in sessions_of(person)
    ]
    events = [
        (one, device_of(one.agent) if one.agent else "") for one in SecurityEvent.objects.filter(person=person)[:RECENT]
    ]
    context = {
        "person": person,
        "is_own": is_own,
        "sessions": sessions,
        "has_others": any(not one.is_this for one in sessions),
        "factors": _factors_of(person),
        "codes_left": RecoveryCode.objects.filter(person=person, used_at=None).count(),
        "may_end": not is_own and person.is_active,
        "leaving": leaving_of(person) if not is_own else None,
        "identity": identity_of(person),
        "is_required": settings.SECOND_FACTOR_REQUIRED,
        "tokens": sum(token.is_alive for token in Token.objects.filter(owner=person).select_related("owner")),
        "may_have_tokens": is_own and request.user.may(Permission.TOKEN_OWN),
        "invitation": _invitation_of(person) if not is_own and not person.has_usable_password() else None,
        "events": events,
        "crumbs": []
        if is_own
        else [(_("People"), reverse("people")), (person.name, reverse("person", args=[person.pk]))],
    }
    return render(request, "registry/security.html", context)


def _factors_of(person):
    """Apps and passkeys in the order in which they came, each with what it is and how it goes."""
    found = [(one, _("authenticator app"), reverse("factor_end", args=[one.pk])) for one in person.factors.all()]
    for one in person.passkeys.all():
        kind = _("passkey, on several devices") if one.is_synced else _("passkey")
        found.append((one, kind, reverse("passkey_end", args=[one.pk])))
    return sorted(found, key=lambda row: row[0].added_at)


def _invitation_of(person):
    """The last letter that invites, and the link of it that is living, of somebody who has no password yet."""
    letter = Letter.objects.filter(person=person, purpose=Purpose.INVITE).order_by("-pk").first()
    living = OneTimeLink.objects.filter(person=person, purpose=Purpose.INVITE, used_at=None, revoked_at=None)
    return {"letter": letter, "link": living.filter(expires_at__gt=timezone.now()).first()}


@require_POST
def session_end(request, name):
    """End one of one's own sessions."""
    if end_session(request.user, name, by=request.user):
        note_for(request, Happened.SESSION_ENDED, request.user)
        messages.success(request, _("The session is ended: its next request finds nobody signed in."))
    return redirect("security")


@require_POST
def sessions_end(request):
    """End all of one's own sessions but this one."""
    _told(request, request.user, end_sessions(request.user, by=request.user, but=request.session.session_key))
    return redirect("security")


@permitted(Permission.PEOPLE_MANAGE)
@require_POST
@proved("POST")
def person_sessions_end(request, pk):
    """End all sessions of somebody."""
    person = get_object_or_404(Person, pk=pk)
    _told(request, person, end_sessions(person, by=request.user, but=request.session.session_key))
    return redirect("person_security", pk)


@permitted(Permission.PEOPLE_MANAGE)
@require_POST
@proved("POST")
def person_factors_end(request, pk):
    """Let somebody who lost app and codes begin anew: the next sign-in asks for the password and a new app."""
    person = get_object_or_404(Person, pk=pk)
    if person == request.user:
        messages.error(request, _("For yourself another administrator does this."))
        return redirect("person_security", pk)
    end_factors_of(person, by=request.user)
    end_sessions(person, by=request.user)
    note_for(request, Happened.FACTOR_ENDED, person, about="all")
    messages.success(
        request, _("%(name)s begins anew with a second factor at the next sign-in.") % {"name": person.name}
    )
    return redirect("person_security", pk)


def _told(request, person, count):
    if count:
        note_for(request, Happened.SESSION_ENDED, person, about=str(count))
    messages.success(request, ngettext("%d session is ended.", "%d sessions are ended.", count) % count)
