"""The schedule of one case as a table: planned visits in the order of their days, those of now and the next two unfolded."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.models import FORM_OF
from registry.schedule import DONE, ENDED, NOT_YET, OPTIONAL, OWED, schedule
from registry.schedule.expected import DIED, LOST, RELAPSED, WITHDRAWN
from registry.views.case_forms import short_title
from registry.views.form_address import new_url
from registry.views.statuses import SCHEDULE

NEXT_VISITS = 2


@dataclass(frozen=True)
class Line:
    """One form of a planned visit."""

    title: str
    url: str
    state: str
    earliest: date | None
    due: date | None
    late: date | None

    @property
    def status(self):
        """Its word and shape."""
        return SCHEDULE[self.state]

    @property
    def is_owed(self):
        """Whether it can be reported and is not."""
        return self.state in OWED


@dataclass(frozen=True)
class Visit:
    """The forms of one planned visit."""

    title: str
    planned: date
    lines: list


@dataclass(frozen=True)
class Schedule:
    """All planned visits of a case: before, now and next, later; why no visit is planned any more."""

    before: list
    now: list
    later: list
    ended: str = ""


def case_schedule(case, stored, *, today):
    """The Schedule of a case, or None where no visit is planned."""
    expected = [one for one in schedule(stored.record, stored.exemptions) if one.slot]
    expected = [one for one in expected if not one.is_optional or one.state(today) == OPTIONAL]
    expected.sort(key=lambda one: (one.planned, one.slot))
    visits = [
        Visit(slot_label(slot), planned, [_line(case, one, today) for one in group])
        for (planned, slot), group in groupby(expected, key=lambda one: (one.planned, one.slot))
    ]
    if not visits:
        return None
    ended = next((one.ended for one in expected if one.form == "follow_up" and one.state(today) == ENDED), "")
    if ended:
        told = [visit for visit in visits if any(line.state == DONE for line in visit.lines)]
        return Schedule(told, [], [], ended_because(ended))
    return _folded(visits)


def _folded(visits):
    """Visits before the first that is owed or to come; that one up to the second to come; the rest."""
    waits = [any(line.is_owed or line.state == NOT_YET for line in visit.lines) for visit in visits]
    first = waits.index(True) if True in waits else len(visits)
    to_come = [place for place, visit in enumerate(visits) if place >= first and visit.lines[0].state == NOT_YET]
    end = to_come[NEXT_VISITS - 1] + 1 if len(to_come) >= NEXT_VISITS else len(visits)
    return Schedule(visits[:first], visits[first:end], visits[end:])


def _line(case, one, today):
    model, state = FORM_OF[one.form], one.state(today)
    if one.key:
        url = reverse("form", args=[case.number, one.form, one.key])
    else:
        url = "" if state in (NOT_YET, ENDED) else new_url(case, one.form, one.slot)
    return Line(short_title(model), url, state, one.earliest, one.due, one.deadline)


def slot_label(slot):
    """A planned visit in words: Day 28, Month 6, Year 3."""
    units = {"D": _("Day %(number)d"), "M": _("Month %(number)d"), "Y": _("Year %(number)d")}
    return units[slot[0]] % {"number": int(slot[1:])}


def ended_because(reason):
    """Why no visit is due any more."""
    return {
        DIED: _("No visit is due any more: the patient has died."),
        WITHDRAWN: _("No visit is due any more: consent was withdrawn."),
        LOST: _("No visit is due any more: the patient is not followed here any more. A contact can still be entered."),
        RELAPSED: _("The response is not assessed any more: there was a relapse."),
    }[reason]
