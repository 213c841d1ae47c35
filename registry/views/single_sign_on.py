"""Single sign-on: to the provider and back. What the registry knows of somebody afterwards is an account of its own, with the rights of that."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from registry.access import single_sign_on as provider
from registry.access.permissions import Permission
from registry.access.sessions import PENDING, note_proved
from registry.access.throttle import source_of, taken, too_many
from registry.actions.factors import has_factor
from registry.actions.security import note_for
from registry.actions.single_sign_on import joined, separate
from registry.models import Happened, Person
from registry.views.access import permitted
from registry.views.proof import proved
from registry.views.sign_in import begin, needs_factor, wait_for_factor


@never_cache
@login_not_required
@require_GET
def single_sign_on(request):
    """To the provider: to sign in, or to show again who one is."""
    if not provider.is_on():
        raise Http404
    seconds = taken({"single sign-on": source_of(request)})
    if seconds:
        return too_many(request, seconds)
    wanted = request.GET.get("next", "")
    wanted = wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else "/"
    purpose = provider.PROOF if request.user.is_authenticated else provider.SIGN_IN
    try:
        return HttpResponseRedirect(provider.begin(request.session, purpose, wanted))
    except provider.NoAnswerError as fault:
        return _refused(request, fault, _no_answer(), 502)


@never_cache
@login_not_required
@require_GET
@sensitive_variables("known")
def single_sign_on_back(request):
    """Back from the provider."""
    if not provider.is_on():
        raise Http404
    try:
        asked, known = provider.finish(request.session, request.GET.dict())
        person, is_new = joined(known)
    except provider.NoAnswerError as fault:
        return _refused(request, fault, _no_answer(), 502)
    except provider.NotSignedInError as fault:
        words = _("The sign-in at %(name)s did not succeed, or took too long. Begin once more.") % {
            "name": settings.OIDC_NAME
        }
        return _refused(request, fault, words, 403)
    except ValidationError as refusal:
        return _refused(request, refusal.code, " ".join(refusal.messages), 403)
    if is_new:
        note_for(request, Happened.JOINED, person)
    if asked.purpose == provider.PROOF:
        return _proved(request, person, known)
    if request.user.is_authenticated and request.user != person:
        return _refused(request, "another account", _("Another account is signed in here. Sign out first."), 403)
    if known.has_factor:
        return begin(request, person, asked.next, with_factor=True)
    if not needs_factor(person):
        return begin(request, person, asked.next)
    wait_for_factor(request.session, person, asked.next)
    return redirect("factor_ask" if has_factor(person) else "factor_add")


def _proved(request, person, known):
    """Whoever is signed in showed at the provider, just now, who they are."""
    if request.user != person or not 0 <= time.time() + provider.LEEWAY - known.at <= settings.PROOF_SECONDS:
        return _refused(
            request,
            "no fresh sign-in",
            _("That did not confirm that it is you. Try once more, or use your password."),
            403,
        )
    note_proved(request.session)
    note_for(request, Happened.PROVED, person)
    return render(request, "registry/proved_elsewhere.html")


def _no_answer():
    return _("%(name)s does not answer. Try again in a moment, or sign in with your password.") % {
        "name": settings.OIDC_NAME
    }


def _refused(request, why, words, status):
    """In words; and in the security log, why."""
    person = request.user if request.user.is_authenticated else None
    note_for(request, Happened.REFUSED, person, about=f"single sign-on: {why}")
    request.session.pop(PENDING, None)
    return render(request, "registry/single_sign_on_refused.html", {"words": words}, status=status)


@login_not_required
@require_GET
def signed_out(request):
    """After signing out of the registry: the provider's session is another one, and is ended there."""
    if not provider.is_on() or request.user.is_authenticated:
        return redirect("login")
    return render(request, "registry/signed_out.html", {"name": settings.OIDC_NAME, "url": provider.sign_out_address()})


@permitted(Permission.PEOPLE_MANAGE)
@require_POST
@proved("POST")
def person_separate(request, pk):
    """The provider opens somebody's account no more, for example after their name there changed."""
    person = get_object_or_404(Person, pk=pk)
    if separate(person, by=request.user):
        note_for(request, Happened.SEPARATED, person)
        messages.success(request, _("The account is separated from the single sign-on."))
    return redirect("person_security", pk)
