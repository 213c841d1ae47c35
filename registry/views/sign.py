"""The page on which an investigator signs complete forms of a case: what will be signed, what it means, the password again."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from registry.access.permissions import Permission
from registry.access.throttle import counted
from registry.actions.signatures import is_intact, sign_forms
from registry.record import ERROR, STARTED
from registry.views.access import own_case, permitted
from registry.views.case_forms import row_title
from registry.views.prints import shown_case
from registry.views.proof import PASSKEY
from registry.views.signing import ended_by, signed_with, signer, signing_fields
from registry.views.statuses import FORM


@dataclass(frozen=True)
class Choice:
    """A form that can be signed: `value` names it with the version that is shown."""

    value: str
    title: str
    url: str
    version: int
    status: object
    is_chosen: bool


@counted("sign", signer)
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
    try:
        signed = signed_with(request, lambda **shown: sign_forms(case, chosen, **shown))
    except ValidationError as refusal:
        return ended_by(request, refusal) or _page(request, case, refusal=refusal)
    messages.success(request, ngettext("%d form is signed.", "%d forms are signed.", len(signed)) % len(signed))
    if len(signed) == 1:
        return redirect("form", case.number, *chosen[0][:2])
    return redirect(case)


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
    context = {
        "case": case,
        "choices": choices,
        "rest": rest,
        "is_one": bool(only[0]),
        "all_url": reverse("case_sign", args=[case.number]) if only[0] else "",
        **signing_fields(request, refusal),
        "crumbs": [(_("Cases"), reverse("cases")), (case.number, case.get_absolute_url())],
    }
    return render(request, "registry/sign.html", context, status=422 if refusal else 200)


def _choice(case, form, state, sent):
    value = f"{form.form_name}:{form.key}:{form.version}"
    was_sent = sent is None or any(one.startswith(f"{form.form_name}:{form.key}:") for one in sent)
    url = reverse("form", args=[case.number, form.form_name, form.key])
    return Choice(value, row_title(form), url, form.version, FORM[state], was_sent)
