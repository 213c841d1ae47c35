"""Dates as people type them: to the day, and where allowed to the month or the year."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from registry import clock
from registry.entry.eras import era_date, without_kanji_numerals

SEPARATED = re.compile(r"(\d{4})\s*[-/.年 ]\s*(\d{1,2})(?:\s*[-/.月 ]\s*(\d{1,2})日?|月)?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
YEAR = re.compile(r"(\d{4})年?")
NAMED_DAY = re.compile(r"(\d{1,2})\s*[-. ]?\s*([a-z]+)\.?(?:\s*[-. ,]?\s*(\d{4}))?")
DAY_AFTER_MONTH = re.compile(r"([a-z]+)\.?\s*[-. ]?\s*(\d{1,2})(?:\s*[, ]\s*(\d{4}))?")
NAMED_MONTH = re.compile(r"([a-z]+)\.?\s*[-. ,]?\s*(\d{4})")
DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
MONTH_AND_DAY = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*日?")
WEEKDAY = re.compile(r"\s*\(\s*([月火水木金土日])(?:曜日?)?\s*\)$")
STUDY_DAY = re.compile(r"(?:day|d)\s*([+-]?\s*\d{1,4})|([+-]\s*\d{1,4})|投与後?(\d{1,4})日後?")
BEFORE_STUDY = re.compile(r"投与前(\d{1,4})日|投与(\d{1,4})日前")
AGO = re.compile(r"(\d{1,3})\s*(?:days?\s*ago|日前)|(\d{1,2})\s*(?:weeks?\s*ago|週間?前)")
DAYS_BACK = {
    **dict.fromkeys(("today", "t", "今日", "本日", "きょう"), 0),
    **dict.fromkeys(("yesterday", "y", "昨日", "きのう"), 1),
    **dict.fromkeys(("一昨日", "おととい"), 2),
}
SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})(?:[/-](\d{2,4}))?")


@dataclass(frozen=True, slots=True)
class Reading:
    """A typed date: the first day meant, how much of it is known (D, M or Y), and whether its year was left out."""

    day: date
    precision: str = "D"
    is_latest: bool = False  # typed without a year: the latest such day that has come


def read_date(text, *, partial, day0=None):
    """The date typed: "2025-03-14", "14 Mar", "3月14日", "令和7年3月", "day 28", "+28", "yesterday", "3 days ago".

    partial   whether a month or a year alone will do
    day0      the day of infusion, from which "day 28" and "+28" count
    Raises ValidationError that says what was found and what can be typed.
    """
    typed = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("・", ".")
    typed, weekday = _without_weekday(without_kanji_numerals(typed))
    try:
        found = _slashed(typed) or _relative(typed.lower(), day0) or _read(typed.lower())
        _check_weekday(found, weekday)
    except ValidationError as refusal:
        params = {**(refusal.params or {}), "found": text.strip()}
        raise ValidationError(refusal.message, code=refusal.code, params=params) from None
    except (ValueError, OverflowError):
        raise ValidationError(
            _("“%(found)s” is not a date of the calendar. Type it as YYYY-MM-DD, for example 2025-03-14."),
            code="not_a_date",
            params={"found": text.strip()},
        ) from None
    if found.precision != "D" and not partial:
        raise ValidationError(
            _("“%(found)s” has no day, and this date is needed to the day. Type it as YYYY-MM-DD."),
            code="partial",
            params={"found": text.strip()},
        )
    return found


def understood(text, *, partial, day0=None):
    """(first day meant, precision D, M or Y) of a typed date. Raises ValidationError."""
    found = read_date(text, partial=partial, day0=day0)
    return found.day, found.precision


def _without_weekday(typed):
    """(the date, its day of the week, or "") of "2025-03-14(金)"."""
    found = WEEKDAY.search(typed)
    return (typed[: found.start()], found[1]) if found else (typed, "")


def _check_weekday(found, weekday):
    """A day of the week that is not the date's shows that one of the two is mistyped."""
    if weekday and found.precision == "D" and "月火水木金土日"[found.day.weekday()] != weekday:
        raise ValidationError(
            _("“%(found)s”: %(date)s is another day of the week. Correct the date, or leave out the day of the week."),
            code="other_weekday",
            params={"date": found.day.isoformat()},
        )


