"""A password of one's own: chosen by the link of an invitation, or of a letter to whoever forgot it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from registry.access.throttle import counted
from registry.actions.letters import ask_reset, link_of, use_link
from registry.actions.security import note_for
from registry.models import Happened
from registry.views.simple import refuse

LINK = "_link"


class ForgotForm(forms.Form):
    """Who forgot."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}), max_length=254
    )


class PasswordForm(forms.Form):
    """The new one, twice: nobody sees what is typed."""

    password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy(
            "At least 15 characters; several words are easiest. It need never be changed unless somebody else knows it."
        ),
    )
    again = forms.CharField(
        label=gettext_lazy("The same again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self):
        """Both are the same."""
        given = super().clean()
        if "again" in given and given.get("password") != given["again"]:
            self.add_error("again", _("The two are not the same. Type both again."))
        return given


@counted("letter", lambda request: request.POST.get("email", ""))
@login_not_required
@require_http_methods(["GET", "POST"])
def password_forgot(request):
    """Ask for a letter. The answer is the same whether the account exists or not."""
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.attempt.asked()
        ask_reset(form.cleaned_data["email"])
        return render(request, "registry/password_asked.html", {"email": form.cleaned_data["email"]})
    return render(request, "registry/password_forgot.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_not_required
@require_GET
def password_link(request, key):
    """Where a letter leads: the key goes into the session and out of the address, so that no page sends it on."""
    request.session[LINK] = getattr(request, "link_key", key)
    return redirect("password_new")


@sensitive_post_parameters("password", "again")
@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def password_new(request):
    """Choose the password."""
    key = request.session.get(LINK, "")
    link = link_of(key) if key else None
    if link is None:
        return render(request, "registry/password_dead.html", status=410)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = use_link(key, form.cleaned_data["password"])
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            request.session.flush()
            note_for(request, Happened.PASSWORD_SET, person)
            messages.success(request, _("The password is set. Sign in with it."))
            return redirect("login")
    context = {"form": form, "person": link.person}
    return render(request, "registry/password_new.html", context, status=422 if form.errors else 200)
