"""The worklist: what this person owes today. Forms by the week they are due, then queries, drafts, signatures, lost patients."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from registry import clock
from registry.access.permissions import Permission
from registry.actions.cases import PRIMARY_COHORT
from registry.dictionary.visits import period_end
from registry.endorsements import due_endorsements
from registry.models import FORM_OF, Case, Site
from registry.schedule import LATE
from registry.views.access import permitted
from registry.views.case_forms import short_title
from registry.views.filters import Filters
from registry.views.form_address import draft_page, new_url
from registry.views.openings import opening_lines, waiting_for
from registry.views.query_rows import query_rows
from registry.views.schedule import slot_label
from registry.views.statuses import ENDORSEMENT, FORM, SCHEDULE, WORK, Status
from registry.worklist import Owed, owed, owed_queries, own_drafts

SHOWN = 20  # rows of a section on the page of all
PAGE = 100  # rows of a section on its own page


@dataclass(frozen=True)
class Line:
    """One row: what, whose, since or until when, in which state."""

    what: str
    url: str
    case: object
    status: Status
    day: date | None = None
    days_over: int | None = None
    place: str = ""  # whose, where it is no case's


@dataclass(frozen=True)
class Section:
    """One kind of work: all of it, and the rows that are shown."""

    key: str
    title: str
    count: int
    groups: list
    url: str = ""  # of the section's own page, where more rows are

    @property
    def is_dated(self):
        """Whether any row has a day."""
        return any(line.day for _title, lines in self.groups for line in lines)

    @property
    def rest(self):
        """How many rows are not shown."""
        return self.count - sum(len(lines) for _title, lines in self.groups)


@permitted(Permission.CASE_READ)
@require_GET
def worklist(request):
    """Everything owed for the cases this person may see, the most overdue first."""
    today, own = clock.today(), followed(request.user)
    sites = {site.code: site.code for site in Site.objects.filter(pk__in=own.values("site")).order_by("code")}
    place = Filters(request.GET, {"site": (_("Site"), sites)})
    if place.get("site"):
        own = own.filter(site__code=place.get("site"))
    if place.search:
        own = own.filter(number__icontains=place.search)
    work = all_work(own.order_by("number"), request.user, today)
    kinds = {kind.key: f"{kind.title} {kind.count}" for kind in work if kind.count}
    filters = Filters(request.GET, {"show": (_("Show"), kinds), "site": (_("Site"), sites)})
    chosen = [kind for kind in work if kind.count and filters.get("show") in (None, kind.key)]
    page = Paginator(range(chosen[0].count), PAGE).get_page(request.GET.get("page")) if filters.get("show") else None
    context = {
        "filters": filters,
        "sections": [shown(kind, page, filters) for kind in chosen],
        "page": page,
        "forms": sum(kind.count for kind in work if kind.key in ("overdue", "due", "undated")),
        "overdue": next(kind.count for kind in work if kind.key == "overdue"),
        "is_narrowed": bool(place.search or place.chosen),
        "may_enrol": request.user.may(Permission.CASE_ENROL),
    }
    return render(request, "registry/worklist.html", context)


def followed(person):
    """Cases that are followed: those of the consortium's own cohort, not those that an import brought whole."""
    return Case.objects.visible_to(person).filter(cohort__code=PRIMARY_COHORT)


@dataclass(frozen=True)
class Kind:
    """One kind of work before it is cut to a page. `lines` makes the rows of a slice; `by_date`: grouped by when they are due."""

    key: str
    title: str
    count: int
    lines: object
    by_date: bool = False


def all_work(cases, person, today):
    """Every kind of work that this person may have, in the order of the page: for those who enter, the forms come first."""
    found: Owed = owed(cases, person=person, today=today)
    queries, drafts = owed_queries(cases, person), own_drafts(cases, person)
    may_write = person.may(Permission.FORM_WRITE)
    may_endorse = person.may(Permission.DATA_ENDORSE)
    endorse = due_endorsements(Site.objects.filter(pk__in=cases.values("site"))) if may_endorse else []

    def forms(owed_forms):
        return lambda part: [form_line(one, today, may_write) for one in owed_forms[part]]

    def of_cases(owed_cases, line):
        return lambda part: [line(one, today, may_write) for one in owed_cases[part]]

    def of_hospitals(due):
        return lambda part: [endorsement_line(*one) for one in due[part]]

    due = [
        Kind("overdue", _("overdue"), len(found.overdue), forms(found.overdue), by_date=True),
        Kind("due", _("due"), len(found.due), forms(found.due), by_date=True),
    ]
    asked = [
        Kind("queries", _("queries"), queries.count(), lambda part: query_lines(queries[part])),
        Kind("drafts", _("drafts"), drafts.count(), lambda part: draft_lines(drafts[part])),
        Kind("lost", _("possibly lost"), len(found.lost), of_cases(found.lost, lost_line)),
        Kind("unsigned", _("unsigned"), len(found.unsigned), of_cases(found.unsigned, unsigned_line)),
        Kind("endorse", _("to endorse"), len(endorse), of_hospitals(endorse)),
        Kind("unverified", _("not verified"), len(found.unverified), of_cases(found.unverified, unverified_line)),
    ]
    to_open = waiting_for(person, cases)
    decide = [Kind("openings", _("locks to open"), to_open.count(), lambda part: opening_work(to_open[part], person))]
    undated = Kind("undated", _("without a date"), len(found.undated), forms(found.undated))
    return [*due, *asked, undated] if may_write else [*decide, *asked, *due, undated]


