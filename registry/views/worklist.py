"""What is owed: forms that are missing, incomplete or contradictory, by the week they are due."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from registry.access.permissions import Permission
from registry.actions.cases import PRIMARY_COHORT
from registry.models import Case, Site
from registry.record import stored_cases
from registry.views.access import permitted
from registry.views.case_forms import form_lines
from registry.views.filters import Filters
from registry.views.statuses import DUE

MOST_CASES = 200  # whose forms one page reads
SOON = 30  # days ahead that the list looks


@dataclass(frozen=True)
class Task:
    """One form of one case that somebody owes."""

    case: object
    line: object
    due: date | None
    days_over: int

    @property
    def is_overdue(self):
        return self.days_over > 0

    @property
    def due_status(self):
        return DUE["overdue" if self.is_overdue else "due" if self.due else "open"]


@dataclass(frozen=True)
class Open:
    """The forms of one case that are open without being due on a day."""

    case: object
    lines: list


@permitted(Permission.CASE_READ)
@require_GET
def worklist(request):
    """Everything owed for the cases this person may see, the most overdue first."""
    own = followed(request.user)
    sites = {site.code: site.code for site in Site.objects.filter(pk__in=own.values("site")).order_by("code")}
    filters = Filters(
        request.GET,
        {"site": (_("Site"), sites), "due": (_("Due"), {"over": _("overdue"), "open": _("without a date")})},
    )
    if filters.get("site"):
        own = own.filter(site__code=filters.get("site"))
    if filters.search:
        own = own.filter(number__icontains=filters.search)
    cases = list(own.select_related("site").order_by("number")[: MOST_CASES + 1])
    tasks = tasks_of(cases[:MOST_CASES], today=timezone.localdate())
    tasks = [task for task in tasks if _wanted(task, filters.get("due"))]
    context = {
        "filters": filters,
        "weeks": weeks([task for task in tasks if task.due]),
        "open": undated(tasks),
        "count": len(tasks),
        "overdue": sum(task.is_overdue for task in tasks),
        "is_cut": len(cases) > MOST_CASES,
        "most": MOST_CASES,
        "may_enrol": request.user.may(Permission.CASE_ENROL),
    }
    return render(request, "registry/worklist.html", context)


def followed(person):
    """Cases that are followed: those of the consortium's own cohort, not those that an import brought whole."""
    return Case.objects.visible_to(person).filter(cohort__code=PRIMARY_COHORT)


def tasks_of(cases, *, today):
    """What is owed for `cases`: by due date, then by case."""
    stored = stored_cases(cases)
    tasks = [
        Task(case, line, line.due, (today - line.due).days if line.due else 0)
        for case in cases
        for line in form_lines(case, stored[case.pk])
        if line.is_open or (line.due and line.due <= today + timedelta(days=SOON))
    ]
    return sorted(tasks, key=lambda task: (task.due or date.max, task.case.number))


def weeks(tasks):
    """(title, tasks) by the week they are due."""

    def monday(task):
        return task.due - timedelta(days=task.due.weekday())

    return [
        (_("Week of %(monday)s") % {"monday": start.isoformat()}, list(group))
        for start, group in groupby(tasks, key=monday)
    ]


def undated(tasks):
    """The rest, case by case."""
    rest = groupby((task for task in tasks if not task.due), key=lambda task: task.case)
    return [Open(case, [task.line for task in group]) for case, group in rest]


def _wanted(task, due):
    return {"over": task.is_overdue, "open": task.due is None}.get(due, True)
