"""Numbers as people type them, in the unit of the item."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)
POWER = re.compile(r"(?:(\d+(?:\.\d*)?)\s*[x×*]\s*)?10\^?\s*(-\d{1,2})")
PER_MILLION = re.compile(r"(\d+(?:\.\d*)?)\s*(?:/|per)\s*(?:10\^?6|1e6|million|1000000)", re.IGNORECASE)


def understood_quantity(text, *, unit=""):
    """The number typed. A fraction may also be typed as 0.01 %, 10^-4 or 5 per 10^6.

    Raises ValidationError that says what was found and what can be typed.
    """
    typed = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    if unit == "fraction":
        if typed.endswith("%"):
            return understood_quantity(typed[:-1]) / 100
        if found := POWER.fullmatch(typed):
            return Decimal(found[1] or 1) * Decimal(10) ** int(found[2])
        if found := PER_MILLION.fullmatch(typed):
            return Decimal(found[1]) / 10**6
    elif unit and typed.casefold().endswith(unit.casefold()):
        typed = typed[: -len(unit)].strip()
    if "," in typed:
        raise ValidationError(
            _(
                "“%(found)s” holds a comma, which can mean two things. Type the decimal point as “.” and no thousands separator."
            )
            % {"found": text.strip()},
            code="comma",
        )
    try:
        if not PLAIN.fullmatch(typed):
            raise InvalidOperation
        return Decimal(typed)
    except InvalidOperation:
        raise ValidationError(
            _("“%(found)s” is not a number.") % {"found": text.strip()}, code="not_a_number"
        ) from None


def understood_count(text, *, unit=""):
    """The whole number typed. Raises ValidationError."""
    number = understood_quantity(text, unit=unit)
    if number != number.to_integral_value():
        raise ValidationError(_("“%(found)s” is not a whole number.") % {"found": text.strip()}, code="not_whole")
    if abs(number) > 2_000_000_000:
        raise ValidationError(_("“%(found)s” is too large.") % {"found": text.strip()}, code="too_large")
    return int(number)
