"""What every page of signing shares: the second factor at the first signing of a session, wrong passwords counted, what was refused where."""

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from registry.access.sessions import note_proved
from registry.actions.factors import has_factor, use_code
from registry.models import Meaning
from registry.views.proof import PASSKEY, passkey_of, shows_passkey

# Wrong passwords of one session; then it ends, and whoever sits there signs in again or does not. Counted in the session: requests
# sent at the same moment can count as one.
ATTEMPTS = 5
SIGNED = "_signed"  # of a session: password and code were shown together in it
ANCHORS = {"password": "password", "code": "code", "meaning": "meaning-0", "forms": "forms"}


def signer(request):
    """Whose attempts at signing count."""
    return request.user.email if request.user.is_authenticated else ""


def signed_with(request, act):
    """What `act(meaning=…, password=…, by=…)` signed. Raises what it refuses, counted where a password or code was wrong."""
    try:
        _check_code(request)
        signed = act(
            meaning=request.POST.get("meaning", ""), password=request.POST.get("password", ""), by=request.user
        )
    except ValidationError as refusal:
        if {"password", "code"} & set(_said(refusal)):
            request.attempt.failed(request.user, "sign")
        raise
    request.session.pop("wrong_passwords", None)
    request.session[SIGNED] = True
    note_proved(request.session)
    request.attempt.passed(request.user)
    return signed


def ended_by(request, refusal):
    """The way to sign in again, where the password was wrong too often; else None."""
    if "password" not in _said(refusal):
        return None
    wrong = request.session["wrong_passwords"] = request.session.get("wrong_passwords", 0) + 1
    if wrong < ATTEMPTS:
        return None
    logout(request)
    messages.error(request, _("The password was wrong too often. Sign in again; nothing was signed."))
    return redirect(f"{reverse('login')}?next={request.path}")


def asks_code(request):
    """Whether a code or a passkey is asked for beside the password: at the first signing of a session, of whoever has an app or a passkey."""
    return not request.session.get(SIGNED) and has_factor(request.user)


def signing_fields(request, refusal=None):
    """The context of components/signing.html, with what was chosen and refused."""
    said = _said(refusal)
    asks = asks_code(request)
    return {
        "asks_code": asks,
        "passkey": passkey_of(request, request.user) if asks else None,
        "meanings": Meaning.choices,
        "meaning": request.POST.get("meaning", ""),
        "errors": said,
        "faults": [{"message": text, "anchor": ANCHORS.get(name, "")} for name, text in said.items()],
    }


def _check_code(request):
    """Raise ValidationError unless the code or passkey that is asked for was given; the password is checked first, so that none is used up."""
    given, password = request.POST.get("code", ""), request.POST.get("password", "")
    if not asks_code(request) or not request.user.check_password(password):
        return
    if request.POST.get(PASSKEY):
        is_taken, wrong = shows_passkey(request, request.user), _("The passkey was not taken. Nothing was signed.")
    else:
        is_taken, wrong = (
            use_code(request.user, given),
            _("This code is wrong, or was used before. Nothing was signed."),
        )
    if not is_taken:
        raise ValidationError({"code": wrong}, code="code")


def _said(refusal):
    """field → what was refused; "forms" for what no field is to blame for."""
    if refusal is None:
        return {}
    if hasattr(refusal, "error_dict"):
        return {name: " ".join(found) for name, found in refusal.message_dict.items()}
    return {"forms": " ".join(refusal.messages)}
