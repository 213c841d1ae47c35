"""One file on its way in: how far it is, what it would change cell by cell, the report, and the mapping of a file of another system."""

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from registry.access.permissions import Permission
from registry.actions.import_jobs import OPEN, Kind, State, Step, give_up, go_on, map_job, store_as_seen, table_of
from registry.imports import drafts
from registry.imports.layouts import layout_for
from registry.imports.mapping import DATES, mapping_of
from registry.imports.owned import own_job
from registry.imports.reports import refused_file, report_file
from registry.imports.watched import Asked, CellChange
from registry.models import ImportedRecord
from registry.views.access import permitted

RECORDS_A_PAGE = 20
SHOWN = 20  # the newest imports of a person
CONSTANTS = 4  # lines for what is the same in every row
OUTCOMES = {
    ImportedRecord.Outcome.NEW: gettext_lazy("New cases"),
    ImportedRecord.Outcome.CHANGED: gettext_lazy("Changed cases"),
    ImportedRecord.Outcome.UNCHANGED: gettext_lazy("Nothing to change"),
    ImportedRecord.Outcome.REFUSED: gettext_lazy("Refused"),
}
DATE_ORDERS = {"YMD": "2024-06-03", "DMY": "03/06/2024", "MDY": "06/03/2024"}
ACTS = {"store": store_as_seen, "go_on": go_on}


@permitted(Permission.FORM_WRITE)
@require_http_methods(["GET", "POST"])
def import_job(request, pk):
    """The page of one import; posted, what is to be done with it: store, go_on, give_up."""
    job = own_job(request.user, pk)
    if request.method == "POST":
        act = request.POST.get("step")
        if act == "give_up":
            give_up(job)
        elif act in ACTS:
            ACTS[act](job, by=request.user)
        else:
            return HttpResponse(status=422)
        return redirect("import_job", pk=pk)
    if job.state == State.MAPPING:
        return redirect("import_mapping", pk=pk)
    return render(request, "registry/import_job.html", _job_context(request, job))


@permitted(Permission.FORM_WRITE)
@require_GET
def import_job_state(request, pk):
    """How far it is: what the page asks for now and then."""
    job = own_job(request.user, pk)
    return JsonResponse(
        {"state": job.state, "step": job.step, "done": job.records_done, "all": job.records, "words": progress(job)}
    )


@permitted(Permission.FORM_WRITE)
@require_GET
def import_report(request, pk):
    """A line for each row of the file: what became of it, and why."""
    job = own_job(request.user, pk)
    return _csv(report_file(job), f"import-{job.pk}-report.csv")


@permitted(Permission.FORM_WRITE)
@require_GET
def import_refused(request, pk):
    """The rows that were refused, to be corrected and sent again."""
    job = own_job(request.user, pk)
    try:
        return _csv(refused_file(job), f"import-{job.pk}-refused.csv")
    except ValidationError as refusal:
        return render(request, "registry/import_gone.html", {"why": " ".join(refusal.messages)}, status=410)


@permitted(Permission.FORM_WRITE)
@require_http_methods(["GET", "POST"])
def import_mapping(request, pk):
    """Which column answers which question; posted, the file is looked at by it. What was typed stays where it is refused."""
    job = own_job(request.user, pk)
    if job.kind != Kind.CASES or job.state in OPEN:
        return redirect("import_job", pk=pk)
    try:
        table = table_of(job)
    except ValidationError as refusal:
        return render(request, "registry/import_gone.html", {"why": " ".join(refusal.messages)}, status=410)
    if request.method == "GET":
        return _mapping_page(request, job, table, **_begun(request.user, job, table))
    draft, text = _typed(request, table), request.POST.get("text", "")
    site = request.user.own_sites().filter(code=request.POST.get("site", "")).first()
    try:
        text = text if request.POST.get("step") == "text" else drafts.text_of(draft)
        map_job(job, by=request.user, text=text, site=None if mapping_of(text).site else site)
    except ValidationError as refusal:
        shown = {"draft": None if request.POST.get("step") == "text" else draft, "text": text, "site": site}
        return _mapping_page(request, job, table, **shown, refusals=refusal.messages, status=422)
    return redirect("import_job", pk=pk)


def progress(job):
    """How far it is, in words."""
    if job.state == State.QUEUED:
        return _("Waits for its turn.")
    if job.state != State.RUNNING:
        return ""
    words = {"done": job.records_done, "all": job.records or "…"}
    if job.step == Step.LOOK:
        return _("Looking: %(done)s of %(all)s records.") % words
    return _("Storing: %(done)s of %(all)s records.") % words


