"""The records of a file in the order in which they are stored, each with the rows that it is made of."""

from dataclasses import dataclass
from pathlib import PurePath

from registry.imports.reading import Table, read_content
from registry.imports.sources import encoding_of, rows_of
from registry.redcap.project import INSTANCE, INSTRUMENT, RECORD_ID


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its place, what it is called in the file, its rows (registry.imports.reading.Line, or cells of our fields)."""

    number: int
    name: str
    rows: list
    places: list[int]

    def place_of(self, repeat: str) -> int:
        """The row of the file that this row of a form is."""
        found = (place for place, row in zip(self.places, self.rows, strict=True) if repeat_of(row) == repeat)
        return next(found, self.places[0])


def repeat_of(row) -> str:
    """Which row of a form a row of the file is, as faults name it."""
    return f"{row.get(INSTRUMENT, '').strip()} {row.get(INSTANCE, '').strip()}".strip()


def records_of_file(name: str, content: bytes, encoding: str) -> list[Record]:
    """The records of a file of this registry or of REDCap, by their names. Raises ValidationError for the file as a whole."""
    rows = rows_of(name, content, encoding)
    by_name: dict[str, tuple[list, list]] = {}
    for place, row in zip(_places(name, content, encoding, len(rows)), rows, strict=True):
        rows_of_it, places = by_name.setdefault(row[RECORD_ID].strip(), ([], []))
        rows_of_it.append(row)
        places.append(place)
    return [Record(number, one, *by_name[one]) for number, one in enumerate(sorted(by_name), start=1)]


def records_of_table(table: Table) -> list[Record]:
    """Each row of a mapped table as a record."""
    return [Record(number, "", [line], [line.number]) for number, line in enumerate(table.lines, start=1)]


def _places(name, content, encoding, number):
    """The row of the file that each row is: of one table as its program numbers them, else counted from 1."""
    if PurePath(name).suffix.lower() in (".csv", ".xlsx"):
        return [line.number for line in read_content(name, content, encoding_of(content, encoding)).lines]
    return range(1, number + 1)