def _slashed(typed):
    """A date with its year last or left out, where only one order of day and month is possible; else None."""
    found = SLASHED.fullmatch(typed)
    if not found:
        return None
    one, other = int(found[1]), int(found[2])
    month_first = (get_language() or "").startswith("ja") and not found[3]  # 3/14 has one order in Japanese
    if (found[3] and len(found[3]) != 4) or (one <= 12 and other <= 12 and one != other and not month_first):
        raise ValidationError(
            _("“%(found)s” can be read in two ways. Type it as YYYY-MM-DD, for example 2025-03-14."),
            code="ambiguous_date",
        )
    month, day = (one, other) if other > 12 or month_first else (other, one)
    return _made(found[3], month, day) if found[3] else _latest(month, day)


def _relative(typed, day0):
    """A date counted from today or from the infusion; None for others."""
    if typed in DAYS_BACK:
        return Reading(clock.today() - timedelta(days=DAYS_BACK[typed]))
    if found := AGO.fullmatch(typed):
        return Reading(clock.today() - timedelta(days=int(found[1] or 0), weeks=int(found[2] or 0)))
    number = _day_of_study(typed)
    if number is None:
        return None
    if day0 is None:
        raise ValidationError(
            _("“%(found)s” counts from the infusion, and no infusion is stored yet. Type it as YYYY-MM-DD."),
            code="no_infusion",
        )
    return Reading(day0 + timedelta(days=number))


def _day_of_study(typed):
    if typed == "投与日":
        return 0
    if found := BEFORE_STUDY.fullmatch(typed):
        return -int(found[1] or found[2])
    found = STUDY_DAY.fullmatch(typed)
    return int((found[1] or found[2] or found[3]).replace(" ", "")) if found else None


def _read(typed):
    """A date of the calendar; raises ValueError for what is none."""
    if found := SEPARATED.fullmatch(typed):
        return _made(found[1], found[2], found[3])
    if found := COMPACT.fullmatch(typed):
        return _made(*found.groups())
    if found := YEAR.fullmatch(typed):
        return _made(found[1])
    if found := DOTTED.fullmatch(typed):
        return _made(found[3], found[2], found[1])
    if found := NAMED_MONTH.fullmatch(typed):
        return _made(found[2], _month(found[1]))
    if parts := era_date(typed):
        return _made(*parts)
    return _without_numbered_year(typed)


def _without_numbered_year(typed):
    """A month and a day, with the year after them or left out."""
    if found := MONTH_AND_DAY.fullmatch(typed):
        return _latest(found[1], found[2])
    if found := NAMED_DAY.fullmatch(typed):
        day, month, year = found[1], _month(found[2]), found[3]
    elif found := DAY_AFTER_MONTH.fullmatch(typed):
        day, month, year = found[2], _month(found[1]), found[3]
    else:
        raise ValueError(typed)
    return _made(year, month, day) if year else _latest(month, day)


def _latest(month, day):
    """The latest day of this month and number that has come."""
    today = clock.today()
    for year in range(today.year, today.year - 9, -1):  # 29 February may be eight years away
        try:
            found = date(year, int(month), int(day))
        except ValueError:
            continue
        if found <= today:
            return Reading(found, is_latest=True)
    raise ValueError(month, day)


def _made(year, month=None, day=None):
    precision = "D" if day else "M" if month else "Y"
    return Reading(date(int(year), int(month or 1), int(day or 1)), precision)


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


def echo_date(reading, *, day0=None):
    """How a typed date was understood: "14 Mar 2025 · day 28"; a year that was left out is pointed to."""
    words = echo(reading.day, reading.precision, day0=day0)
    return _("%(date)s · the latest such day") % {"date": words} if reading.is_latest else words


def echo(day, precision, *, day0=None):
    """A date in words: "14 Mar 2025 · day 28"."""
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
