"""What a case column is. Declarations only: no pandas, so that web processes can name columns and their levels."""

from __future__ import annotations

from dataclasses import dataclass

NUMBER, CATEGORY, FLAG, DAY = "number", "category", "flag", "day"
KINDS = (NUMBER, CATEGORY, FLAG, DAY)

BASELINE, AT_INFUSION, OUTCOME = "baseline", "at infusion", "outcome"
WHENS = (BASELINE, AT_INFUSION, OUTCOME)
EARLY_CLOCKS = ("T_DEC", "T_ITT", "T_APH")  # clocks that run before the infusion

Levels = tuple[tuple[str, str], ...]
NO_YES: Levels = (("no", "No"), ("yes", "Yes"))


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a dictionary item: the number stored, the value in the case table, the label shown."""

    code: int
    value: str
    label: str


CodeList = tuple[Code, ...]


def levels_of(codes: CodeList) -> Levels:
    """The levels of a code list, in its order."""
    return tuple((one.value, one.label) for one in codes)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the case table.

    name     its name there
    label    in words
    kind     number; category (text, one of `levels`); flag ("no" or "yes"); day (whole days from the case's first day)
    when     from when on its value is known: at the decision ("baseline"), at the infusion, or after it ("outcome")
    items    dictionary items it is made from, or the symbol of the timeline
    unit     of a number
    levels   (value, label), in order; empty for a number, and for a category whose values are as found in the data
    note     how it is made, where that is not the item itself
    of       (column, values): cases for which it is asked, if not all. The others have no value and are not "missing"

    Missing is "not reported" or "not known", which is never "no". Raises ValueError for an unknown kind or time.
    """

    name: str
    label: str
    kind: str
    when: str
    items: tuple[str, ...]
    unit: str = ""
    levels: Levels = ()
    note: str = ""
    of: tuple[str, tuple[str, ...]] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.name}: kind {self.kind!r} is unknown; expected one of {', '.join(KINDS)}")
        if self.when not in WHENS:
            raise ValueError(f"{self.name}: when {self.when!r} is unknown; expected one of {', '.join(WHENS)}")

    def may_split(self, clock: str) -> bool:
        """Whether a curve that starts at `clock` (a symbol of the timeline) may be split by this column.

        What is known only later grants the time until then to those who lived to have it: immortal time.
        """
        return self.when == BASELINE or (self.when == AT_INFUSION and clock not in EARLY_CLOCKS)

    def as_dict(self) -> dict:
        """The column as JSON, for the dictionary that goes with the table."""
        return {
            "name": self.name,
            "label": self.label,
            "kind": self.kind,
            "when": self.when,
            "unit": self.unit,
            "levels": [{"value": value, "label": label} for value, label in self.levels],
            "items": list(self.items),
            "note": self.note,
            "of": None if self.of is None else {"column": self.of[0], "values": list(self.of[1])},
        }
