"""The pages of a data cut: freeze it, what it holds, how far its analyses are, whether it is what it was, and its report."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from analytics import datasets, phrases, read
from analytics.acts import cuts
from analytics.acts.runs import request_run
from analytics.acts.taken import note_report
from analytics.catalogue import CATALOGUE
from analytics.models import AnalysisRun, CutOrder, Dataset
from registry.access.permissions import Permission
from registry.models import Cohort
from registry.views.access import permitted
from registry.views.proof import proved
from registry.views.sent_once import sent_once

TYPES = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}
OPEN_RUNS = (AnalysisRun.QUEUED, AnalysisRun.RUNNING)


@dataclass(frozen=True)
class Line:
    """An analysis of the catalogue, and its result on the cut if there is one. state: of its run; "" if nobody asked."""

    name: str
    title: str
    stored: object
    state: str


@permitted(Permission.CUT_TAKE)
@require_POST
@sent_once()
def take(request, cohort):
    """Order a cut; what is wrong is said beside the field."""
    of = get_object_or_404(Cohort, code=cohort)
    typed = {name: request.POST.get(name, "").strip() for name in ("name", "date", "reason")}
    try:
        order = cuts.order_cut(of, typed["name"], cuts.day_of(typed["date"]), reason=typed["reason"], by=request.user)
    except ValidationError as refusal:
        errors = {name: " ".join(said) for name, said in refusal.message_dict.items()}
        return datasets.page(request, datasets.Typed(of, **typed, errors=errors), status=422)
    return redirect("cut", cohort=of.code, name=order.name)


@permitted(Permission.DATASET_READ)
@require_GET
def cut(request, cohort, name):
    """One cut: who froze it when and why, its analyses, its manifest; while it is being taken, how far that is."""
    dataset, order = _found(cohort, name)
    context = {"cohort": order.cohort if dataset is None else dataset.cohort, "name": name, "order": order}
    if dataset is None:
        context |= {"progress": [_of_order(order)] if order.state != CutOrder.FAILED else []}
        return render(request, "analytics/cut_ordered.html", context | {"why": _why_failed(order)})
    lines = _lines(dataset)
    successor = dataset.successors.first()
    left_out = dataset.manifest.get("left_out", {})
    context |= {
        "dataset": dataset,
        "who": datasets.names_of([dataset.taken_by])[dataset.taken_by],
        "successor": successor,
        "lines": lines,
        "progress": _progress(dataset, lines),
        "missing": [one for one in lines if one.state in ("", AnalysisRun.FAILED, AnalysisRun.CANCELLED)],
        "rows_left_out": sum(left_out.get("rows", {}).values()),
        "left_out": left_out,
        "reports": _reports(dataset),
        "may_ask": not dataset.retired_at,
    }
    return render(request, "analytics/cut.html", context)


@permitted(Permission.DATASET_READ)
@require_GET
def state(request, cohort, name):
    """How far everything is that is at work for the cut: what its page asks for now and then."""
    dataset, order = _found(cohort, name)
    if dataset is None:
        is_open = order.state in cuts.OPEN
        return JsonResponse({"is_open": is_open, "progress": [_of_order(order)] if is_open else []})
    progress = _progress(dataset, _lines(dataset))
    return JsonResponse({"is_open": bool(progress), "progress": progress})


@permitted(Permission.DATASET_READ)
@require_POST
def verify(request, cohort, name):
    """Order that all hashes are computed anew."""
    cuts.order_verification(_standing(cohort, name), by=request.user)
    return redirect("cut", cohort=cohort, name=name)


@permitted(Permission.DATASET_READ)
@require_POST
def compute(request, cohort, name):
    """Ask for the analyses of the catalogue that have no result on the cut."""
    dataset = _standing(cohort, name)
    done = read.of_dataset(dataset)
    for analysis in CATALOGUE:
        if analysis.cohort == cohort and analysis.name not in done:
            request_run(dataset, analysis, by=request.user.email)
    return redirect("cut", cohort=cohort, name=name)


@permitted(Permission.DATASET_READ)
@require_POST
def report_make(request, cohort, name):
    """Order the report in the reader's language."""
    dataset = _standing(cohort, name)
    if _progress_of_runs(dataset, _lines(dataset)):
        messages.error(
            request, _("The analyses are still being computed. The report can be written when they are done.")
        )
    else:
        cuts.order_report(dataset, cuts.language(), cuts.EXACT, by=request.user)
    return redirect("cut", cohort=cohort, name=name)


