"""The page of a form that was removed: when and by whom, and what the reader had typed in it."""

from dataclasses import dataclass
from datetime import datetime

from django.shortcuts import render

from registry.entry import EntryForm
from registry.record import stored_case
from registry.views.case_forms import row_title
from registry.views.form_draft import Offer, kept_words, lines_of, offered_draft
from registry.views.form_page import FormPage
from registry.views.history import events_of
from registry.views.story import names_of


@dataclass(frozen=True)
class Removal:
    """When a form was removed, by whom and why."""

    at: datetime
    who: str
    reason: str


def removed_page(request, case, instance):
    """Nothing is at the address any more (404); the page leads whoever may see the case to the form's history."""
    stored, kept = stored_case(case), offered_draft(request, instance)
    offer = kept and Offer(kept_words(kept), tuple(lines_of(kept, instance, stored.day0)))
    page = FormPage(request, case, stored, EntryForm(instance, day0=stored.day0), draft=offer)
    context = {"page": page, "title": row_title(instance), "removal": _removal_of(instance)}
    return render(request, "registry/form_removed.html", context, status=404)


def _removal_of(form):
    event = events_of(form).filter(item="is_void", new=True).first()
    return event and Removal(event.at, names_of([event.actor]).get(event.actor, event.actor), event.reason)
