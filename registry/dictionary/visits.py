"""The planned visits after infusion: one table for the edit checks and the schedule.

Sources: the registry's table of forms (when due), check X30 (windows of the response assessments). The early ends of the windows of
contacts, and the windows of the yearly visits, are design choices.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import NamedTuple

YEARS = range(3, 16)
ANNUAL_EARLY, ANNUAL_LATE = 60, 90  # days around a yearly visit
CONTACT_GRACE, ASSESSMENT_GRACE = 30, 14  # days: after the planned date of a contact, after the window of an assessment
MONTHS_OF_A_PERIOD = 4  # reporting periods end in April, August and December


class Visit(NamedTuple):
    """One planned visit. Days count from infusion.

    code     of fup_visit or rsp_timepoint; the yearly visits share one
    day      nominal day, for intervals
    months   by the calendar, for the planned date; 0: `day` itself
    first    the first day on which it can be made
    last     the last one
    grace    days after `last` by which the form is due; 0: `last` is counted from the planned date, and the form is due then
    """

    slot: str
    code: int
    day: int
    months: int
    first: int
    last: int
    grace: int = 0

    def planned_on(self, day_0: date) -> date:
        """The planned date: the same day of the month, or the month's last."""
        return months_later(day_0, self.months) if self.months else day_0 + timedelta(days=self.day)

    def due_on(self, day_0: date) -> date:
        """The day by which its form is due, grace included."""
        if self.grace:
            return day_0 + timedelta(days=self.last + self.grace)
        return self.planned_on(day_0) + timedelta(days=self.last - self.day)

    def covers(self, days: int) -> bool:
        """Whether a day after infusion lies in its window."""
        return self.first <= days <= self.last


def months_later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = 28 if day.day <= 28 else calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def period_end(day: date) -> date:
    """The last day of the four-month reporting period in which `day` lies."""
    month = -(-day.month // MONTHS_OF_A_PERIOD) * MONTHS_OF_A_PERIOD
    return date(day.year, month, calendar.monthrange(day.year, month)[1])


def _contact(slot: str, code: int, day: int, months: int, first: int) -> Visit:
    return Visit(slot, code, day, months, first, day + CONTACT_GRACE)


def _year(year: int) -> int:
    return round(365.25 * year)


CONTACTS = (
    _contact("D28", 1, 28, 0, 21),
    _contact("D100", 2, 100, 0, 85),
    _contact("M6", 3, 183, 6, 150),
    _contact("M12", 4, 365, 12, 330),
    _contact("M18", 5, 548, 18, 490),
    _contact("M24", 6, 731, 24, 670),
    *(_contact(f"Y{year}", 7, _year(year), 12 * year, _year(year) - ANNUAL_EARLY) for year in YEARS),
)  # by fup_visit
ASSESSMENTS = (
    Visit("D28", 1, 28, 0, 21, 42, ASSESSMENT_GRACE),
    Visit("M3", 2, 91, 3, 75, 120, ASSESSMENT_GRACE),
    Visit("M6", 3, 183, 6, 150, 210, ASSESSMENT_GRACE),
    Visit("M9", 4, 274, 9, 240, 300, ASSESSMENT_GRACE),
    Visit("M12", 5, 365, 12, 330, 420, ASSESSMENT_GRACE),
    Visit("M18", 6, 548, 18, 490, 610, ASSESSMENT_GRACE),
    Visit("M24", 7, 731, 24, 670, 820, ASSESSMENT_GRACE),
    *(
        Visit(
            f"Y{year}",
            8,
            _year(year),
            12 * year,
            _year(year) - ANNUAL_EARLY,
            _year(year) + ANNUAL_LATE,
            ASSESSMENT_GRACE,
        )
        for year in YEARS
    ),
)  # by rsp_timepoint
LATE_EFFECTS = tuple(
    Visit(f"Y{year}", 0, _year(year), 12 * year, _year(year) - ANNUAL_EARLY, _year(year) + ANNUAL_LATE)
    for year in range(1, 16)
)
ANNUAL_ASSESSMENT = 8  # has no window of its own in check X30
WINDOWS = {visit.code: (visit.first, visit.last) for visit in ASSESSMENTS if visit.code != ANNUAL_ASSESSMENT}


def _intervals(visits: tuple[Visit, ...]) -> dict[int, int]:
    """Code of a visit → days to the next planned one."""
    found: dict[int, int] = {}
    for visit, following in zip(visits, visits[1:], strict=False):
        found.setdefault(visit.code, following.day - visit.day)
    return found


INTERVALS = _intervals(CONTACTS)  # by fup_visit
