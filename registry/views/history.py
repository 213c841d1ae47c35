"""The history of a case, a form or one question, told newest first; and what a form was at an earlier version."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from registry.access.permissions import Permission
from registry.models import FORM_OF, HistoryEvent, Person
from registry.views.access import own_case, permitted
from registry.views.case_forms import row_title, short_title
from registry.views.history_pages import Narrowed, act_choices, page_of
from registry.views.story import as_stored, columns_of, entries_of, names_of, saves, story

__all__ = ["answers_at", "case_history", "form_history", "last_change", "name_of", "story"]
MOST_OF_ITEM = 200  # events of one question that are shown beside it


@permitted(Permission.CASE_READ)
@require_GET
def case_history(request, number):
    """Everything that was done to a case, newest first."""
    case = own_case(request, number)
    events = HistoryEvent.objects.filter(case_id=case.pk)
    forms = dict.fromkeys(events.order_by().values_list("form", flat=True).distinct())
    form = request.GET.get("form", "")
    narrowed = Narrowed(
        request.GET,
        {
            "form": (_("Form"), {one: short_title(FORM_OF[one]) for one in FORM_OF if one in forms}),
            "item": (_("Item"), _items(FORM_OF[form]) if form in FORM_OF else {}),
            "who": (_("Who"), _people(events)),
            "act": (_("What was done"), act_choices()),
        },
    )
    if narrowed.get("form"):
        events = events.filter(form=narrowed.get("form"))
    return _page(request, case, events, narrowed, _("History of %(case)s") % {"case": case.number}, [])


@permitted(Permission.CASE_READ)
@require_GET
def form_history(request, number, form, key):
    """Everything that was done to one form, newest first. A removed form keeps its history.

    With ?item=… and ?beside, what was done to one question, to be shown beside it.
    """
    from registry.views.form_entry import model_or_404, row_or_404

    case, model = own_case(request, number), model_or_404(form)
    row = row_or_404(case, model, key, with_void=True)
    if "beside" in request.GET:
        return _beside(request, row)
    own = events_of(row)
    narrowed = Narrowed(
        request.GET,
        {
            "item": (_("Item"), _items(model)),
            "who": (_("Who"), _people(own)),
            "act": (_("What was done"), act_choices()),
        },
    )
    crumbs = [] if row.is_void else [(row_title(row), reverse("form", args=[number, form, key]))]
    return _page(request, case, own, narrowed, _("History of %(form)s") % {"form": row_title(row)}, crumbs, row)


def _page(request, case, events, narrowed, title, crumbs, row=None):
    events = narrowed.apply(events.filter(actor=narrowed.get("who")) if narrowed.get("who") else events)
    page = page_of(events, request.GET.get("before", ""), {case.pk: case})
    crumbs = [(_("Cases"), reverse("cases")), (case.number, case.get_absolute_url()), *crumbs]
    context = {"title": title, "crumbs": crumbs, "page": page, "narrowed": narrowed, "item": narrowed.get("item")}
    context["row"] = row if narrowed.get("item") else None
    return render(request, "registry/history.html", context)


def _beside(request, row):
    """The history of one question, as it stands beside it."""
    name = request.GET.get("item", "")
    if name not in row.items():
        raise Http404
    events = list(events_of(row).filter(item__in=columns_of(name))[:MOST_OF_ITEM])
    entries = entries_of(events, {row.case_id: row.case})
    context = {"entries": entries, "label": row._meta.get_field(name).verbose_name, "row": row}
    return render(request, "components/item_history.html", context)


def _items(model):
    """Item → its question."""
    return {name: str(model._meta.get_field(name).verbose_name) for name, item in model.items().items() if not item.key}


def _people(events):
    """Address → name of whoever changed something."""
    actors = set(events.order_by().values_list("actor", flat=True).distinct())
    names = names_of(actors)
    return {actor: names.get(actor, actor) for actor in sorted(actors, key=lambda one: names.get(one, one))}


def events_of(form):
    """The form's own events, newest first."""
    return HistoryEvent.objects.filter(case_id=form.case_id, form=form.form_name, row_id=form.pk).order_by("-id")


def last_change(form):
    """The last event of a form, or None."""
    return events_of(form).first() if form.pk else None


def name_of(actor):
    """The name of the person with this address, or the address of what is no person."""
    return Person.objects.filter(email=actor).values_list("name", flat=True).first() or actor


def answers_at(form, version):
    """Column → answer as it was at an earlier version: the later changes taken back. Version 0 is before the form was stored."""
    if version == 0:
        return {}
    answers = form.answers()
    for step, group in enumerate(saves(events_of(form))):
        if step >= form.version - version:
            break
        for event in group:
            if event.item in answers:
                item = form.items().get(event.item)
                answers[event.item] = as_stored(item, event.old) if item else event.old
    return answers
