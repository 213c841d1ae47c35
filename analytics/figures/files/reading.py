"""Attributes of a figure's dictionary. Whoever draws a part reads its attributes here; one that nobody reads is refused.

So a figure that uses something new is never drawn without it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
TAG = re.compile(r"<[^>]*>")
HEX = re.compile(r"#[0-9a-fA-F]{6}")
RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(?:,\s*([0-9.]+)\s*)?\)")
REQUIRED = object()


class Part:
    """One object of the figure: `where` names it in errors. Use as a context: leaving it refuses what was not read."""

    def __init__(self, given: dict, where: str) -> None:
        self.given, self.where = given, where
        self._read: set[str] = set()

    def __enter__(self) -> Part:
        return self

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        unread = sorted(name for name, value in self.given.items() if name not in self._read and value is not None)
        if kind is None and unread:
            raise ValueError(f"{self.where}: {', '.join(unread)} cannot be drawn in a file")

    def get(self, name: str, default: Any = REQUIRED) -> Any:
        """The value; None counts as absent. Raises ValueError for one that must be there."""
        self._read.add(name)
        value = self.given.get(name)
        if value is not None:
            return value
        if default is REQUIRED:
            raise ValueError(f"{self.where}: {name} is missing; a file cannot choose it")
        return default

    def one_of(self, name: str, known: Iterable, default: Any = REQUIRED) -> Any:
        """The value out of a closed list."""
        value = self.get(name, default)
        if value not in known:
            raise ValueError(f"{self.where}: {name} {value!r} cannot be drawn in a file")
        return value

    def only(self, **values: Any) -> None:
        """Attributes that may be there with this one value."""
        for name, value in values.items():
            if self.get(name, value) != value:
                raise ValueError(f"{self.where}: {name} {self.given[name]!r} cannot be drawn in a file")

    def part(self, name: str) -> Part:
        """The object inside, empty if absent."""
        return Part(self.get(name, {}), f"{self.where}.{name}")

    def ignore(self, *names: str) -> None:
        """Attributes that change nothing in a picture."""
        self._read.update(names)


def each(value: Any, n: int) -> list:
    """An attribute that may be an array, as one value for each of `n` points."""
    if isinstance(value, list | tuple):
        if len(value) != n:
            raise ValueError(f"an array of {len(value)} stands for {n} points")
        return list(value)
    return [value] * n


def lines_of(text: object) -> list[str]:
    """The lines of a text in plotly's pseudo-HTML, as they are read; a tag other than <br> is refused."""
    pieces = BREAK.split(str(text))
    for piece in pieces:
        if found := TAG.search(piece):
            raise ValueError(f"the tag {found[0]!r} in a text cannot be drawn in a file")
    return [html.unescape(piece) for piece in pieces]


def colour_of(text: str) -> tuple[str, float]:
    """(#rrggbb, opacity) of a CSS colour."""
    if HEX.fullmatch(text):
        return text.lower(), 1.0
    if text == "transparent":
        return "#000000", 0.0
    if found := RGB.fullmatch(text):
        red, green, blue = (int(one) for one in found.groups()[:3])
        if max(red, green, blue) <= 255:
            return f"#{red:02x}{green:02x}{blue:02x}", float(found[4] or 1)
    raise ValueError(f"the colour {text!r} cannot be drawn in a file; write #rrggbb or rgba()")
