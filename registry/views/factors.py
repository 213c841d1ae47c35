"""The second factor: asked for at the sign-in, added the first time, changed later."""

import time

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from registry.access import factors
from registry.access.sessions import PENDING
from registry.access.throttle import counted
from registry.actions.factors import add_factor, end_factor, has_factor, make_codes, use_code
from registry.actions.security import note_for
from registry.models import Factor, Happened, Person
from registry.views.proof import PASSKEY, passkey_of, proved, shows_passkey
from registry.views.sign_in import begin
from registry.views.simple import refuse

PENDING_SECONDS = 10 * 60
SECRET = "_new_secret"  # noqa: S105 - where the session keeps it, encrypted


class CodeForm(forms.Form):
    """The code of this moment."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
        help_text=gettext_lazy("Six digits from your authenticator app, or one of your recovery codes."),
    )


class AppForm(forms.Form):
    """A new app."""

    code = forms.CharField(
        label=gettext_lazy("Code that the app shows"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    label = forms.CharField(
        label=gettext_lazy("Name of this app"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("For example “phone”, so that you can tell it from others later."),
    )


def pending_person(request):
    """Whose password was right a few minutes ago in this browser, without being signed in yet; None if nobody's."""
    pending = request.session.get(PENDING)
    if not pending or not 0 <= time.time() - pending["at"] <= PENDING_SECONDS:
        return None
    person = Person.objects.filter(pk=pending["person"], is_active=True).first()
    return person if person and person.get_session_auth_hash() == pending["hash"] else None


def account_pending(request):
    """Whose attempts count."""
    person = pending_person(request)
    return person.email if person and (request.POST.get("code") or request.POST.get(PASSKEY)) else ""


@counted("factor", account_pending)
@sensitive_post_parameters("code", PASSKEY)
@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def factor_ask(request):
    """The second step of a sign-in."""
    person = pending_person(request)
    if person is None or not has_factor(person):
        return redirect("login")
    answer = request.POST.get(PASSKEY, "")
    form = CodeForm(request.POST if request.POST and not answer else None)
    if answer and shows_passkey(request, person):
        request.attempt.passed(person)
        return begin(request, person, next_of(request))
    if request.method == "POST" and form.is_valid():
        used = use_code(person, form.cleaned_data["code"])
        if used:
            request.attempt.passed(person)
            if used == "recovery":
                note_for(request, Happened.CODE_USED, person)
                messages.warning(request, _("That recovery code is used up. Make new ones before the last is gone."))
            return begin(request, person, next_of(request))
        request.attempt.failed(person, "factor")
        form.add_error(
            "code",
            _(
                "This code is wrong, or was used before. Each code works once: wait for the next one. If none is taken, let the phone set its clock by itself: codes go by the time."
            ),  # fmt: skip
        )
    if answer:
        request.attempt.failed(person, "passkey")
    context = {"form": form, "passkey": passkey_of(request, person), "is_refused": bool(answer)}
    return render(request, "registry/factor_ask.html", context, status=422 if form.errors or answer else 200)


def next_of(request):
    """Where the sign-in was to lead."""
    wanted = request.session.get(PENDING, {}).get("next", "/")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if allowed else "/"


@sensitive_post_parameters("code")
@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
@proved("GET", "POST")
def factor_add(request):
    """Add an app: for whoever is signed in, and before the first session of whoever must have one."""
    is_signed_in = request.user.is_authenticated
    person = request.user if is_signed_in else pending_person(request)
    if person is None or (not is_signed_in and has_factor(person)):
        return redirect("login")
    secret = request.session.get(SECRET) or factors.new_secret()
    request.session[SECRET] = secret
    form = AppForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and form.is_valid():
        try:
            _factor, codes = add_factor(secret, **form.cleaned_data, by=person)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            del request.session[SECRET]
            note_for(request, Happened.FACTOR_ADDED, person, about=form.cleaned_data["label"])
            return added(request, person, codes, _("The app is added."))
    address = factors.address_of(secret, person)
    context = {
        "form": form,
        "picture": factors.picture_of(address),
        "secret": " ".join(factors.opened(secret)[at : at + 4] for at in range(0, 32, 4)),
        "is_required": not is_signed_in,
    }
    return render(request, "registry/factor_add.html", context, status=422 if form.errors else 200)


def added(request, person, codes, said):
    """The codes, shown once; whoever was not signed in is now."""
    if request.user.is_authenticated and not codes:
        request.session.cycle_key()
        messages.success(request, said)
        return redirect("security")
    url = next_of(request)
    if request.user.is_authenticated:
        request.session.cycle_key()
        return _codes_page(request, codes, reverse("security"))
    response = begin(request, person, url)
    page = _codes_page(request, codes, url)
    page.cookies.update(response.cookies)
    return page


def _codes_page(request, codes, url):
    return render(request, "registry/codes.html", {"codes": codes, "next_page": url})


@require_POST
@proved("POST")
def factor_end(request, pk):
    """Remove one of one's own apps."""
    return ended(request, get_object_or_404(Factor, pk=pk, person=request.user))


def ended(request, factor):
    """This app or passkey goes, if it may."""
    try:
        end_factor(factor, by=request.user, required=settings.SECOND_FACTOR_REQUIRED)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        note_for(request, Happened.FACTOR_ENDED, request.user, about=factor.label)
        request.session.cycle_key()
        messages.success(request, _("“%(name)s” is removed.") % {"name": factor.label})
    return redirect("security")


@never_cache
@require_POST
@proved("POST")
def codes_new(request):
    """New recovery codes in place of the earlier ones."""
    if not has_factor(request.user):
        return redirect("security")
    codes = make_codes(by=request.user)
    note_for(request, Happened.CODES_MADE, request.user)
    return _codes_page(request, codes, reverse("security"))