def shown(kind, page, filters):
    """A kind of work as a section: its page, or its first rows with the address of the rest."""
    part = slice(page.start_index() - 1, page.end_index()) if page else slice(0, SHOWN)
    lines = kind.lines(part)
    groups = by_date(lines) if kind.by_date else [(kind.title, lines)]
    url = "" if page or kind.count <= SHOWN else filters.url(show=kind.key)
    return Section(kind.key, kind.title, kind.count, groups, url)


def by_date(lines):
    """(title, lines): what is late by its reporting period, the rest by the week it is due."""
    return [(title, list(group)) for title, group in groupby(lines, key=_when)]


def _when(line):
    if line.status == SCHEDULE[LATE]:
        return _("Reporting period to %(day)s") % {"day": period_end(line.day).isoformat()}
    monday = line.day - timedelta(days=line.day.weekday())
    return _("Due in the week of %(monday)s") % {"monday": monday.isoformat()}


def form_line(one, today, may_write=True):
    """A form that is missing or incomplete; for those who only read, a missing one leads to its case."""
    model = FORM_OF[one.form]
    number = one.key.rpartition(".")[2] if model.key_item and one.key else ""
    what = " ".join(part for part in (short_title(model), number) if part)
    if one.slot:
        what = pgettext("between counts", " · ").join((what, slot_label(one.slot)))
    if one.more:
        what += " " + ngettext("(and %d more)", "(and %d more)", one.more) % one.more
    url = new_url(one.case, one.form, one.slot) if may_write else one.case.get_absolute_url()
    if one.key:
        url = reverse("form", args=[one.case.number, one.form, one.key])
    status = FORM["started"] if one.key and not one.is_overdue else SCHEDULE[one.state]
    return Line(what, url, one.case, status, one.due, (today - one.due).days if one.is_overdue else None)


def query_lines(queries):
    """Queries, the oldest first: the question, since when."""
    rows = query_rows(queries.select_related("case", "site"))
    return [
        Line(
            f"{row.place}: {row.words}",
            row.url,
            row.query.case,
            row.status,
            clock.day_of(row.query.opened_at),
            row.days,
        )
        for row in rows
    ]


def opening_work(openings, person):
    """Locks that somebody wants opened, the longest waiting first: this person can be the second one."""
    return [
        Line(
            line.title,
            reverse("opening", args=[line.row.pk]),
            line.row.case,
            WORK["opening"],
            clock.day_of(line.row.asked_at),
            (clock.today() - clock.day_of(line.row.asked_at)).days,
        )
        for line in opening_lines(openings, person)
    ]


def draft_lines(drafts):
    """What was typed and not saved."""
    return [
        Line(
            short_title(FORM_OF[draft.form]),
            draft_page(draft),
            draft.case,
            WORK["draft"],
            clock.day_of(draft.saved_at),
        )
        for draft in drafts.select_related("case")
    ]


def lost_line(one, today, may_write):
    """A patient of whom two planned reports are missing: enter one, or record the loss."""
    what = _("Record a contact, or that the patient is lost to follow-up")
    url = new_url(one.case, "follow_up") if may_write else one.case.get_absolute_url()
    return Line(what, url, one.case, WORK["lost"], one.since, (today - one.since).days)


def unsigned_line(one, _today, _may_write):
    """A case with complete forms that nobody has signed."""
    what = ngettext("%d form to sign", "%d forms to sign", one.count) % one.count
    return Line(what, reverse("case_sign", args=[one.case.number]), one.case, WORK["unsigned"])


def endorsement_line(milestone, standing):
    """A milestone for which the hospital's data are not endorsed as they are now."""
    url = reverse("endorsement", args=[milestone.pk, standing.site.code])
    what = _("Data for “%(milestone)s”, due %(day)s") % {"milestone": milestone, "day": milestone.day.isoformat()}
    place = f"{standing.site.code} · {milestone.cohort}"
    return Line(what, url, None, ENDORSEMENT[standing.state], place=place)


def unverified_line(one, _today, _may_write):
    """A case with complete forms that nobody has verified."""
    what = ngettext("%d form to verify", "%d forms to verify", one.count) % one.count
    return Line(what, f"{reverse('forms')}?number={one.case.number}", one.case, WORK["unverified"])
