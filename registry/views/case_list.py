"""The list of cases, and enrolling a new one."""

import uuid
from dataclasses import dataclass, replace

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.access.permissions import Permission
from registry.actions.cases import enrol_case, remove_case
from registry.actions.once import once
from registry.case_state import WORDS, case_state, with_word
from registry.dictionary.codelists import AllSubtype
from registry.fields import code_label
from registry.models import Case, Cohort, Site
from registry.overview import BURDENS, KNOWN_BURDENS, STATES, overview
from registry.record import stored_cases
from registry.views.access import own_case, permitted
from registry.views.case_forms import completeness, form_lines
from registry.views.filters import Filters
from registry.views.statuses import CASE, DATA

ROWS = 25


@dataclass(frozen=True)
class CaseRow:
    """One line of the list."""

    case: object
    subtype: str
    burden: str
    status: object
    complete: int
    expected: int
    contradictions: int
    data: object

    @property
    def data_statuses(self):
        """What became of its data, in words."""
        return [DATA[word] for word in self.data.words]

    @property
    def is_partly_verified(self):
        return 0 < self.data.verified < self.data.forms


@permitted(Permission.CASE_READ)
@require_GET
def cases(request):
    """The cases this person may see. A whole case number in the search opens the case."""
    own = Case.objects.visible_to(request.user)
    filters = Filters(request.GET, _offers(own))
    exact = own.filter(number=filters.search.upper()).first() if filters.search else None
    if exact:
        return redirect(exact)
    page = Paginator(narrowed(own, filters), ROWS).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "page": page,
        "rows": case_rows(page.object_list),
        "several_sites": len(filters.offers["site"][1]) > 1,
        "may_enrol": request.user.may(Permission.CASE_ENROL),
        "is_narrowed": bool(filters.search or filters.chosen),
    }
    return render(request, "registry/cases.html", context)


def _offers(own):
    sites = Site.objects.filter(pk__in=own.values("site")).order_by("code")
    cohorts = Cohort.objects.filter(pk__in=own.values("cohort")).order_by("pk")
    return {
        "site": (_("Site"), {site.code: site.code for site in sites}),
        "state": (_("State"), {state: str(CASE[state].word) for state in STATES}),
        "data": (_("Data"), {word: str(DATA[word].word) for word in WORDS}),
        "burden": (_("Burden"), {code: str(label) for code, label in BURDENS.items()}),
        "cohort": (_("Cohort"), {cohort.code: cohort.name for cohort in cohorts}),
    }


def narrowed(own, filters):
    """The cases that the filters leave: the consortium's own first, by number."""
    found = overview(own).with_locks().select_related("site", "cohort").order_by("cohort_id", "number")
    if filters.search:
        found = found.filter(number__icontains=filters.search)
    wanted = {
        "site__code": filters.get("site"),
        "cohort__code": filters.get("cohort"),
        "state": filters.get("state"),
        "burden": filters.get("burden"),
    }
    found = found.filter(**{key: value for key, value in wanted.items() if value})
    return with_word(found, filters.get("data")) if filters.get("data") else found


def case_rows(found):
    """Lines for the cases of one page; their forms are read together."""
    found = list(found)
    stored = stored_cases(found)
    return [_row(case, stored[case.pk]) for case in found]


def _row(case, stored):
    if case.state == "withdrawn":  # nothing is shown but that
        stored = replace(stored, forms=stored.rows_of("patient"))
        case.subtype, case.burden, case.day0 = None, "", None
    complete, expected = completeness(form_lines(case, stored))
    subtype = code_label(AllSubtype, case.subtype) if case.subtype in AllSubtype.codes() else ""
    burden = BURDENS[case.burden] if case.burden in KNOWN_BURDENS else ""
    contradictions = sum(stored.state_of(form) == "error" for form in stored.forms)
    data = case_state(stored, is_locked=case.is_closed)
    return CaseRow(case, subtype, burden, CASE[case.state], complete, expected, contradictions, data)


class EnrolForm(forms.Form):
    """Where the new case belongs."""

    nonce = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)
    site = forms.ModelChoiceField(queryset=Site.objects.none(), label=gettext_lazy("Site"), empty_label=None)

    def __init__(self, person, *args):
        super().__init__(*args)
        self.fields["site"].queryset = Site.objects.filter(pk__in=person.site_ids(), is_active=True)


@permitted(Permission.CASE_ENROL)
@require_http_methods(["GET", "POST"])
def case_new(request):
    """Enrol a case; its registration form comes next."""
    form = EnrolForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            case = _enrol_once(request.user, form.cleaned_data["site"], form.cleaned_data["nonce"] or uuid.uuid4())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request, _("%(number)s is enrolled. Its registration comes first.") % {"number": case.number}
            )
            return redirect("form_new", case.number, "patient")
    return render(request, "registry/case_new.html", {"form": form}, status=422 if form.errors else 200)


@permitted(Permission.CASE_ENROL)
@require_POST
def case_remove(request, number):
    """Remove a case that was enrolled by mistake."""
    case = own_case(request, number)
    try:
        remove_case(case, by=request.user, reason=request.POST.get("reason", ""))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("case", number)
    messages.success(request, _("%(number)s is removed. The history keeps it.") % {"number": number})
    return redirect("cases")


def _enrol_once(person, site, nonce):
    """The case that this page enrols, however often it is sent."""
    made, _is_new = once(
        lambda: {"case": enrol_case(site=site, by=person).pk}, by=person, key=f"page:{nonce}", body=site.code.encode()
    )
    return Case.objects.get(pk=made["case"])
