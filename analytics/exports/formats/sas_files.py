"""SAS transport files, version 5 and 8, and the program that gives them labels, formats and missing reasons."""

import pandas as pd
import pyreadstat

from analytics.exports import declared as d
from analytics.exports.formats.readstat import SAS_DAY_0, days_since, made, numbers, settled, texts
from analytics.exports.names import SAS_TEXT, ascii_label, sas_names, shorten

SPECIAL = {"ND": ".D", "UK": ".U", "NAP": ".A", "PD": ".P"}
TIME, THEN = rb"\d\d[A-Z]{3}\d\d:\d\d:\d\d:\d\d", b"01JAN80:00:00:00"
HEAD = 800  # bytes before the first variable
V8_LABEL, V8_TEXT = 256, 32_767


def xpt_files(tables, _options):
    """Version 5: names of 8 characters, English labels of 40, text of 200 bytes; and read.sas."""
    return [
        *((f"{_member(table).lower()}.xpt", xpt_bytes(table, 5, "en")) for table in tables),
        ("read.sas", program(tables, 5, "en")),
    ]


def xpt8_files(tables, options):
    """Version 8: the dictionary's names, labels in the chosen language; and read.sas."""
    found = [(f"{table.name}.xpt", xpt_bytes(table, 8, options.language)) for table in tables]
    return [*found, ("read.sas", program(tables, 8, options.language))]


def xpt_bytes(table, version, language):
    """The table as a transport file. Raises ValueError for a name that the version does not allow."""
    names = sas_names(table) if version == 5 else {one.name: one.name for one in table.columns}
    limit = SAS_TEXT if version == 5 else V8_TEXT
    found, formats, labels = {}, {}, {}
    for one in table.columns:
        name, series = names[one.name], table.rows[one.name]
        labels[name] = ascii_label(one) if version == 5 else shorten(one.label.of(language), V8_LABEL)
        if one.kind == d.DATE:
            found[name], formats[name] = days_since(series, SAS_DAY_0), "DATE9."
        else:
            found[name] = numbers(series) if one.is_numeric else texts(series, limit)
    frame, member = pd.DataFrame(found), _member(table) if version == 5 else table.name[:32]

    def write(path):
        pyreadstat.write_xport(
            frame, path, file_format_version=version, table_name=member, column_labels=labels, variable_format=formats
        )

    return made(write, ".xpt", lambda content: settled(content, TIME, THEN, HEAD))


def program(tables, version, language):
    """read.sas: PROC FORMAT of every code list, the tables with labels and formats, and the reasons as special missing values."""
    lists, lines = {}, []
    for table in tables:
        names = sas_names(table) if version == 5 else {one.name: one.name for one in table.columns}
        member = _member(table) if version == 5 else table.name
        file = f"{_member(table).lower() if version == 5 else table.name}.xpt"
        read = f'libname x xport "&dir/{file}";' if version == 5 else ""
        lines += [
            *(
                [read, f"data {member}; set x.{member};"]
                if read
                else [
                    f'%xpt2loc(libref=work, memlist={member}, filespec="&dir/{file}")',
                    f"data {member}; set {member};",
                ]
            ),
            *_reasons(table, names),
            *_labels(table, names, language),
            *_formats(table, names, lists, language),
            "run;",
        ]
    values = [line for name, codes in lists.items() for line in _values(name, codes, language)]
    head = ["* SAS program made with the export: set the folder of the files, then run.;", "%let dir=.;"]
    return "\n".join([*head, "proc format;", *values, "run;", *lines, ""]).encode()


def _member(table):
    return (table.sas or table.name.upper())[:8]


def _reasons(table, names):
    """Why a number is missing, as a special missing value."""
    for one in table.columns:
        reason = f"{one.name}_mr"
        if reason in names and (one.is_numeric or one.kind == d.DATE):
            for code, special in SPECIAL.items():
                yield f'  if missing({names[one.name]}) and {names[reason]}="{code}" then {names[one.name]}={special};'


def _labels(table, names, language):
    yield "  label"
    for one in table.columns:
        label = shorten(one.label.of(language), V8_LABEL).replace('"', '""')
        yield f'    {names[one.name]}="{label}"'
    yield "  ;"


def _formats(table, names, lists, language):
    for one in table.columns:
        if one.codes and one.is_numeric:
            yield f"  format {names[one.name]} {_list_of(one.codes, lists)}.;"


def _list_of(codes, lists):
    """The name of this code list's format: F1F, F2F, … (a format's name may not end in a digit)."""
    for name, known in lists.items():
        if known == codes:
            return name
    name = f"F{len(lists) + 1}F"
    lists[name] = codes
    return name


def _values(name, codes, language):
    yield f"  value {name}"
    for code in codes:
        label = code.label.of(language).replace('"', '""')
        yield f'    {code.value}="{label}"'
    yield "  ;"
