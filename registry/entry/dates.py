"""Dates as people type them: to the day, and where allowed to the month or the year."""

import re
import unicodedata
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}  # year 1 is the year after
SEPARATED = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
YEAR = re.compile(r"(\d{4})年?")
NAMED_DAY = re.compile(r"(\d{1,2})\s*[-. ]?\s*([a-z]+)\.?\s*[-. ,]?\s*(\d{4})")
NAMED_MONTH = re.compile(r"([a-z]+)\.?\s*[-. ,]?\s*(\d{4})")
DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
ERA = re.compile(
    r"(令和|平成|昭和|[RHS])\s*(元|\d{1,2})(?:[-/.年]|$)(?:(\d{1,2})(?:[-/.月]|$)(?:(\d{1,2})日?)?)?", re.IGNORECASE
)
STUDY_DAY = re.compile(r"(?:day|d)\s*([+-]?\d{1,4})")
AMBIGUOUS = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}")


def understood(text, *, partial, day0=None):
    """(first day meant, precision D, M or Y) of a typed date.

    partial   whether a month or a year alone will do
    day0      the day of infusion, so that "day 28" can be typed
    Raises ValidationError that says what was found and what can be typed.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if AMBIGUOUS.fullmatch(typed):
        raise ValidationError(
            _("“%(found)s” can be read in two ways. Type it as YYYY-MM-DD, for example 2025-03-14.")
            % {"found": text.strip()},
            code="ambiguous_date",
        )
    try:
        day, precision = _read(typed.lower(), typed, day0)
    except (ValueError, OverflowError):
        raise ValidationError(
            _("“%(found)s” is not a date of the calendar. Type it as YYYY-MM-DD, for example 2025-03-14.")
            % {"found": text.strip()},
            code="not_a_date",
        ) from None
    if precision != "D" and not partial:
        raise ValidationError(
            _("“%(found)s” has no day, and this date is needed to the day. Type it as YYYY-MM-DD.")
            % {"found": text.strip()},
            code="partial",
        )
    return day, precision


def _read(typed, as_typed, day0):
    """(day, precision); raises ValueError for what is no date."""
    if day0 and (found := STUDY_DAY.fullmatch(typed)):
        return day0 + timedelta(days=int(found[1])), "D"
    if found := SEPARATED.fullmatch(typed):
        return _made(found[1], found[2], found[3])
    if found := COMPACT.fullmatch(typed):
        return _made(*found.groups())
    if found := YEAR.fullmatch(typed):
        return _made(found[1])
    if found := DOTTED.fullmatch(typed):
        return _made(found[3], found[2], found[1])
    if found := NAMED_DAY.fullmatch(typed):
        return _made(found[3], _month(found[2]), found[1])
    if found := NAMED_MONTH.fullmatch(typed):
        return _made(found[2], _month(found[1]))
    if found := ERA.fullmatch(as_typed):
        year = ERAS[found[1].upper()] + (1 if found[2] == "元" else int(found[2]))
        return _made(year, found[3], found[4])
    raise ValueError(typed)


def _made(year, month=None, day=None):
    precision = "D" if day else "M" if month else "Y"
    return date(int(year), int(month or 1), int(day or 1)), precision


def _month(word):
    """Number of an English month, whole or by its first three letters."""
    with override("en"):
        names = {str(name).lower(): number for table in (MONTHS, MONTHS_3) for number, name in table.items()}
    if word == "sept":
        return 9
    if word not in names:
        raise ValueError(word)
    return names[word]


def as_typed(day, precision):
    """A stored date as one would type it: 2025, 2025-03 or 2025-03-14."""
    if day is None:
        return ""
    return day.isoformat()[: {"Y": 4, "M": 7}.get(precision, 10)]


def echo(day, precision, *, day0=None):
    """How a date was understood: "14 Mar 2025 · day 28"."""
    japanese = (get_language() or "").startswith("ja")
    shape = {"Y": "Y年" if japanese else "Y", "M": "Y年n月" if japanese else "M Y"}.get(
        precision, "Y年n月j日" if japanese else "j M Y"
    )
    words = date_format(day, shape)
    if precision == "M":
        words = _("%(date)s, day unknown") % {"date": words}
    elif precision == "Y":
        words = _("%(date)s, month unknown") % {"date": words}
    elif day0:
        words = f"{words} · {study_day(day, day0)}"
    return words


def study_day(day, day0):
    """Days since the infusion, in words."""
    return _("day %(number)d") % {"number": (day - day0).days}
