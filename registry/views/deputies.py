"""Deputies: name one for a time, see for whom one may stand in, work in that one's place and go back."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from registry import clock
from registry.access.sessions import STANDS_IN
from registry.actions.deputies import candidates, end_deputy, name_deputy, places_of
from registry.actions.security import note_for
from registry.models import Deputy, Happened, Person
from registry.views.proof import proved
from registry.views.sent_once import sent_once
from registry.views.simple import refuse


class DeputyForm(forms.Form):
    """Who, and when."""

    deputy = forms.ModelChoiceField(label=gettext_lazy("Deputy"), queryset=Person.objects.none())
    begins = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"placeholder": "2026-04-01", "autocomplete": "off"}),
    )
    ends = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"placeholder": "2026-04-01", "autocomplete": "off"}),
        help_text=gettext_lazy("It ends by itself in the night after it."),
    )

    def __init__(self, person, *args):
        super().__init__(*args)
        self.fields["deputy"].queryset = Person.objects.filter(pk__in=[one.pk for one in candidates(person)])


@require_http_methods(["GET", "POST"])
@proved("POST")
@sent_once()
def deputies(request):
    """The own deputies, and for whom one may stand in; POST names one."""
    form = DeputyForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and not request.user.stands_in:
        given = form.cleaned_data
        try:
            made = name_deputy(
                request.user, given["deputy"], begins=given["begins"], ends=given["ends"], by=request.user
            )
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            note_for(request, Happened.DEPUTY_NAMED, request.user, about=made.deputy.email)
            messages.success(
                request, _("%(name)s can work in your place from the first day on.") % {"name": made.deputy.name}
            )
            return redirect("deputies")
    own = Deputy.objects.filter(person=request.user, ended_at=None, ends__gte=clock.today()).select_related(
        "deputy", "person"
    )
    context = {
        "form": form,
        "own": own,
        "places": places_of(request.user) if not request.user.stands_in else [],
        "is_candidate": form.fields["deputy"].queryset.exists(),
    }
    return render(request, "registry/deputies.html", context, status=422 if form.errors else 200)


@require_POST
@proved("POST")
def work_for(request, pk):
    """Work in somebody's place from here on; the session has another key then."""
    deputy = next((one for one in places_of(request.user) if one.pk == pk and not request.user.stands_in), None)
    if deputy is None:
        get_object_or_404(Deputy.objects.none(), pk=pk)
    request.session[STANDS_IN] = deputy.pk
    request.session.cycle_key()
    note_for(request, Happened.STANDS_IN, deputy.person, about=deputy.person.email)
    return redirect("home")


@require_POST
def own_work(request):
    """Back to the own role."""
    if request.session.pop(STANDS_IN, None):
        request.session.cycle_key()
    return redirect("home")


@require_POST
def deputy_end(request, pk):
    """The time of a deputy of one's own ends now, or one's own as somebody's."""
    mine = Deputy.objects.filter(Q(person=request.user) | Q(deputy=request.user), ended_at=None)
    deputy = get_object_or_404(mine, pk=pk)
    end_deputy(deputy, by=request.user)
    note_for(request, Happened.DEPUTY_ENDED, deputy.person, about=deputy.deputy.email)
    messages.success(request, _("It is ended."))
    return redirect("deputies")
