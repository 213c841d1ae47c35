"""The page on which an investigator signs complete forms of a case: what will be signed, what it means, the password again."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from registry.access.permissions import Permission
from registry.access.sessions import note_proved
from registry.access.throttle import counted
from registry.actions.factors import has_factor, use_code
from registry.actions.signatures import is_intact, sign_forms
from registry.models import Meaning
from registry.record import ERROR, STARTED
from registry.views.access import own_case, permitted
from registry.views.case_forms import row_title
from registry.views.prints import shown_case
from registry.views.proof import PASSKEY, passkey_of, shows_passkey
from registry.views.statuses import FORM

# Wrong passwords of one session; then it ends, and whoever sits there signs in again or does not. Counted in the session: requests
# sent at the same moment can count as one.
ATTEMPTS = 5
SIGNED = "_signed"  # of a session: password and code were shown together in it


@dataclass(frozen=True)
class Choice:
    """A form that can be signed: `value` names it with the version that is shown."""

    value: str
    title: str
    url: str
    version: int
    status: object
    is_chosen: bool


@counted("sign", lambda request: request.user.email if request.user.is_authenticated else "")
@sensitive_post_parameters("password", "code", PASSKEY)
@permitted(Permission.FORM_SIGN)
@require_http_methods(["GET", "POST"])
def case_sign(request, number):
    """The complete forms without a signature, or the one that the address names."""
    case = own_case(request, number)
    if request.method == "POST":
        return _sign(request, case)
    return _page(request, case)


def _sign(request, case):
    chosen = [one for one in map(_read, request.POST.getlist("sign")) if one]
    password, meaning = request.POST.get("password", ""), request.POST.get("meaning", "")
    try:
        _check_code(request)
        signed = sign_forms(case, chosen, meaning=meaning, password=password, by=request.user)
    except ValidationError as refusal:
        if {"password", "code"} & set(_said(refusal)):
            request.attempt.failed(request.user, "sign")
        if "password" in _said(refusal) and _is_last_attempt(request):
            logout(request)
            messages.error(request, _("The password was wrong too often. Sign in again; nothing was signed."))
            return redirect(f"{reverse('login')}?next={request.path}")
        return _page(request, case, refusal=refusal)
    request.session.pop("wrong_passwords", None)
    request.session[SIGNED] = True
    note_proved(request.session)
    request.attempt.passed(request.user)
    messages.success(request, ngettext("%d form is signed.", "%d forms are signed.", len(signed)) % len(signed))
    if len(signed) == 1:
        return redirect("form", case.number, *chosen[0][:2])
    return redirect(case)


def asks_code(request):
    """Whether a code or a passkey is asked for beside the password: at the first signing of a session, of whoever has an app or a passkey."""
    return not request.session.get(SIGNED) and has_factor(request.user)


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


def _is_last_attempt(request):
    """Counts a wrong password in the session."""
    request.session["wrong_passwords"] = request.session.get("wrong_passwords", 0) + 1
    return request.session["wrong_passwords"] >= ATTEMPTS


def _read(text):
    """(form, key, version) of a choice; None for what no page of ours sends."""
    form, _colon, rest = text.partition(":")
    key, _colon, version = rest.rpartition(":")
    return (form, key, int(version)) if version.isascii() and version.isdigit() and len(version) < 10 else None


def _page(request, case, *, refusal=None):
    stored, _withdrawn = shown_case(case)
    only = request.GET.get("form", ""), request.GET.get("key", "")
    sent = request.POST.getlist("sign") if request.method == "POST" else None
    choices, rest = [], {"unfinished": [], "signed": []}
    for form in stored.forms:
        state, signature = stored.state_of(form), stored.signature_of(form)
        if signature and is_intact(signature, form):
            rest["signed"].append(row_title(form))
        elif state in (STARTED, ERROR):
            rest["unfinished"].append(row_title(form))
        elif not only[0] or only == (form.form_name, form.key):
            choices.append(_choice(case, form, state, sent))
    said = _said(refusal)
    context = {
        "case": case,
        "choices": choices,
        "rest": rest,
        "is_one": bool(only[0]),
        "all_url": reverse("case_sign", args=[case.number]) if only[0] else "",
        "asks_code": asks_code(request),
        "passkey": passkey_of(request, request.user) if asks_code(request) else None,
        "meanings": Meaning.choices,
        "meaning": request.POST.get("meaning", ""),
        "errors": said,
        "faults": [{"message": text, "anchor": ANCHORS.get(name, "")} for name, text in said.items()],
        "crumbs": [(_("Cases"), reverse("cases")), (case.number, case.get_absolute_url())],
    }
    return render(request, "registry/sign.html", context, status=422 if refusal else 200)


ANCHORS = {"password": "password", "code": "code", "meaning": "meaning-0", "forms": "forms"}


def _choice(case, form, state, sent):
    value = f"{form.form_name}:{form.key}:{form.version}"
    was_sent = sent is None or any(one.startswith(f"{form.form_name}:{form.key}:") for one in sent)
    url = reverse("form", args=[case.number, form.form_name, form.key])
    return Choice(value, row_title(form), url, form.version, FORM[state], was_sent)


def _said(refusal):
    """field → what was refused; "forms" for what no field is to blame for."""
    if refusal is None:
        return {}
    if hasattr(refusal, "error_dict"):
        return {name: " ".join(found) for name, found in refusal.message_dict.items()}
    return {"forms": " ".join(refusal.messages)}
