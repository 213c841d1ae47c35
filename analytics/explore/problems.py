"""What is wrong with an address, as data: the parameter, what was found there, what was expected. Words are made where it is shown."""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN_PARAMETER = "unknown parameter"
UNKNOWN_VALUE = "unknown value"
SAID_TWICE = "said twice"
TOO_MANY = "too many"
NO_NUMBER = "no number"
OUT_OF_RANGE = "out of range"
NO_MONTH = "no month"
NO_SUCH_CLOCK = "no such clock"
MISSING = "missing"
EMPTY_RANGE = "empty range"
NEEDS_CUTS = "needs cuts"
NO_CUTS = "no cuts"
NOT_ASCENDING = "not ascending"
TOO_MANY_GROUPS = "too many groups"
NOT_FOR_METHOD = "not for this method"
COMPETING = "competing"
NOT_OF_COHORT = "not of the cohort"
NO_SUCH_ITEM = "no such item"
NO_SUCH_RULE = "no such rule"
NO_SUCH_CODES = "no such codes"
NOT_KEPT = "not kept in the dataset"
LATER = "known later"
TOO_LONG = "too long"
REFUSED = "refused"
KINDS = (
    *(
        UNKNOWN_PARAMETER,
        UNKNOWN_VALUE,
        SAID_TWICE,
        TOO_MANY,
        NO_NUMBER,
        OUT_OF_RANGE,
        NO_MONTH,
        NO_SUCH_CLOCK,
        MISSING,
    ),
    *(
        EMPTY_RANGE,
        NEEDS_CUTS,
        NO_CUTS,
        NOT_ASCENDING,
        TOO_MANY_GROUPS,
        NOT_FOR_METHOD,
        COMPETING,
        NOT_OF_COHORT,
        LATER,
    ),
    *(TOO_LONG, REFUSED, NO_SUCH_ITEM, NO_SUCH_RULE, NO_SUCH_CODES, NOT_KEPT),
)
LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """parameter: of the address; "" for the whole. found: as typed, shortened. expected: words that would do, or limits.

    sentence  of the core, in English, where the core refuses
    """

    parameter: str
    kind: str
    found: str = ""
    expected: tuple[str, ...] = ()
    sentence: str = ""


def shown(text: str) -> str:
    """What somebody typed, short and without control characters."""
    plain = "".join(one if one.isprintable() else "�" for one in text)
    return plain if len(plain) <= LONGEST_SHOWN else f"{plain[: LONGEST_SHOWN - 1]}…"
