"""Audits by blind re-entry: the list, drawing one, its forms, and the queries about what is wrong."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.access.permissions import Permission
from registry.actions.audits import LARGEST, ask_about, draw_audit
from registry.models import Audit, AuditForm, Case, Cohort, Outcome, Site
from registry.views.access import permitted
from registry.views.row_titles import titles_of
from registry.views.sent_once import sent_once
from registry.views.simple import refuse
from registry.views.statuses import AUDIT_FORM, Status
from registry.views.story import names_of

PAGE = 100
READERS = (Permission.AUDIT_RUN, Permission.FORM_REKEY, Permission.SITES_COMPARE)


class AuditDraw(forms.Form):
    """A new audit."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    cohort = forms.ModelChoiceField(
        label=gettext_lazy("Cohort"), queryset=Cohort.objects.none(), to_field_name="code", empty_label=None
    )
    sites = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Hospitals"),
        queryset=Site.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("All that have cases in the cohort, unless some are chosen."),
    )
    size = forms.IntegerField(
        label=gettext_lazy("Forms"),
        min_value=1,
        max_value=LARGEST,
        help_text=gettext_lazy("How many complete forms are drawn at random. Their critical items are entered again."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args, **words):
        super().__init__(*args, **words)
        self.fields["cohort"].queryset = Cohort.objects.filter(
            Exists(Case.objects.filter(cohort=OuterRef("pk")))
        ).order_by("pk")
        self.fields["sites"].queryset = Site.objects.filter(Exists(Case.objects.filter(site=OuterRef("pk"))))


@dataclass(frozen=True)
class Line:
    """One form of the sample as this reader sees it."""

    row: AuditForm
    title: str
    status: Status
    who: str
    open: int  # differences that nobody has judged
    url: str


@permitted(*READERS)
@require_http_methods(["GET", "POST"])
@sent_once()
def audits(request):
    """The audits, the newest first; POST draws one more."""
    may_draw = request.user.may(Permission.AUDIT_RUN)
    if request.method == "POST" and not may_draw:
        raise PermissionDenied
    form = AuditDraw(request.POST if request.method == "POST" else None) if may_draw else None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        sites = given.pop("sites") or Site.objects.filter(Exists(Case.objects.filter(site=OuterRef("pk"))))
        try:
            made = draw_audit(**given, sites=sites, by=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The forms are drawn. Whoever did not enter them can enter them again."))
            return redirect("audit", made.pk)
    rows = (
        Audit.objects.select_related("cohort")
        .order_by("-pk")
        .annotate(forms=Count("auditform"), sealed=Count("auditform", filter=Q(auditform__sealed_at__isnull=False)))
    )
    context = {"page": Paginator(rows, PAGE).get_page(request.GET.get("page")), "form": form}
    return render(request, "registry/audits.html", context, status=422 if form and form.errors else 200)


@permitted(*READERS)
@require_GET
def audit_forms(request, pk):
    """The forms of an audit that this reader sees."""
    audit = get_object_or_404(Audit.objects.select_related("cohort"), pk=pk)
    rows = (
        audit.auditform_set.not_withdrawn()
        .select_related("case", "site")
        .order_by("sealed_at", "site__code", "case__number", "id")
    )
    not_judged = Q(auditanswer__verdict="") & ~Q(auditanswer__outcome=Outcome.AGREED)
    page = Paginator(rows.annotate(open=Count("auditanswer", filter=not_judged)), PAGE).get_page(
        request.GET.get("page")
    )
    names = names_of({audit.drawn_by, *(one.began_by for one in page)})
    context = {
        "audit": audit,
        "drawn_by": names.get(audit.drawn_by, audit.drawn_by),
        "page": page,
        "lines": _lines(page, names),
        "sites": Site.objects.filter(pk__in=audit.site_ids).order_by("code"),
        "may_run": request.user.may(Permission.AUDIT_RUN),
        "crumbs": [(_("Audits"), reverse("audits"))],
    }
    return render(request, "registry/audit.html", context)


@permitted(Permission.AUDIT_RUN)
@require_POST
@sent_once()
def audit_ask(request, pk):
    """Raise queries about what is wrong in the registry."""
    audit = get_object_or_404(Audit, pk=pk)
    asked = ask_about(audit, by=request.user)
    words = ngettext("%d query is raised.", "%d queries are raised.", len(asked)) % len(asked)
    messages.success(
        request, words if asked else _("Nothing new to ask: no answer is judged wrong, or it is asked about already.")
    )
    return redirect("audit", pk)


def state_of(row, unjudged):
    """waiting, begun, to_judge or done."""
    if row.sealed_at:
        return "to_judge" if unjudged else "done"
    return "begun" if row.began_by else "waiting"


def _lines(page, names):
    titles = titles_of({(one.form, one.row_id) for one in page}, {})
    return [
        Line(
            one,
            titles[one.form, one.row_id][0],
            AUDIT_FORM[state_of(one, one.open)],
            names.get(one.began_by, one.began_by),
            one.open,
            reverse("audit_form", args=[one.audit_id, one.pk]),
        )
        for one in page
    ]
