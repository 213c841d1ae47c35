"""Shown again within five minutes: before signing, exports of rows, tokens, roles and factors, a password or a code is asked for.

What was sent with the request is kept on the page that asks, and goes on with the answer: nothing typed is lost.
"""

import functools

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from registry.access.sessions import is_proved, note_proved
from registry.access.throttle import counted
from registry.actions.factors import has_factor, use_code
from registry.actions.security import note_for
from registry.models import Happened

PROOF = "_proof"
OWN_FIELDS = {PROOF, "csrfmiddlewaretoken"}


def account_of(request):
    """Whose attempts count: nobody's while nothing is shown."""
    return request.user.email if request.POST.get(PROOF) and request.user.is_authenticated else ""


def proved(*methods):
    """Ask for a password or a code before these methods of a view, unless one was shown within five minutes in this session."""

    def decorate(view):
        @counted("proof", account_of)
        @sensitive_post_parameters(PROOF)
        @functools.wraps(view)
        def guarded(request, *args, **kwargs):
            if request.method not in methods or getattr(request, "token", None) or is_shown(request):
                return view(request, *args, **kwargs)
            if request.method == "GET":
                return HttpResponseRedirect(f"{reverse('confirm')}?{urlencode({'next': request.get_full_path()})}")
            return ask(request)

        return guarded

    return decorate


def is_shown(request):
    """Whether the person showed a password or a code lately, or shows it with this request."""
    if is_proved(request.session) or isinstance(request.user, AnonymousUser):
        return True  # whoever is not signed in has nothing to show again: the view asks in its own way
    proof = request.POST.get(PROOF, "")
    if not proof:
        return False
    if use_code(request.user, proof) or request.user.check_password(proof):
        request.attempt.passed(request.user)
        note_proved(request.session)
        note_for(request, Happened.PROVED, request.user)
        return True
    request.attempt.failed(request.user, "proof")
    return False


def ask(request, next_page=""):
    """The page that asks; what was sent stands in it."""
    sent = [(name, text) for name in request.POST if name not in OWN_FIELDS for text in request.POST.getlist(name)]
    context = {
        "sent": sent,
        "next_page": next_page,
        "has_factor": has_factor(request.user),
        "error": _("That was neither your password nor a code of yours.") if request.POST.get(PROOF) else "",
    }
    return render(request, "registry/confirm.html", context, status=422 if context["error"] else 403)


@counted("proof", account_of)
@sensitive_post_parameters(PROOF)
@require_http_methods(["GET", "POST"])
def confirm(request):
    """Asks, then leads to the page that needed it."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    wanted = wanted if allowed else "/"
    if request.method == "POST" and is_shown(request):
        return HttpResponseRedirect(wanted)
    if request.method == "GET":
        context = {"sent": [], "next_page": wanted, "has_factor": has_factor(request.user), "error": ""}
        return render(request, "registry/confirm.html", context)
    return ask(request, wanted)