def heading(job):
    """What the page says first."""
    counts = job.counts
    ready = counts.get("new", 0) + counts.get("changed", 0)
    refused = counts.get("refused", 0)
    if job.state == State.LOOKED:
        said = ngettext("%(n)d record can be stored", "%(n)d records can be stored", ready) % {"n": ready}
        return f"{said} · {_refused(refused)}" if refused else said
    if job.state == State.DONE and job.step == Step.STORE:
        said = ngettext("%(n)d record stored", "%(n)d records stored", ready) % {"n": ready}
        return f"{said} · {_refused(refused)}" if refused else said
    if job.state == State.DONE:
        return _refused(refused) if refused else _("Nothing would change")
    return {State.FAILED: _("The import stopped"), State.CANCELLED: _("The import was ended")}.get(job.state, "")


def _refused(number):
    return ngettext("%(n)d record refused", "%(n)d records refused", number) % {"n": number}


def _job_context(request, job):
    outcome = request.GET.get("outcome", "")
    records = ImportedRecord.objects.filter(job=job)
    chosen = records.filter(outcome=outcome) if outcome in OUTCOMES else records.exclude(outcome="unchanged")
    page = Paginator(chosen.order_by("number"), RECORDS_A_PAGE).get_page(request.GET.get("page"))
    for one in page:
        place = one.case or one.name
        one.shown_cells = [CellChange(place, *cell) for cell in one.cells]
        one.shown_queries = [Asked(place, *query) for query in one.queries]
    return {
        "job": job,
        "heading": heading(job),
        "doing": progress(job),
        "is_kept": bool(job.content),
        "may_store": job.state == State.LOOKED,
        "may_go_on": job.state in (State.FAILED, State.CANCELLED) and bool(job.content) and job.kind_is_ready,
        "counts": [(code, words, job.counts.get(code, 0)) for code, words in OUTCOMES.items()],
        "outcome": outcome if outcome in OUTCOMES else "",
        "page": page,
        "page_query": f"outcome={outcome}&" if outcome in OUTCOMES else "",
        "crumbs": [(_("Cases"), reverse("cases")), (_("Bring records in"), reverse("imports"))],
    }


def _begun(person, job, table):
    """The mapping that the job has, else one that was kept for these columns, else a guess: draft (None where it says more), text, site."""
    layout = layout_for(person, table.columns)
    text, site = (job.mapping, job.site) if job.mapping else (layout.text, layout.site) if layout else ("", None)
    found = {"site": site, "text": text, "kept": layout if layout and not job.mapping else None}
    if text:
        try:
            return {**found, "draft": drafts.draft_of(mapping_of(text), table)}
        except ValidationError:  # of a registry of before
            pass
    return {**found, "draft": drafts.guessed(table), "text": text}


def _typed(request, table):
    """The draft as the page sends it: target, codes, dates and unit by the place of the column."""
    sent = request.POST
    guesses = drafts.guessed(table).columns
    columns = [
        drafts.Drafted(
            guess.column,
            sent.get(f"target-{place}", "").strip(),
            sent.get(f"codes-{place}", ""),
            sent.get(f"dates-{place}", "YMD"),
            sent.get(f"unit-{place}", ""),
            guess.samples,
        )
        for place, guess in enumerate(guesses)
    ]
    pairs = zip(sent.getlist("constant"), sent.getlist("value"), strict=False)
    return drafts.Draft(columns, [(target.strip(), value.strip()) for target, value in pairs if target.strip()])


def _mapping_page(request, job, table, *, draft, text, site, kept=None, refusals=(), status=200):
    sites = list(request.user.own_sites().order_by("code"))
    constants = [*draft.constants, *[("", "")] * CONSTANTS][: max(CONSTANTS, len(draft.constants) + 1)] if draft else []
    context = {
        "job": job,
        "columns": list(enumerate(draft.columns)) if draft else [],
        "constants": constants,
        "is_table": draft is not None,
        "text": text,
        "sites": sites,
        "site": site or (sites[0] if len(sites) == 1 else None),
        "rows": len(table.lines),
        "kept": kept,
        "refusals": refusals,
        "options": drafts.options(),
        "orders": [(one, DATE_ORDERS[one]) for one in DATES],
        "crumbs": [(_("Cases"), reverse("cases")), (_("Bring records in"), reverse("imports"))],
    }
    return render(request, "registry/import_mapping.html", context, status=status)


def _csv(content, name):
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
