"""Marks English texts for the message catalogues, in code that knows no Django. They are translated where they are shown."""

from typing import NamedTuple


def gettext_noop(text: str) -> str:
    """`text` itself; the mark by which the extraction finds it."""
    return text


class Label(str):
    """An item's label inside a message: translated with the item's context before the message is filled in."""

    __slots__ = ()


class Amount(NamedTuple):
    """A number with its unit inside a message: the unit is written in the reader's language before the message is filled in."""

    number: str
    unit: str
