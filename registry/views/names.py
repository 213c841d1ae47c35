"""A name that stands in free text of a case: ask that it is taken out, confirm as the second person, or leave it."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from registry.access.middleware import patient
from registry.access.permissions import Permission
from registry.actions.redactions import LONGEST, ask_redaction, confirm_redaction, withdraw_redaction
from registry.models import Redaction, RedactionState
from registry.views.access import own_case, permitted
from registry.views.proof import proved
from registry.views.simple import refuse
from registry.views.statuses import Status
from registry.views.story import names_of

EXACTLY = gettext_lazy("Exactly as it stands there, capitals and spaces too. It is stored nowhere.")
SHAPES = {
    RedactionState.ASKED: ("half", "active"),
    RedactionState.DONE: ("tick", "good"),
    RedactionState.WITHDRAWN: ("square", "quiet"),
}


class TextForm(forms.Form):
    """The text, typed by each of the two."""

    text = forms.CharField(
        label=gettext_lazy("The name, or what else is to be taken out"),
        max_length=LONGEST,
        help_text=EXACTLY,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class AskForm(TextForm):
    """The text and why."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        help_text=gettext_lazy(
            "Where it stands and how it got there, without the name itself: this is kept in the history."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@dataclass(frozen=True)
class Line:
    """One redaction of the case for this reader."""

    row: Redaction
    status: Status
    asked: str
    ended: str
    may_leave: bool
    form: TextForm | None  # where the reader can be the second person


@permitted(Permission.NAME_REPORT)
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("text")
@proved("POST")
def names(request, number):
    """What was asked for and done in this case; POST asks for one more."""
    case = own_case(request, number)
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            ask_redaction(case, given["text"], reason=given["reason"], by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(
                request, _("A data manager has to confirm it now. Tell them the name by telephone, not by mail.")
            )
            return redirect("names", number)
    return _page(request, case, form)


@patient
@permitted(Permission.NAME_REMOVE)
@require_POST
@sensitive_post_parameters("text")
@proved("POST")
def name_confirm(request, number, pk):
    """Take it out, as the second person."""
    case, asked = _own(request, number, pk)
    form = TextForm(request.POST, prefix=str(pk), auto_id=f"id_{pk}_%s")
    if form.is_valid():
        try:
            done = confirm_redaction(asked, form.cleaned_data["text"], by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            words = ngettext("It is taken out, of %d change in the history.", "It is taken out, of %d changes in the history.", done.events)  # fmt: skip
            messages.success(request, words % done.events)
            return redirect("names", number)
    return _page(request, case, AskForm(), refused={pk: form})


@permitted(Permission.NAME_REPORT)
@require_POST
def name_leave(request, number, pk):
    """Leave the text as it is."""
    _case, asked = _own(request, number, pk)
    if asked.asked_by != request.user.email and not request.user.may(Permission.NAME_REMOVE):
        raise Http404
    try:
        withdraw_redaction(asked, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The text stays as it is."))
    return redirect("names", number)


def waiting_names(person):
    """What waits for a second person in the cases that the person sees, oldest first."""
    return Redaction.objects.visible_to(person).filter(state=RedactionState.ASKED).select_related("case").order_by("pk")


def _own(request, number, pk):
    case = own_case(request, number)
    return case, get_object_or_404(Redaction, case=case, pk=pk)


def _page(request, case, form, refused=None):
    refused = refused or {}
    rows = list(Redaction.objects.filter(case=case))
    people = names_of({one for row in rows for one in (row.asked_by, row.ended_by)})
    context = {
        "case": case,
        "form": form,
        "lines": [_line(row, people, request.user, refused.get(row.pk)) for row in rows],
        "crumbs": [(_("Cases"), reverse("cases")), (case.number, case.get_absolute_url())],
    }
    is_refused = bool(form.errors or any(one.errors or one.non_field_errors() for one in refused.values()))
    return render(request, "registry/names.html", context, status=422 if is_refused else 200)


def _line(row, people, person, refused):
    may_confirm = row.is_open and person.may(Permission.NAME_REMOVE) and not row.is_asked_by(person)
    return Line(
        row,
        Status(row.get_state_display(), *SHAPES[row.state]),
        people.get(row.asked_by, row.asked_by),
        people.get(row.ended_by, row.ended_by),
        row.is_open and (row.asked_by == person.email or person.may(Permission.NAME_REMOVE)),
        (refused or TextForm(prefix=str(row.pk), auto_id=f"id_{row.pk}_%s")) if may_confirm or refused else None,
    )
