"""A CSV file as columns of text, or a sentence that says why it is none."""

from __future__ import annotations

import csv
import io
import warnings as warnings_module
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.core.estimate.request import RefusedError

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
MISSING = ("", "NA")
NAMED_COLUMNS, NAMED_LINES = 20, 5
ROWS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class _Header:
    """The first record: what separates its cells, the names, how many lines it takes, where it ends in the text."""

    separator: str
    names: list[str]
    lines: int
    end: int


def read_columns(file: Path, columns: dict[str, str], warnings: list[str]) -> pd.DataFrame:
    """The named columns as text, NaN where a cell is empty or NA. The index is the line of the file; the header is 1.

    columns   column -> the option that names it, for the refusal
    warnings  gains a sentence where the file is not quite a CSV file

    Rows without any value are no rows. Raises RefusedError for what cannot be read, absent and doubtful columns.
    """
    text = _text(file)
    header = _header(file, text, columns)
    if header.separator != ",":
        warnings.append(f"The columns of the file are separated by {SEPARATORS[header.separator]}, not by commas.")
    places = {column: _place(file, header.names, column, option) for column, option in columns.items()}
    try:
        parts = [_rows(part, places, header.lines) for part in _parts(text, header)]
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        reason = " ".join(str(error).split()).removeprefix("Error tokenizing data. C error: ")
        raise RefusedError(f"{file}: cannot be read as CSV ({reason})") from error
    table = pd.concat(parts) if parts else pd.DataFrame(columns=list(places), dtype=str)
    return table.apply(_stripped)


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise RefusedError(f"{file}: there is no such file") from None
    except OSError as error:
        raise RefusedError(f"{file}: cannot be read ({error.strerror})") from error
    if data[:4] == b"PK\x03\x04":
        raise RefusedError(f"{file}: is an Excel workbook; expected a CSV file: save the sheet as CSV UTF-8")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise RefusedError(f"{file}: is UTF-16; expected UTF-8: save it as CSV UTF-8")
    if b"\0" in data:
        raise RefusedError(f"{file}: cannot be read as CSV (it holds a zero byte, as binary files do)")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RefusedError(
            f"{file}: line {line} is not UTF-8 (byte 0x{data[error.start]:02X}; Windows-1252 or Shift-JIS?); "
            "save it as CSV UTF-8"
        ) from error
    if not text.strip():
        raise RefusedError(f"{file}: cannot be read as CSV (it is empty); expected a line of column names, then rows")
    return text


def _header(file: Path, text: str, columns: dict[str, str]) -> _Header:
    """The first record. Another separator than commas is taken only if it gives the columns."""
    found = [_names(file, text, separator) for separator in SEPARATORS]
    for header in found:
        if all(column.strip() in header.names for column in columns):
            return header
    if not any(found[0].names):
        raise RefusedError(f"{file}: cannot be read as CSV (its first line is empty); expected the names of columns")
    return max(found, key=lambda header: len(header.names))


def _names(file: Path, text: str, separator: str) -> _Header:
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=separator)
    try:
        names = next(reader, [])
    except csv.Error as error:
        raise RefusedError(f"{file}: cannot be read as CSV (its first line: {error})") from error
    return _Header(separator, [name.strip() for name in names], reader.line_num, stream.tell())


def _place(file: Path, names: list[str], column: str, option: str) -> int:
    count = names.count(column.strip())
    if count == 1:
        return names.index(column.strip())
    if count > 1:
        raise RefusedError(f"{file}: column {column!r} stands {count} times in the header; expected each name once")
    shown = ", ".join(names[:NAMED_COLUMNS])
    more = f" and {len(names) - NAMED_COLUMNS} more" if len(names) > NAMED_COLUMNS else ""
    lowered = {name.lower(): name for name in names}
    close = get_close_matches(column.strip().lower(), lowered, 1)
    guess = f"; did you mean {lowered[close[0]]!r}?" if close else ""
    raise RefusedError(f"{file}: --{option} column {column!r} is absent; it has {shown}{more}{guess}")


def _parts(text: str, header: _Header) -> Iterator[pd.DataFrame]:
    """All cells as text, part by part, with one column too many, which only surplus cells fill."""
    body = io.StringIO(text, newline="")
    body.seek(header.end)
    with warnings_module.catch_warnings():
        # Two surplus cells in a row would be dropped with a warning.
        warnings_module.simplefilter("error", pd.errors.ParserWarning)
        try:
            yield from pd.read_csv(
                body,
                header=None,
                names=range(len(header.names) + 1),
                dtype=str,
                sep=header.separator,
                keep_default_na=False,
                na_values=list(MISSING),
                skip_blank_lines=False,
                index_col=False,
                chunksize=ROWS_AT_ONCE,
            )
        except pd.errors.EmptyDataError:
            return


def _rows(part: pd.DataFrame, places: dict[str, int], header_lines: int) -> pd.DataFrame:
    part.index = part.index + header_lines + 1
    surplus = part[part.columns[-1]].notna().to_numpy()
    if surplus.any():
        raise pd.errors.ParserError(f"{lines(part.index[surplus])}: more cells than the header has names")
    if len(part.columns) > 2:
        part = part[part.notna().any(axis=1)]
    return pd.DataFrame({column: part[place] for column, place in places.items()}, index=part.index)


def _stripped(column: pd.Series) -> pd.Series:
    """Without spaces at the ends; what is then empty is missing. Each distinct text is looked at once."""
    code, texts = pd.factorize(column)
    bare = pd.Series([text.strip() for text in texts], dtype=object)
    bare = bare.where(~bare.isin(MISSING), np.nan)
    return pd.Series(np.append(bare.to_numpy(), [np.nan])[code], index=column.index, dtype=object)


def lines(numbers: Iterable[int]) -> str:
    """ "line 3", or "lines 3, 4, 5, 6, 7 and 2 more"."""
    found = list(numbers)
    named = ", ".join(str(line) for line in found[:NAMED_LINES])
    more = f" and {len(found) - NAMED_LINES} more" if len(found) > NAMED_LINES else ""
    return f"{'line' if len(found) == 1 else 'lines'} {named}{more}"
