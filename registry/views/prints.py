"""Forms and cases on paper: blank forms to fill in by hand, stored forms and whole cases as complete copies."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from registry.access.permissions import Permission
from registry.consent import WITHDRAWN
from registry.derived import derived_of
from registry.models import FORM_OF, FORMS, HistoryEvent
from registry.queries import words_of
from registry.record import consent_in, stored_case
from registry.views.access import own_case, permitted
from registry.views.case_forms import row_title
from registry.views.derived_section import derivation
from registry.views.form_state import form_states
from registry.views.history import story
from registry.views.paper import blank_sheet, filled_sheet, reasons
from registry.views.statuses import FORM, Status


@dataclass(frozen=True)
class Copy:
    """A stored form as it is printed: answers, what is derived from them, state, signatures, open queries, history."""

    sheet: object
    status: Status
    state: object
    queries: list
    derived: list = field(default_factory=list)

    @property
    def form(self):
        return self.sheet.form


@require_GET
def forms_blank(request):
    """Every form to fill in by hand."""
    return _blank_page(request, FORMS, _("All forms"))


@require_GET
def form_blank(request, form):
    """One form to fill in by hand."""
    model = FORM_OF.get(form)
    if model is None:
        raise Http404
    return _blank_page(request, [model], _(model.title))


def _blank_page(request, models, title):
    context = {"title": title, "sheets": [blank_sheet(model) for model in models], "back": reverse("codebook")}
    return render(request, "print/blank.html", context | _imprint(request))


@permitted(Permission.CASE_READ)
@require_GET
def form_print(request, number, form, key):
    """One stored form."""
    case = own_case(request, number)
    stored, _withdrawn = shown_case(case)
    own = next((one for one in stored.rows_of(form) if one.key == key), None)
    if own is None:
        raise Http404
    title = f"{case.number} {row_title(own)}"
    context = {"case": case, "title": title, "copies": copies(case, stored, [own]), "back": _address(case, own)}
    return render(request, "print/form.html", context | _imprint(request))


@permitted(Permission.CASE_READ)
@require_GET
def case_print(request, number):
    """Every stored form of a case; with ?history=1 also everything that was ever done to it."""
    case = own_case(request, number)
    stored, is_withdrawn = shown_case(case)
    with_history = request.GET.get("history") == "1" and not is_withdrawn
    context = {
        "case": case,
        "title": case.number,
        "copies": copies(case, stored, stored.forms),
        "withdrawn": _(WITHDRAWN) if is_withdrawn else "",
        "with_history": with_history,
        "entries": _history(case) if with_history else [],
        "back": case.get_absolute_url(),
    }
    return render(request, "print/case.html", context | _imprint(request))


def shown_case(case):
    """(the stored case, whether consent is withdrawn): then the registration, where consent is recorded, is all that is shown."""
    stored = stored_case(case)
    is_withdrawn = consent_in(stored.forms).is_withdrawn
    return (replace(stored, forms=stored.rows_of("patient")) if is_withdrawn else stored), is_withdrawn


def _history(case):
    """Everything that was done to the case, from the first entry on."""
    events = HistoryEvent.objects.filter(case_id=case.pk).exclude(form="case")
    return list(reversed(story(case, events.order_by("-id"))))


def copies(case, stored, forms):
    """These stored forms of a case as they are printed."""
    record = stored.record
    placed, states = defaultdict(list), form_states(case, forms)
    for one in derived_of(record):
        placed[one.form, one.key].append(one)
    return [
        Copy(
            filled_sheet(form, record),
            FORM[stored.state_of(form)],
            states[form.form_name, form.pk],
            [query_words(query) for query in stored.queries_of(form)],
            [derivation(one, stored, form) for one in placed[form.form_name, form.key]],
        )
        for form in forms
    ]


def query_words(query):
    """The state and the words of a query that is not closed."""
    return query.get_state_display(), words_of(query)


def _address(case, form):
    return reverse("form", args=[case.number, form.form_name, form.key])


def _imprint(request):
    """When and by whom this was printed, and what the reasons for a missing answer mean."""
    return {"printed_at": timezone.now(), "printed_by": request.user.name, "reasons": reasons()}
