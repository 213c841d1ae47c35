"""NDJSON: an object a row; a date that may be partial is an object that says what was entered and between which days it lies."""

import json

import pandas as pd

from analytics.exports import declared as d
from analytics.exports.labelled import labelled


def ndjson_files(tables, options):
    """A file for each table."""
    return [(f"{table.name}.ndjson", _bytes(labelled(table, options))) for table in tables]


def _bytes(table):
    partial = {one.name for one in table.columns if one.kind == d.DATE and f"{one.name}_text" in table.rows}
    beside = {name + suffix for name in partial for suffix in ("_p", "_text", "_p_label")}
    columns = [one for one in table.columns if one.name not in beside]
    found = [
        [_partial(*parts) for parts in zip(table.rows[f"{one.name}_text"], table.rows[f"{one.name}_p"], strict=True)]
        if one.name in partial
        else [_plain(value, one) for value in table.rows[one.name]]
        for one in columns
    ]
    names = [one.name for one in columns]
    lines = (
        json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False)
        for row in zip(*found, strict=True)
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _partial(text, precision):
    if text is None or pd.isna(text):
        return None
    period = pd.Period(text)
    earliest, latest = (one.strftime("%Y-%m-%d") for one in (period.start_time, period.end_time))
    known = precision if precision in ("D", "M", "Y") else {10: "D", 7: "M", 4: "Y"}[len(text)]
    return {"text": text, "precision": known, "earliest": earliest, "latest": latest}


def _plain(value, column):
    if value is None or pd.isna(value):
        return None
    if column.kind == d.NUMBER:
        return int(value) if float(value).is_integer() else float(value)
    return int(value) if column.kind == d.WHOLE or column.is_numeric else str(value)
