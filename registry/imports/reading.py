"""A CSV or XLSX file as rows of text, within limits, before anything is known about its columns."""

import contextlib
import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_BYTES = 20 * 1024 * 1024
MOST_BYTES_UNPACKED = 200 * 1024 * 1024  # an XLSX is a ZIP, and a small ZIP can hold a very large file
MOST_ROWS = 20_000
MOST_COLUMNS = 1_000
MOST_CHARACTERS = 4_000  # of one cell
ENCODINGS = {
    "utf-8": "utf-8-sig",
    "shift_jis": "cp932",
}  # as declared → as read: Windows' own Shift_JIS has ①, ㈱ and 髙 too


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as the user's program shows it (the header is row 1), and its cells as text by column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's columns in their order, and its rows without the blank ones."""

    columns: list[str]
    lines: list[Line]


def read_table(path: Path, encoding: str = "utf-8") -> Table:
    """The first sheet or the whole file. Raises ValidationError that says what is wrong with the file and what to do."""
    if not path.is_file():
        raise ValidationError(_("There is no file %(path)s.") % {"path": path})
    refuse_large(path.stat().st_size)
    return read_content(path.name, path.read_bytes(), encoding)


def refuse_large(size: int) -> None:
    """Raise ValidationError for a file of so many bytes, before it is read."""
    if size > MOST_BYTES:
        raise ValidationError(
            _("The file has %(found)d MB; up to %(most)d MB are possible. Split it.")
            % {"found": size // 1024**2 + 1, "most": MOST_BYTES // 1024**2}
        )


def read_content(name: str, content: bytes, encoding: str = "utf-8") -> Table:
    """The same of a file that is in memory. encoding: of a CSV, one of ENCODINGS. Raises ValidationError."""
    refuse_large(len(content))
    kind = Path(name).suffix.lower()
    if kind == ".csv":
        rows = _csv_rows(content, encoding)
    elif kind == ".xlsx":
        rows = _xlsx_rows(content)
    else:
        raise ValidationError(
            _("The file's name ends in “%(found)s”; expected .csv or .xlsx. Save it as one of these.") % {"found": kind}
        )
    return _table(rows)


def text_of(content: bytes, encoding: str) -> str:
    """The bytes as text. Raises ValidationError that says at which byte they are not of this encoding."""
    if encoding not in ENCODINGS:
        raise ValidationError(
            _("The encoding “%(found)s” is not known; expected one of %(known)s.")
            % {"found": encoding[:40], "known": ", ".join(ENCODINGS)}
        )
    try:
        return content.decode(ENCODINGS[encoding])
    except UnicodeDecodeError as fault:
        if encoding != "utf-8":
            raise ValidationError(
                _("The file is not %(encoding)s text (byte %(at)d). Choose another encoding, or save it as CSV UTF-8.")
                % {"encoding": encoding, "at": fault.start}
            ) from None
        raise ValidationError(
            _("The file is not UTF-8 text (byte %(at)d). In Excel choose “CSV UTF-8” when saving.")
            % {"at": fault.start}
        ) from None


def _csv_rows(content, encoding):
    """(row number, cells) of a CSV, with or without the mark that Excel writes first."""
    text = text_of(content, encoding)
    if "\0" in text:
        raise ValidationError(_("The file holds NUL bytes, so it is not a CSV. Save it again as CSV UTF-8."))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as fault:
        raise ValidationError(
            _("Line %(line)d is not CSV: %(fault)s. Check its quotation marks.")
            % {"line": reader.line_num, "fault": fault}
        ) from None


def _xlsx_rows(content):
    """(row number, cells) of the first sheet; formulas as the values they had when the file was saved."""
    from openpyxl import DEFUSEDXML, LXML, load_workbook

    if LXML or not DEFUSEDXML:  # registry/settings/environment.py keeps lxml away
        raise ValidationError(_("XLSX files are not read here, because defusedxml is not installed. Use CSV."))
    try:
        _refuse_large_archive(content)
        with contextlib.closing(
            load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        ) as book:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # the size that a file claims costs a cell for each of a billion
            for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield number, [_text(cell) for cell in cells]
    except ValidationError:
        raise
    except Exception as fault:  # a damaged file fails in whichever part of the reader meets it first
        raise ValidationError(
            _("The file cannot be read as an XLSX workbook (%(fault)s). Save it again, or as CSV UTF-8.")
            % {"fault": type(fault).__name__}
        ) from None


def _refuse_large_archive(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > MOST_BYTES_UNPACKED:
        raise ValidationError(
            _("The workbook unpacks to %(found)d MB; up to %(most)d MB are possible. Split it.")
            % {"found": unpacked // 1024**2, "most": MOST_BYTES_UNPACKED // 1024**2}
        )


def _text(cell):
    """A workbook's cell as the text that a CSV would hold."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time().isoformat() == "00:00:00" else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


def _table(rows):
    rows = iter(rows)
    _number, header = next(((number, cells) for number, cells in rows if any(cell.strip() for cell in cells)), (1, []))
    columns = _columns(header)
    lines = []
    for number, cells in rows:
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            continue
        if len(lines) == MOST_ROWS:
            raise ValidationError(_("The file has more than %(most)d rows. Split it.") % {"most": MOST_ROWS})
        lines.append(Line(number, _cells(columns, number, cells)))
    if not lines:
        raise ValidationError(_("The file holds no row below its header."))
    return Table(columns, lines)


def _columns(header):
    columns = [name.strip() for name in header]
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise ValidationError(_("The file is empty. Its first row must hold the names of the columns."))
    if len(columns) > MOST_COLUMNS:
        raise ValidationError(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    if not all(columns):
        raise ValidationError(
            _("Column %(place)d of the header has no name. Name every column.") % {"place": columns.index("") + 1}
        )
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise ValidationError(_("The header names these columns twice: %(names)s.") % {"names": ", ".join(twice)})
    return columns


def _cells(columns, number, cells):
    """Cells by column. A row may be short, as Excel leaves it; it must not be longer than the header."""
    if any(cells[len(columns) :]):
        raise ValidationError(
            _("Row %(row)d has %(found)d cells; the header has %(expected)d. Check its commas and quotation marks.")
            % {"row": number, "found": len(cells), "expected": len(columns)}
        )
    cells = cells[: len(columns)] + [""] * (len(columns) - len(cells))
    too_long = next((name for name, cell in zip(columns, cells, strict=True) if len(cell) > MOST_CHARACTERS), None)
    if too_long:
        raise ValidationError(
            _("Row %(row)d, column %(column)s holds more than %(most)d characters.")
            % {"row": number, "column": too_long, "most": MOST_CHARACTERS}
        )
    return dict(zip(columns, cells, strict=True))
