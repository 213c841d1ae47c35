"""Personal tokens: keys to the REST interface, each made for a purpose and shown once."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from registry.access.permissions import Permission
from registry.access.token_scopes import LABELS, Scope
from registry.actions.members import mint_token, revoke_token
from registry.models import Site, Token
from registry.views.access import permitted
from registry.views.proof import proved
from registry.views.sent_once import sent_once
from registry.views.simple import refuse
from registry.views.statuses import TOKEN


class TokenForm(forms.Form):
    """What a new token is for, and how long it lasts."""

    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        max_length=120,
        help_text=gettext_lazy("Where it is used, for example “R on the statistics server”."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Valid for"),
        coerce=int,
        choices=[(30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (365, gettext_lazy("1 year"))],
        initial=90,
    )
    scopes = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What it may do"),
        coerce=Scope,
        choices=list(LABELS.items()),
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Never more than you may do yourself. Signing, verifying and locking need you in person."
        ),
    )
    sites = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Only the cases of"),
        queryset=Site.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all that you see. Narrowed to hospitals, it reads no pooled results."),
    )
    has_identifiers = forms.BooleanField(
        label=gettext_lazy(
            "It answers what names a patient: day of birth, numbers of other registries, lot, residence"
        ),
        required=False,
    )

    def __init__(self, *args, person, **words):
        super().__init__(*args, **words)
        if person.may(Permission.CASE_READ):
            self.fields["sites"].queryset = person.own_sites().order_by("code")
        else:
            del self.fields["sites"], self.fields["has_identifiers"]


@never_cache
@permitted(Permission.TOKEN_OWN)
@require_http_methods(["GET", "POST"])
@proved("POST")
@sent_once(back="tokens")
def tokens(request):
    """One's own tokens; a new one is shown in the answer that makes it, and never again."""
    form, key = TokenForm(request.POST or None, person=request.user), ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, key = mint_token(**form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            form = TokenForm(person=request.user)
    own = Token.objects.filter(owner=request.user).select_related("owner")
    sites = dict(Site.objects.values_list("pk", "code"))
    rows = [(token, TOKEN[state_of(token)], about(token, sites)) for token in own]
    return render(
        request, "registry/tokens.html", {"form": form, "key": key, "rows": rows}, status=422 if form.errors else 200
    )


def state_of(token):
    """In which state the token is, as a word of TOKEN."""
    return "revoked" if token.revoked_at else "alive" if token.is_alive else "expired"


def about(token, sites):
    """What the token may do, in one line. sites: id → code"""
    words = [str(LABELS[Scope(scope)]) for scope in token.scopes]
    if token.site_ids:
        words.append(", ".join(sorted(sites[pk] for pk in token.site_ids)))
    if token.has_identifiers:
        words.append(_("with what names a patient"))
    return " · ".join(words)


@permitted(Permission.TOKEN_OWN)
@require_POST
def token_revoke(request, pk):
    """End one of one's own tokens."""
    token = get_object_or_404(Token, pk=pk, owner=request.user)
    revoke_token(token, by=request.user)
    messages.success(request, _("“%(purpose)s” is revoked: it opens nothing any more.") % {"purpose": token.purpose})
    return redirect("tokens")
