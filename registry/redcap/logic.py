"""REDCap's filterLogic: comparisons of fields with constants, and, or, not, brackets. Parsed and looked up, never evaluated as code.

    [sex_at_birth] = '1' and ([rsp_seq] >= 2 or [cyto(3)] = '1')

A field that is blank equals '' and nothing else. Both sides are compared as numbers where both are, else as text, which orders ISO dates.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

MOST_SIGNS = 4_000
MOST_DEPTH = 40
SIGN = re.compile(
    r"""\s*(?:(?P<field>\[(?P<name>[a-z0-9_]+)(?:\((?P<code>[A-Za-z0-9_]+)\))?\])
      | (?P<text>'[^']*'|"[^"]*") | (?P<number>-?\d+(?:\.\d+)?) | (?P<comparison><>|!=|<=|>=|=|<|>)
      | (?P<bracket>[()]) | (?P<word>and|or|not)\b)""",
    re.VERBOSE | re.IGNORECASE,
)


class LogicError(ValueError):
    """What is wrong, and at which sign."""


@dataclass(frozen=True)
class Asked:
    """A field in a condition; of a checkbox one code."""

    name: str
    code: str | None


@dataclass(frozen=True)
class Logic:
    """A parsed condition. holds(look_up): whether it does, where look_up(field name, code) gives an answer as text."""

    holds: Callable
    fields: tuple[Asked, ...]

    @property
    def names(self) -> list[str]:
        """The fields that it names."""
        return sorted({one.name for one in self.fields})


def read_logic(text: str) -> Logic:
    """The condition that `text` says. Raises LogicError naming the spot."""
    if len(text) > MOST_SIGNS:
        raise LogicError(f"it is longer than {MOST_SIGNS} signs")
    reader = _Reader(list(_signs(text)))
    holds = reader.either(0)
    reader.end()
    return Logic(holds, tuple(reader.fields))


def _signs(text):
    """(kind, what, place) of each sign."""
    at, end = 0, len(text.rstrip())
    while at < end:
        found = SIGN.match(text, at)
        if not found:
            raise LogicError(f"at sign {at + 1}: {text[at : at + 20].strip()!r} is not understood")
        kind = next(
            one for one in ("field", "text", "number", "comparison", "bracket", "word") if found[one] is not None
        )
        what = (
            Asked(found["name"], found["code"])
            if kind == "field"
            else found[kind].lower()
            if kind == "word"
            else found[kind]
        )
        yield kind, what, found.start(kind) + 1
        at = found.end()


class _Reader:
    """Reads signs from left to right."""

    def __init__(self, signs):
        self.signs, self.at, self.fields = signs, 0, []

    def here(self):
        """The sign that is next: kind, what."""
        return self.signs[self.at][:2] if self.at < len(self.signs) else ("end", "")

    def took(self, kind, what=None):
        """Whether the next sign is this one, which is then passed."""
        if self.here()[0] != kind or (what is not None and self.here()[1] != what):
            return False
        self.at += 1
        return True

    def refuse(self, expected):
        """Raise for the next sign."""
        place = f"at sign {self.signs[self.at][2]}" if self.at < len(self.signs) else "at its end"
        raise LogicError(f"{place}: {expected} is expected")

    def end(self):
        """Refuse what follows a whole condition."""
        if self.at < len(self.signs):
            self.refuse("and, or, or the end")

    def either(self, depth):
        """Conditions joined by or."""
        parts = [self.both(depth)]
        while self.took("word", "or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else lambda look_up: any(one(look_up) for one in parts)

    def both(self, depth):
        """Conditions joined by and."""
        parts = [self.single(depth)]
        while self.took("word", "and"):
            parts.append(self.single(depth))
        return parts[0] if len(parts) == 1 else lambda look_up: all(one(look_up) for one in parts)

    def single(self, depth):
        """One comparison, or a condition in brackets."""
        if depth > MOST_DEPTH:
            self.refuse("fewer brackets in each other")
        if self.took("word", "not"):
            inner = self.single(depth + 1)
            return lambda look_up: not inner(look_up)
        if self.took("bracket", "("):
            inner = self.either(depth + 1)
            if not self.took("bracket", ")"):
                self.refuse("a closing bracket")
            return inner
        left, (kind, comparison) = self.operand(), self.here()
        if kind != "comparison":
            self.refuse("a comparison such as = or <>")
        self.at += 1
        right = self.operand()
        return lambda look_up: compared(left(look_up), comparison, right(look_up))

    def operand(self):
        """A field or a constant."""
        kind, what = self.here()
        if kind not in ("field", "text", "number"):
            self.refuse("a [field], a 'text' or a number")
        self.at += 1
        if kind == "field":
            self.fields.append(what)
            return lambda look_up: look_up(what.name, what.code)
        constant = what[1:-1] if kind == "text" else what
        return lambda _look_up: constant


def compared(left: str, comparison: str, right: str) -> bool:
    """Whether two texts compare so: as numbers if both are, else as text."""
    if comparison == "=":
        return left == right or _numbers(left, right, lambda a, b: a == b)
    if comparison in ("<>", "!="):
        return not compared(left, "=", right)
    if not left or not right:
        return False
    order = {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }[comparison]
    numbers = _number(left), _number(right)
    return order(left, right) if None in numbers else order(*numbers)


def _numbers(left, right, order):
    numbers = _number(left), _number(right)
    return None not in numbers and order(*numbers)


def _number(text):
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
