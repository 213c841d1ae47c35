"""The history of a form or a case, told as a story: who, when, why, and each answer before and after."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from registry.access.permissions import Permission
from registry.access.roles import ROLES
from registry.entry.questions import say_answer
from registry.fields import MISSING_CHOICES
from registry.models import FORM_OF, HistoryEvent, Person
from registry.views.access import own_case, permitted
from registry.views.case_forms import row_title, short_title

MOST_EVENTS = 4000  # of one case that are told on a page; the rest are a page further back


@dataclass(frozen=True)
class Change:
    """One answer before and after, in words."""

    label: str
    old: str
    new: str


@dataclass
class Entry:
    """What one person did at one moment to one form."""

    at: object
    who: str
    role: str
    reason: str
    title: str
    url: str
    kind: str
    changes: list = field(default_factory=list)


@permitted(Permission.CASE_READ)
@require_GET
def case_history(request, number):
    """Everything that was done to a case, newest first."""
    case = own_case(request, number)
    events = HistoryEvent.objects.filter(case_id=case.pk).exclude(form="case")
    return _page(request, case, events, _("History of %(case)s") % {"case": case.number}, [])


@permitted(Permission.CASE_READ)
@require_GET
def form_history(request, number, form, key):
    """Everything that was done to one form, newest first. A removed form keeps its history."""
    from registry.views.form_entry import model_or_404, row_or_404

    case = own_case(request, number)
    row = row_or_404(case, model_or_404(form), key, with_void=True)
    events = HistoryEvent.objects.filter(case_id=case.pk, form=form, row_id=row.pk)
    crumbs = [] if row.is_void else [(row_title(row), reverse("form", args=[number, form, key]))]
    return _page(request, case, events, _("History of %(form)s") % {"form": row_title(row)}, crumbs)


def _page(request, case, events, title, crumbs):
    entries = story(case, events.order_by("-id")[:MOST_EVENTS])
    page = Paginator(entries, 50).get_page(request.GET.get("page"))
    crumbs = [(_("Cases"), reverse("cases")), (case.number, case.get_absolute_url()), *crumbs]
    return render(request, "registry/history.html", {"case": case, "title": title, "crumbs": crumbs, "page": page})


def story(case, events):
    """Entries of the events, which come newest first: one for each transaction and row."""
    events = list(events)
    names = dict(Person.objects.filter(email__in={event.actor for event in events}).values_list("email", "name"))
    titles = _titles(case, events)
    found = []
    for _key, group in groupby(events, key=lambda event: (event.transaction, event.request, event.form, event.row_id)):
        group = list(group)
        first = group[0]
        title, url = titles.get((first.form, first.row_id), (first.form, ""))
        role = ROLES[first.role].label if first.role in ROLES else _("the registry itself")
        entry = Entry(first.at, names.get(first.actor, first.actor), role, first.reason, title, url, _kind(group))
        entry.changes = changes(first.form, list(reversed(group)))
        found.append(entry)
    return found


def _kind(group):
    """entered, changed or removed."""
    if any(event.item == "is_void" and event.new is True for event in group):
        return "removed"
    return "entered" if group[0].kind == "insert" else "changed"


def _titles(case, events):
    """(form, row id) → its title and address, one query a form."""
    wanted = {}
    for event in events:
        if event.form in FORM_OF:
            wanted.setdefault(event.form, set()).add(event.row_id)
    found = {}
    for form, ids in wanted.items():
        model = FORM_OF[form]
        names = [
            "pk",
            "is_void",
            *([model.key_item] if model.key_item else []),
            *(["course_no"] if model.of_course else []),
        ]
        for row in model.with_void.filter(case=case, pk__in=ids).only(*names):
            found[form, row.pk] = (
                row_title(row),
                "" if row.is_void else reverse("form", args=[case.number, form, row.key]),
            )
        for pk in ids:
            found.setdefault((form, pk), (short_title(model), ""))
    return found


def changes(form, events):
    """The changed answers of one entry; companions are told with their question."""
    model = FORM_OF.get(form)
    if model is None:
        return []
    by_item = {event.item: event for event in events}
    return [
        Change(
            model._meta.get_field(name).verbose_name,
            _words(model, name, by_item, "old"),
            _words(model, name, by_item, "new"),
        )
        for name, item in model.items().items()
        if not item.key and any(name + suffix in by_item for suffix in ("", "_mr", "_p", "_oth"))
    ]


def _words(model, name, by_item, side):
    """One side of a change in words: the answer, its text for "Other", or the reason why it is missing."""

    def value(suffix):
        return getattr(by_item[name + suffix], side) if name + suffix in by_item else None

    item, answer = model.items()[name], value("")
    if answer in (None, "", []):
        return str(dict(MISSING_CHOICES)[value("_mr")]) if value("_mr") else value("_oth") or ""
    if name == "mrn_hash":
        return _("fingerprint %(start)s…") % {"start": answer[:8]}
    return say_answer(item, as_stored(item, answer), value("_p"), value("_oth"))


def as_stored(item, answer):
    """A JSON value of the history as the model holds it."""
    if answer is None:
        return None
    if item.kind == "date":
        return date.fromisoformat(answer)
    return Decimal(str(answer)) if item.kind == "dec" else answer


def events_of(form):
    """The form's own events, newest first."""
    return HistoryEvent.objects.filter(Q(case_id=form.case_id, form=form.form_name, row_id=form.pk)).order_by("-id")


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
    groups = groupby(events_of(form), key=lambda event: (event.transaction, event.request))
    for step, (_key, group) in enumerate(groups):
        if step >= form.version - version:
            break
        for event in group:
            if event.item in answers:
                item = form.items().get(event.item)
                answers[event.item] = as_stored(item, event.old) if item else event.old
    return answers
