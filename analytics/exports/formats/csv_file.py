"""CSV after RFC 4180: UTF-8, line feed, header always, quotes only where needed, missing is nothing."""

import csv
import io

import pandas as pd

from analytics.exports import declared as d
from analytics.exports.labelled import labelled
from analytics.exports.options import DELIMITERS
from analytics.exports.values import number_text

FORMULA = tuple("=+-@\t\r＝＋－＠")


def csv_files(tables, options):
    """A file for each table."""
    return [(f"{table.name}.csv", csv_bytes(labelled(table, options), options)) for table in tables]


def csv_bytes(table, options):
    """The table as bytes. For Excel a byte-order mark stands first, and an apostrophe before a text that would be a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=DELIMITERS[options.delimiter], lineterminator="\n")
    writer.writerow([one.name for one in table.columns])
    columns = [texts(table.rows[one.name], one, guarded=options.excel) for one in table.columns]
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode("utf-8-sig" if options.excel else "utf-8")


def texts(series, column, *, guarded=False):
    """The column's values as text; blank for missing."""
    if column.kind == d.NUMBER:
        return [number_text(one) for one in series]
    if column.kind == d.WHOLE or column.is_numeric:
        return ["" if pd.isna(one) else str(int(one)) for one in series]
    found = ["" if one is None or pd.isna(one) else str(one) for one in series]
    if guarded and column.kind == d.TEXT:
        found = [f"'{one}" if one.startswith(FORMULA) else one for one in found]
    return found


def rows_csv(header, rows):
    """A list of rows as CSV, for codebook and labels."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()
