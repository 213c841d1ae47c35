"""Who holds which copy: the log of exports, narrowed; as a page, as CSV, for the command."""

import csv
from dataclasses import dataclass

from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from analytics import export_words
from analytics.models import Dataset, Export
from registry import clock
from registry.access.permissions import Permission
from registry.api.csv_cells import guarded
from registry.models import Case, Person
from registry.views.access import permitted
from registry.views.history_pages import Narrowed
from registry.views.proof import proved
from registry.views.trail_review import CASE_NUMBER

SHOWN = 60  # copies on a page
MOST_DATASETS = 60
MOST_LINES = 100_000  # of the CSV
COMMAND = "command"
COLUMNS = (
    "at", "who", "email", "role", "what", "format", "profile", "sites", "filters", "tables", "rows", "dataset_sha256", "sha256",
    "cases", "withdrawn_cases", "is_whole",
)  # fmt: skip
HOW_MANY = "(SELECT count(*) FROM unnest(analytics_export.cases) one WHERE one = ANY (%s))"


@dataclass(frozen=True)
class LogPage:
    """Some lines of the log; older: the id before which the next page begins, or None."""

    lines: list
    older: int | None
    is_first: bool


def copies(*, since=None, case=None, only_withdrawn=False):
    """The exports, newest first, annotated `held`, how many cases it held, and `gone`, how many of them have withdrawn since.

    Needs a scope over all sites. since: a moment; case: a number
    """
    withdrawn = list(Case.with_void.withdrawn().order_by("pk").values_list("pk", flat=True))
    found = Export.objects.select_related("person").defer("cases").order_by("-pk")
    found = found.annotate(
        held=RawSQL("cardinality(analytics_export.cases)", [], output_field=BigIntegerField()),  # noqa: S611 - no words of anybody
        gone=RawSQL(HOW_MANY, [withdrawn], output_field=BigIntegerField()),  # noqa: S611 - as above
    )
    if since:
        found = found.filter(at__gte=since)
    if case:
        found = found.filter(cases__overlap=list(Case.with_void.filter(number=case).values_list("pk", flat=True)))
    return found.filter(cases__overlap=withdrawn) if only_withdrawn else found


@permitted(Permission.EXPORT_REVIEW)
@require_GET
def log(request):
    """The page."""
    narrowed = _narrowed(request)
    before = request.GET.get("before", "")
    found = _of(narrowed)
    if before.isascii() and before.isdigit() and len(before) < 16:
        found = found.filter(pk__lt=int(before))
    lines = list(found[: SHOWN + 1])
    older = lines[SHOWN - 1].pk if len(lines) > SHOWN else None
    for one in lines:
        one.short = export_words.SHORT.get(one.profile, one.profile)
        one.holder = one.person.name if one.person else one.by
    context = {
        "narrowed": narrowed,
        "page": LogPage(lines[:SHOWN], older, not before),
        "holders": _holders() if not before else [],
    }
    return render(request, "analytics/export_log.html", context)


@permitted(Permission.EXPORT_REVIEW)
@proved("GET", sends_file=True)
@require_GET
def log_csv(request):
    """The lines that the filters leave, as CSV."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="exports.csv"'
    response.write("\ufeff")
    writer = csv.writer(response, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in _of(_narrowed(request))[:MOST_LINES]:
        told = as_dict(one)
        writer.writerow([_cell(told[name]) for name in COLUMNS])
    return response


def as_dict(one):
    """A line of `copies` by the names of COLUMNS."""
    about = one.about
    return {
        "at": one.at.isoformat(),
        "who": one.person.name if one.person else one.by,
        "email": one.person.email if one.person else "",
        "role": one.role,
        "what": one.what,
        "format": one.format,
        "profile": one.profile,
        "sites": about.get("sites", []),
        "filters": about.get("filters", {}),
        "tables": about.get("tables", []),
        "rows": about.get("rows"),
        "dataset_sha256": one.dataset_hash,
        "sha256": one.digest,
        "cases": one.held,
        "withdrawn_cases": one.gone,
        "is_whole": about.get("is_whole", True),
    }


def _narrowed(request):
    people = {str(one.pk): one.name for one in Person.objects.filter(export__isnull=False).distinct().order_by("name")}
    return Narrowed(
        request.GET,
        {
            "person": (_("Who"), {**people, COMMAND: _("a command of the server")}),
            "dataset": (_("Dataset"), _datasets()),
            "profile": (_("Profile"), {name: str(words) for name, words in export_words.SHORT.items()}),
            "holds": (_("Holds"), {"cases": _("rows of cases"), "withdrawn": _("somebody who withdrew")}),
            "case": (_("Case"), CASE_NUMBER),
        },
    )


def _of(narrowed):
    found = copies(case=narrowed.get("case"), only_withdrawn=narrowed.get("holds") == "withdrawn")
    if narrowed.get("person"):
        who = narrowed.get("person")
        found = found.filter(person=None) if who == COMMAND else found.filter(person=int(who))
    if narrowed.get("dataset"):
        found = found.filter(dataset_hash=narrowed.get("dataset"))
    if narrowed.get("profile"):
        found = found.filter(profile=narrowed.get("profile"))
    if narrowed.get("holds") == "cases":
        found = found.filter(cases__isnull=False)
    if narrowed.days["since"]:
        found = found.filter(at__gte=clock.midnight(narrowed.days["since"]))
    if narrowed.days["until"]:
        found = found.filter(at__lt=clock.midnight(narrowed.days["until"], after=1))
    return found


def _datasets():
    """Hash → name of the datasets of which a copy was taken, the newest copies first."""
    taken = Export.objects.exclude(dataset_hash="").order_by("-pk").values_list("dataset_hash", flat=True)[:5000]
    hashes = list(dict.fromkeys(taken))[:MOST_DATASETS]
    names = {
        one.hash: f"{one.cohort.code} cut:{one.name}" if one.kind == "cut" else f"{one.cohort.code} live {one.revision}"
        for one in Dataset.objects.filter(hash__in=hashes).select_related("cohort").defer("case_ids").order_by("pk")
    }
    return {one: names.get(one, f"{one[:12]}…") for one in hashes}


def _holders():
    """(person or command, how many of the copies hold somebody who withdrew) of whoever has to be told."""
    counts = {}
    for one in copies(only_withdrawn=True)[:MOST_LINES]:
        counts.setdefault((one.person, one.by), []).append(one)
    return [
        {
            "name": person.name if person else by,
            "email": person.email if person else "",
            "copies": len(found),
            "pk": person.pk if person else COMMAND,
        }
        for (person, by), found in sorted(counts.items(), key=lambda each: str(each[0]))
    ]


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (list, tuple)):
        return guarded(" ".join(map(str, value)))
    if isinstance(value, dict):
        return guarded("; ".join(f"{name}={text}" for name, text in value.items()))
    return guarded(value) if isinstance(value, str) else value
