"""Numbers as people type them, in the unit of the item or in another that converts to it exactly."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from registry.dictionary.items import plain
from registry.dictionary.units import (
    CELLS,
    CELLS_IN_VOLUME,
    QUANTITY_OF,
    SHARE,
    accepted,
    converted,
    raised,
    recognised,
)
from registry.fields import number_with_unit, written_unit

MANTISSA = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
POWER = r"\s*[x×*·]\s*10(?:(?:\^|\*\*)\s*(?P<power>[+-]?\d{1,2})|\s*(?P<minus>-\d{1,2}))"
NUMBER = re.compile(rf"(?P<mantissa>{MANTISSA})(?:e(?P<e>[+-]?\d{{1,2}})(?!\d)|{POWER})?\s*(?P<unit>.*)", re.IGNORECASE)
ONLY_POWER = re.compile(r"10(?:\^\s*(?P<power>[+-]?\d{1,2})|\s*(?P<minus>-\d{1,2}))\s*(?P<unit>.*)")
NO_UNIT = re.compile(r"[\d.+-]|e[+-]?\d", re.IGNORECASE)  # what follows a number and begins no unit
OUT_OF = re.compile(r"(?:/|per|in)\s*(?:10\^(?P<power>\d)|1e(?P<e>\d)|1(?P<zeros>0+)|million)", re.IGNORECASE)
RAISED = re.compile("[⁺⁻⁰¹²³⁴-⁹]+")
LOWERED, HIGHER = (str.maketrans(*pair) for pair in (("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789"), ("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")))
LONGEST = 60  # signs of a number with its unit
UNITLESS = ("", "n")
LEAST_COUNT = 5  # ×10⁵: fewer cells, typed with a power and no unit, may as well mean ×10⁶


@dataclass(frozen=True, slots=True)
class Reading:
    """A typed amount: `number` in the unit of the item, `as_typed` as it was read in the unit that was typed."""

    number: Decimal
    as_typed: str
    is_plain: bool  # a number and at most the item's own unit: nothing was worked out


def read_amount(text, *, unit=""):
    """The amount typed, for example "12 mg/L", "1.2e8", "2.5 ×10⁸", "0.03 %", "5 per 10^6".

    Raises ValidationError that says what was found and what can be typed.
    """
    typed = _plain_signs(text)
    if "," in typed:
        raise ValidationError(
            _(
                "“%(found)s” holds a comma, which can mean two things. Type the decimal point as “.” and no thousands separator."
            )
            % {"found": text.strip()},
            code="comma",
        )
    found = ONLY_POWER.fullmatch(typed) or NUMBER.fullmatch(typed)
    if not found or len(typed) > LONGEST or NO_UNIT.match(found["unit"]):
        raise ValidationError(_("“%(found)s” is not a number.") % {"found": text.strip()}, code="not_a_number")
    parts = found.groupdict()
    power = next((int(parts[one]) for one in ("e", "power", "minus") if parts.get(one)), None)
    return _read(Decimal(parts.get("mantissa") or 1), power, parts["unit"].strip(), unit, text.strip())


def understood_quantity(text, *, unit=""):
    """The number typed, in `unit`. Raises ValidationError."""
    return read_amount(text, unit=unit).number


def understood_count(text, *, unit=""):
    """The whole number typed. Raises ValidationError."""
    number = understood_quantity(text, unit=unit)
    if number != number.to_integral_value():
        raise ValidationError(_("“%(found)s” is not a whole number.") % {"found": text.strip()}, code="not_whole")
    if abs(number) > 2_000_000_000:
        raise ValidationError(_("“%(found)s” is too large.") % {"found": text.strip()}, code="too_large")
    return int(number)


def echo_amount(reading, unit):
    """What was worked out, in words: "12 mg/L = 1.2 mg/dL"; nothing where nothing was. A fraction is said as per cent too."""
    if unit == "fraction" and not reading.as_typed.endswith("%"):
        return f"{reading.as_typed} = {number_with_unit(plain(converted(reading.number, Decimal(100))), '%')}"
    return "" if reading.is_plain else f"{reading.as_typed} = {number_with_unit(plain(reading.number), unit)}"


def _plain_signs(text):
    """Full-width signs, raised digits and long minus signs as one types them on a plain keyboard."""
    lowered = RAISED.sub(lambda found: "^" + found[0].translate(LOWERED), text)
    return unicodedata.normalize("NFKC", lowered).strip().replace("−", "-")


def _read(mantissa, power, typed_unit, unit, text):
    """The reading of a number with the unit typed after it."""
    if QUANTITY_OF.get(unit) == SHARE and (out_of := OUT_OF.fullmatch(typed_unit)):
        share = raised(mantissa, (power or 0) - _zeros(out_of))
        return Reading(converted(share, accepted(unit)["fraction"]), text, is_plain=False)
    meant = recognised(typed_unit, unit) if typed_unit else _unit_left_out(power, unit, text)
    if meant is None:
        raise _unknown_unit(unit, text)
    if power is not None and "10^" + str(power) + meant.removeprefix("cells") == unit:
        power, meant = None, unit  # the power that the unit has itself
    number = raised(mantissa, power or 0)
    return Reading(
        converted(number, accepted(unit)[meant]),
        _in_words(mantissa, power, meant),
        is_plain=power is None and meant == unit,
    )


def _unit_left_out(power, unit, text):
    """The unit of a number typed without one. Where a power makes it doubtful, the unit must be typed."""
    quantity = QUANTITY_OF.get(unit)
    if power is None or quantity not in (CELLS, CELLS_IN_VOLUME, SHARE) or unit in ("fraction", "/µL"):
        return unit
    if quantity == CELLS and power >= LEAST_COUNT:
        return "cells"
    if quantity == CELLS_IN_VOLUME and unit == f"10^{power}/L":
        return "/L"
    raise ValidationError(
        _("“%(found)s” can be read in two ways. Type the unit too; units that can be typed here: %(units)s.")
        % {"found": text, "units": _units(unit)},
        code="unit_left_out",
    )


def _unknown_unit(unit, text):
    """The refusal of a unit that does not belong to the question."""
    if unit in UNITLESS:
        words = _("“%(found)s” has a unit, but a mere number is asked here.") % {"found": text}
    else:
        words = _("The unit of “%(found)s” does not belong here. Units that can be typed here: %(units)s.") % {
            "found": text,
            "units": _units(unit),
        }
    return ValidationError(words, code="unknown_unit")


def _units(unit):
    return pgettext("between answers", ", ").join(written_unit(one) for one in accepted(unit))


def _in_words(mantissa, power, unit):
    """A number as it was typed: 12 mg/L, 1.2 ×10⁸, 2.5 ×10³/µL, 10⁻⁴."""
    words = "" if power is not None and unit in ("cells", "fraction") else written_unit(unit)
    if power is None:
        return f"{plain(mantissa)} {words}".strip()
    ten = f"10{str(power).translate(HIGHER)}"
    number = ten if mantissa == 1 else f"{plain(mantissa)} ×{ten}"
    return number + ("" if words.startswith("/") else " ") + words if words else number


def _zeros(out_of):
    """The power of ten in "per 10^6", "/1e6", "in 1000000", "per million"."""
    power = out_of["power"] or out_of["e"]
    return int(power) if power else len(out_of["zeros"] or "000000")
