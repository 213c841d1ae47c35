"""What was issued of a data cut for the public: one page, its figures and its data, from the stored releases alone.

Nothing here reads an exact Result: what is not in a release does not exist. No pandas: web processes use this.
"""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from analytics import phrases, read
from analytics.acts import cuts
from analytics.acts.taken import note_public
from analytics.catalogue import CATALOGUE
from analytics.core.disclosure.policy import POLICIES, PUBLIC
from analytics.cuts import report_response
from analytics.figures.sizes import SIZES
from analytics.figures.theme import THEMES
from analytics.files import TYPES
from analytics.issued import Issued, issued_of
from analytics.models import CutOrder, Dataset, PublicIssue, Release
from analytics.views import one_of, plotly_style_ids
from registry.access.permissions import Permission
from registry.views.access import permitted


@permitted(Permission.PUBLIC_READ)
@require_GET
def public(request, cohort, name):
    """The page. Before the issue: for those who may read the cut, how to issue it; for the others it does not exist."""
    issue = issue_of(cohort, name)
    if issue is None:
        return _not_issued(request, cohort, name)
    shown = issued_of(issue)
    context = {
        "issue": issue,
        "issued": [{"one": one, "heights": one.heights()} for one in shown if not one.refused],
        "refused": [one for one in shown if one.refused],
        "withheld": _withheld(request.user, issue),
        "policy": POLICIES[PUBLIC],
        "others": PublicIssue.objects.filter(cohort=issue.cohort).exclude(pk=issue.pk),
        "may_see_cut": request.user.may(Permission.DATASET_READ),
        "reports": _reports(request.user, issue),
        "plotly_style_ids": plotly_style_ids(),
    }
    return render(request, "analytics/public.html", context)


def _not_issued(request, cohort, name):
    if not request.user.may(Permission.DATASET_READ):
        raise Http404
    dataset = _standing(cohort, name)
    order = dataset.orders.filter(kind=CutOrder.ISSUE).first()
    done = read.of_dataset(dataset)
    context = {
        "dataset": dataset,
        "order": order,
        "is_open": bool(order) and order.state in cuts.OPEN,
        "has_failed": bool(order) and order.state == CutOrder.FAILED,
        "missing": [one for one in CATALOGUE if one.cohort == cohort and one.name not in done],
        "may_issue": request.user.may(Permission.PUBLIC_ISSUE),
        "policy": POLICIES[PUBLIC],
    }
    return render(request, "analytics/public_not_issued.html", context)


@permitted(Permission.PUBLIC_ISSUE)
@require_POST
def public_issue(request, cohort, name):
    """Order the issue. It cannot be taken back, so the lead says that this is known."""
    dataset = _standing(cohort, name)
    if request.POST.get("known") != "yes":
        messages.error(request, _("Nothing was issued. Tick that you know it cannot be taken back, then issue again."))
    elif any(one.name not in read.of_dataset(dataset) for one in CATALOGUE if one.cohort == cohort):
        messages.error(request, _("Nothing was issued: some analyses have no result on the cut yet."))
    else:
        cuts.order_issue(dataset, by=request.user)
    return redirect("public", cohort=cohort, name=name)


@permitted(Permission.PUBLIC_READ)
@require_GET
def public_figure(request, cohort, name, analysis):
    """One figure as JSON. Query: theme (light, dark), size (wide, compact)."""
    shown = shown_of(cohort, name, analysis)
    figure = shown.figure(one_of(request, "theme", THEMES), one_of(request, "size", SIZES))
    if figure is None:
        raise Http404
    response = JsonResponse({"figure": figure, "alt": shown.alt})
    response["Cache-Control"] = "private, no-cache"
    return response


@permitted(Permission.PUBLIC_READ)
@require_GET
def public_file(request, cohort, name, analysis, kind):
    """The figure as a file, noted as an export."""
    shown = shown_of(cohort, name, analysis)
    if not shown.is_drawn:
        raise Http404
    content = shown.file(kind, one_of(request, "theme", THEMES), one_of(request, "size", SIZES))
    return _attached(request, shown, content, kind, "figure")


@permitted(Permission.PUBLIC_READ)
@require_GET
def public_data(request, cohort, name, analysis):
    """The released numbers as CSV, noted as an export."""
    shown = shown_of(cohort, name, analysis)
    return _attached(request, shown, shown.csv(), "csv", "data")


def _attached(request, shown, content, kind, what):
    note_public(request.user, shown.release, shown.issue, content, what=f"public {what} {shown.name}", kind=kind)
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{shown.file_name(kind)}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def issue_of(cohort, name):
    """That the cut of this name was issued; None if it was not."""
    return PublicIssue.objects.filter(cohort__code=cohort, name=name).select_related("cohort").first()


def shown_of(cohort, name, analysis):
    """The release of one analysis that was issued; else 404."""
    issue = issue_of(cohort, name)
    row = issue and Release.objects.filter(dataset_id=issue.dataset_id, audience=PUBLIC, analysis=analysis).first()
    if row is None or "refused" in row.body:
        raise Http404
    return Issued(row, issue)


def _standing(cohort, name):
    return get_object_or_404(
        Dataset.objects.select_related("cohort"), cohort__code=cohort, kind="cut", name=name, retired_at=None
    )


def _withheld(person, issue):
    """(title, what differs from what, by how few) for those who see exact numbers."""
    if not person.may(Permission.POOLED_READ):
        return []
    titles = {one.name: phrases.label(one.title) for one in CATALOGUE}
    return [
        (titles.get(one.analysis, one.analysis), one, titles.get(one.other_analysis, ""))
        for one in issue.withheld.all()
    ]


def _reports(person, issue):
    """The public reports in the reader's language, for those who may read the cut's."""
    if not person.may(Permission.DATASET_READ):
        return []
    return issue.dataset.reports.filter(language=cuts.language(), audience=PUBLIC).defer("content")


@permitted(Permission.DATASET_READ)
@require_POST
def public_report_make(request, cohort, name):
    """Order the public report in the reader's language."""
    issue = issue_of(cohort, name)
    if issue is None or issue.taken_down_at:
        raise Http404
    cuts.order_report(issue.dataset, cuts.language(), PUBLIC, by=request.user)
    messages.info(request, _("The report is being written. Open this page again in a moment."))
    return redirect("public", cohort=cohort, name=name)


@permitted(Permission.DATASET_READ)
@require_GET
def public_report(request, cohort, name, form):
    """The public report as a file, noted as an export."""
    issue = issue_of(cohort, name)
    found = issue and cuts.report_of(issue.dataset, cuts.language(), PUBLIC, form)
    if not found:
        raise Http404
    return report_response(request, found, f"{cohort}-cut-{name}-public-{found.dataset.hash[:8]}.{form}")
