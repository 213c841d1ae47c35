"""One page for every case report form: shown, corrected, removed. What may be stored is decided by the action."""

import json
from copy import copy

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from registry.access.permissions import Permission
from registry.actions.drafts import stamp
from registry.actions.forms import ReasonNeededError, StaleVersionError, void_form
from registry.actions.once import KeyUsedError, once
from registry.actions.save_and_answer import RepliesRefusedError, save_and_answer
from registry.entry import EntryForm
from registry.record import stored_case
from registry.views.access import own_case, permitted
from registry.views.form_address import (
    form_at,
    form_url,
    live_url,
    model_or_404,
    name_visit,
    row_or_404,
    row_or_none,
    seen_version,
)
from registry.views.form_conflict import chosen, conflict_page
from registry.views.form_draft import drop_typed, keep_refused, page_with_draft
from registry.views.form_page import FormPage
from registry.views.form_queries import replies, tell_of_queries
from registry.views.form_removed import removed_page
from registry.views.form_typed import page_as_typed
from registry.views.log_page import to_log


@permitted(Permission.FORM_WRITE)
@require_http_methods(["GET", "POST"])
def new(request, number, form):
    """An empty form of this kind; a form that is there once only opens the stored one."""
    case = own_case(request, number)
    instance = form_at(request, case, form, "new")
    if instance.log_of:
        return to_log(case, instance)
    if request.method == "GET":
        name_visit(instance, request.GET.get("visit", ""))
    if not instance.key_item and request.method == "GET":
        stored = row_or_none(case, type(instance), instance.key)
        if stored:
            return redirect("form", number, form, stored.key)
    return _entry(request, case, instance)


@permitted(Permission.CASE_READ)
@require_http_methods(["GET", "POST"])
def stored_form(request, number, form, key):
    """A stored form."""
    case = own_case(request, number)
    row = row_or_404(case, model_or_404(form), key, with_void=True)
    if row.log_of:
        return to_log(case, row)
    if row.is_void and request.method == "GET":
        return removed_page(request, case, row)
    return _entry(request, case, row)


@permitted(Permission.FORM_WRITE)
@require_POST
def void(request, number, form, key):
    """Remove a form that was entered by mistake."""
    case = own_case(request, number)
    row = row_or_404(case, model_or_404(form), key)
    try:
        void_form(row, by=request.user, seen_version=seen_version(request), reason=request.POST.get("reason", ""))
    except StaleVersionError:
        messages.error(request, _("Somebody has just changed this form. Nothing was removed; look at it again."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Removed. The history keeps it."))
        return redirect("case", number)
    return redirect("form", number, form, key)


def _entry(request, case, instance):
    """Show the form, or store what was posted."""
    stored = stored_case(case)
    if request.method == "POST":
        if not request.user.may(Permission.FORM_WRITE):
            raise PermissionDenied
        return _store(request, case, stored, instance)
    page = page_with_draft(request, case, stored, instance)
    return render(request, "registry/form_entry.html", {"page": page})


def _store(request, case, stored, instance):
    shown = copy(instance)  # whose draft this is: saving may number the form
    data = chosen(request.POST, instance) if "choosing" in request.POST else request.POST
    entry = EntryForm(instance, data, day0=stored.day0)
    reason, page_words = data.get("reason", ""), {}
    if entry.is_valid():
        try:
            saved = _save(request, entry.instance, reason)
            drop_typed(request, shown)
            return _after_saving(request, case, saved, before=stored)
        except KeyUsedError as used:
            return _stored_before(request, case, entry, model=type(instance), pk=used.made["row"])
        except StaleVersionError as stale:
            keep_refused(request, shown)
            words = {"draft_url": live_url("form_draft", shown, case.number), "nonce": request.POST.get("nonce", "")}
            return conflict_page(request, case, entry, stale, seen_version=seen_version(request), **words)
        except RepliesRefusedError as refusal:
            page_words["refused_replies"] = refusal.refused
        except ReasonNeededError as refusal:
            page_words["reason_error"] = " ".join(refusal.messages)
        except ValidationError as refusal:
            entry.refuse(refusal)
    page_words["draft_stamp"] = stamp(keep_refused(request, shown))
    page = page_as_typed(request, case, stored, entry, version=seen_version(request), reason=reason, **page_words)
    return render(request, "registry/form_entry.html", {"page": page}, status=422)


def _save(request, form, reason):
    """Store the form with the answers to its queries once, however often its page is sent."""
    nonce = request.POST.get("nonce", "")[:36]

    def save():
        words = {"seen_version": seen_version(request), "complete": request.POST.get("go") == "complete"}
        return save_and_answer(form, replies(request.POST), by=request.user, reason=reason, **words)

    if not nonce:
        return save()
    typed = sorted(
        (name, request.POST.getlist(name))
        for name in request.POST
        if name not in ("csrfmiddlewaretoken", "go", "draft")
    )
    made, _is_new = once(
        lambda: {"row": save().pk}, by=request.user, key=f"page:{nonce}", body=json.dumps(typed).encode()
    )
    saved = type(form).with_void.get(pk=made["row"])
    saved.queries_opened, saved.queries_closed = form.queries_opened, form.queries_closed
    return saved


def _stored_before(request, case, entry, *, model, pk):
    """The page was sent before and now again with other answers: both versions of the row it stored."""
    theirs = model.with_void.select_related("case", "site").get(pk=pk)
    mine = entry.instance
    if mine.key_item:
        setattr(mine, mine.key_item, getattr(theirs, theirs.key_item))
    urls = {"url": form_url(theirs, case.number), "draft_url": live_url("form_draft", theirs, case.number)}
    return conflict_page(
        request, case, entry, StaleVersionError(theirs, mine), seen_version=seen_version(request), **urls
    )


def _after_saving(request, case, saved, *, before):
    """Stay, or go on to the next form that is still open; a form that cannot be complete yet says why and stays."""
    stored = stored_case(case)
    page = FormPage(request, case, stored, EntryForm(saved, day0=stored.day0))
    wanted = request.POST.get("go") == "complete"
    words = (
        _("%(title)s: complete, saved at %(time)s.")
        if wanted and saved.is_complete
        else _("%(title)s: saved at %(time)s.")
    )
    said = words % {"title": page.title, "time": timezone.localtime().strftime("%H:%M")}
    messages.success(request, said, extra_tags="saved")
    tell_of_queries(request, saved, before=before, after=stored)
    if wanted and not saved.is_complete:
        messages.warning(request, _("Not complete yet: %(what)s.") % {"what": page.blocked_text}, extra_tags="blocked")
    if wanted and saved.is_complete:
        return redirect(page.next_open_url or reverse("case", args=[case.number]))
    return redirect("form", case.number, saved.form_name, saved.key)
