"""Stata 14 and later: labels in the chosen language, reasons for missing as .d .u .a .p."""

import pandas as pd
import pyreadstat

from analytics.exports import declared as d
from analytics.exports.formats.readstat import SAS_DAY_0, days_since, made, numbers, settled, texts

REASONS = {"ND": "d", "UK": "u", "NAP": "a", "PD": "p"}
VERSION = 14  # below it Japanese is broken; above it some editions of Stata cannot read
NAME, LABEL, TEXT = 32, 80, 2045  # characters, characters, bytes
TIME, THEN = rb"<timestamp>\x11.{17}", b"<timestamp>\x1101 Jan 1980 00:00"
HEAD = 1000


def dta_files(tables, options):
    """A file for each table."""
    return [(f"{table.name}.dta", dta_bytes(table, options.language)) for table in tables]


def dta_bytes(table, language):
    """The table as .dta. Raises ValueError for a name that is too long."""
    found, formats, labels, codes, missing = {}, {}, {}, {}, {}
    for one in table.columns:
        name, series = one.name, table.rows[one.name]
        if len(name) > NAME:
            raise ValueError(f"dta: {table.name}.{name} has a name of more than {NAME} characters")
        labels[name] = one.label.of(language)[:LABEL]
        if one.kind == d.DATE:
            found[name], formats[name] = days_since(series, SAS_DAY_0), "%td"
        elif one.is_numeric:
            found[name], used = _with_reasons(table, one)
            said = {int(code.value): code.label.of(language) for code in one.codes}
            if used:
                missing[name] = used
                reasons = next(other for other in table.columns if other.name == f"{name}_mr").codes
                said |= {
                    REASONS[code.value]: code.label.of(language) for code in reasons if REASONS[code.value] in used
                }
            if said:
                codes[name] = said
        else:
            found[name] = texts(series, TEXT)

    def write(path):
        pyreadstat.write_dta(
            pd.DataFrame(found), path, version=VERSION, column_labels=labels, variable_value_labels=codes,
            missing_user_values=missing, variable_format=formats,
        )  # fmt: skip

    return made(write, ".dta", lambda content: settled(content, TIME, THEN, HEAD))


def _with_reasons(table, column):
    """The numbers, a reason's letter where one is given instead; and the letters that occur."""
    values, reason = numbers(table.rows[column.name]), f"{column.name}_mr"
    if reason not in table.rows:
        return values, []
    letters = pd.Series(table.rows[reason].to_numpy()).map(REASONS)
    told = values.isna() & letters.notna()
    if not told.any():
        return values, []
    return values.astype(object).where(~told, letters), sorted(set(letters[told]))
