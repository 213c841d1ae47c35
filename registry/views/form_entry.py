"""One page for every case report form: shown, corrected, removed. What may be stored is decided by the action."""

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from registry.access.permissions import Permission
from registry.actions.forms import ReasonNeededError, StaleVersionError, save_form, void_form
from registry.actions.once import KeyUsedError, once
from registry.entry import EntryForm
from registry.models import FORM_OF
from registry.record import stored_case
from registry.views.access import own_case, permitted
from registry.views.form_conflict import chosen, conflict_page
from registry.views.form_page import FormPage
from registry.views.form_typed import page_as_typed


@permitted(Permission.FORM_WRITE)
@require_http_methods(["GET", "POST"])
def new(request, number, form):
    """An empty form of this kind; a form that is there once only opens the stored one."""
    case = own_case(request, number)
    instance = form_at(request, case, form, "new")
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
    return _entry(request, case, row_or_404(case, model_or_404(form), key, with_void=request.method == "POST"))


@permitted(Permission.FORM_WRITE)
@require_POST
def void(request, number, form, key):
    """Remove a form that was entered by mistake."""
    case = own_case(request, number)
    row = row_or_404(case, model_or_404(form), key)
    try:
        void_form(row, by=request.user, seen_version=_version(request), reason=request.POST.get("reason", ""))
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
    entry = EntryForm(instance, day0=stored.day0)
    return render(request, "registry/form_entry.html", {"page": FormPage(request, case, stored, entry)})


def _store(request, case, stored, instance):
    data = chosen(request.POST, instance) if "choosing" in request.POST else request.POST
    entry = EntryForm(instance, data, day0=stored.day0)
    reason, page_words = data.get("reason", ""), {}
    if entry.is_valid():
        try:
            return _after_saving(request, case, _save(request, entry.instance, reason))
        except KeyUsedError as used:
            return _stored_before(request, case, entry, model=type(instance), pk=used.made["row"])
        except StaleVersionError as stale:
            return conflict_page(request, case, entry, stale, seen_version=_version(request))
        except ReasonNeededError as refusal:
            page_words["reason_error"] = " ".join(refusal.messages)
        except ValidationError as refusal:
            entry.refuse(refusal)
    page = page_as_typed(request, case, stored, entry, version=_version(request), reason=reason, **page_words)
    return render(request, "registry/form_entry.html", {"page": page}, status=422)


def _save(request, form, reason):
    """Store the form; a new one only once, however often its page is sent."""
    nonce = request.POST.get("nonce", "")[:36]

    def save():
        complete = request.POST.get("go") == "complete"
        return save_form(form, by=request.user, seen_version=_version(request), reason=reason, complete=complete)

    if form.pk or not nonce:
        return save()
    typed = sorted(
        (name, request.POST.getlist(name)) for name in request.POST if name not in ("csrfmiddlewaretoken", "go")
    )
    made, _is_new = once(
        lambda: {"row": save().pk}, by=request.user, key=f"page:{nonce}", body=json.dumps(typed).encode()
    )
    return type(form).with_void.get(pk=made["row"])


def _stored_before(request, case, entry, *, model, pk):
    """The page of a new form was sent before and now again with other answers: both versions, for the row it made."""
    theirs = model.with_void.select_related("case", "site").get(pk=pk)
    mine = entry.instance
    if mine.key_item:
        setattr(mine, mine.key_item, getattr(theirs, theirs.key_item))
    url = reverse("form", args=[case.number, theirs.form_name, theirs.key])
    return conflict_page(request, case, entry, StaleVersionError(theirs, mine), seen_version=0, url=url)


def _after_saving(request, case, saved):
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
    if wanted and not saved.is_complete:
        messages.warning(request, _("Not complete yet: %(what)s.") % {"what": page.blocked_text}, extra_tags="blocked")
    if wanted and saved.is_complete:
        return redirect(page.next_open_url or reverse("case", args=[case.number]))
    return redirect("form", case.number, saved.form_name, saved.key)


def model_or_404(name):
    """The form model of this name."""
    if name not in FORM_OF:
        raise Http404
    return FORM_OF[name]


def form_at(request, case, form, key):
    """The form that an address names: a stored row, removed or not, or for "new" an empty one of the course asked for."""
    model = model_or_404(form)
    if key != "new":
        return row_or_404(case, model, key, with_void=True)
    return model(case=case, site=case.site, **({"course_no": _course(request)} if model.of_course else {}))


def row_or_404(case, model, key, *, with_void=False):
    """The case's row that `key` names: course and row number, or the only one."""
    row = row_or_none(case, model, key, with_void=with_void)
    if row is None:
        raise Http404
    return row


def row_or_none(case, model, key, *, with_void=False):
    """The same, or None."""
    parts = key.split(".")
    names = [*(["course_no"] if model.of_course else []), *([model.key_item] if model.key_item else [])]
    wanted = dict(zip(names, parts, strict=False)) if names else {}
    if len(parts) != max(len(names), 1) or not all(
        part.isascii() and part.isdigit() and len(part) < 6 for part in parts
    ):
        return None
    rows = model.with_void if with_void else model.objects
    row = rows.filter(case=case, **wanted).first()
    return row if row is not None and row.key == key else None


def _version(request):
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _course(request):
    text = request.GET.get("course", "1")
    if text not in tuple("123456789"):
        raise Http404
    return int(text)
