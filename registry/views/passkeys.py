"""Passkeys: the page that adds one, and how one goes. Where one is shown in place of a code: proof.py."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from registry.access import passkeys
from registry.actions.factors import add_passkey, has_factor
from registry.actions.security import note_for
from registry.models import Happened, Passkey
from registry.views.factors import added, ended, pending_person
from registry.views.proof import PASSKEY, proved


class PasskeyForm(forms.Form):
    """A new passkey."""

    label = forms.CharField(
        label=gettext_lazy("Name of this passkey"),
        max_length=60,
        required=False,
        help_text=gettext_lazy(
            "For example “laptop” or “key on my key ring”, so that you can tell it from others later."
        ),
    )


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
@proved("GET", "POST")
def passkey_add(request):
    """Add a passkey: for whoever is signed in, and before the first session of whoever must have a second factor."""
    is_signed_in = request.user.is_authenticated
    person = request.user if is_signed_in else pending_person(request)
    if person is None or (not is_signed_in and has_factor(person)):
        return redirect("login")
    form = PasskeyForm(request.POST if PASSKEY in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            new = passkeys.made(request.session, person, request.POST[PASSKEY])
            key, codes = add_passkey(new, label=form.cleaned_data["label"], by=person)
        except (passkeys.NotTakenError, ValidationError) as refusal:
            form.add_error(
                None, refusal if isinstance(refusal, ValidationError) else _("No passkey was made. Try once more.")
            )
        else:
            note_for(request, Happened.FACTOR_ADDED, person, about=key.label)
            return added(request, person, codes, _("The passkey is added."))
    context = {"form": form, "passkey": _to_make(request, person), "is_required": not is_signed_in}
    return render(request, "registry/passkey_add.html", context, status=422 if form.errors else 200)


def _to_make(request, person):
    """What the component needs to have a key made."""
    options = passkeys.to_make(request.session, person, Passkey.objects.filter(person=person))
    return {"does": "make", "options": options, "origin": passkeys.origin()}


@require_POST
@proved("POST")
def passkey_end(request, pk):
    """Remove one of one's own passkeys."""
    return ended(request, get_object_or_404(Passkey, pk=pk, person=request.user))
