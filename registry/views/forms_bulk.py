"""The list of complete forms that wait to be verified or locked: many at once, all or none, with the report of which could not."""

import re
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from registry.access.permissions import Permission
from registry.actions.states import Seen, SomeRefusedError, lock_forms, verify_forms
from registry.models import FORM_OF, FORMS, Case, Site
from registry.record import stored_cases
from registry.to_review import LOCK, VERIFY, waiting
from registry.views.access import permitted
from registry.views.case_forms import row_title, short_title
from registry.views.history_pages import Narrowed
from registry.views.statuses import FORM

ROWS = 50
MOST = 500  # forms of one act: each of their cases is checked anew and held until it ends
ACTS = {VERIFY: verify_forms, LOCK: lock_forms}


@dataclass(frozen=True)
class Row:
    """One form of the list."""

    value: str
    case: object
    title: str
    url: str
    status: object
    dated: object
    is_chosen: bool
    refused: str = ""


@permitted(Permission.FORM_VERIFY, Permission.FORM_LOCK)
@require_http_methods(["GET", "POST"])
def forms(request):
    """The forms that wait; posted, the act for those chosen, or for the whole list."""
    narrowed = FormsNarrowed(request.GET)
    if request.method == "POST":
        return _act(request, narrowed)
    return _page(request, narrowed)


class FormsNarrowed(Narrowed):
    """The filters of the list, and what is next for the forms on it."""

    def __init__(self, params):
        titles = {form.form_name: short_title(form) for form in FORMS}
        sites = {code: code for code in Site.objects.order_by("code").values_list("code", flat=True)}
        offers = {
            "site": (_("Site"), sites),
            "form": (_("Form"), titles),
            "number": (_("Case number"), re.compile(r"[A-Za-z0-9-]{1,8}")),
        }
        super().__init__(params, offers)
        self.todo = params.get("todo") if params.get("todo") in ACTS else VERIFY

    @property
    def rest(self):
        """The filters in force without what is next."""
        return super().query

    @property
    def query(self):
        """The filters in force, to put more behind."""
        return f"{self.rest}todo={self.todo}&"


def _found(narrowed, limit, offset=0):
    words = {name: narrowed.get(name) for name in ("site", "form", "number")}
    return waiting(narrowed.todo, **words, **narrowed.days, limit=limit, offset=offset)


def _act(request, narrowed):
    """Verify or lock what was chosen."""
    act = request.POST.get("act")
    if act not in ACTS:
        return HttpResponseBadRequest(_("There is no such act."))
    if "whole" in request.POST:
        total, found = _found(narrowed, MOST)
        if total > MOST:
            return HttpResponseBadRequest(_("Too many forms for one act."))
        if request.POST["whole"] != str(total):
            return _page(
                request, narrowed, refusal=_("The list has changed since. Nothing was done; look at it again.")
            )
        wanted = [Seen(one.case_id, one.form, one.row_id, one.version) for one in found]
    else:
        wanted = [seen for seen in map(_read, request.POST.getlist("form")) if seen]
    if not wanted:
        return _page(request, narrowed, refusal=_("Choose at least one form."))
    if len(wanted) > MOST:
        return HttpResponseBadRequest(_("Too many forms for one act."))
    try:
        moved = ACTS[act](wanted, by=request.user)
    except SomeRefusedError as refusal:
        return _page(request, narrowed, refusal=" ".join(refusal.messages), refused=refusal.refused, wanted=wanted)
    words = (
        ngettext("%d form is verified.", "%d forms are verified.", len(moved))
        if act == VERIFY
        else ngettext("%d form is locked.", "%d forms are locked.", len(moved))
    )
    messages.success(request, words % len(moved))
    return redirect(f"{reverse('forms')}?{narrowed.query}".rstrip("&?"))


def _page(request, narrowed, *, refusal="", refused=(), wanted=()):
    total, found, page = _of_page(request, narrowed)
    why = {(one.form, one.row_id): words for one, words in refused}
    rest = {(one.form, one.row_id) for one in wanted} - why.keys()
    context = {
        "narrowed": narrowed,
        "todo": narrowed.todo,
        "rows": _rows(found, rest),
        "page": page,
        "total": total,
        "may_lock_all": narrowed.todo == LOCK and total <= MOST,
        "most": MOST,
        "refusal": refusal,
        "report": _report(refused),
    }
    return render(request, "registry/forms.html", context, status=422 if refusal else 200)


def _of_page(request, narrowed):
    """(how many, those of this page, the page)."""
    number = request.GET.get("page", "1")
    offset = (int(number) - 1) * ROWS if number.isascii() and number.isdigit() and 0 < int(number) < 10000 else 0
    total, found = _found(narrowed, ROWS, offset)
    return total, found, Paginator(range(total), ROWS).get_page(number)


def _rows(found, chosen):
    """Lines of the forms, whose cases are read together."""
    cases = {case.pk: case for case in Case.objects.filter(pk__in={one.case_id for one in found})}
    stored = stored_cases(cases.values())
    rows = []
    for one in found:
        case = cases[one.case_id]
        form = next((row for row in stored[case.pk].rows_of(one.form) if row.pk == one.row_id), None)
        if form is not None:
            rows.append(_row(one, case, form, stored[case.pk].state_of(form), (one.form, one.row_id) in chosen))
    return rows


def _row(one, case, form, state, is_chosen):
    return Row(
        f"{one.case_id}:{one.form}:{one.row_id}:{one.version}",
        case,
        row_title(form),
        reverse("form", args=[case.number, form.form_name, form.key]),
        FORM[state],
        one.dated,
        is_chosen,
    )


def _report(refused):
    """(case, form, address, why) of each that could not be moved."""
    cases = {case.pk: case for case in Case.objects.filter(pk__in={one.case_id for one, _why in refused})}
    stored = stored_cases(cases.values()) if cases else {}
    lines = []
    for one, why in refused:
        case = cases[one.case_id]
        form = next((row for row in stored[case.pk].rows_of(one.form) if row.pk == one.row_id), None)
        title = row_title(form) if form else short_title(FORM_OF[one.form]) if one.form in FORM_OF else ""
        url = reverse("form", args=[case.number, form.form_name, form.key]) if form else case.get_absolute_url()
        lines.append({"case": case, "title": title, "url": url, "why": why})
    return lines


def _read(text):
    """The form that a box of the list names; None for what no page of ours sends."""
    case, _colon, rest = text.partition(":")
    form, _colon, rest = rest.partition(":")
    row, _colon, version = rest.partition(":")
    numbers = (case, row, version)
    if form not in FORM_OF or not all(one.isascii() and one.isdigit() and len(one) < 18 for one in numbers):
        return None
    return Seen(int(case), form, int(row), int(version))
