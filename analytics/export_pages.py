"""The page of exports: ask for a dataset as a file, see how far it is, take it, give it up."""

from dataclasses import asdict

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics import export_words
from analytics.acts import exports
from analytics.downloads import GoneError, sent_file
from analytics.exports.options import DELIMITERS, LABELS
from analytics.exports.policy import FULL
from analytics.models import ExportJob
from analytics.read import LIVE
from registry.access.permissions import Permission
from registry.models import Cohort
from registry.views.access import permitted
from registry.views.proof import proved

SHOWN = 30  # the newest exports of a person
TAKES = (Permission.DATASET_READ, Permission.CASE_READ)


@permitted(*TAKES)
@proved("POST")
@require_http_methods(["GET", "POST"])
def page(request):
    """The form and the own exports, newest first; POST asks for one."""
    if request.method == "GET":
        return _page(request, {"language": (get_language() or "en")[:2]})
    sent = _sent(request)
    try:
        _job, is_new = exports.ask(exports.checked(request.user, sent), person=request.user)
    except ValidationError as refusal:
        return _page(request, sent, {name: " ".join(said) for name, said in refusal.message_dict.items()}, status=422)
    except exports.TooManyOpenError:
        messages.error(
            request,
            _(
                "You have {most} exports on the way, as many as one person may have. Wait for one, or cancel one."
            ).format(most=exports.MOST_OPEN),
        )
    else:
        if not is_new:
            messages.info(request, _("This export is there already; nothing has changed since it was made."))
    return redirect("exports")


@permitted(*TAKES)
@require_GET
def state(request):
    """How far the own exports are: what the page asks for now and then."""
    jobs = _own(request.user)[:SHOWN]
    told = [
        {"id": one.pk, "state": one.state, "done": one.steps_done, "all": one.steps, "words": export_words.doing(one)}
        for one in jobs
    ]
    return JsonResponse({"exports": told})


@permitted(*TAKES)
@require_GET
@proved("GET", sends_file=True)
def file(request, pk):
    """The file; what is gone, in words."""
    job = _one(request.user, pk)
    if job.state == ExportJob.READY:
        if not exports.may_take(request.user, job):
            raise PermissionDenied
        try:
            return sent_file(request, job)
        except GoneError:
            pass
    is_open = job.state in exports.OPEN
    why = (
        _("The file is being made. It stands on this page once it is ready.") if is_open else export_words.why_not(job)
    )
    why = why or _("The file is not there any more. Ask for it again.")
    return render(request, "analytics/export_gone.html", {"job": job, "why": why}, status=404 if is_open else 410)


@permitted(*TAKES)
@require_POST
def delete(request, pk):
    """Cancel it, or delete its file."""
    if not exports.give_up(_one(request.user, pk)):
        messages.info(request, _("Nothing was left to end: its file is not there."))
    return redirect("exports")


def _page(request, sent, errors=None, status=200):
    person = request.user
    allowed = exports.profiles_of(person)
    sites = list(person.own_sites().order_by("code")) if FULL in allowed else []
    jobs = list(_own(person)[:SHOWN])
    for job in jobs:
        job.doing, job.why = export_words.doing(job), export_words.why_not(job)
        job.short = export_words.SHORT[job.profile]
        job.made = export_words.FORMATS[job.format]
    context = {
        "datasets": _datasets(person),
        "profiles": [(one, export_words.PROFILES[one]) for one in allowed],
        "sites": sites if len(sites) > 1 else [],
        "formats": export_words.FORMATS.items(),
        "labels": zip(LABELS, (_("codes"), _("their labels"), _("codes and labels")), strict=True),
        "languages": [("en", "English"), ("ja", "日本語")],
        "delimiters": zip(DELIMITERS, (_("comma"), _("semicolon"), _("tab")), strict=True),
        "tables": export_words.tables(),
        "may_leave": any(one != FULL for one in allowed),
        "sent": {**asdict(exports.Wish()), "profile": allowed[0] if allowed else "", **sent},
        "errors": errors or {},
        "jobs": jobs,
        "is_open": any(job.state in exports.OPEN for job in jobs),
        "may_review": person.may(Permission.EXPORT_REVIEW),
    }
    context["chosen"] = f"{context['sent']['cohort']}/{context['sent']['dataset']}"
    return render(request, "analytics/exports.html", context, status=status)


def _datasets(person):
    """(value, words) of what can be chosen: of each cohort the live record, and the cuts for whoever reads datasets."""
    cohorts = list(Cohort.objects.order_by("code"))
    of_cohort = {
        cohort.pk: [(f"{cohort.code}/{LIVE}", _("live record · {cohort}").format(cohort=cohort.name))]
        for cohort in cohorts
    }
    if person.may(Permission.DATASET_READ):
        for cut in exports.cuts_of():
            words = _("data cut {name} of {day}").format(name=cut.name, day=cut.cut_date.isoformat())
            of_cohort[cut.cohort_id].append((f"{cohorts_code(cohorts, cut)}/{cut.name}", words))
    return [one for found in of_cohort.values() for one in found]


def cohorts_code(cohorts, cut):
    """The code of the cut's cohort."""
    return next(one.code for one in cohorts if one.pk == cut.cohort_id)


def _sent(request):
    """What the form says, by the names of a wish."""
    cohort, _slash, dataset = request.POST.get("of", "").partition("/")
    names = ("format", "profile", "labels", "language", "delimiter")
    return {
        "cohort": cohort,
        "dataset": dataset,
        **{name: request.POST[name] for name in names if request.POST.get(name)},
        "excel": request.POST.get("excel") == "1",
        "abroad": request.POST.get("abroad") == "1",
        "tables": request.POST.getlist("tables"),
        "sites": request.POST.getlist("sites") if request.POST.get("profile") == FULL else [],
    }


def _own(person):
    return ExportJob.objects.filter(person=person).select_related("cohort").defer("cases")


def _one(person, pk):
    job = ExportJob.objects.filter(person=person, pk=pk).select_related("cohort").first()
    if job is None:
        raise Http404
    return job
