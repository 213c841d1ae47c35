"""Drafts of forms: kept while somebody types, put back when the form is opened again, thrown away."""

from copy import copy
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from registry import clock
from registry.access.permissions import Permission
from registry.actions.drafts import REPLY, OtherDraftError, draft_of, drop_draft, keep_draft, stamp
from registry.entry import EntryForm, read_aloud
from registry.views.access import own_case, permitted
from registry.views.form_address import form_at, form_url, seen_version
from registry.views.form_page import FormPage
from registry.views.form_typed import page_as_typed


@dataclass(frozen=True)
class Line:
    """One typed answer of a draft, in words."""

    label: str
    text: str


@dataclass(frozen=True)
class Offer:
    """A draft as its page tells of it: when it was kept, and its answers that are not stored."""

    when: str
    lines: tuple


@permitted(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def draft(request, number, form, key):
    """Keep what is typed, or with `drop` throw it away. Opened as a page, for example after signing in again, it is the form's."""
    case = own_case(request, number)
    instance = form_at(request, case, form, key)
    if request.method == "POST" and "drop" not in request.POST:
        return _keep(request, instance)
    if request.method == "POST":
        drop_draft(instance, by=request.user)
    return redirect(form_url(instance, number))


def _keep(request, instance):
    """Keep what an open form holds, unless that is what is stored."""
    if not request.user.may(Permission.FORM_WRITE):
        raise PermissionDenied
    if not _holds_something(EntryForm(copy(instance), request.POST)):
        drop_typed(request, instance)
        return JsonResponse({"said": "", "stamp": ""})
    try:
        kept = keep_typed(request, instance)
    except OtherDraftError:
        words = _("kept in this tab only: another window of yours has a draft of this form")
        return JsonResponse({"said": words}, status=409)
    except ValidationError as refusal:
        return JsonResponse({"said": " ".join(refusal.messages)}, status=422)
    return JsonResponse({"said": kept_words(kept) if kept else "", "stamp": stamp(kept)})


def keep_typed(request, instance):
    """Keep what was posted as the person's draft of the form."""
    typed = [(name, text) for name in request.POST for text in request.POST.getlist(name)]
    return keep_draft(instance, typed, by=request.user, seen_version=seen_version(request), **_window(request))


def keep_refused(request, instance):
    """Keep what a save refused, for whoever closes the page. Returns the Draft, or None where it stays in the page only."""
    try:
        return keep_typed(request, instance)
    except (OtherDraftError, ValidationError):
        return None


def drop_typed(request, instance):
    """What the page holds is stored: its draft is needed no more."""
    drop_draft(instance, by=request.user, **_window(request))


def _window(request):
    return {"page": request.POST.get("nonce", "")[:36], "seen_draft": request.POST.get("draft", "")}


def kept_words(kept):
    """When a draft was kept: the time today, else the day too."""
    moment = timezone.localtime(kept.saved_at)
    is_today = moment.date() == clock.today()
    return _("draft kept %(time)s") % {"time": moment.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M")}


def page_with_draft(request, case, stored, instance):
    """The form's page as it is opened: with the person's draft in its controls, or to read where the form cannot be changed."""
    kept = offered_draft(request, instance)
    offer = kept and Offer(kept_words(kept), tuple(lines_of(kept, instance, stored.day0)))
    page = FormPage(request, case, stored, EntryForm(instance, day0=stored.day0), draft=offer, draft_stamp=stamp(kept))
    if kept is None or not page.may_write:
        return page
    entry = entry_of(kept, instance, stored.day0)
    words = {
        "version": kept.version,
        "reason": entry.data.get("reason", ""),
        "draft": offer,
        "draft_stamp": stamp(kept),
    }
    return page_as_typed(request, case, stored, entry, **words)


def offered_draft(request, instance):
    """The person's draft of the form, if it holds something that is not stored."""
    kept = draft_of(instance, by=request.user)
    return kept if kept and _holds_something(entry_of(kept, copy(instance), None)) else None


def _holds_something(entry):
    """Whether an answer is typed that is not stored, or an answer to a query."""
    return bool(_replies(entry)) or entry.differs


def _replies(entry):
    """What is typed as answers to queries."""
    return [
        entry.data[name] for name in entry.data if REPLY.fullmatch(name) and name.endswith("_text") and entry.data[name]
    ]


def entry_of(kept, instance, day0):
    """The entry form with the draft's text in it."""
    data = QueryDict(mutable=True)
    for name, text in kept.typed:
        data.appendlist(name, text)
    return EntryForm(instance, data, day0=day0)


def lines_of(kept, instance, day0):
    """The draft's answers that are not stored, to read: in words, or as typed where they cannot be understood."""
    mine = copy(instance)
    entry = entry_of(kept, mine, day0)
    entry.is_valid()
    for name in entry.names:
        text = entry.data.get(name, "") if name in entry.errors else read_aloud(mine, name)
        if text and text != read_aloud(instance, name):
            yield Line(mine._meta.get_field(name).verbose_name, text)
    for text in _replies(entry):
        yield Line(_("Answer to a query"), text)
