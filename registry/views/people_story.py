"""What was done to a person or a site, told to the administrator."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from registry.access.permissions import Permission
from registry.models import HistoryEvent, Person, Site
from registry.views.access import permitted
from registry.views.story import Change, came_by, names_behind, role_of, saves, who_of

MOST_EVENTS = 2000
ACTS = {
    "added": pgettext_lazy("history", "added"),
    "opened": gettext_lazy("opened again"),
    "ended": gettext_lazy("ended"),
    "password": gettext_lazy("another password"),
    "changed": pgettext_lazy("history", "changed"),
}
QUIET = ("is_active", "password")


@permitted(Permission.PEOPLE_MANAGE)
@require_GET
def person_history(request, pk):
    """Everything that was done to somebody's account."""
    person = get_object_or_404(Person, pk=pk)
    crumbs = [(_("People"), reverse("people")), (person.name, reverse("person", args=[pk]))]
    return _page(request, "person", person, person.name, crumbs)


@permitted(Permission.PEOPLE_MANAGE)
@require_GET
def site_history(request, pk):
    """Everything that was done to a site."""
    site = get_object_or_404(Site, pk=pk)
    crumbs = [(_("Sites"), reverse("sites")), (site.code, reverse("site", args=[pk]))]
    return _page(request, "site", site, str(site), crumbs)


def _page(request, form, row, title, crumbs):
    events = HistoryEvent.objects.filter(form=form, row_id=row.pk, case_id=None).order_by("-id")[:MOST_EVENTS]
    page = {"entries": entries(list(events), type(row), title), "is_first": True}
    context = {"title": _("History of %(form)s") % {"form": title}, "crumbs": crumbs, "page": page}
    return render(request, "registry/history.html", context)


def entries(events, model, title):
    """One entry for each save, in the order of the events."""
    names = names_behind(events)
    return [
        {
            "at": group[0].at,
            "who": who_of(group[0], names),
            "role": role_of(group[0].role),
            "origin": came_by(group[0].request),
            "request": group[0].request,
            "reason": group[0].reason,
            "title": title,
            "what": ", ".join(str(ACTS[code]) for code in ACTS if code in _acts(group)),
            "changes": [_change(event, model) for event in sorted(group, key=_place) if event.item not in QUIET],
        }
        for group in saves(events)
    ]


def _acts(group):
    """The codes of what was done."""
    if any(event.item in ("email", "code") and event.kind == "insert" for event in group):
        return {"added"}
    active = next((event for event in group if event.item == "is_active"), None)
    found = {"opened" if active.new else "ended"} if active else set()
    found |= {"password"} if any(event.item == "password" for event in group) else set()
    return found | ({"changed"} if any(event.item not in QUIET for event in group) else set())


def _place(event):
    return event.item.startswith("site "), event.item


def _change(event, model):
    """One item before and after, in words."""
    if event.item.startswith("site "):
        site = event.item.removeprefix("site ")
        works = _("works there")
        return Change(_("Site %(site)s") % {"site": site}, works if event.old else "", works if event.new else "")
    column = model._meta.get_field(event.item)
    return Change(column.verbose_name, _said(column, event.old), _said(column, event.new))


def _said(column, value):
    return str(dict(column.flatchoices).get(value, value)) if value is not None else ""
