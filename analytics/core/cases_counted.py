"""The cases behind the cells of a table or proportion, as they are stored beside it and read again. Plain data: web processes use this."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from urllib.parse import urlencode

from analytics.core.analysis import PROPORTION

COUNTED = ("table-one", "toxicity", "response", "flow", PROPORTION)  # the methods whose cells lead to cases
GROUP = "group"  # the row that says in which column of the table a case stands
IN, MISSING, LEFT, NEXT = "in", "missing", "left", "next"
YES, NO = "yes", "no"
OUTCOME = "outcome"
NONE = -1
CELLS_KEY = "cells"  # the legendgroup of a figure's points whose customdata are the words of a cell

Values = tuple[tuple[str, str], ...]


def level(value: str | None) -> str:
    """The word of a level; of the level "not reported" where there is no value."""
    return MISSING if value is None else f"is.{value}"


def cell(row: str, value: str = "", by: str = "", of: str = "") -> str:
    """The words of an address that ask for the cases of a row with this value, of those with the value `of` in the row `by`."""
    said = {"row": row, "value": value, "by": by, "of": of}
    return urlencode([(name, word) for name, word in said.items() if word])


@dataclass(frozen=True, slots=True)
class Row:
    """What a table says of each case in one respect.

    label   in words
    values  (word, label) of what may be said
    at      for each case the place of its value in `values`; -1 where nothing is said
    """

    label: str
    values: Values
    at: tuple[int, ...]

    def places(self, word: str) -> set[int]:
        """The places that a word asks for: all if it is blank. Raises KeyError for an unknown word."""
        if not word:
            return set(range(len(self.values)))
        return {{known: place for place, (known, _label) in enumerate(self.values)}[word]}


@dataclass(frozen=True, slots=True)
class Counted:
    """Names of the cases in datasets, in their order, and the rows by name."""

    cases: tuple[str, ...]
    rows: dict[str, Row]

    def chosen(self, row: str, value: str = "", by: str = "", of: str = "") -> list[int]:
        """Places of the cases of a cell. Raises KeyError for a row or value that the table does not have."""
        found = self._with(row, value)
        among = set(self._with(by, of)) if by else set(found)
        return [one for one in found if one in among]

    def _with(self, row: str, value: str) -> list[int]:
        places = self.rows[row].places(value)
        return [case for case, at in enumerate(self.rows[row].at) if at in places]

    def pack(self) -> bytes:
        """As it is stored: compressed JSON. The same cases give the same bytes."""
        rows = {name: [one.label, one.values, one.at] for name, one in self.rows.items()}
        return zlib.compress(json.dumps([self.cases, rows], separators=(",", ":")).encode())

    @classmethod
    def unpack(cls, packed: bytes) -> Counted:
        """The reverse of `pack`."""
        cases, rows = json.loads(zlib.decompress(packed))
        return cls(
            tuple(cases),
            {
                name: Row(label, tuple((word, said) for word, said in values), tuple(at))
                for name, (label, values, at) in rows.items()
            },
        )
