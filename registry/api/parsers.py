"""JSON at the door: exact decimals, no NaN, no repeated names, no texts that PostgreSQL cannot store, bounded in size and depth."""

import json
from decimal import Decimal

from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser

from registry.api.problems import Problem

LARGEST_BODY = 2_000_000  # bytes
MOST_NAMES = 500
DEEPEST = 20
LARGEST_INTEGER = 2**31 - 1


class StrictJSON(BaseParser):
    """One JSON object."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        """The object, with numbers that have a point as Decimal."""
        charset = parse_header_parameters(media_type or "")[1].get("charset", "utf-8")
        if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
            raise Problem(
                "unsupported_media_type", f"The body declares charset={charset[:40]!r}; JSON is sent in UTF-8."
            )
        raw = stream.read(LARGEST_BODY + 1)
        if len(raw) > LARGEST_BODY:
            raise Problem("too_large")
        try:
            body = json.loads(
                raw.decode("utf-8"),
                parse_float=_number,
                parse_int=_integer,
                parse_constant=_refuse_constant,
                object_pairs_hook=_object,
            )
        except (ValueError, RecursionError) as failure:
            raise Problem("malformed", f"The body is not JSON that can be stored: {failure}") from None
        if not isinstance(body, dict):
            raise Problem("malformed", "The body is JSON, but not an object. Send one object: { … }.")
        if len(body) > MOST_NAMES:
            raise Problem("too_large", f"The body holds {len(body)} answers; {MOST_NAMES} are possible.")
        _check(body)
        return body


def _number(text):
    number = Decimal(text)
    if not (abs(number.adjusted()) <= 20 and len(number.as_tuple().digits) <= 40):
        raise ValueError(f"the number {text[:40]} is outside what is stored")
    return number


def _integer(text):
    if len(text) > 12 or abs(int(text)) > LARGEST_INTEGER:
        raise ValueError(f"the number {text[:40]} is outside what is stored")
    return int(text)


def _refuse_constant(name):
    raise ValueError(f"{name} is not a number")


def _object(pairs):
    body = dict(pairs)
    if len(body) < len(pairs):
        names = [name for name, _value in pairs]
        raise ValueError(f"the name {next(name for name in names if names.count(name) > 1)} is given twice")
    return body


def _check(value, depth=1):
    if depth > DEEPEST:
        raise Problem("malformed", f"The body is nested deeper than {DEEPEST} levels.")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)


def _check_text(text):
    if any((ord(sign) < 32 and sign not in "\t\n") or 0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise Problem("malformed", "A text holds a control character or half a character, which cannot be stored.")
