"""Dates by the Japanese calendar: 令和7年3月14日, R7.3.14, R070314, 令和七年三月十四日."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Era:
    """An era with its first day and its last; the era of now has none."""

    name: str
    first: date
    last: date = date.max


REIWA = Era("令和", date(2019, 5, 1))
HEISEI = Era("平成", date(1989, 1, 8), date(2019, 4, 30))
SHOWA = Era("昭和", date(1926, 12, 25), date(1989, 1, 7))
ERAS = {"令和": REIWA, "r": REIWA, "平成": HEISEI, "h": HEISEI, "昭和": SHOWA, "s": SHOWA}

SEPARATED = re.compile(
    r"(令和|平成|昭和|[rhs])\s*(元|\d{1,2})(?:\s*[-/.年]\s*|$)(?:(\d{1,2})(?:\s*[-/.月]\s*|$)(?:(\d{1,2})\s*日?)?)?"
)
COMPACT = re.compile(r"(令和|平成|昭和|[rhs])\s*(\d{2})(\d{2})(\d{2})")

NUMERALS = {numeral: number for number, numeral in enumerate("〇一二三四五六七八九")}
KANJI_NUMBER = re.compile(r"[〇一二三四五六七八九十]+(?=\s*[年月日週])")
TENS = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)")


def era_date(typed):
    """(year, month, day) of a date of an era, month and day None where they are left out; None for what is no such date.

    typed   in lower case
    Raises ValidationError for a date outside its era, ValueError for a month or a day that does not exist.
    """
    found = SEPARATED.fullmatch(typed) or COMPACT.fullmatch(typed)
    if not found:
        return None
    era = ERAS[found[1]]
    number = 1 if found[2] == "元" else int(found[2])
    year, month, day = era.first.year + number - 1, found[3] and int(found[3]), found[4] and int(found[4])
    first = date(year, month or 1, day or 1)
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    if first > era.last:
        words = _("“%(found)s” does not exist: the era %(era)s ended on %(day)s. Type the date as YYYY-MM-DD.")
        raise _outside(words, era.name, era.last)
    if last < era.first:
        words = _("“%(found)s” does not exist: the era %(era)s began on %(day)s. Type the date as YYYY-MM-DD.")
        raise _outside(words, era.name, era.first)
    return year, month, day


def _outside(words, era, day):
    return ValidationError(words, code="outside_era", params={"era": era, "day": day.isoformat()})


def without_kanji_numerals(typed):
    """The text with numbers before 年, 月, 日 and 週 in digits: 二十九日 is 29日, 二〇二五年 is 2025年."""
    return KANJI_NUMBER.sub(lambda found: _digits(found[0]), typed)


def _digits(kanji):
    """A number written in kanji, in digits; what is no number stays as it is."""
    if found := TENS.fullmatch(kanji):
        return str(NUMERALS.get(found[1], 1) * 10 + NUMERALS.get(found[2], 0))
    if "十" in kanji:
        return kanji
    return "".join(str(NUMERALS[numeral]) for numeral in kanji)
