"""The trail of all sites, for the data manager: what is odd, everything that was done, and both as a file."""

import csv
import logging
import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Q
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from registry import clock
from registry.access.deputies import place_of, put_in_place
from registry.access.middleware import patient
from registry.access.permissions import Permission
from registry.access.row_security import person_scope
from registry.api.csv_cells import guarded
from registry.dictionary.items import plain
from registry.models import FORM_OF, Case, HistoryEvent, Person, Site
from registry.oddities import SIGNALS, oddities
from registry.views.access import permitted
from registry.views.case_forms import short_title
from registry.views.history_pages import Narrowed, act_choices, page_of
from registry.views.names import waiting_names
from registry.views.proof import proved
from registry.views.story import is_withheld, names_of, withdrawn_among

log = logging.getLogger(__name__)
USUAL_DAYS = 30  # that are looked through for oddities unless days are chosen
MOST_SIGNS = 100  # on the page
CHUNK = 2000
CASE_NUMBER = re.compile(r"[A-Z]{3}-\d{4}")
THE_REGISTRY = "system"
COLUMNS = (
    "at",
    "who",
    "role",
    "from",
    "transaction",
    "site",
    "case",
    "form",
    "row",
    "kind",
    "item",
    "old",
    "new",
    "reason",
    "for",
)
SECRET = ("mrn_hash",)


@dataclass(frozen=True)
class Sign:
    """One oddity as the page shows it."""

    label: str
    who: str
    where: str
    at: object
    changes: int
    url: str


@patient
@permitted(Permission.TRAIL_REVIEW)
@require_GET
def trail(request):
    """Oddities of the period, then everything that was done, newest first."""
    narrowed = _narrowed(request)
    since, until = _period(narrowed)
    signals = [narrowed.get("signal")] if narrowed.get("signal") else list(SIGNALS)
    signs = [] if request.GET.get("before") else _signs(oddities(since, until, signals), narrowed)
    context = {
        "narrowed": narrowed,
        "since": since,
        "last": until - timedelta(days=1),
        "signs": signs[:MOST_SIGNS],
        "has_more_signs": len(signs) > MOST_SIGNS,
        "page": page_of(_events(narrowed), request.GET.get("before", "")),
        "names_wait": waiting_names(request.user),
    }
    return render(request, "registry/trail.html", context)


