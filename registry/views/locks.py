"""What is locked: hospitals and cohorts as a whole, with their locking; what waits to be opened."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from registry.access.permissions import Permission
from registry.actions.locks import lock_all, warnings_of
from registry.locks import WARNINGS, locked_by_site
from registry.models import Cohort, DatabaseLock, Opening, OpeningState, Site
from registry.views.access import permitted
from registry.views.openings import opening_lines
from registry.views.simple import refuse
from registry.views.statuses import FORM, Status
from registry.views.story import names_of

KEPT = 20  # locks and requests of the past that the page tells of
IS_OPEN = Status(gettext_lazy("not locked"), "ring")
PLACES = {"site": (Site, "code"), "cohort": (Cohort, "code")}


@dataclass(frozen=True)
class Place:
    """A hospital or cohort, its lock, and how much of it is locked by itself."""

    place: object
    lock: DatabaseLock | None
    who: str
    numbers: tuple[int, int, int] | None  # locked cases, cases, locked forms
    lock_url: str
    waits: Opening | None

    @property
    def status(self):
        return FORM["locked"] if self.lock else IS_OPEN


class LockForm(forms.Form):
    """Why a hospital or cohort is locked, and that whoever locks knows what stands against it."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        help_text=gettext_lazy(
            "For example “Annual analysis 2026”. The people of the hospitals read it on their pages."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    knowing = forms.BooleanField(label=gettext_lazy("Lock all the same, with what is listed above"), required=False)

    def __init__(self, *args, asks):
        super().__init__(*args)
        if not asks:
            del self.fields["knowing"]


@permitted(Permission.LOCK_APPROVE)
@require_GET
def locks(request):
    """What is locked since when, by whom and why; what waits for a second person; what was opened."""
    standing = list(DatabaseLock.objects.filter(opened_at=None).select_related("site", "cohort"))
    opened = DatabaseLock.objects.exclude(opened_at=None).select_related("site", "cohort")[:KEPT]
    requests = Opening.objects.visible_to(request.user).select_related("case", "lock__site", "lock__cohort")
    waiting = opening_lines(requests.waiting(), request.user)
    people = names_of({one for lock in (*standing, *opened) for one in (lock.locked_by, lock.opened_by) if one})
    context = {
        "waiting": waiting,
        "sites": _places("site", standing, people, waiting, locked_by_site()),
        "cohorts": _places("cohort", standing, people, waiting, {}),
        "opened": [(lock, people.get(lock.locked_by, lock.locked_by), people.get(lock.opened_by, lock.opened_by)) for lock in opened],
        "ended": opening_lines(requests.exclude(state=OpeningState.ASKED)[:KEPT], request.user),
        "may_lock": request.user.may(Permission.FORM_LOCK),
    }  # fmt: skip
    return render(request, "registry/locks.html", context)


def _places(kind, standing, people, waiting, numbers):
    model, code = PLACES[kind]
    locked = {getattr(lock, f"{kind}_id"): lock for lock in standing}
    asked = {line.row.lock_id: line.row for line in waiting}
    found = []
    for place in model.objects.order_by("code"):
        lock = locked.get(place.pk)
        who = people.get(lock.locked_by, lock.locked_by) if lock else ""
        url = reverse(f"lock_{kind}", args=[getattr(place, code)])
        found.append(Place(place, lock, who, numbers.get(place.pk), url, asked.get(lock.pk) if lock else None))
    return found


@permitted(Permission.FORM_LOCK)
@require_http_methods(["GET", "POST"])
def lock_new(request, kind, code):
    """Lock a hospital or a cohort; what stands against it is listed before."""
    model, name = PLACES[kind]
    place = get_object_or_404(model, **{name: code})
    found = warnings_of(place, request.user)
    form = LockForm(request.POST if request.method == "POST" else None, asks=bool(found))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            lock_all(place, reason=given["reason"], knowing=given.get("knowing", False), by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(
                request, _("%(place)s: locked. Nothing can be entered or changed.") % {"place": place.name}
            )
            return redirect("locks")
    context = {
        "place": place,
        "is_site": kind == "site",
        "form": form,
        "warnings": [WARNINGS[word] % {"n": number} for word, number in found.items()],
        "crumbs": [(_("Locks"), reverse("locks"))],
    }
    return render(request, "registry/lock_new.html", context, status=422 if form.errors else 200)
