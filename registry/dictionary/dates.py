"""Dates that may be known to the month or the year only."""

import calendar
from datetime import date


def possible_days(day: date, precision: str | None) -> tuple[date, date]:
    """First and last day that a date of this precision (D, M, Y) can mean."""
    if precision == "Y":
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    if precision == "M":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day, day
