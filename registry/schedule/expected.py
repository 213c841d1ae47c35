"""One expected form: its dates, what became of it, and its state on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from registry.dictionary.visits import period_end

SOON = 30  # days ahead of its due date from which a form is due soon

DONE = "done"  # a stored row covers it
NOT_YET = "not_yet"  # data cannot be expected before its earliest day
OPEN = "open"  # can be entered; due later, or on no known day
DUE_SOON = "due_soon"
OVERDUE = "overdue"  # after its due date
LATE = "late"  # after the reporting period in which it was due; it can always be entered
PASSED = "passed"  # its time is over and a later report says more
OPTIONAL = "optional"
NOT_REQUIRED = "not_required"  # waived, or reported elsewhere
ENDED = "ended"  # death, withdrawal of consent, loss to follow-up, relapse
OWED = (OPEN, DUE_SOON, OVERDUE, LATE)

DIED, WITHDRAWN, LOST, RELAPSED = "died", "withdrawn", "lost", "relapsed"


class Expected(NamedTuple):
    """A form that should be there, or one planned visit of a repeating form.

    slot        the planned visit ("D28", "M12", "Y3"); blank for a form that is there once, and for an event
    event       the day from which it counts
    earliest    the first day on which its data can be expected
    planned     the planned day
    due         the day by which it is to be complete, grace included; None where it depends on something not known yet
    key         the stored row that covers it
    exemption   kind of the exemption
    ended       why it is not asked for any more
    is_passed   its time is over and a later report is stored
    """

    form: str
    slot: str = ""
    event: date | None = None
    earliest: date | None = None
    planned: date | None = None
    due: date | None = None
    key: str = ""
    exemption: str = ""
    ended: str = ""
    is_passed: bool = False
    is_optional: bool = False

    @property
    def deadline(self) -> date | None:
        """The end of the reporting period in which it is due; after it, it is late."""
        return period_end(self.due) if self.due else None

    def state(self, today: date) -> str:
        """What becomes of it, as of `today`."""
        if self.key:
            return DONE
        if self.exemption:
            return NOT_REQUIRED
        if self.ended:
            return ENDED
        if self.earliest and today < self.earliest:
            return NOT_YET
        if self.is_optional:
            return OPTIONAL
        if self.is_passed:
            return PASSED
        return self.timeliness(today)

    def timeliness(self, today: date) -> str:
        """open, due soon, overdue or late, whatever is stored: an incomplete form falls due too."""
        if not self.due:
            return OPEN
        if today > period_end(self.due):
            return LATE
        if today > self.due:
            return OVERDUE
        return DUE_SOON if today >= self.due - timedelta(days=SOON) else OPEN
