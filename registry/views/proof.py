"""Shown again within five minutes: before signing, exports of rows, tokens, roles and factors, a password, a code or a passkey is asked for.

What was sent with the request is kept on the page that asks, and goes on with the answer: nothing typed is lost.
"""

import functools
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from registry.access import passkeys
from registry.access.middleware import page_of
from registry.access.sessions import is_proved, note_proved
from registry.access.throttle import counted
from registry.actions.factors import use_code, use_passkey
from registry.actions.security import note_for
from registry.actions.single_sign_on import identity_of
from registry.models import Factor, Happened, Passkey

PROOF, PASSKEY = "_proof", "_passkey"
OWN_FIELDS = {PROOF, PASSKEY, "csrfmiddlewaretoken"}


def account_of(request):
    """Whose attempts count: nobody's while nothing is shown."""
    is_tried = request.POST.get(PROOF) or request.POST.get(PASSKEY)
    return request.user.email if is_tried and request.user.is_authenticated else ""


def proved(*methods, sends_file=False):
    """Ask for a password, a code or a passkey before these methods of a view, unless one was shown within five minutes in this session.

    sends_file   the answer is a file: it leaves the page that asked on the screen, which then says so
    """

    def decorate(view):
        @counted("proof", account_of)
        @sensitive_post_parameters(PROOF, PASSKEY)
        @functools.wraps(view)
        def guarded(request, *args, **kwargs):
            if request.method not in methods or getattr(request, "token", None) or is_shown(request):
                return view(request, *args, **kwargs)
            if request.method == "GET":
                return HttpResponseRedirect(f"{reverse('confirm')}?{urlencode({'next': request.get_full_path()})}")
            return ask(request)

        guarded.sends_file = sends_file
        return guarded

    return decorate


def is_shown(request):
    """Whether the person showed a password, a code or a passkey lately, or shows it with this request."""
    if is_proved(request.session) or isinstance(request.user, AnonymousUser):
        return True  # whoever is not signed in has nothing to show again: the view asks in its own way
    proof, answer = request.POST.get(PROOF, ""), request.POST.get(PASSKEY, "")
    if not proof and not answer:
        return False
    if shows_passkey(request, request.user) if answer else _is_known(request.user, proof):
        request.attempt.passed(request.user)
        note_proved(request.session)
        note_for(request, Happened.PROVED, request.user)
        return True
    request.attempt.failed(request.user, "proof")
    return False


def _is_known(person, proof):
    return use_code(person, proof) or person.check_password(proof)


def shows_passkey(request, person):
    """Whether what the browser sent is one of the person's passkeys, shown when this session asked for it."""
    try:
        known = Passkey.objects.filter(person=person)
        return use_passkey(person, passkeys.shown(request.session, person, known, request.POST.get(PASSKEY, "")))
    except passkeys.NotTakenError:
        return False


def passkey_of(request, person):
    """What components/passkey.html needs to have one of the person's passkeys shown; None where there is none."""
    known = list(Passkey.objects.filter(person=person))
    if not known:
        return None
    return {"does": "show", "options": passkeys.to_show(request.session, person, known), "origin": passkeys.origin()}


def _words(request, **words):
    """What the page that asks shows."""
    person = request.user
    return {
        "has_app": Factor.objects.filter(person=person).exists(),
        "passkey": passkey_of(request, person),
        "single_sign_on": settings.OIDC_NAME if settings.OIDC_ISSUER and identity_of(person) else "",
        **words,
    }


def ask(request, next_page=""):
    """The page that asks; what was sent stands in it."""
    sent = [(name, text) for name in request.POST if name not in OWN_FIELDS for text in request.POST.getlist(name)]
    error = ""
    if request.POST.get(PASSKEY):
        error = _("The passkey was not taken. Try once more, or type your password.")
    elif request.POST.get(PROOF):
        error = _("That was neither your password nor a code of yours.")
    context = _words(request, sent=sent, next_page=next_page, error=error)
    return render(request, "registry/confirm.html", context, status=422 if error else 403)


@counted("proof", account_of)
@sensitive_post_parameters(PROOF, PASSKEY)
@require_http_methods(["GET", "POST"])
def confirm(request):
    """Asks, then leads to the page that needed it."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    wanted = wanted if allowed else "/"
    if request.method == "POST" and is_shown(request):
        return _confirmed(request, wanted)
    if request.method == "GET":
        words = _words(request, sent=[("back", page_of(request))], next_page=wanted, error="")
        return render(request, "registry/confirm.html", words)
    return ask(request, wanted)


def _confirmed(request, wanted):
    """On to what needed it. A file comes by itself, beside a page that leads back."""
    try:
        sends_file = getattr(resolve(urlsplit(wanted).path).func, "sends_file", False)
    except Resolver404:
        sends_file = False
    if not sends_file:
        return HttpResponseRedirect(wanted)
    response = render(request, "registry/confirmed.html", {"file_url": wanted, "back_url": back_of(request)})
    response["Refresh"] = f"0; url={wanted}"
    return response


def back_of(request):
    """The page on which the file was asked for: said by the page that asks, which knows by the browser; home if it is none of ours."""
    back = request.POST.get("back", "")
    return back if url_has_allowed_host_and_scheme(back, None) and back.startswith("/") else "/"
