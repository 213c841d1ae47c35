"""What an address says, word by word, each checked where it is read; what is wrong is kept beside the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from analytics.explore import problems
from analytics.explore.problems import Problem, shown

LONGEST = 4000  # characters of an address
MOST = 200  # parameters
NUMBER = re.compile(r"-?\d{1,7}(\.\d{1,6})?")
MONTH = re.compile(r"(\d{4})(?:-(\d{2}))?")
YEARS = (1980, 2100)


@dataclass
class Said:
    """Parameter → the values given for it, empty ones left out; `problems` collects what is wrong."""

    words: dict[str, list[str]]
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, query: str) -> Said:
        """The query of an address: "a=1&b=2"."""
        query = query.removeprefix("?")
        if len(query) > LONGEST:
            return cls({}, [Problem("", problems.TOO_LONG, str(len(query)), (str(LONGEST),))])
        try:
            pairs = parse_qsl(query, keep_blank_values=False, max_num_fields=MOST)
        except ValueError:
            return cls({}, [Problem("", problems.TOO_MANY, str(query.count("&") + 1), (str(MOST),))])
        words: dict[str, list[str]] = {}
        for name, value in pairs:
            if value.strip():
                words.setdefault(name, []).append(value.strip())
        return cls(words)

    def refuse(
        self, parameter: str, kind: str, found: str = "", expected: Iterable[str] = (), sentence: str = ""
    ) -> None:
        """Note what is wrong."""
        self.problems.append(Problem(parameter, kind, shown(found), tuple(expected), sentence))

    def many(self, name: str) -> list[str]:
        """The different values of a parameter, in the order given; commas separate too."""
        listed = [part.strip() for value in self.words.get(name, ()) for part in value.split(",")]
        return list(dict.fromkeys(part for part in listed if part))

    def values(self, name: str) -> list[str]:
        """The different values of a parameter as given: a comma belongs to the value."""
        return list(dict.fromkeys(self.words.get(name, ())))

    def one(self, name: str, known: Mapping[str, object] | Iterable[str] | None = None, default: str = "") -> str:
        """The value of a parameter that has one, out of those known."""
        given = self.values(name)
        if len(given) > 1:
            self.refuse(name, problems.SAID_TWICE, ", ".join(given))
        if not given:
            return default
        if known is not None and given[0] not in (allowed := tuple(known)):
            self.refuse(name, problems.UNKNOWN_VALUE, given[0], allowed)
            return default
        return given[0]

    def listed(self, name: str, known: Iterable[str]) -> list[str]:
        """The values of a parameter, in the order of those known; unknown ones are refused and left out."""
        allowed, given = tuple(known), self.values(name)
        for value in given:
            if value not in allowed:
                self.refuse(name, problems.UNKNOWN_VALUE, value, allowed)
        return [value for value in allowed if value in given]

    def number(self, name: str) -> float | None:
        """A number, or None."""
        given = self.one(name)
        return self._number(name, given) if given else None

    def numbers(self, name: str, most: int) -> list[float]:
        """Numbers in the order given."""
        given = self.many(name)
        if len(given) > most:
            self.refuse(name, problems.TOO_MANY, str(len(given)), (str(most),))
            return []
        found = [self._number(name, one) for one in given]
        return [one for one in found if one is not None]

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number within limits, or None."""
        found = self.number(name)
        if found is None:
            return None
        if found != int(found) or not least <= found <= most:
            self.refuse(name, problems.OUT_OF_RANGE, f"{found:g}", (str(least), str(most)))
            return None
        return int(found)

    def wholes(self, name: str, least: int, most: int, longest: int) -> tuple[int, ...]:
        """Whole numbers within limits, ascending, each once."""
        found = self.numbers(name, longest)
        wrong = [one for one in found if one != int(one) or not least <= one <= most]
        if wrong:
            self.refuse(name, problems.OUT_OF_RANGE, f"{wrong[0]:g}", (str(least), str(most)))
        return tuple(sorted({int(one) for one in found if one not in wrong}))

    def month(self, name: str, *, is_end: bool) -> int | None:
        """ "2022" or "2022-03" as 202203; a year alone is its first month, as an end its last."""
        given = self.one(name)
        if not given:
            return None
        parts = MONTH.fullmatch(given)
        year, month = (int(parts[1]), int(parts[2] or (12 if is_end else 1))) if parts else (0, 0)
        if not YEARS[0] <= year <= YEARS[1] or not 1 <= month <= 12:
            self.refuse(name, problems.NO_MONTH, given)
            return None
        return year * 100 + month

    def yes(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.one(name, ("1",)) == "1"

    def _number(self, name: str, text: str) -> float | None:
        """A number as it can be shown again without loss: an int where it is whole."""
        found = float(text) if NUMBER.fullmatch(text) else None
        if found is None or float(f"{found:g}") != found:
            self.refuse(name, problems.NO_NUMBER, text)
            return None
        return int(found) if found == int(found) else found


def as_typed(number: float) -> str:
    """A number as an address holds it; `Said` reads the same one back."""
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def month_as_typed(month: int) -> str:
    """202203 as "2022-03"."""
    return f"{month // 100:04d}-{month % 100:02d}"