@permitted(Permission.DATASET_READ)
@require_GET
@proved("GET", sends_file=True)
def report(request, cohort, name, form):
    """The report as a file, noted as an export."""
    found = cuts.report_of(_standing(cohort, name), cuts.language(), cuts.EXACT, form)
    if found is None:
        raise Http404
    return report_response(request, found, f"{cohort}-cut-{name}-{found.dataset.hash[:8]}.{form}")


def report_response(request, found, filename):
    """The stored report as a file, noted as an export."""
    content = bytes(found.content)
    note_report(request.user, found)
    response = HttpResponse(content, content_type=TYPES[found.format])
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _found(cohort, name):
    """(the cut or None, the newest order to take it or None); 404 if there is neither."""
    dataset = Dataset.objects.filter(cohort__code=cohort, kind="cut", name=name).select_related("cohort").first()
    orders = CutOrder.objects.filter(cohort__code=cohort, name=name, kind=CutOrder.TAKE).select_related("cohort")
    order = None if dataset else orders.first()
    if dataset is None and order is None:
        raise Http404
    return dataset, order


def _standing(cohort, name):
    """The cut, if it is there and was not retired; else 404."""
    return get_object_or_404(
        Dataset.objects.select_related("cohort"), cohort__code=cohort, kind="cut", name=name, retired_at=None
    )


def _lines(dataset):
    """Every analysis of the catalogue of the cohort, and how far it is on this dataset."""
    stored = read.of_dataset(dataset)
    states = dict(dataset.runs.order_by("pk").values_list("analysis", "state"))
    return [
        Line(one.name, phrases.label(one.title), stored.get(one.name), states.get(one.name, ""))
        for one in CATALOGUE
        if one.cohort == dataset.cohort.code
    ]


def _progress(dataset, lines):
    """What is at work: {label, done, all, words} each."""
    orders = dataset.orders.filter(state__in=cuts.OPEN).exclude(kind=CutOrder.TAKE)
    return [*_progress_of_runs(dataset, lines), *(_of_order(one) for one in orders)]


def _progress_of_runs(dataset, lines):
    if dataset.retired_at or not any(one.state in OPEN_RUNS for one in lines):
        return []
    done, asked = sum(one.state == AnalysisRun.DONE for one in lines), sum(bool(one.state) for one in lines)
    words = _("%(done)s of %(all)s analyses") % {"done": done, "all": asked}
    return [{"label": _("Computing the analyses"), "done": done, "all": asked, "words": words}]


def _of_order(order):
    labels = {
        CutOrder.TAKE: _("Freezing"),
        CutOrder.VERIFY: _("Verifying"),
        CutOrder.REPORT: _("Writing the report"),
        CutOrder.ISSUE: _("Issuing for the public"),
    }
    words = _("waits for a worker") if order.state == CutOrder.QUEUED else _("at work")
    if order.steps:
        words = _("%(done)s of %(all)s steps") % {"done": order.steps_done, "all": order.steps}
    return {"label": labels[order.kind], "done": order.steps_done, "all": order.steps or 1, "words": words}


def _why_failed(order):
    """Why an order ended without a cut; "" while it may still."""
    if order.state != CutOrder.FAILED:
        return ""
    if order.error == "taken":
        return _("Somebody else froze a cut of this name first. Choose another name.")
    return _(
        "It could not be frozen; whoever runs the registry finds order {pk} in the log. You can ask again."
    ).format(pk=order.pk)


def _reports(dataset):
    """The stored reports in the reader's language."""
    return dataset.reports.filter(language=cuts.language(), audience=cuts.EXACT).defer("content")