@permitted(Permission.TRAIL_REVIEW)
@require_GET
@proved("GET", sends_file=True)
def trail_export(request):
    """The events that the filters leave, as CSV, read while it is sent."""
    narrowed = _narrowed(request)
    log.info("history exported: person %s, request %s", request.user.pk, request.id)
    response = StreamingHttpResponse(
        _lines(request.user.pk, request.id, narrowed, place_of(request.session)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="history.csv"'
    return response


def _narrowed(request):
    people = {person.email: person.name for person in Person.objects.order_by("name")}
    return Narrowed(
        request.GET,
        {
            "signal": (_("Signal"), {code: str(signal.label) for code, signal in SIGNALS.items()}),
            "site": (_("Site"), {site.code: site.code for site in Site.objects.order_by("code")}),
            "case": (_("Case"), CASE_NUMBER),
            "form": (_("Form"), {name: short_title(form) for name, form in FORM_OF.items()}),
            "who": (_("Who"), {**people, THE_REGISTRY: _("the registry itself")}),
            "act": (_("What was done"), act_choices()),
        },
    )


def _period(narrowed):
    """(since, until) of the days chosen, or of the last ones."""
    until = (
        clock.midnight(narrowed.days["until"], after=1)
        if narrowed.days["until"]
        else timezone.now() + timedelta(days=1)
    )
    since = clock.midnight(narrowed.days["since"]) if narrowed.days["since"] else until - timedelta(days=USUAL_DAYS + 1)
    return since, until


def _events(narrowed):
    """Every event of a case, and every endorsement of a hospital's data, that the filters leave."""
    events = HistoryEvent.objects.filter(Q(case_id__isnull=False) | Q(form="endorsement"))
    if narrowed.get("site"):
        events = events.filter(site_id__in=Site.objects.filter(code=narrowed.get("site")).values("pk"))
    if narrowed.get("case"):
        events = events.filter(case_id__in=Case.with_void.filter(number=narrowed.get("case")).values("pk"))
    if narrowed.get("form"):
        events = events.filter(form=narrowed.get("form"))
    if narrowed.get("who"):
        is_registry = narrowed.get("who") == THE_REGISTRY
        events = events.filter(role="system") if is_registry else events.filter(actor=narrowed.get("who"))
    return narrowed.apply(events)


def _signs(found, narrowed):
    """The oddities as lines, those that the other filters leave."""
    sites = {site.pk: site.code for site in Site.objects.all()}
    cases = {case.pk: case for case in Case.with_void.filter(pk__in={one.case_id for one in found if one.case_id})}
    names = names_of({one.actor for one in found})
    wanted = {name: narrowed.get(name) for name in ("site", "case", "form", "who")}
    lines = []
    for one in found:
        case = cases.get(one.case_id)
        has = {"site": sites.get(one.site_id), "case": case and case.number, "form": one.form, "who": one.actor}
        if any(value and has[name] and has[name] != value for name, value in wanted.items()):
            continue
        title = short_title(FORM_OF[one.form]) if one.form else ""
        day = clock.day_of(one.at).isoformat()
        query = {"who": one.actor, "case": has["case"], "form": one.form, "since": day}
        url = "?" + urlencode({name: value for name, value in query.items() if value}) + "#changes"
        where = " · ".join(part for part in (has["case"], title) if part)
        lines.append(Sign(SIGNALS[one.signal].label, names.get(one.actor, one.actor), where, one.at, one.changes, url))
    return lines


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line):
        return line


def _lines(person_pk, request_id, narrowed, place):
    """CSV lines, chunk by chunk; each chunk is read in a transaction of its own, with the rights of that moment."""
    writer, last = csv.writer(_Echo()), None
    yield "\ufeff" + writer.writerow(COLUMNS)
    while True:
        person = Person.objects.get(pk=person_pk)
        if not put_in_place(place, person) or not person.may(Permission.TRAIL_REVIEW):
            return
        with person_scope(person, request=request_id):
            events = _events(narrowed).order_by("-id")
            chunk = list((events.filter(id__lt=last) if last else events)[:CHUNK])
            sites = {site.pk: site.code for site in Site.objects.all()}
            cases = dict(Case.with_void.filter(pk__in={one.case_id for one in chunk}).values_list("pk", "number"))
            withdrawn = withdrawn_among(cases)
        yield "".join(writer.writerow(_cells(event, sites, cases, withdrawn)) for event in chunk)
        if len(chunk) < CHUNK:
            return
        last = chunk[-1].id


def _cells(event, sites, cases, withdrawn):
    """One event as cells; text that a spreadsheet would run stands behind an apostrophe."""
    texts = (event.actor, event.role, event.request)
    shown = not is_withheld(event.form, event.case_id, withdrawn)
    return [
        event.at.isoformat(),
        *(guarded(text) for text in texts),
        event.transaction,
        sites.get(event.site_id, event.site_id),
        cases.get(event.case_id, event.case_id),
        event.form,
        event.row_id,
        event.kind,
        event.item,
        _cell(event.item, event.old) if shown else "",
        _cell(event.item, event.new) if shown else "",
        guarded(event.reason),
        guarded(event.on_behalf or ""),
    ]


def _cell(item, value):
    if value is None:
        return ""
    if item in SECRET:
        return f"{str(value)[:8]}…"
    if isinstance(value, (bool, list, dict)):
        return guarded(str(value))
    return guarded(value) if isinstance(value, str) else plain(Decimal(str(value)))
