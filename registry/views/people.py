"""People, for the administrator: who works here, in which role, at which sites."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.access.permissions import Permission
from registry.access.roles import ROLES
from registry.actions.letters import invite, withdraw_invitation
from registry.actions.members import add_person, change_person, stamp_of
from registry.actions.security import note_for
from registry.models import Happened, Person, Site
from registry.views.access import permitted
from registry.views.proof import proved
from registry.views.sent_once import sent_once
from registry.views.simple import SeenForm, refuse, shown_now
from registry.views.statuses import PERSON


class PersonForm(forms.Form):
    """What can be said about somebody who is here already."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[(role.code, role.label) for role in ROLES.values()])
    sites = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Sites"),
        queryset=Site.objects.order_by("code"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Whose cases this person works on. Roles that work across sites need none."),
    )


class NewPersonForm(PersonForm):
    """Somebody new."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"), help_text=gettext_lazy("Signs in with it; it never changes.")
    )
    field_order = ("email", "name", "role", "sites")


class KnownPersonForm(SeenForm, PersonForm):
    """Somebody who is here already, and whether the account is still open."""

    is_active = forms.BooleanField(label=gettext_lazy("The account is open"), required=False)


@permitted(Permission.PEOPLE_MANAGE)
@require_GET
def people(request):
    """Everybody, by name; ended accounts last."""
    found = Person.objects.prefetch_related("sites").order_by("-is_active", "name")
    rows = [(person, ", ".join(site.code for site in person.sites.all()), PERSON[person.is_active]) for person in found]
    return render(request, "registry/people.html", {"rows": rows})


@permitted(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
@proved("POST")
@sent_once()
def person_new(request):
    """Add somebody."""
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = add_person(**_given(form), by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            _invited(request, person)
            return redirect("person_security", person.pk)
    return _form_page(request, form, _("Add a person"), _("Add and invite"))


@permitted(Permission.PEOPLE_MANAGE)
@require_POST
@proved("POST")
def person_invite(request, pk):
    """Invite somebody once more; the earlier link ends."""
    person = get_object_or_404(Person, pk=pk)
    try:
        _invited(request, person)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("person_security", pk)


def _invited(request, person):
    invite(person, by=request.user)
    note_for(request, Happened.INVITED, person)
    messages.success(request, _("An invitation to %(email)s is on its way.") % {"email": person.email})


@permitted(Permission.PEOPLE_MANAGE)
@require_POST
def person_invite_withdraw(request, pk):
    """End the links of somebody's invitation."""
    person = get_object_or_404(Person, pk=pk)
    withdraw_invitation(person, by=request.user)
    note_for(request, Happened.INVITATION_ENDED, person)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("person_security", pk)


@permitted(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
@proved("POST")
def person(request, pk):
    """Another name, role or sites; or an end."""
    known = get_object_or_404(Person, pk=pk)
    initial = {"name": known.name, "role": known.role, "sites": known.sites.all(), "is_active": known.is_active}
    initial["seen"] = stamp_of(known)
    form = KnownPersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_person(known, **_given(form), by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
            shown_now(form, get_object_or_404(Person, pk=pk))
        else:
            messages.success(request, _("%(name)s: saved.") % {"name": known.name})
            return redirect("people")
    return _form_page(
        request,
        form,
        known.email,
        _("Save"),
        history_url=reverse("person_history", args=[pk]),
        security_url=reverse("person_security", args=[pk]),
    )


def _given(form):
    return {**form.cleaned_data, "sites": list(form.cleaned_data["sites"])}


def _form_page(request, form, title, action, **words):
    context = {"form": form, "title": title, "action": action, "crumbs": [(_("People"), reverse("people"))], **words}
    return render(request, "registry/simple.html", context, status=422 if form.errors else 200)
