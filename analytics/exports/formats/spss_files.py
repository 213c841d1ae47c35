"""SPSS: labels in the chosen language, reasons for missing as user-missing codes."""

import pandas as pd
import pyreadstat

from analytics.exports import declared as d
from analytics.exports.formats.readstat import A_DAY, SPSS_DAY_0, days_since, made, numbers, texts
from analytics.exports.names import shorten

REASONS = {"ND": -91, "UK": -92, "NAP": -93, "PD": -94}
RANGE = {"lo": min(REASONS.values()), "hi": max(REASONS.values())}
LABEL, CODE_LABEL, TEXT = 255, 120, 32_767
AT, THEN = 92, b"01 Jan 8000:00:00"  # where the header has its date and time


def sav_files(tables, options):
    """A file for each table."""
    return [(f"{table.name}.sav", sav_bytes(table, options.language)) for table in tables]


def sav_bytes(table, language):
    """The table as .sav. Raises ValueError for a number that is a code of a reason."""
    found, formats, labels, codes, ranges = {}, {}, {}, {}, {}
    for one in table.columns:
        name, series = one.name, table.rows[one.name]
        labels[name] = shorten(one.label.of(language), LABEL)
        if one.kind == d.DATE:
            seconds = days_since(series, SPSS_DAY_0) * A_DAY
            found[name], formats[name] = seconds, "DATE11"
        elif one.is_numeric:
            found[name], told = _with_reasons(table, one)
            said = {float(code.value): shorten(code.label.of(language), CODE_LABEL) for code in one.codes}
            if told:
                ranges[name] = [RANGE]
                reasons = next(other for other in table.columns if other.name == f"{name}_mr").codes
                said |= {float(REASONS[code.value]): shorten(code.label.of(language), CODE_LABEL) for code in reasons}
            if said:
                codes[name] = said
            formats[name] = "F10.0" if one.kind in (d.WHOLE, d.CODE) else "F16.6"
        else:
            found[name] = texts(series, TEXT)

    def write(path):
        pyreadstat.write_sav(
            pd.DataFrame(found),
            path,
            column_labels=labels,
            variable_value_labels=codes,
            missing_ranges=ranges,
            variable_format=formats,
        )

    return made(write, ".sav", lambda content: content[:AT] + THEN + content[AT + len(THEN) :])


def _with_reasons(table, column):
    """The numbers, a reason's code where one is given instead; and whether the column can have reasons."""
    values = numbers(table.rows[column.name])
    if values.between(RANGE["lo"], RANGE["hi"]).any():
        raise ValueError(
            f"sav: {table.name}.{column.name} holds a number between {RANGE['lo']} and {RANGE['hi']}, the codes of reasons"
        )
    reason = f"{column.name}_mr"
    if reason not in table.rows:
        return values, False
    told = pd.Series(table.rows[reason].to_numpy()).map(REASONS).astype("float64")
    return values.where(values.notna(), told), True
