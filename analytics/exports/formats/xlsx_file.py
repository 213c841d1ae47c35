"""One workbook: a sheet for each table, the codebook and the labels. Text is text: no cell is a formula."""

import io
from datetime import date, datetime

import pandas as pd
import xlsxwriter

from analytics.exports import declared as d
from analytics.exports.labelled import labelled

ROWS, COLUMNS, CHARACTERS = 1_048_575, 16_384, 32_767  # what a sheet and a cell hold
THEN = datetime(1980, 1, 1)
FIRST_DAY = date(1900, 3, 1)  # Excel takes 1900 for a leap year: earlier days go as text
PROPER = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}


def xlsx_bytes(tables, options, beside):
    """The workbook. beside: (name of a sheet, header, rows) of what goes along. Raises ValueError for more rows than a sheet holds."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**PROPER, "in_memory": True}) as book:
        book.set_properties({"created": THEN})
        head, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for table in tables:
            _add(book, labelled(table, options), head, day)
        for name, header, rows in beside:
            _add_rows(book, name, header, rows, head)
    return out.getvalue()


def _add(book, table, head, day):
    if len(table.rows) > ROWS or len(table.columns) > COLUMNS:
        raise ValueError(
            f"xlsx: {table.name} has {len(table.rows)} rows; a sheet holds {ROWS} rows and {COLUMNS} columns"
        )
    sheet = book.add_worksheet(table.name[:31])
    sheet.freeze_panes(1, 1)
    for place, one in enumerate(table.columns):
        sheet.write_string(0, place, one.name, head)
    columns = [(one, table.rows[one.name].to_list()) for one in table.columns]
    for row in range(len(table.rows)):
        for place, (one, values) in enumerate(columns):
            if values[row] is not None and not pd.isna(values[row]):
                _write(sheet, row + 1, place, one, values[row], day)


def _write(sheet, row, place, column, value, day):
    if column.kind == d.DATE and date.fromisoformat(value) >= FIRST_DAY:
        sheet.write_datetime(row, place, datetime.fromisoformat(value), day)
    elif column.is_numeric:
        sheet.write_number(row, place, float(value))
    else:
        sheet.write_string(row, place, str(value)[:CHARACTERS])


def _add_rows(book, name, header, rows, head):
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for place, word in enumerate(header):
        sheet.write_string(0, place, word, head)
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            sheet.write_string(number, place, str(value)[:CHARACTERS])
