"""The end of somebody's account, for an administrator: when, and who goes on."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from registry.access.permissions import Permission
from registry.actions.deputies import candidates
from registry.actions.leaving import set_end, take_back
from registry.actions.security import note_for
from registry.models import Happened, Person
from registry.views.access import permitted
from registry.views.proof import proved
from registry.views.sent_once import sent_once
from registry.views.simple import refuse


class LeavingForm(forms.Form):
    """When, and who goes on."""

    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"placeholder": "2026-04-01", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "The account ends in the night after it; a day that is over ends it at once. Signatures and history stay."
        ),
    )
    successor = forms.ModelChoiceField(
        label=gettext_lazy("Who goes on"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=gettext_lazy("nobody"),
        help_text=gettext_lazy("Gets the drafts. Open queries stay on the worklist of the hospital."),
    )

    def __init__(self, person, *args):
        super().__init__(*args)
        self.fields["successor"].queryset = Person.objects.filter(pk__in=[one.pk for one in candidates(person)])


@permitted(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
@proved("POST")
@sent_once()
def person_leave(request, pk):
    """Set the end of an account."""
    person = get_object_or_404(Person, pk=pk)
    form = LeavingForm(person, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            leaving = set_end(person, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            note_for(
                request, Happened.LEFT if leaving.done_at else Happened.LEAVES, person, about=str(leaving.last_day)
            )
            said = _("The account is ended.") if leaving.done_at else _("The end of the account is set.")
            messages.success(request, said)
            return redirect("person_security", pk)
    back = [(_("People"), reverse("people")), (person.name, reverse("person_security", args=[pk]))]
    title = _("End the account of %(name)s") % {"name": person.name}
    context = {"form": form, "title": title, "action": _("Set the end"), "crumbs": back}
    return render(request, "registry/simple.html", context, status=422 if form.errors else 200)


@permitted(Permission.PEOPLE_MANAGE)
@require_POST
def person_stay(request, pk):
    """Take the end back."""
    person = get_object_or_404(Person, pk=pk)
    if take_back(person, by=request.user):
        note_for(request, Happened.STAYS, person)
        messages.success(request, _("The account goes on."))
    return redirect("person_security", pk)
