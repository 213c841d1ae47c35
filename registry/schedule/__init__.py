"""What falls due when: every expected form of a case with its dates and its state. Pure rules over stored answers."""

from registry.edit_checks.follow_up import possibly_lost_since
from registry.schedule.case import NEEDED, schedule
from registry.schedule.expected import (
    DONE,
    DUE_SOON,
    ENDED,
    LATE,
    NOT_REQUIRED,
    NOT_YET,
    OPEN,
    OPTIONAL,
    OVERDUE,
    OWED,
    PASSED,
    Expected,
)

__all__ = [
    "DONE",
    "DUE_SOON",
    "ENDED",
    "LATE",
    "NEEDED",
    "NOT_REQUIRED",
    "NOT_YET",
    "OPEN",
    "OPTIONAL",
    "OVERDUE",
    "OWED",
    "PASSED",
    "Expected",
    "possibly_lost_since",
    "schedule",
]
