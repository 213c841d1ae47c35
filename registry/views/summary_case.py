"""A stored case as the one-page summary reads it, and what its blocks are made of."""

from collections import defaultdict
from dataclasses import dataclass, field

from registry.derived import derived_of
from registry.entry.aloud import read_aloud
from registry.entry.dates import as_typed, study_day
from registry.views.derived_words import derived_words

DASH = "–"


@dataclass(frozen=True)
class Said:
    """One fact with its name."""

    name: str
    words: str


@dataclass(frozen=True)
class Table:
    """Rows of a block; `left_out` says how many more there are."""

    columns: list
    rows: list
    left_out: int = 0


@dataclass
class CaseRead:
    """A stored case as the summary reads it: rows by form, derived fields by place."""

    stored: object
    derived: dict = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self):
        self.record = self.stored.record
        self.day0 = self.stored.day0
        for one in derived_of(self.record):
            self.derived[one.form, one.key][one.derived.name] = one

    def rows(self, form):
        """The stored rows of a form."""
        return self.stored.rows_of(form)

    def one(self, form):
        """The first row of a form, or None."""
        return next(iter(self.rows(form)), None)

    def words(self, form, item):
        """An answer of the first row of a form in words, or nothing."""
        row = self.one(form)
        return read_aloud(row, item) if row else ""

    def derived_words(self, form, key, name):
        """A derived field in words, or nothing."""
        placed = self.derived[form, key].get(name)
        return derived_words(placed.derived) if placed else ""

    def number(self, form, key, name):
        """A derived grade as its number, or a dash."""
        placed = self.derived[form, key].get(name)
        return DASH if placed is None or placed.derived.value is None else str(placed.derived.value)

    def span(self, row, start, end):
        """Days after infusion from `start` to `end`: 4–12; nothing where they are not known."""
        days = [
            str((day - self.day0).days) if self.day0 and (day := getattr(row, item)) else "?" for item in (start, end)
        ]
        return "" if days[0] == "?" else "–".join(dict.fromkeys(days))

    def when(self, row, item, end=""):
        """(date, day) of a dated answer, to `end` where it lasts."""
        day, last = getattr(row, item), getattr(row, end) if end else None
        if not day:
            return (str(read_aloud(row, item)) or DASH, "")
        words, number = as_typed(day, getattr(row, f"{item}_p")), self.day(day, getattr(row, f"{item}_p"))
        if not last or last == day:
            return (words, number)
        until = (last - self.day0).days if self.day0 else ""
        return (f"{words} → {as_typed(last, getattr(row, f'{end}_p'))}", f"{number} → {until}" if number else "")

    def day(self, day, precision="D"):
        """Days since the infusion, in words; nothing where either day is not known."""
        return study_day(day, self.day0) if self.day0 and precision == "D" else ""


def joined(*parts):
    """The parts that say something, one after the other."""
    return "; ".join(str(part) for part in parts if part)


def facts(*pairs):
    """Facts of which something is known."""
    return [Said(name, words) for name, words in pairs if words]


def cut(columns, rows, most):
    """The first row and the last ones, if there are more than fit on the page."""
    if len(rows) <= most:
        return Table(columns, rows)
    return Table(columns, [rows[0], *rows[len(rows) - most + 1 :]], len(rows) - most)
