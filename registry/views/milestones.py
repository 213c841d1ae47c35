"""Milestones: what each hospital is asked to endorse, for which day, and who has."""

from collections import Counter
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.access.permissions import Permission
from registry.actions.endorsements import end_milestone, set_milestone
from registry.endorsements import NOT_YET, STALE, STANDS, Standing, all_standings, standings
from registry.entry.dates import read_date
from registry.models import Case, Cohort, Milestone
from registry.views.access import permitted
from registry.views.sent_once import sent_once
from registry.views.simple import refuse
from registry.views.statuses import ENDORSEMENT, MILESTONE, Status
from registry.views.story import names_of

ROWS = 50  # milestones on the page, the newest; each is counted anew


class DayField(forms.CharField):
    """A day as people type it on the forms."""

    def clean(self, value):
        """The date."""
        text = super().clean(value)
        return read_date(text, partial=False).day


class MilestoneForm(forms.Form):
    """A new milestone."""

    cohort = forms.ModelChoiceField(
        label=gettext_lazy("Cohort"), queryset=Cohort.objects.none(), to_field_name="code", empty_label=None
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("What the data are needed for, for example “interim analysis 2026-09”."),
    )
    day = DayField(
        label=pgettext_lazy("of a milestone", "Day"), max_length=40, help_text=gettext_lazy("By when, as YYYY-MM-DD.")
    )

    def __init__(self, *args, **words):
        super().__init__(*args, **words)
        with_cases = Case.objects.filter(cohort=OuterRef("pk"))
        self.fields["cohort"].queryset = Cohort.objects.filter(Exists(with_cases)).order_by("pk")


class EndForm(forms.Form):
    """Why a milestone is over."""

    reason = forms.CharField(label=gettext_lazy("Why it ends"), max_length=500)


@dataclass(frozen=True)
class Row:
    """A milestone in the list, with the hospitals that this reader sees."""

    milestone: Milestone
    status: Status
    endorsed: int
    changed: int
    hospitals: int


@dataclass(frozen=True)
class Line:
    """One hospital at a milestone. `may_endorse`: the reader can, and it is due."""

    standing: Standing
    status: Status
    url: str
    may_endorse: bool


@permitted(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
@sent_once()
def milestones(request):
    """The milestones, the newest first; POST sets one more."""
    may_set = request.user.may(Permission.MILESTONE_SET)
    if request.method == "POST" and not may_set:
        raise PermissionDenied
    form = MilestoneForm(request.POST if request.method == "POST" else None) if may_set else None
    if request.method == "POST" and form.is_valid():
        try:
            made = set_milestone(**form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The hospitals see it in their worklists now."))
            return redirect("milestone", made.pk)
    shown = list(Milestone.objects.select_related("cohort")[:ROWS])
    found = all_standings(shown, request.user.own_sites())
    context = {"rows": [_row(one, found[one.pk]) for one in shown], "form": form}
    return render(request, "registry/milestones.html", context, status=422 if form and form.errors else 200)


@permitted(Permission.CASE_READ)
@require_GET
def milestone(request, pk):
    """Where each hospital that the reader sees stands."""
    return _page(request, _known(pk), EndForm() if request.user.may(Permission.MILESTONE_SET) else None)


@permitted(Permission.MILESTONE_SET)
@require_POST
def milestone_end(request, pk):
    """Ask nobody for it any more."""
    known, form = _known(pk), EndForm(request.POST)
    if form.is_valid():
        try:
            end_milestone(known, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("“%(milestone)s” has ended. What was endorsed stays.") % {"milestone": known})
            return redirect("milestone", pk)
    return _page(request, known, form)


def _known(pk):
    return get_object_or_404(Milestone.objects.select_related("cohort"), pk=pk)


def _row(one, found):
    counts = Counter(standing.state for standing in found)
    return Row(one, MILESTONE[one.is_open], counts[STANDS], counts[STALE], len(found))


def _page(request, known, form):
    may, found = request.user.may(Permission.DATA_ENDORSE), standings(known, request.user.own_sites())
    lines = [
        Line(
            one,
            ENDORSEMENT[one.state],
            reverse("endorsement", args=[known.pk, one.site.code]),
            may and known.is_open and one.state != STANDS,
        )
        for one in found
    ]
    names = names_of({known.set_by, known.ended_by})
    context = {
        "milestone": known,
        "status": MILESTONE[known.is_open],
        "set_by": names.get(known.set_by, known.set_by),
        "ended_by": names.get(known.ended_by, known.ended_by),
        "lines": lines,
        "endorsed": sum(line.standing.state == STANDS for line in lines),
        "waiting": sum(line.standing.state == NOT_YET for line in lines),
        "form": form if known.is_open else None,
        "crumbs": [(_("Milestones"), reverse("milestones"))],
    }
    return render(request, "registry/milestone.html", context, status=422 if form and form.errors else 200)
